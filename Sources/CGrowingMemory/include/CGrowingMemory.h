/** Memory that grows without being copied, which Swift's library has no word for (mremap takes variable
 * arguments). */
#ifndef VEDETTE_CGROWINGMEMORY_H
#define VEDETTE_CGROWINGMEMORY_H

#include <stddef.h>

/** Makes memory of `from` bytes (NULL and 0 at first) one of `to` bytes, which are more, and gives its new
 * place. What was in it moves there as it is; the rest holds anything. Large memory moves by its pages: it is
 * nowhere twice while it does, leaves no hole in the heap, and is real only where it was touched. NULL where
 * there is no memory; then the old one is as it was. */
void *vedette_memory_grow(void *memory, size_t from, size_t to);

/** Gives back memory of as many bytes as it last grew to. */
void vedette_memory_free(void *memory, size_t bytes);

#endif
