// Is it DNS? On its own ports nearly anything with a readable question is; elsewhere all must be in order.
#include "dissector.h"

#include <string.h>

enum { PROBE_SHOWN = 4096 };

static bool has_port(const vdt_flow *flow, uint16_t port) {
    return flow->server_port == port || flow->client_port == port;
}

static bool is_netbios(const vdt_flow *flow) { // the name service has DNS's form and none of its names
    return has_port(flow, 137) || has_port(flow, 138);
}

uint32_t dns_protocol_of(const vdt_flow *flow) {
    if (has_port(flow, 5353) && flow->transport == VDT_UDP)
        return PROTOCOL_MDNS;
    return has_port(flow, 5355) ? PROTOCOL_LLMNR : PROTOCOL_DNS;
}

static bool first_is_asked_in_earnest(const struct dns_message *message) {
    if (!message->questions_kept)
        return false;
    const struct dns_question *question = &message->questions[0];
    return dns_type_name(question->type) && dns_class_name(question->class & 0x7fff) && question->name.length;
}

/// For ports that are not DNS's own: whole, nothing behind it, and nothing unusual in it.
static bool is_impeccable(const struct dns_message *message, size_t length) {
    uint32_t allowed = 1u << DNS_RDATA_INVALID | 1u << DNS_EDNS_INVALID;
    bool response = message->flags & DNS_QR;
    if (!message->whole || message->used != length || (message->problems & ~allowed))
        return false;
    if (message->counts[0] != 1 || !first_is_asked_in_earnest(message) ||
        message->questions[0].name.length < 2)
        return false;
    if (!response && (message->flags & (DNS_AA | DNS_RA | 15) || message->counts[1] || message->counts[2]))
        return false;
    return dns_rcode(message) <= 23 && dns_opcode(message) == DNS_OPCODE_QUERY;
}

/// For DNS's own ports: a question that can be read, or the records of a response.
static bool is_plausible(const struct dns_message *message, bool cut) {
    if (message->whole)
        return message->counts[0] || message->counts[1] || message->counts[3] || message->flags & DNS_QR;
    if (message->counts[0] > 32 || message->counts[1] > 4096)
        return false;
    return first_is_asked_in_earnest(message) || (cut && message->questions_kept) ||
           (message->counts[0] == 1 &&
            (message->problems & (1u << DNS_NAME_INVALID | 1u << DNS_COMPRESSION_LOOP)));
}

int32_t dns_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                  vdt_probe_result *result) {
    (void)direction;
    if (is_netbios(flow))
        return VDT_PROBE_NO;
    uint32_t protocol = dns_protocol_of(flow);
    bool own_port = protocol != PROTOCOL_DNS || has_port(flow, 53);
    const uint8_t *start = bytes.ptr;
    size_t length = bytes.len;
    bool cut = false;
    if (flow->transport == VDT_TCP) {
        if (length < 2 + DNS_HEADER) {
            if (length >= 2 && (start[0] << 8 | start[1]) < DNS_HEADER)
                return VDT_PROBE_NO;
            result->need = 2 + DNS_HEADER - length;
            return VDT_PROBE_NEED_MORE;
        }
        size_t announced = (size_t)(start[0] << 8 | start[1]);
        if (announced < DNS_HEADER + 5)
            return VDT_PROBE_NO;
        start += 2;
        length -= 2;
        if (length < announced) {
            // The header is there. Waiting on what is none would hold up whoever knows these bytes.
            if (!own_port && (start[2] & 0x78 || start[4] || start[5] != 1))
                return VDT_PROBE_NO;
            if (announced + 2 <= PROBE_SHOWN) {
                result->need = announced - length;
                return VDT_PROBE_NEED_MORE;
            }
            if (length + 2 < PROBE_SHOWN) {
                result->need = PROBE_SHOWN - 2 - length;
                return VDT_PROBE_NEED_MORE;
            }
            cut = true;
        } else {
            length = announced;
        }
    }
    if (length < DNS_HEADER)
        return VDT_PROBE_NO;
    struct dns_message *message = &instance->message;
    message->over_tcp = flow->transport == VDT_TCP;
    dns_read_message(message, start, length);
    result->protocol = protocol;
    if (!cut && is_impeccable(message, length))
        result->certainty = own_port ? 95 : 85;
    else if (own_port && is_plausible(message, cut))
        result->certainty = 60;
    else
        return VDT_PROBE_NO;
    return VDT_PROBE_YES;
}
