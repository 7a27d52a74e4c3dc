#include "pending.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct pending_group) == sizeof(uint64_t), "a group begins with one word");
_Static_assert(sizeof(struct pending) == sizeof(uint64_t), "a query is one word");

static void *word(const struct pending_list *list, uint32_t at) {
    return (uint64_t *)(uintptr_t)(list->doubled ? list->block : list->first) + at;
}

static struct pending_group *group_at(const struct pending_list *list, uint32_t at) {
    return word(list, at);
}

static struct pending_question *questions_of(const struct pending_group *group) {
    return (struct pending_question *)(uintptr_t)(group + 1);
}

static char *names_of(const struct pending_group *group) {
    return (char *)(questions_of(group) + group->question_count);
}

static uint32_t words(size_t bytes) {
    return (uint32_t)((bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t));
}

/// Words of a group before its queries.
static uint32_t head_words(const struct pending_group *group) {
    size_t size = (size_t)(names_of(group) - (const char *)group);
    for (unsigned i = 0; !group->shares_names && i < group->question_count; i++)
        size += questions_of(group)[i].name_length;
    return words(size);
}

/// The first query of the group at `at`, if there is one; the group before has its names in `names`.
static struct pending_place enter(const struct pending_list *list, uint32_t at, uint32_t names) {
    if (at >= list->used)
        return (struct pending_place){.at = at};
    const struct pending_group *group = group_at(list, at);
    return (struct pending_place){.at = at + head_words(group),
                                  .group = at,
                                  .left = group->queries - 1u,
                                  .names = group->shares_names ? names : at};
}

static struct pending_place next_group(const struct pending_list *list, struct pending_place place) {
    return enter(list, place.at + place.left + 1, place.names);
}

struct pending_place pending_first(const struct pending_list *list) {
    return enter(list, 0, 0);
}

struct pending_place pending_next(const struct pending_list *list, struct pending_place place) {
    if (!place.left)
        return next_group(list, place);
    place.at++;
    place.left--;
    return place;
}

struct pending_view pending_view(const struct pending_list *list, struct pending_place place) {
    const struct pending_group *group = group_at(list, place.group);
    struct pending query;
    memcpy(&query, word(list, place.at), sizeof query);
    return (struct pending_view){.time =
                                     (int64_t)((uint64_t)group->time_above << PENDING_TIME_BITS | query.time),
                                 .id = query.id,
                                 .flags = group->flags,
                                 .length = group->length,
                                 .direction = query.direction,
                                 .question_count = group->question_count,
                                 .questions = questions_of(group),
                                 .names = names_of(group_at(list, place.names))};
}

/// Whether a group may share the names of the newest; and if so, whether it is the same as that.
static bool shares_names(const struct pending_list *list, const struct dns_message *message,
                         const struct pending_group *group, bool *same) {
    if (!list->used)
        return false;
    const struct pending_group *newest = group_at(list, list->newest);
    const struct pending_question *questions = questions_of(newest);
    const char *name = names_of(group_at(list, list->newest_names));
    if (newest->question_count != group->question_count)
        return false;
    *same = newest->flags == group->flags && newest->length == group->length &&
            newest->time_above == group->time_above;
    for (unsigned i = 0; i < group->question_count; name += questions[i++].name_length) {
        const struct dns_question *question = &message->questions[i];
        if (questions[i].name_length != question->name.length ||
            memcmp(name, message->arena + question->name.offset, question->name.length) != 0)
            return false;
        *same = *same && questions[i].type == question->type && questions[i].class == question->class;
    }
    return true;
}

static bool has_room(struct pending_list *list, uint32_t more) {
    const size_t first = sizeof list->first / sizeof *list->first;
    size_t wanted = list->used + more;
    uint8_t doubled = list->doubled;
    if (wanted <= first << doubled)
        return true;
    if (wanted > UINT16_MAX)
        return false;
    while (first << doubled < wanted)
        doubled++;
    uint64_t *larger = realloc(list->doubled ? list->block : NULL, sizeof list->first << doubled);
    if (!larger)
        return false;
    if (!list->doubled)
        memcpy(larger, list->first, sizeof list->first);
    list->block = larger;
    list->doubled = doubled;
    return true;
}

/// Writes a group behind the others, where there is room for it.
static void write_group(struct pending_list *list, const struct dns_message *message,
                        const struct pending_group *group) {
    struct pending_group *added = group_at(list, list->used);
    *added = *group;
    char *name = names_of(added);
    for (unsigned i = 0; i < group->question_count; i++) {
        const struct dns_question *question = &message->questions[i];
        questions_of(added)[i] =
            (struct pending_question){question->type, question->class, question->name.length};
        if (!group->shares_names)
            memcpy(name, message->arena + question->name.offset, question->name.length);
        name += question->name.length;
    }
    list->newest = list->used;
    if (!group->shares_names)
        list->newest_names = list->newest;
}

bool pending_add(struct pending_list *list, const struct dns_message *message, int64_t time,
                 uint32_t direction, size_t length) {
    struct pending_group group = {.flags = message->flags,
                                  .length = length & UINT16_MAX,
                                  .time_above = (uint64_t)time >> PENDING_TIME_BITS,
                                  .queries = 1,
                                  .question_count = message->questions_kept & 7};
    struct pending query = {.id = message->id, .direction = direction & 1, .time = (uint64_t)time};
    bool same = false;
    size_t size = sizeof group + group.question_count * sizeof(struct pending_question);
    group.shares_names = shares_names(list, message, &group, &same);
    for (unsigned i = 0; !group.shares_names && i < group.question_count; i++)
        size += message->questions[i].name.length;
    uint32_t head = group.shares_names && same ? 0 : words(size);
    if (!has_room(list, head + 1))
        return false;
    if (head)
        write_group(list, message, &group);
    else
        group_at(list, list->newest)->queries++;
    list->used += (uint16_t)head;
    memcpy(word(list, list->used++), &query, sizeof query);
    list->count++;
    return true;
}

/// Takes words out of the middle.
static void cut(struct pending_list *list, uint32_t from, uint32_t to) {
    memmove(word(list, from), word(list, to), (list->used - to) * sizeof(uint64_t));
    list->used -= (uint16_t)(to - from);
}

void pending_remove(struct pending_list *list, struct pending_place place) {
    struct pending_group *group = group_at(list, place.group);
    struct pending_place next = next_group(list, place);
    if (group->queries > 1) {
        group->queries--;
        cut(list, place.at, place.at + 1);
    } else if (!group->shares_names && next.at < list->used && group_at(list, next.group)->shares_names) {
        // The next one moves in before the names that both have; it has as many questions.
        const struct pending_group *heir = group_at(list, next.group);
        memcpy(group, heir, (size_t)(names_of(heir) - (const char *)heir));
        group->shares_names = 0;
        cut(list, place.at, next.at);
    } else {
        cut(list, place.group, place.at + 1);
    }
    list->count--;
    for (struct pending_place at = pending_first(list); at.at < list->used; at = next_group(list, at)) {
        list->newest = (uint16_t)at.group;
        list->newest_names = (uint16_t)at.names;
    }
}

void pending_free(struct pending_list *list) {
    if (list->doubled)
        free(list->block);
    list->used = list->count = list->doubled = 0;
}
