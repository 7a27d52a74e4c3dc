#define _GNU_SOURCE
#include "CGrowingMemory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/** Pages are of 64 KiB at most where this runs; what has none of its own is the heap's. */
static const size_t unit = 64 * 1024;

static bool is_mapped(size_t bytes) {
    return bytes >= unit;
}

static size_t rounded(size_t bytes) {
    return (bytes + unit - 1) / unit * unit;
}

void *vedette_memory_grow(void *memory, size_t from, size_t to) {
    if (to < from || to > SIZE_MAX - unit)
        return NULL;
    if (!is_mapped(to))
        return realloc(memory, to);
    if (is_mapped(from)) {
        void *larger = mremap(memory, rounded(from), rounded(to), MREMAP_MAYMOVE);
        return larger == MAP_FAILED ? NULL : larger;
    }
    void *pages =
        mmap(NULL, rounded(to), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED)
        return NULL;
    if (from > 0)
        memcpy(pages, memory, from);
    free(memory);
    return pages;
}

void vedette_memory_free(void *memory, size_t bytes) {
    if (is_mapped(bytes))
        munmap(memory, rounded(bytes));
    else
        free(memory);
}
