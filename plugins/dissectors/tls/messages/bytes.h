// A stretch of bytes that is read from its front, with lengths checked (RFC 8446 §3).
#ifndef VEDETTE_TLS_BYTES_H
#define VEDETTE_TLS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *start;
    size_t length;
};

static inline bool bytes_take(struct bytes *from, size_t length, struct bytes *taken) {
    if (from->length < length)
        return false;
    *taken = (struct bytes){from->start, length};
    from->start += length;
    from->length -= length;
    return true;
}

/// A number of `octets` (at most 4) octets.
static inline bool bytes_number(struct bytes *from, size_t octets, uint32_t *number) {
    struct bytes taken;
    if (!bytes_take(from, octets, &taken))
        return false;
    *number = 0;
    for (size_t i = 0; i < octets; i++)
        *number = *number << 8 | taken.start[i];
    return true;
}

/// A vector with a length of `octets` octets before it.
static inline bool bytes_vector(struct bytes *from, size_t octets, struct bytes *vector) {
    uint32_t length;
    return bytes_number(from, octets, &length) && bytes_take(from, length, vector);
}

static inline uint16_t bytes_u16(const uint8_t *at) {
    return (uint16_t)(at[0] << 8 | at[1]);
}

#endif
