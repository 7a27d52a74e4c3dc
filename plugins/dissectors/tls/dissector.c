// The tls dissector: the record layer of SSL 3 to TLS 1.3 (RFC 8446 §5), and SSL 2's first message.
#include "session.h"
#include "../common/dissector.h"
#include "include/dissector_tls.h"

#include <stdlib.h>

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = allocate_instance(host, sizeof **instance);
    if (!*instance)
        return VDT_E_MEMORY;
    (*instance)->host = host;
    if (!fingerprinter_open(&(*instance)->fingerprinter)) {
        free(*instance);
        return host->fail(host, VDT_E_MEMORY, VDT_STR("tls: libcrypto gives no digest context"));
    }
    return VDT_OK;
}

static int32_t destroy(vdt_instance *instance) {
    fingerprinter_close(&instance->fingerprinter);
    free(instance);
    return VDT_OK;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **opened) {
    vdt_session *session = calloc(1, sizeof *session);
    if (!session)
        return VDT_E_MEMORY;
    session->instance = instance;
    session->client = VDT_TO_SERVER;
    session->midway = flow->flags & (VDT_FLOW_MIDSTREAM | VDT_FLOW_ONE_SIDED);
    session->time = VDT_TIME_UNKNOWN;
    session->server_name = (struct text)TEXT_IN(session->server_name_text);
    session->alpn_offered = (struct text)TEXT_IN(session->alpn_offered_text);
    session->alpn = (struct text)TEXT_IN(session->alpn_text);
    session->ja3 = (struct text)TEXT_IN(session->ja3_text);
    session->ja3s = (struct text)TEXT_IN(session->ja3s_text);
    session->ja4 = (struct text)TEXT_IN(session->ja4_text);
    session->client_certificate = (struct text)TEXT_IN(session->client_certificate_text);
    *opened = session;
    return VDT_OK;
}

static int32_t close_session(vdt_session *session, const vdt_sink *sink, uint32_t reason) {
    if (reason != VDT_CLOSE_NOT_MINE)
        tls_emit(session, sink);
    free(session->sides[0].message);
    free(session->sides[1].message);
    free(session->certificate);
    free(session);
    return VDT_OK;
}

static int32_t fail(vdt_data_result *result, uint32_t anomaly, uint64_t offset) {
    result->anomaly = anomaly;
    result->offset = offset;
    return VDT_DATA_ERROR;
}

/// Checks a record's header; 0, or the anomaly, with the offset in it.
static uint32_t check_header(const uint8_t *header, uint32_t *at) {
    *at = 0;
    if (header[0] < CHANGE_CIPHER_SPEC || header[0] > HEARTBEAT)
        return ANOMALY_RECORD_TYPE;
    *at = 1;
    if (header[1] != 3 || header[2] > 4) // drafts of 1.3 put 3.1 here, too
        return ANOMALY_RECORD_VERSION;
    *at = 3;
    return bytes_u16(header + 3) > RECORD_MAX ? ANOMALY_RECORD_LENGTH : 0;
}

static void take_alert(const struct call *call, struct bytes body, uint64_t offset) {
    vdt_session *session = call->session;
    bool sound = body.length && body.length % 2 == 0;
    size_t length = body.length;
    if (length > 2 * ALERTS_MAX) { // nothing sends so many at once; what they say is not worth more
        call->sink->anomaly(call->sink, ANOMALY_RECORD_LENGTH, call->direction, offset);
        length = 2 * ALERTS_MAX;
    }
    for (size_t i = 0; sound && i < length; i += 2) {
        sound = body.start[i] == 1 || body.start[i] == 2;
        if (body.start[i] == 2) {
            if (!session->has_alert)
                session->alert = body.start[i + 1];
            session->has_alert = true;
            call->sink->anomaly(call->sink, ANOMALY_ALERT, call->direction, offset + i);
        }
    }
    if (!sound)
        call->sink->anomaly(call->sink, ANOMALY_ALERT, call->direction, offset);
}

/// RFC 6520 §4: the payload and 16 octets of padding must fit the record.
static void take_heartbeat(const struct call *call, struct bytes body, uint64_t offset) {
    if (body.length < 3 || bytes_u16(body.start + 1) + 19u > body.length)
        call->sink->anomaly(call->sink, ANOMALY_HEARTBEAT, call->direction, offset);
}

/// Encrypted, only lengths can be compared: an answer longer than what was asked leaks memory
/// (CVE-2014-0160).
static void compare_heartbeat(const struct call *call, uint32_t length, uint64_t offset) {
    struct side *other = &call->session->sides[call->direction ^ 1];
    if (other->heartbeat && length > other->heartbeat)
        call->sink->anomaly(call->sink, ANOMALY_HEARTBEAT, call->direction, offset);
    tls_side(call)->heartbeat = other->heartbeat ? 0 : length;
    other->heartbeat = 0;
}

static bool is_looked_into(const struct side *side, uint8_t type) {
    return !side->encrypted && type != APPLICATION_DATA && !(type == HANDSHAKE && side->broken);
}

/// From here on this direction is encrypted. With both the handshake is over, and its record goes out at
/// once, not at the end of the chunk, so that it does not depend on where that is.
static void encrypt(const struct call *call) {
    vdt_session *session = call->session;
    tls_side(call)->encrypted = true;
    if (session->sides[0].encrypted && session->sides[1].encrypted)
        tls_emit(session, call->sink);
}

/// One whole record that is not encrypted.
static void take_record(const struct call *call, uint8_t type, struct bytes body, uint64_t offset) {
    switch (type) {
    case HANDSHAKE:
        tls_take_handshake(call, body, offset);
        break;
    case ALERT:
        take_alert(call, body, offset);
        break;
    case HEARTBEAT:
        take_heartbeat(call, body, offset);
        break;
    case CHANGE_CIPHER_SPEC:
        // In TLS 1.3 it means nothing (RFC 8446 appendix D.4): a hello may still follow
        if (call->session->version < 0x0304 || call->session->version >> 8 == 0x7f)
            encrypt(call);
        break;
    }
}

/// SSL 2's header: two octets with the top bit set, then the type.
static bool is_ssl2(const uint8_t *bytes, size_t length) {
    return length >= 3 && bytes[0] & 0x80 && (bytes[2] == 1 || bytes[2] == 4);
}

/// The first message of a direction in SSL 2's form: taken whole. Gives how long it is, 0 when more is
/// needed.
static size_t take_ssl2(const struct call *call, struct bytes bytes, uint64_t offset, size_t *need) {
    size_t total = 2 + ((size_t)(bytes.start[0] & 0x7f) << 8 | bytes.start[1]);
    if (bytes.length < total) {
        *need = total - bytes.length;
        return 0;
    }
    tls_note_begin(call, offset);
    if (total < 3) { // shorter than the type that it has
        call->sink->anomaly(call->sink, ANOMALY_RECORD_LENGTH, call->direction, offset);
        tls_side(call)->lost = true;
        return total;
    }
    if (bytes.start[2] == 1) {
        tls_take_ssl2_hello(call, (struct bytes){bytes.start + 3, total - 3}, offset + 3);
    } else { // SERVER-HELLO: all that follows is SSL 2 and beyond what is read here
        call->session->version = 2;
        call->session->sides[0].lost = call->session->sides[1].lost = true;
    }
    return total;
}

/// Takes records from the front; gives how far it came.
static int32_t take(const struct call *call, const vdt_chunk *chunk, size_t *at, size_t *need,
                    vdt_data_result *result) {
    struct side *side = tls_side(call);
    const uint8_t *bytes = chunk->bytes.ptr;
    size_t length = chunk->bytes.len;
    while (*at < length && !side->lost) {
        size_t left = length - *at;
        if (side->skip) {
            size_t part = left < side->skip ? left : side->skip;
            side->skip -= (uint32_t)part;
            *at += part;
            continue;
        }
        if (!side->started && left < 3) {
            *need = 3 - left;
            return VDT_DATA_NEED_MORE;
        }
        if (!side->started && is_ssl2(bytes + *at, left)) {
            size_t taken = take_ssl2(call, (struct bytes){bytes + *at, left}, chunk->offset + *at, need);
            if (!taken)
                return VDT_DATA_NEED_MORE;
            side->started = true;
            *at += taken;
            continue;
        }
        if (left < RECORD_HEADER) {
            *need = RECORD_HEADER - left;
            return VDT_DATA_NEED_MORE;
        }
        const uint8_t *header = bytes + *at;
        uint32_t wrong_at, wrong = check_header(header, &wrong_at), body = bytes_u16(header + 3);
        if (wrong)
            return fail(result, wrong, chunk->offset + *at + wrong_at);
        side->started = true;
        side->skipped_type = header[0];
        tls_note_begin(call, chunk->offset + *at);
        if (!is_looked_into(side, header[0])) {
            if (header[0] == HEARTBEAT)
                compare_heartbeat(call, body, chunk->offset + *at);
            if (header[0] == APPLICATION_DATA)
                encrypt(call);
            side->skip = body;
            *at += RECORD_HEADER;
            continue;
        }
        if (left - RECORD_HEADER < body) {
            *need = RECORD_HEADER + body - left;
            return VDT_DATA_NEED_MORE;
        }
        take_record(call, header[0], (struct bytes){header + RECORD_HEADER, body},
                    chunk->offset + *at + RECORD_HEADER);
        *at += RECORD_HEADER + body;
    }
    if (side->lost)
        *at = length;
    return VDT_DATA_OK;
}

static int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result) {
    if (chunk->direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    struct call call = {session, sink, chunk->direction};
    struct side *side = tls_side(&call);
    size_t at = 0, need = 0;
    int32_t status = take(&call, chunk, &at, &need, result);
    result->consumed = at;
    if (status == VDT_DATA_ERROR)
        return status;
    if (status == VDT_DATA_NEED_MORE && chunk->flags & (VDT_CHUNK_BEFORE_GAP | VDT_CHUNK_END)) {
        size_t left = chunk->bytes.len - at;
        if (left >= RECORD_HEADER && side->started) { // the rest of this record can be passed over
            side->broken |= chunk->bytes.ptr[at] == HANDSHAKE;
            side->skip = (uint32_t)need;
        } else {
            side->lost = true;
        }
        result->consumed = chunk->bytes.len;
        return VDT_DATA_OK;
    }
    if (session->sides[0].lost && session->sides[1].lost)
        return VDT_DATA_DONE;
    result->need = need;
    return status;
}

static int32_t gap(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result) {
    (void)offset, (void)sink, (void)result;
    if (direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    struct side *side = &session->sides[direction];
    if (length <= side->skip) // all within a record that nobody looks at
        side->skip -= (uint32_t)length;
    else
        side->lost = true;
    return session->sides[0].lost && session->sides[1].lost ? VDT_DATA_DONE : VDT_DATA_OK;
}

static const vdt_dissector dissector = {
    .size = sizeof dissector,
    .probe = tls_probe,
    .open = open_session,
    .data = data,
    .gap = gap,
    .close = close_session,
};

DISSECTOR_PLUGIN("tls", "TLS and SSL: hellos, certificates, fingerprints, and what is wrong with records",
                 tls_describe)
