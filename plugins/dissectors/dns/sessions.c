#include "sessions.h"
#include "dissector.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    CACHE_LINE = 64,
    FIRST_CHUNK = 16 << 10,
    HUGE_PAGE = 2 << 20, // the largest chunk; of these each is one page where the system has such pages
};

struct session_chunk {
    _Alignas(CACHE_LINE) struct session_chunk *older;
    size_t size;
    vdt_session sessions[];
};

static bool add_chunk(struct session_pool *pool) {
    size_t size = pool->newest ? pool->newest->size * 2 : FIRST_CHUNK;
    if (size > HUGE_PAGE)
        size = HUGE_PAGE;
    struct session_chunk *chunk = aligned_alloc(size == HUGE_PAGE ? HUGE_PAGE : CACHE_LINE, size);
    if (!chunk)
        return false;
#ifdef MADV_HUGEPAGE
    if (size == HUGE_PAGE)
        madvise(chunk, size, MADV_HUGEPAGE); // only a wish
#endif
    chunk->older = pool->newest;
    chunk->size = size;
    pool->newest = chunk;
    pool->left = (size - sizeof *chunk) / sizeof chunk->sessions[0];
    return true;
}

vdt_session *session_take(struct session_pool *pool) {
    if (pool->free) {
        void *session = pool->free;
        memcpy(&pool->free, session, sizeof pool->free);
        return session;
    }
    if (!pool->left && !add_chunk(pool))
        return NULL;
    return &pool->newest->sessions[--pool->left];
}

void session_give(struct session_pool *pool, vdt_session *session) {
    memcpy(session, &pool->free, sizeof pool->free);
    pool->free = session;
}

void session_pool_free(struct session_pool *pool) {
    while (pool->newest) {
        struct session_chunk *chunk = pool->newest;
        pool->newest = chunk->older;
        free(chunk);
    }
    *pool = (struct session_pool){0};
}
