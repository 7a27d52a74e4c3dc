// Queries that wait for their response, one after the other in one block: a flow of few packets has little
// more than this.
#ifndef VEDETTE_DNS_PENDING_H
#define VEDETTE_DNS_PENDING_H

#include "message/message.h"

enum {
    MAX_PENDING = 128,      // queries that wait, per session
    PENDING_FIRST = 104,    // bytes that the first of them have within the list itself
    PENDING_TIME_BITS = 47, // of its time a query has for itself: nanoseconds within 39 hours
};

struct pending_question {
    uint16_t type, class, name_length;
};

/// What queries have in common that come one after the other: a host that gets no answer asks again. Behind
/// it stand the questions, behind these their names unless the group before has the same (a host that asks
/// for A and for AAAA), and from the next word on `queries` times struct pending, oldest first.
struct pending_group {
    uint64_t flags : 16, length : 16, time_above : 64 - PENDING_TIME_BITS, queries : 8, question_count : 3,
        shares_names : 1;
};

/// A query that waits; `time` is what its group's `time_above` leaves of it.
struct pending {
    uint64_t id : 16, direction : 1, time : PENDING_TIME_BITS;
};

/// Zero is empty. Places are counted in words of eight bytes. Invariants: `used` words hold groups of one
/// query or more, oldest first, of `count` queries in all; where there are any, `newest` is the last group
/// and `newest_names` the one that has its names. The words are `first`, or where that was too small
/// (`doubled` is not 0) `block`, with room for PENDING_FIRST bytes doubled so many times. That a place has 16
/// bits is enough for MAX_PENDING groups of four names: one of 255 octets is written with at most 1,003.
struct pending_list {
    uint16_t used, newest, newest_names;
    uint8_t count, doubled;
    union {
        uint64_t first[PENDING_FIRST / sizeof(uint64_t)];
        uint64_t *block;
    };
};

/// A place in a list: a query, its group with `left` more queries behind this one, and the group that has the
/// names.
struct pending_place {
    uint32_t at, group, left, names;
};

/// What is known of a query; valid until the list is changed.
struct pending_view {
    int64_t time;
    uint16_t id, flags, length;
    uint8_t direction, question_count;
    const struct pending_question *questions;
    const char *names; // one behind the other
};

/// The oldest query, if the list is not empty.
struct pending_place pending_first(const struct pending_list *list);
/// The query behind that one, if there is one: at `used` there is none.
struct pending_place pending_next(const struct pending_list *list, struct pending_place place);
struct pending_view pending_view(const struct pending_list *list, struct pending_place place);

/// Adds a query. False where there is no memory.
bool pending_add(struct pending_list *list, const struct dns_message *message, int64_t time,
                 uint32_t direction, size_t length);
/// Takes a query out; places behind it are no longer valid.
void pending_remove(struct pending_list *list, struct pending_place place);
/// Empties the list and gives its memory back.
void pending_free(struct pending_list *list);

/// Where the next query will be added, as far as there is room.
static inline const void *pending_end(const struct pending_list *list) {
    return (list->doubled ? list->block : list->first) + list->used;
}

#endif
