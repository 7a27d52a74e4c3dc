#define _DEFAULT_SOURCE // mmap's anonymous memory and madvise are not of C11

#include "sessions.h"
#include "dissector.h"

#include <string.h>
#include <sys/mman.h>

enum { CHUNK = 2 << 20 }; // bytes: one page where the system has such pages

/// At an address that CHUNK divides, so that a session's own address leads to it. Invariants: the first
/// `used` sessions were handed out since it is there; of these `live` are in use, and the others are the list
/// `free`, each beginning with the address of the next.
struct session_chunk {
    _Alignas(64) struct session_chunk *before, *behind;
    vdt_instance *instance;
    void *free;
    uint32_t used, live;
    vdt_session sessions[];
};

enum { SESSIONS = (CHUNK - sizeof(struct session_chunk)) / sizeof(vdt_session) };

static struct session_chunk *chunk_of(const vdt_session *session) {
    return (struct session_chunk *)((uintptr_t)session & ~(uintptr_t)(CHUNK - 1));
}

static bool has_room(const struct session_chunk *chunk) {
    return chunk->free || chunk->used < SESSIONS;
}

static void unlink_chunk(struct session_pool *pool, struct session_chunk *chunk) {
    *(chunk->before ? &chunk->before->behind : &pool->first) = chunk->behind;
    *(chunk->behind ? &chunk->behind->before : &pool->last) = chunk->before;
}

static void link_first(struct session_pool *pool, struct session_chunk *chunk) {
    chunk->before = NULL;
    chunk->behind = pool->first;
    *(pool->first ? &pool->first->before : &pool->last) = chunk;
    pool->first = chunk;
}

static void link_last(struct session_pool *pool, struct session_chunk *chunk) {
    chunk->behind = NULL;
    chunk->before = pool->last;
    *(pool->last ? &pool->last->behind : &pool->first) = chunk;
    pool->last = chunk;
}

/// CHUNK bytes of zeros on a border of as many, or NULL.
static void *map_chunk(void) {
    // More than is wanted, so that a border lies within; what is on both sides of it goes back.
    uint8_t *base = mmap(NULL, 2 * CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    size_t before = (CHUNK - ((uintptr_t)base & (CHUNK - 1))) & (CHUNK - 1);
    if (before)
        munmap(base, before);
    munmap(base + before + CHUNK, CHUNK - before);
    return base + before;
}

static bool add_chunk(vdt_instance *instance) {
    struct session_pool *pool = &instance->sessions;
    struct session_chunk *chunk = map_chunk();
    if (!chunk)
        return false;
#ifdef MADV_HUGEPAGE
    if (pool->first) // few sessions need no more than a few small pages
        madvise(chunk, CHUNK, MADV_HUGEPAGE);
#endif
    chunk->instance = instance;
    link_first(pool, chunk);
    return true;
}

vdt_session *session_take(vdt_instance *instance) {
    struct session_pool *pool = &instance->sessions;
    if ((!pool->first || !has_room(pool->first)) && !add_chunk(instance))
        return NULL;
    struct session_chunk *chunk = pool->first;
    void *session = chunk->free;
    if (session)
        memcpy(&chunk->free, session, sizeof chunk->free);
    else
        session = &chunk->sessions[chunk->used++];
    chunk->live++;
    if (!has_room(chunk)) {
        unlink_chunk(pool, chunk);
        link_last(pool, chunk);
    } else if (!chunk->free) {
        // The next one will be written to for the first time: by then it is there.
        for (size_t at = 0; at < sizeof(vdt_session); at += 64)
            __builtin_prefetch((uint8_t *)&chunk->sessions[chunk->used] + at, 1);
    }
    return session;
}

vdt_instance *session_instance(const vdt_session *session) {
    return chunk_of(session)->instance;
}

void session_give(vdt_session *session) {
    struct session_chunk *chunk = chunk_of(session);
    struct session_pool *pool = &chunk->instance->sessions;
    bool was_full = !has_room(chunk);
    memcpy(session, &chunk->free, sizeof chunk->free);
    chunk->free = session;
    chunk->live--;
    if (was_full) {
        unlink_chunk(pool, chunk);
        link_first(pool, chunk);
    }
    bool has_others = pool->first != chunk || (chunk->behind && has_room(chunk->behind));
    if (chunk->live == 0 && has_others) {
        unlink_chunk(pool, chunk);
        munmap(chunk, CHUNK);
    }
}

void session_pool_free(struct session_pool *pool) {
    while (pool->first) {
        struct session_chunk *chunk = pool->first;
        unlink_chunk(pool, chunk);
        munmap(chunk, CHUNK);
    }
}
