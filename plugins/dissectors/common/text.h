// Text that is put together in a buffer of fixed size and is always UTF-8. Header only: each dissector is
// one file when it is built, and shares no code with another.
#ifndef VEDETTE_DISSECTOR_TEXT_H
#define VEDETTE_DISSECTOR_TEXT_H

#include "vedette/types.h"

#include <stdbool.h>
#include <string.h>

struct text {
    char *start;
    size_t length, room; // room is what is left
};

#define TEXT_IN(array)                                                                                       \
    { (array), 0, sizeof(array) }

static inline vdt_str text_str(const struct text *text) {
    return vdt_make_str(text->start, text->length);
}

/// Takes all or nothing, so that a character is never cut.
static inline bool text_put(struct text *text, const void *bytes, size_t length) {
    if (length > text->room)
        return false;
    memcpy(text->start + text->length, bytes, length);
    text->length += length;
    text->room -= length;
    return true;
}

static inline bool text_put_words(struct text *text, const char *words) {
    return text_put(text, words, strlen(words));
}

static inline void text_put_hex(struct text *text, const uint8_t *bytes, size_t length) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++)
        if (!text_put(text, (char[]){digits[bytes[i] >> 4], digits[bytes[i] & 15]}, 2))
            return;
}

static inline void text_put_number(struct text *text, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    text_put(text, digits + at, sizeof digits - at);
}

static inline bool text_put_code_point(struct text *text, uint32_t c) {
    if (c < 0x80)
        return text_put(text, (uint8_t[]){(uint8_t)c}, 1);
    if (c < 0x800)
        return text_put(text, (uint8_t[]){(uint8_t)(0xc0 | c >> 6), (uint8_t)(0x80 | (c & 63))}, 2);
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = 0xfffd;
    if (c < 0x10000)
        return text_put(text,
                        (uint8_t[]){(uint8_t)(0xe0 | c >> 12), (uint8_t)(0x80 | (c >> 6 & 63)),
                                    (uint8_t)(0x80 | (c & 63))},
                        3);
    return text_put(text,
                    (uint8_t[]){(uint8_t)(0xf0 | c >> 18), (uint8_t)(0x80 | (c >> 12 & 63)),
                                (uint8_t)(0x80 | (c >> 6 & 63)), (uint8_t)(0x80 | (c & 63))},
                    4);
}

/// Length of the well-formed UTF-8 character at the start of `bytes` (Unicode 15, table 3-7), or 0.
static inline size_t text_character(const uint8_t *bytes, size_t length) {
    uint8_t lead = bytes[0], low = 0x80, high = 0xbf;
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length < size)
        return 0;
    low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return size;
}

/// Bytes off the wire: what is UTF-8 as it is, each other byte as the character of that number (Latin-1).
/// Stops where there is no room; says whether all of it fitted.
static inline bool text_put_wire(struct text *text, const uint8_t *bytes, size_t length) {
    for (size_t at = 0; at < length;) {
        size_t plain = at; // nearly all of it is ASCII
        while (plain < length && bytes[plain] < 0x80)
            plain++;
        if (plain > at) {
            size_t run = plain - at < text->room ? plain - at : text->room;
            text_put(text, bytes + at, run);
            if (run < plain - at)
                return false;
            at = plain;
            continue;
        }
        size_t size = text_character(bytes + at, length - at);
        if (!(size ? text_put(text, bytes + at, size) : text_put_code_point(text, bytes[at])))
            return false;
        at += size ? size : 1;
    }
    return true;
}

#endif
