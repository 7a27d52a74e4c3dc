#include "pending.h"

#include <stdlib.h>
#include <string.h>

/// Bytes of a query without its names.
static size_t fixed_size(const struct pending *query) {
    return sizeof *query + query->question_count * sizeof query->questions[0];
}

static size_t names_size(const struct pending *query) {
    size_t size = 0;
    for (unsigned i = 0; i < query->question_count; i++)
        size += query->questions[i].name_length;
    return size;
}

static size_t whole_size(const struct pending *query) {
    size_t size = fixed_size(query) + (query->shares_names ? 0 : names_size(query));
    return (size + 7) & ~(size_t)7;
}

/// The place of a query, given where the names of the one before it are.
static struct pending_place place_at(const struct pending_list *list, uint32_t at, uint32_t names_before) {
    struct pending_place place = {at, names_before};
    if (at >= list->used)
        return place;
    const struct pending *query = pending_query(list, place);
    if (!query->shares_names)
        place.names = at + (uint32_t)fixed_size(query);
    return place;
}

struct pending_place pending_first(const struct pending_list *list) {
    return place_at(list, 0, 0);
}

struct pending_place pending_next(const struct pending_list *list, struct pending_place place) {
    return place_at(list, place.at + (uint32_t)whole_size(pending_query(list, place)), place.names);
}

/// Whether the newest query asks for the same names.
static bool shares_names(const struct pending_list *list, const struct dns_message *message) {
    if (!list->count)
        return false;
    struct pending_place last = {list->last, list->last_names};
    const struct pending *query = pending_query(list, last);
    const char *name = pending_names(list, last);
    if (query->question_count != message->questions_kept)
        return false;
    for (unsigned i = 0; i < query->question_count; name += query->questions[i++].name_length)
        if (query->questions[i].name_length != message->questions[i].name.length ||
            memcmp(name, message->arena + message->questions[i].name.offset,
                   query->questions[i].name_length) != 0)
            return false;
    return true;
}

static bool has_room(struct pending_list *list, size_t more) {
    size_t wanted = list->used + more;
    if (wanted <= list->room)
        return true;
    wanted += wanted / 2;
    uint8_t *larger = realloc(list->bytes, wanted);
    if (!larger)
        return false;
    list->bytes = larger;
    list->room = (uint32_t)wanted;
    return true;
}

bool pending_add(struct pending_list *list, const struct dns_message *message, int64_t time,
                 uint32_t direction, size_t length) {
    bool shares = shares_names(list, message);
    struct pending query = {.time = time,
                            .id = message->id,
                            .flags = message->flags,
                            .length = (uint16_t)length,
                            .direction = (uint8_t)direction,
                            .question_count = message->questions_kept,
                            .shares_names = shares};
    size_t size = fixed_size(&query);
    for (unsigned i = 0; !shares && i < message->questions_kept; i++)
        size += message->questions[i].name.length;
    size = (size + 7) & ~(size_t)7;
    if (!has_room(list, size))
        return false;
    struct pending *added = (struct pending *)(void *)(list->bytes + list->used);
    *added = query;
    char *name = (char *)added + fixed_size(&query);
    for (unsigned i = 0; i < message->questions_kept; i++) {
        const struct dns_question *question = &message->questions[i];
        added->questions[i] =
            (struct pending_question){question->type, question->class, question->name.length};
        if (shares)
            continue;
        memcpy(name, message->arena + question->name.offset, question->name.length);
        name += question->name.length;
    }
    list->last = list->used;
    if (!shares)
        list->last_names = list->used + (uint32_t)fixed_size(&query);
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
    const struct pending *query = pending_query(list, place);
    size_t next = place.at + whole_size(query);
    const struct pending *heir = (const struct pending *)(const void *)(list->bytes + next);
    if (next < list->used && heir->shares_names && !query->shares_names) {
        // The next one moves in before the names that both have; it has as many questions.
        size_t size = whole_size(heir);
        memcpy(list->bytes + place.at, heir, fixed_size(heir));
        ((struct pending *)(void *)(list->bytes + place.at))->shares_names = 0;
        cut(list, next, size);
    } else {
        cut(list, place.at, next - place.at);
    }
    list->count--;
    struct pending_place at = pending_first(list);
    for (uint32_t left = list->count; left > 1; left--)
        at = pending_next(list, at);
    list->last = at.at;
    list->last_names = at.names;
}

void pending_free(struct pending_list *list) {
    free(list->bytes);
    *list = (struct pending_list){0};
}
