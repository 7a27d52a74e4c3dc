// The dns dissector's instance and sessions.
#ifndef VEDETTE_DNS_DISSECTOR_H
#define VEDETTE_DNS_DISSECTOR_H

#include "declare.h"
#include "message/message.h"
#include "pending.h"
#include "sessions.h"

enum {
    MAX_ANSWERED = 16, // responses remembered for comparison
};

struct vdt_instance {
    const vdt_host *host;
    struct session_pool sessions;
    struct dns_message message; // where each message is taken apart: one at a time, worker by worker
};

/// A response remembered, so that the same or another one to the same query is told apart.
struct answered {
    uint64_t digest;
    uint16_t id;
    uint8_t direction;
    uint8_t transfer; // AXFR, IXFR: more messages follow under this id
    uint8_t used;
};

/// Two cache lines: what every message looks at, and the first queries that wait behind it. Its instance is
/// found by its address: session_instance.
struct vdt_session {
    _Alignas(64) struct answered *answered; // MAX_ANSWERED, from the first response on
    uint16_t missing[2];                    // TCP: of a message cut by a gap, bytes still to come
    uint8_t answered_next;
    uint8_t protocol;
    bool over_tcp;
    uint8_t lost; // TCP: a gap took the framing away; one bit a direction
    struct pending_list pending;
};
_Static_assert(sizeof(vdt_session) == 128, "two cache lines");

uint32_t dns_protocol_of(const vdt_flow *flow);
int32_t dns_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                  vdt_probe_result *result);

/// Takes one message apart, joins it with what it belongs to, and emits. `offset` is that of its first byte.
void dns_take_message(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                      const uint8_t *bytes, size_t length);
/// Emits the queries that were never answered.
void dns_flush(vdt_session *session, const vdt_sink *sink);

#endif
