#pragma once

/* What Capture needs of libpcap and of the kernel's packet sockets: live handles, filters, rings and
 * capabilities. */
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/securebits.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <sys/prctl.h>

/* Asks the processor for a line of memory ahead of its use. Any address is allowed: one that is not mapped is
 * ignored. */
static inline void capture_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

/* The status word of a ring's block, which the kernel writes too: what it wrote before is seen after the
   load, and what was read before the store is read before the kernel sees it. */
static inline uint32_t capture_load_acquire(const void *word) {
    return __atomic_load_n((const uint32_t *)word, __ATOMIC_ACQUIRE);
}
static inline void capture_store_release(void *word, uint32_t value) {
    __atomic_store_n((uint32_t *)word, value, __ATOMIC_RELEASE);
}

/* The C library has these, but no header that says so, or takes any number of arguments, which Swift cannot
 * call. */
int capget(cap_user_header_t header, cap_user_data_t data);
int capset(cap_user_header_t header, const cap_user_data_t data);
static inline int capture_prctl(int option, unsigned long first, unsigned long second) {
    return prctl(option, first, second, 0UL, 0UL);
}
