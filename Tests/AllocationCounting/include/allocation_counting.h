/* Counts what the calling thread allocates: the packet path must not, and a test is to say so, not a claim.
 */
#pragma once
#include <stdint.h>

/* Calls of malloc, calloc, realloc and their aligned kin by this thread since it began. Stays 0 where the
 * program runs under a sanitizer that has an allocator of its own. */
uint64_t allocation_count(void);
