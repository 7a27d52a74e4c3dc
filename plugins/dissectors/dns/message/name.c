// Domain names: labels, compression pointers (RFC 1035 §4.1.4) and their text.
#include "reader.h"

#include <string.h>

struct dns_writer dns_begin_text(struct dns_reader *reader) {
    size_t left = DNS_ARENA - reader->message->arena_used;
    return (struct dns_writer){reader->message, reader->message->arena_used,
                               left < DNS_MAX_TEXT ? left : DNS_MAX_TEXT};
}

struct dns_text dns_end_text(struct dns_writer *writer) {
    return (struct dns_text){(uint16_t)writer->start,
                             (uint16_t)(writer->message->arena_used - writer->start)};
}

void dns_put(struct dns_writer *writer, const char *text, size_t length) {
    if (!writer || !length || length > writer->room)
        return;
    memcpy(writer->message->arena + writer->message->arena_used, text, length);
    writer->message->arena_used = (uint16_t)(writer->message->arena_used + length);
    writer->room -= length;
}

void dns_put_number(struct dns_writer *writer, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    dns_put(writer, digits + at, sizeof digits - at);
}

void dns_put_octet(struct dns_writer *writer, uint8_t octet, char escape) {
    if (octet == '\\' || octet == (uint8_t)escape)
        dns_put(writer, (char[]){'\\', (char)octet}, 2);
    else if (octet > 0x20 && octet < 0x7f)
        dns_put(writer, (char[]){(char)octet}, 1);
    else
        dns_put(writer,
                (char[]){'\\', (char)('0' + octet / 100), (char)('0' + octet / 10 % 10),
                         (char)('0' + octet % 10)},
                4);
}

/// Whether an octet stands for itself in a label's text.
static bool is_plain(uint8_t octet) {
    return octet > 0x20 && octet < 0x7f && octet != '\\' && octet != '.';
}

/// A label. Most are plain and short: those are copied as they are checked.
static void put_label(struct dns_writer *writer, const uint8_t *octets, size_t length) {
    if (!writer)
        return;
    size_t from = 0;
    if (length <= writer->room) {
        char *to = writer->message->arena + writer->message->arena_used;
        while (from < length && is_plain(octets[from])) {
            to[from] = (char)octets[from];
            from++;
        }
        writer->message->arena_used = (uint16_t)(writer->message->arena_used + from);
        writer->room -= from;
    }
    for (size_t i = from; i < length; i++) {
        if (is_plain(octets[i]))
            continue;
        dns_put(writer, (const char *)octets + from, i - from);
        dns_put_octet(writer, octets[i], '.');
        from = i + 1;
    }
    dns_put(writer, (const char *)octets + from, length - from);
}

size_t dns_read_name(struct dns_reader *reader, size_t at, size_t end, struct dns_writer *writer) {
    size_t behind = 0, wire = 1, hops = 0, limit = end;
    size_t segment = at; // pointers must lead before the stretch they stand in, so that each name ends
    bool too_long = false;
    for (;;) {
        if (at >= limit) {
            dns_note(reader, DNS_MALFORMED, at);
            return 0;
        }
        uint8_t octet = reader->bytes[at];
        if (octet == 0) {
            if (wire == 1)
                dns_put(writer, ".", 1);
            return behind ? behind : at + 1;
        }
        if (octet >= 0xc0) {
            if (limit - at < 2) {
                dns_note(reader, DNS_MALFORMED, at);
                return 0;
            }
            size_t target = (size_t)(octet & 0x3f) << 8 | reader->bytes[at + 1];
            if (!behind)
                behind = at + 2;
            if (target >= segment || target < DNS_HEADER || ++hops > DNS_MAX_HOPS) {
                dns_note(reader, DNS_COMPRESSION_LOOP, at);
                return behind;
            }
            limit = reader->length;
            at = segment = target;
            continue;
        }
        if (octet > 63) { // 01 and 10 are extended labels that nobody uses (RFC 6891 §5)
            dns_note(reader, DNS_NAME_INVALID, at);
            return behind;
        }
        if (limit - at - 1 < octet) {
            dns_note(reader, DNS_MALFORMED, at);
            return behind;
        }
        if (wire + 1 + octet > DNS_MAX_NAME && !too_long) {
            dns_note(reader, DNS_NAME_INVALID, at);
            too_long = true;
        }
        if (too_long && behind) // the rest stands elsewhere: nothing more to learn from it
            return behind;
        if (!too_long) {
            if (wire > 1)
                dns_put(writer, ".", 1);
            put_label(writer, reader->bytes + at + 1, octet);
            wire += 1u + octet;
        }
        at += 1u + octet;
    }
}
