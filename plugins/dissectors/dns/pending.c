#include "pending.h"

#include <stdlib.h>
#include <string.h>

static size_t questions_size(const struct pending *query) {
    return query->question_count * sizeof(struct pending_question);
}

/// Bytes of a query of its own without its names.
static size_t fixed_size(const struct pending *query) {
    return sizeof *query + (query->repeats ? 0 : questions_size(query));
}

static size_t names_size(const struct pending_question *questions, unsigned count) {
    size_t size = 0;
    for (unsigned i = 0; i < count; i++)
        size += questions[i].name_length;
    return size;
}

static size_t rounded(size_t size) {
    return (size + 7) & ~(size_t)7;
}

static size_t whole_size(const struct pending_list *list, struct pending_place place) {
    const struct pending *query = pending_query(list, place);
    size_t names =
        query->shares_names ? 0 : names_size(pending_questions(list, place), query->question_count);
    return rounded(fixed_size(query) + names);
}

/// The place of a query, given where the questions and names of the one before it are.
static struct pending_place place_at(const struct pending_list *list, uint32_t at, uint32_t questions,
                                     uint32_t names) {
    struct pending_place place = {at, questions, names};
    if (at >= list->used)
        return place;
    const struct pending *query = pending_query(list, place);
    if (!query->repeats)
        place.questions = at + (uint32_t)sizeof *query;
    if (!query->shares_names)
        place.names = at + (uint32_t)fixed_size(query);
    return place;
}

struct pending_place pending_first(const struct pending_list *list) {
    return place_at(list, 0, 0, 0);
}

struct pending_place pending_next(const struct pending_list *list, struct pending_place place) {
    return place_at(list, place.at + (uint32_t)whole_size(list, place), place.questions, place.names);
}

/// What a query has in common with the newest in the list.
static void compare_with_last(const struct pending_list *list, const struct dns_message *message,
                              struct pending *query) {
    if (!list->count)
        return;
    struct pending_place last = {list->last, list->last_questions, list->last_names};
    const struct pending_question *questions = pending_questions(list, last);
    const char *name = pending_names(list, last);
    bool same = true;
    if (pending_query(list, last)->question_count != message->questions_kept)
        return;
    for (unsigned i = 0; i < message->questions_kept; name += questions[i++].name_length) {
        const struct dns_question *question = &message->questions[i];
        if (questions[i].name_length != question->name.length ||
            memcmp(name, message->arena + question->name.offset, question->name.length) != 0)
            return;
        same = same && questions[i].type == question->type && questions[i].class == question->class;
    }
    query->shares_names = 1;
    query->repeats = same;
}

static bool has_room(struct pending_list *list, size_t more) {
    size_t wanted = list->used + more;
    if (!list->bytes) {
        list->bytes = list->first;
        list->room = sizeof list->first;
    }
    if (wanted <= list->room)
        return true;
    wanted = rounded(wanted + wanted / 2);
    bool is_first = list->bytes == list->first;
    uint8_t *larger = realloc(is_first ? NULL : list->bytes, wanted);
    if (!larger)
        return false;
    if (is_first)
        memcpy(larger, list->first, list->used);
    list->bytes = larger;
    list->room = (uint32_t)wanted;
    return true;
}

bool pending_add(struct pending_list *list, const struct dns_message *message, int64_t time,
                 uint32_t direction, size_t length) {
    struct pending query = {.time = time,
                            .id = message->id,
                            .flags = message->flags,
                            .length = (uint16_t)length,
                            .direction = (uint8_t)direction,
                            .question_count = message->questions_kept & 63};
    compare_with_last(list, message, &query);
    size_t fixed = fixed_size(&query), size = fixed;
    for (unsigned i = 0; !query.shares_names && i < query.question_count; i++)
        size += message->questions[i].name.length;
    size = rounded(size);
    if (!has_room(list, size))
        return false;
    uint8_t *added = list->bytes + list->used;
    memcpy(added, &query, sizeof query);
    struct pending_question *questions = (struct pending_question *)(void *)(added + sizeof query);
    for (unsigned i = 0; !query.repeats && i < query.question_count; i++) {
        const struct dns_question *question = &message->questions[i];
        questions[i] = (struct pending_question){question->type, question->class, question->name.length};
    }
    char *name = (char *)added + fixed;
    for (unsigned i = 0; !query.shares_names && i < query.question_count; i++) {
        const struct dns_question *question = &message->questions[i];
        memcpy(name, message->arena + question->name.offset, question->name.length);
        name += question->name.length;
    }
    list->last = list->used;
    if (!query.repeats)
        list->last_questions = list->used + (uint32_t)sizeof query;
    if (!query.shares_names)
        list->last_names = list->used + (uint32_t)fixed;
    list->used += (uint32_t)size;
    list->count++;
    return true;
}

/// Takes bytes out of the middle.
static void cut(struct pending_list *list, size_t from, size_t size) {
    memmove(list->bytes + from, list->bytes + from + size, list->used - from - size);
    list->used -= (uint32_t)size;
}

void pending_remove(struct pending_list *list, struct pending_place place) {
    struct pending *query = (struct pending *)(void *)(list->bytes + place.at);
    struct pending_place next = pending_next(list, place);
    const struct pending *heir = pending_query(list, next);
    if (next.at < list->used &&
        ((heir->shares_names && !query->shares_names) || (heir->repeats && !query->repeats))) {
        // The next one moves in before what both have; it has as many questions.
        size_t size = whole_size(list, next);
        uint8_t shares_names = query->shares_names;
        memcpy(query, heir, fixed_size(heir));
        query->shares_names = shares_names & 1;
        query->repeats = 0;
        cut(list, next.at, size);
    } else {
        cut(list, place.at, next.at - place.at);
    }
    list->count--;
    struct pending_place at = pending_first(list);
    for (uint32_t left = list->count; left > 1; left--)
        at = pending_next(list, at);
    list->last = at.at;
    list->last_questions = at.questions;
    list->last_names = at.names;
}

void pending_free(struct pending_list *list) {
    if (list->bytes != list->first)
        free(list->bytes);
    list->bytes = NULL;
    list->used = list->room = list->last = list->last_questions = list->last_names = list->count = 0;
}
