// Memory of sessions: most flows that carry DNS are short and many, so what each needs lies together.
#ifndef VEDETTE_DNS_SESSIONS_H
#define VEDETTE_DNS_SESSIONS_H

#include "vedette/plugin.h"

struct session_chunk;

/// Sessions of one instance, which belongs to one thread. Zero is empty. Invariants: `first` and what follows
/// it are all chunks there are, those that have room before those that have none. A chunk goes back to the
/// system with its last session, unless it is the only one that has room.
struct session_pool {
    struct session_chunk *first, *last;
};

/// A session of the instance's pool, whose bytes are undefined, on the border of a cache line; NULL where
/// there is no memory.
vdt_session *session_take(vdt_instance *instance);
void session_give(vdt_session *session);
/// The instance that a session was taken of.
vdt_instance *session_instance(const vdt_session *session);
/// Frees all memory; no session may be in use.
void session_pool_free(struct session_pool *pool);

#endif
