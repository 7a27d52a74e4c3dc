// What the readers of names and record data share: a message's bytes and a place to put text.
#ifndef VEDETTE_DNS_READER_H
#define VEDETTE_DNS_READER_H

#include "message.h"

struct dns_reader {
    const uint8_t *bytes;
    size_t length;
    struct dns_message *message;
};

void dns_note(struct dns_reader *reader, enum dns_problem problem, size_t at);

/// Text that grows in the arena up to DNS_MAX_TEXT; what does not fit is left out.
struct dns_writer {
    struct dns_message *message;
    size_t start, room;
};

struct dns_writer dns_begin_text(struct dns_reader *reader);
struct dns_text dns_end_text(struct dns_writer *writer);
void dns_put(struct dns_writer *writer, const char *text, size_t length);
void dns_put_number(struct dns_writer *writer, uint64_t number);
/// One octet as in a zone file (RFC 1035 §5.1): printable ASCII as it is, `escape` and \ after a \, others
/// \DDD.
void dns_put_octet(struct dns_writer *writer, uint8_t octet, char escape);

/// Reads the name at `at`, writes it as text (without the last dot; the root is "."). Gives the offset
/// behind it, or 0 when the name cannot be read to its end. The name must lie before `end`; pointers may
/// lead anywhere before it. `writer` may be NULL.
size_t dns_read_name(struct dns_reader *reader, size_t at, size_t end, struct dns_writer *writer);

/// Writes the data of a record as text and checks it against its type.
void dns_read_rdata(struct dns_reader *reader, uint16_t type, size_t at, size_t end,
                    struct dns_writer *writer);

/// Checks the options of an OPT record.
void dns_read_options(struct dns_reader *reader, size_t at, size_t end);

static inline uint16_t dns_u16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t dns_u32(const uint8_t *bytes) {
    return (uint32_t)dns_u16(bytes) << 16 | dns_u16(bytes + 2);
}

#endif
