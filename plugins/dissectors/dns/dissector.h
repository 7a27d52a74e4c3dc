// The dns dissector's instance and sessions.
#ifndef VEDETTE_DNS_DISSECTOR_H
#define VEDETTE_DNS_DISSECTOR_H

#include "declare.h"
#include "message/message.h"

enum {
    MAX_PENDING = 128, // queries that wait for their response, per session
    MAX_ANSWERED = 16, // responses remembered for comparison
};

struct vdt_instance {
    const vdt_host *host;
    struct dns_message message; // where each message is taken apart: one at a time, worker by worker
};

/// A query that waits. Its names are kept behind it, each with a NUL.
struct pending {
    int64_t time;
    uint16_t id, flags, length;
    uint8_t direction, questions;
    uint16_t types[DNS_MAX_QUESTIONS], classes[DNS_MAX_QUESTIONS];
    uint16_t name_lengths[DNS_MAX_QUESTIONS];
    char names[];
};

/// A response remembered, so that the same or another one to the same query is told apart.
struct answered {
    uint64_t digest;
    uint16_t id;
    uint8_t direction;
    uint8_t transfer; // AXFR, IXFR: more messages follow under this id
    uint8_t used;
};

struct vdt_session {
    struct vdt_instance *instance;
    uint32_t protocol, transport;
    uint32_t pending_count, pending_room;
    uint32_t answered_next;
    uint8_t lost[2];           // TCP: a gap took the framing away
    uint32_t missing[2];       // TCP: of a message cut by a gap, bytes still to come
    struct pending **pending;  // oldest first; grows up to MAX_PENDING
    struct answered *answered; // MAX_ANSWERED, from the first response on
};

uint32_t dns_protocol_of(const vdt_flow *flow);
int32_t dns_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                  vdt_probe_result *result);

/// Takes one message apart, joins it with what it belongs to, and emits. `offset` is that of its first byte.
void dns_take_message(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                      const uint8_t *bytes, size_t length);
/// Emits the queries that were never answered.
void dns_flush(vdt_session *session, const vdt_sink *sink);

#endif
