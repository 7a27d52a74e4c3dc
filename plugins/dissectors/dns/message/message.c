// Header, sections and resource records.
#include "reader.h"

#include <string.h>

void dns_note(struct dns_reader *reader, enum dns_problem problem, size_t at) {
    struct dns_message *message = reader->message;
    if (!dns_has(message, problem))
        message->problem_at[problem] = (uint32_t)at;
    message->problems |= 1u << problem;
}

static size_t read_question(struct dns_reader *reader, size_t at) {
    struct dns_message *message = reader->message;
    struct dns_writer writer = dns_begin_text(reader);
    bool keep = message->questions_kept < DNS_MAX_QUESTIONS;
    size_t behind = dns_read_name(reader, at, reader->length, keep ? &writer : NULL);
    if (!behind)
        return 0;
    if (reader->length - behind < 4) {
        dns_note(reader, DNS_MALFORMED, behind);
        return 0;
    }
    if (keep)
        message->questions[message->questions_kept++] = (struct dns_question){
            dns_end_text(&writer), dns_u16(reader->bytes + behind), dns_u16(reader->bytes + behind + 2)};
    return behind + 4;
}

static void read_opt(struct dns_reader *reader, size_t fixed, size_t data, size_t end) {
    struct dns_message *message = reader->message;
    if (message->edns) // RFC 6891 §6.1.1: one at most
        dns_note(reader, DNS_EDNS_INVALID, fixed);
    message->edns = true;
    message->edns_rcode = (uint16_t)(reader->bytes[fixed + 4] << 4);
    dns_read_options(reader, data, end);
}

/// Section 1 are the answers, 2 the authorities, 3 the additionals.
static size_t read_record(struct dns_reader *reader, size_t at, int section) {
    struct dns_message *message = reader->message;
    size_t fixed = dns_read_name(reader, at, reader->length, NULL);
    if (!fixed)
        return 0;
    if (reader->length - fixed < 10) {
        dns_note(reader, DNS_MALFORMED, fixed);
        return 0;
    }
    uint16_t type = dns_u16(reader->bytes + fixed);
    uint32_t ttl = dns_u32(reader->bytes + fixed + 4);
    size_t length = dns_u16(reader->bytes + fixed + 8), data = fixed + 10;
    if (reader->length - data < length) {
        dns_note(reader, DNS_MALFORMED, fixed + 8);
        if (type == DNS_TYPE_OPT)
            dns_note(reader, DNS_EDNS_INVALID, fixed + 8);
        return 0;
    }
    if (type == DNS_TYPE_OPT) {
        read_opt(reader, fixed, data, data + length);
    } else if (dns_opcode(message) !=
               DNS_OPCODE_UPDATE) { // an update has records without data (RFC 2136 §2.5)
        bool keep = section == 1 && message->answers_kept < DNS_MAX_ANSWERS;
        struct dns_writer writer = dns_begin_text(reader);
        dns_read_rdata(reader, type, data, data + length, keep ? &writer : NULL);
        if (keep)
            message->answers[message->answers_kept++] = (struct dns_answer){dns_end_text(&writer), ttl, type};
    }
    return data + length;
}

static bool opcode_assigned(unsigned opcode) { // IANA: query, iquery (obsolete), status, notify, update, DSO
    return opcode <= 2 || (opcode >= 4 && opcode <= 6);
}

/// The least a section can take: a question five octets, a record eleven. Stateful operations (RFC 8490)
/// have no records.
static bool counts_possible(const struct dns_message *message, size_t length) {
    uint64_t least = DNS_HEADER + 5ull * message->counts[0];
    for (int section = 1; section < 4; section++)
        least += 11ull * message->counts[section];
    return least <= length;
}

void dns_read_message(struct dns_message *message, const uint8_t *bytes, size_t length) {
    bool over_tcp = message->over_tcp;
    memset(message, 0, offsetof(struct dns_message, questions));
    message->over_tcp = over_tcp;
    message->arena_used = 0;
    struct dns_reader reader = {bytes, length, message};
    if (length < DNS_HEADER) {
        dns_note(&reader, DNS_MALFORMED, 0);
        return;
    }
    message->id = dns_u16(bytes);
    message->flags = dns_u16(bytes + 2);
    for (int section = 0; section < 4; section++)
        message->counts[section] = dns_u16(bytes + 4 + 2 * section);
    if (message->flags & DNS_Z)
        dns_note(&reader, DNS_Z_SET, 3);
    if (!opcode_assigned(dns_opcode(message)))
        dns_note(&reader, DNS_OPCODE_INVALID, 2);
    if (!counts_possible(message, length))
        dns_note(&reader, DNS_SECTION_INVALID, 4);
    size_t at = DNS_HEADER;
    for (int section = 0; section < 4; section++) {
        for (unsigned i = 0; i < message->counts[section]; i++) {
            uint32_t before = message->problems;
            size_t behind = section ? read_record(&reader, at, section) : read_question(&reader, at);
            if (!behind) {
                if (section > 1) { // the answer itself is sound; the section that follows is not
                    dns_note(&reader, DNS_SECTION_INVALID, at);
                    message->problems &= before | ~(1u << DNS_MALFORMED);
                }
                message->used = (uint32_t)at;
                return;
            }
            at = behind;
        }
    }
    message->used = (uint32_t)at;
    message->whole = true;
}
