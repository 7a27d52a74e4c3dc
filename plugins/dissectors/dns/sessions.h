// Memory of sessions: most flows that carry DNS are short and many, so what each needs lies together.
#ifndef VEDETTE_DNS_SESSIONS_H
#define VEDETTE_DNS_SESSIONS_H

#include "vedette/plugin.h"

struct session_chunk;

/// Sessions of one instance, which belongs to one thread. Zero is empty. Invariants: `free` lists the
/// sessions that were given back, each beginning with the address of the next; of the newest chunk the last
/// `left` were never taken. A chunk goes back to the system when the instance is destroyed: how many there
/// are follows from the most sessions that were open at once, which the host bounds.
struct session_pool {
    struct session_chunk *newest;
    void *free;
    size_t left;
};

/// A session whose bytes are undefined, on the border of a cache line; NULL where there is no memory.
vdt_session *session_take(struct session_pool *pool);
void session_give(struct session_pool *pool, vdt_session *session);
/// Frees all memory; no session may be in use.
void session_pool_free(struct session_pool *pool);

#endif
