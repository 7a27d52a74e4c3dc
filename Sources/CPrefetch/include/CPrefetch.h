/** The processor's prefetch instruction, which Swift has no word for. */
#ifndef VEDETTE_CPREFETCH_H
#define VEDETTE_CPREFETCH_H

/** Asks for the cache line of an address, to be read and written soon. Any address will do: a bad one is
 * ignored. */
static inline void vedette_prefetch(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

#endif
