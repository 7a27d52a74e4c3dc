// The dns dissector: DNS over UDP and TCP (RFC 1035, RFC 7766), multicast DNS (RFC 6762), LLMNR (RFC 4795).
#include "dissector.h"
#include "../common/dissector.h"
#include "include/dissector_dns.h"

#include <stdlib.h>
#include <string.h>

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = allocate_instance(host, sizeof **instance);
    if (!*instance)
        return VDT_E_MEMORY;
    (*instance)->host = host;
    return VDT_OK;
}

static int32_t destroy(vdt_instance *instance) {
    session_pool_free(&instance->sessions);
    free(instance);
    return VDT_OK;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    *session = session_take(instance);
    if (!*session)
        return VDT_E_MEMORY;
    // Not the room for queries, of which most sessions need little.
    memset(*session, 0, offsetof(vdt_session, pending.first));
    (*session)->protocol = (uint8_t)(flow->protocol ? flow->protocol : dns_protocol_of(flow));
    (*session)->over_tcp = flow->transport == VDT_TCP;
    return VDT_OK;
}

static int32_t close_session(vdt_session *session, const vdt_sink *sink, uint32_t reason) {
    dns_flush(session, reason == VDT_CLOSE_NOT_MINE ? NULL : sink);
    free(session->answered);
    session_give(session);
    return VDT_OK;
}

static int32_t datagram(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                        vdt_data_result *result) {
    // A query will be added at the end: with many flows, waiting for that memory would be most of the work.
    __builtin_prefetch(pending_end(&session->pending), 1);
    dns_take_message(session, sink, chunk->direction, chunk->offset, chunk->bytes.ptr, chunk->bytes.len);
    result->consumed = chunk->bytes.len;
    return VDT_DATA_OK;
}

/// Over TCP each message has its length before it (RFC 7766 §8).
static int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result) {
    uint32_t direction = chunk->direction;
    const uint8_t *bytes = chunk->bytes.ptr;
    size_t length = chunk->bytes.len, at = 0;
    if (direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    if (session->lost >> direction & 1) {
        result->consumed = length;
        return VDT_DATA_OK;
    }
    if (session->missing[direction]) {
        at = length < session->missing[direction] ? length : session->missing[direction];
        session->missing[direction] -= (uint16_t)at;
    }
    size_t need = 0;
    while (length - at >= 2) {
        size_t announced = (size_t)(bytes[at] << 8 | bytes[at + 1]);
        if (length - at - 2 < announced) {
            need = announced - (length - at - 2);
            break;
        }
        dns_take_message(session, sink, direction, chunk->offset + at + 2, bytes + at + 2, announced);
        at += 2 + announced;
    }
    result->consumed = at;
    if (chunk->flags & (VDT_CHUNK_BEFORE_GAP | VDT_CHUNK_END)) { // what is left is the beginning of a message
        if (length - at == 1)
            session->lost |= 1u << direction; // half of a length: where the next one stands cannot be known
        else if (need)
            session->missing[direction] = (uint16_t)need;
        result->consumed = length;
        return VDT_DATA_OK;
    }
    if (!need)
        return VDT_DATA_OK;
    result->need = need;
    return VDT_DATA_NEED_MORE;
}

static int32_t gap(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result) {
    (void)offset, (void)sink, (void)result;
    if (direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    if (length <= session->missing[direction]) // all within the message that it cut
        session->missing[direction] -= (uint16_t)length;
    else
        session->lost |= 1u << direction;
    return session->lost == 3 ? VDT_DATA_DONE : VDT_DATA_OK;
}

static const vdt_dissector dissector = {
    .size = sizeof dissector,
    .probe = dns_probe,
    .open = open_session,
    .data = data,
    .gap = gap,
    .datagram = datagram,
    .close = close_session,
};

DISSECTOR_PLUGIN("dns", "DNS over UDP and TCP, multicast DNS and LLMNR", dns_describe)
