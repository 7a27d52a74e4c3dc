/** What the C library's allocator says of itself, which Swift's view of the library leaves out. */
#ifndef VEDETTE_CALLOCATOR_H
#define VEDETTE_CALLOCATOR_H

#include <malloc.h>
#include <stddef.h>

/** Bytes that are allocated now and not freed, of all threads. */
static inline size_t vedette_allocated_bytes(void) {
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

#endif
