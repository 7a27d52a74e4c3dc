// Is it TLS? A hello is nearly beyond doubt; a record of a session under way is only likely.
#include "session.h"

static int32_t yes(vdt_probe_result *result, uint32_t certainty) {
    result->certainty = certainty;
    return VDT_PROBE_YES;
}

static int32_t more(vdt_probe_result *result, size_t need) {
    result->need = need;
    return VDT_PROBE_NEED_MORE;
}

/// SSL 2: length with the top bit, type, version, and three lengths that must add up.
static int32_t probe_ssl2(const uint8_t *bytes, size_t length, vdt_probe_result *result) {
    if (length < 11)
        return more(result, 11 - length);
    size_t total = (size_t)(bytes[0] & 0x7f) << 8 | bytes[1];
    uint16_t version = bytes_u16(bytes + 3);
    if (version != 0x0002 && (version < 0x0300 || version > 0x0303))
        return VDT_PROBE_NO;
    if (bytes[2] == 4) // SERVER-HELLO: session hit, certificate type, version; only ever seen as an answer
        return VDT_PROBE_NO;
    size_t ciphers = bytes_u16(bytes + 5), session = bytes_u16(bytes + 7), challenge = bytes_u16(bytes + 9);
    if (!ciphers || ciphers % 3 || 9 + ciphers + session + challenge != total || challenge < 16 ||
        challenge > 32)
        return VDT_PROBE_NO;
    return yes(result, 90);
}

/// A handshake record: which message, and does its length go with the record's?
static int32_t probe_handshake(const uint8_t *bytes, size_t length, size_t body, vdt_probe_result *result) {
    if (body < 4)
        return VDT_PROBE_NO;
    if (length < 11)
        return more(result, 11 - length);
    uint32_t message = (uint32_t)bytes[6] << 16 | (uint32_t)bytes[7] << 8 | bytes[8];
    if (bytes[5] == 1 || bytes[5] == 2) {
        bool version_known = bytes[9] == 3 || bytes[9] == 0x7f;
        return version_known && message >= 34 && message <= HANDSHAKE_MAX ? yes(result, 97) : VDT_PROBE_NO;
    }
    return bytes[5] <= 24 && message <= HANDSHAKE_MAX ? yes(result, 40) : VDT_PROBE_NO;
}

int32_t tls_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes shown,
                  vdt_probe_result *result) {
    (void)instance, (void)direction;
    const uint8_t *bytes = shown.ptr;
    size_t length = shown.len;
    if (flow->transport != VDT_TCP)
        return VDT_PROBE_NO;
    if (length < 3) {
        bool may = !length ||
                   (bytes[0] >= CHANGE_CIPHER_SPEC && bytes[0] <= APPLICATION_DATA &&
                    (length < 2 || bytes[1] == 3)) ||
                   bytes[0] & 0x80;
        return may ? more(result, 3 - length) : VDT_PROBE_NO;
    }
    if (bytes[0] & 0x80 && bytes[2] == 1)
        return probe_ssl2(bytes, length, result);
    if (bytes[0] < CHANGE_CIPHER_SPEC || bytes[0] > APPLICATION_DATA || bytes[1] != 3 || bytes[2] > 4)
        return VDT_PROBE_NO;
    if (length < RECORD_HEADER)
        return more(result, RECORD_HEADER - length);
    size_t body = bytes_u16(bytes + 3);
    if (!body || body > RECORD_MAX)
        return VDT_PROBE_NO;
    switch (bytes[0]) {
    case HANDSHAKE:
        return probe_handshake(bytes, length, body, result);
    case CHANGE_CIPHER_SPEC:
        return body == 1 ? yes(result, 40) : VDT_PROBE_NO;
    case ALERT:
        return body == 2 || (body >= 18 && body <= 64) ? yes(result, 40) : VDT_PROBE_NO;
    default: // data: the session began before the capture
        return flow->flags & (VDT_FLOW_MIDSTREAM | VDT_FLOW_ONE_SIDED) && body >= 17 ? yes(result, 40)
                                                                                     : VDT_PROBE_NO;
    }
}
