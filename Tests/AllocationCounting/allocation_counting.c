/* Stands before glibc's allocator in the test program. The dynamic linker takes the program's own definitions
 * first, so that what the Swift runtime and libc allocate comes through here as well. */
#include "allocation_counting.h"
#include <errno.h>
#include <stddef.h>

static _Thread_local uint64_t count;

uint64_t allocation_count(void) {
    return count;
}

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
    count++;
    return __libc_malloc(size);
}
void *calloc(size_t number, size_t size) {
    count++;
    return __libc_calloc(number, size);
}
void *realloc(void *old, size_t size) {
    count++;
    return __libc_realloc(old, size);
}
void *memalign(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
    count++;
    return __libc_memalign(alignment, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    count++;
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL)
        return ENOMEM;
    *out = memory;
    return 0;
}
#endif
