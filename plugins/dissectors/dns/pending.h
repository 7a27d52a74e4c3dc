// Queries that wait for their response, one after the other in one block: a flow of few packets has little
// more than this.
#ifndef VEDETTE_DNS_PENDING_H
#define VEDETTE_DNS_PENDING_H

#include "message/message.h"

enum {
    MAX_PENDING = 128,   // queries that wait, per session
    PENDING_FIRST = 128, // bytes that the first of them have within the list itself
};

struct pending_question {
    uint16_t type, class, name_length;
};

/// A query that waits. Behind it stand its questions and behind those their names, each unless the query
/// before it has the same: a host that asks again repeats its questions, and one that asks for A and AAAA
/// their names.
struct pending {
    int64_t time;
    uint16_t id, flags, length;
    uint8_t direction;
    uint8_t question_count : 6, shares_names : 1, repeats : 1;
};

/// Zero is empty. Invariants: `bytes` holds `count` queries in `used` of `room` bytes, oldest first, each in
/// a multiple of eight; `last` is where the newest begins, `last_questions` and `last_names` where its
/// questions and names are. `bytes` is NULL, `first`, or a block of the list's own: the list is not to be
/// copied.
struct pending_list {
    uint8_t *bytes;
    uint32_t used, room, last, last_questions, last_names;
    uint32_t count;
    uint8_t first[PENDING_FIRST];
};

/// A place in a list: a query, and where its questions and their names are, one behind the other.
struct pending_place {
    uint32_t at, questions, names;
};

/// The oldest query, if the list is not empty.
struct pending_place pending_first(const struct pending_list *list);
/// The query behind that one, if there is one: at `used` there is none.
struct pending_place pending_next(const struct pending_list *list, struct pending_place place);

static inline const struct pending *pending_query(const struct pending_list *list,
                                                  struct pending_place place) {
    return (const struct pending *)(const void *)(list->bytes + place.at);
}
static inline const struct pending_question *pending_questions(const struct pending_list *list,
                                                               struct pending_place place) {
    return (const struct pending_question *)(const void *)(list->bytes + place.questions);
}
static inline const char *pending_names(const struct pending_list *list, struct pending_place place) {
    return (const char *)list->bytes + place.names;
}

/// Adds a query. False where there is no memory.
bool pending_add(struct pending_list *list, const struct dns_message *message, int64_t time,
                 uint32_t direction, size_t length);
/// Takes a query out; places behind it are no longer valid.
void pending_remove(struct pending_list *list, struct pending_place place);
/// Empties the list and gives its memory back.
void pending_free(struct pending_list *list);

#endif
