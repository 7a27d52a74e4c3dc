// One DNS message taken apart: RFC 1035 §4, with EDNS (RFC 6891) and SVCB (RFC 9460).
#ifndef VEDETTE_DNS_MESSAGE_H
#define VEDETTE_DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DNS_HEADER = 12,
    DNS_MAX_QUESTIONS = 4, // kept; all are checked
    DNS_MAX_ANSWERS = 32,  // kept; all are checked
    DNS_MAX_NAME = 255,    // octets on the wire, RFC 1035 §2.3.4
    DNS_MAX_HOPS = 64,     // compression pointers followed for one name
    DNS_ARENA = 8192,      // text of all names and answers kept
    DNS_MAX_TEXT = 1024,   // text of one name or answer
};

enum {
    DNS_QR = 0x8000,
    DNS_AA = 0x0400,
    DNS_TC = 0x0200,
    DNS_RD = 0x0100,
    DNS_RA = 0x0080,
    DNS_Z = 0x0040,
    DNS_AD = 0x0020,
    DNS_CD = 0x0010,
};

enum {
    DNS_TYPE_A = 1,
    DNS_TYPE_NS = 2,
    DNS_TYPE_CNAME = 5,
    DNS_TYPE_SOA = 6,
    DNS_TYPE_PTR = 12,
    DNS_TYPE_MX = 15,
    DNS_TYPE_TXT = 16,
    DNS_TYPE_AAAA = 28,
    DNS_TYPE_SRV = 33,
    DNS_TYPE_DNAME = 39,
    DNS_TYPE_OPT = 41,
    DNS_TYPE_SVCB = 64,
    DNS_TYPE_HTTPS = 65,
    DNS_TYPE_SPF = 99,
    DNS_TYPE_CAA = 257,
};

enum { DNS_OPCODE_QUERY = 0, DNS_OPCODE_UPDATE = 5 };

/// What can be wrong with a message. Each is noted once, where it was first seen.
enum dns_problem {
    DNS_MALFORMED,
    DNS_Z_SET,
    DNS_OPCODE_INVALID,
    DNS_SECTION_INVALID,
    DNS_NAME_INVALID,
    DNS_COMPRESSION_LOOP,
    DNS_RDATA_INVALID,
    DNS_EDNS_INVALID,
    DNS_PROBLEMS,
};

/// A stretch of the arena.
struct dns_text {
    uint16_t offset, length;
};

struct dns_question {
    struct dns_text name;
    uint16_t type, class;
};

struct dns_answer {
    struct dns_text data;
    uint32_t ttl;
    uint16_t type;
};

struct dns_message {
    uint16_t id, flags;
    uint16_t counts[4]; // questions, answers, authorities, additionals, as announced
    uint8_t questions_kept, answers_kept;
    bool over_tcp;                     // set by the caller: some EDNS options belong to one transport
    bool edns;                         // an OPT record was there
    bool whole;                        // all four sections were read to their ends
    uint16_t edns_rcode;               // the upper eight bits, already shifted
    uint32_t used;                     // bytes read
    uint32_t problems;                 // bit set of enum dns_problem
    uint32_t problem_at[DNS_PROBLEMS]; // offset in the message
    struct dns_question questions[DNS_MAX_QUESTIONS];
    struct dns_answer answers[DNS_MAX_ANSWERS];
    uint16_t arena_used;
    char arena[DNS_ARENA];
};

/// Reads what can be read of a message; never fails, notes problems instead. `over_tcp` is the caller's.
/// A message shorter than a header has zero flags and counts, and DNS_MALFORMED.
void dns_read_message(struct dns_message *message, const uint8_t *bytes, size_t length);

static inline bool dns_has(const struct dns_message *message, enum dns_problem problem) {
    return (message->problems >> problem) & 1;
}

static inline unsigned dns_opcode(const struct dns_message *message) {
    return (message->flags >> 11) & 15;
}

static inline unsigned dns_rcode(const struct dns_message *message) {
    return (message->flags & 15u) | message->edns_rcode;
}

/// The registry's names; NULL where there is none.
const char *dns_type_name(uint16_t type);
const char *dns_class_name(uint16_t class);
const char *dns_rcode_name(unsigned rcode);

#endif
