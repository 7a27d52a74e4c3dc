#pragma once

/* What Capture needs of libpcap: live handles, filters and statistics. */
#include <pcap/pcap.h>

/* Asks the processor for a line of memory ahead of its use. Any address is allowed: one that is not mapped is ignored. */
static inline void capture_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}
