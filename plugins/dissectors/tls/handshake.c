// Handshake messages, put together over records, and what the session learns from them.
#include "session.h"

#include <stdlib.h>

enum {
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    CERTIFICATE = 11,
    SERVER_KEY_EXCHANGE = 12,
    CERTIFICATE_REQUEST = 13,
    SERVER_HELLO_DONE = 14,
    CERTIFICATE_VERIFY = 15,
    CLIENT_KEY_EXCHANGE = 16,
};

void tls_note_begin(const struct call *call, uint64_t offset) {
    if (call->session->begun)
        return;
    call->session->begun = true;
    call->sink->when(call->sink, call->direction, offset, &call->session->time, NULL);
}

static void anomaly(const struct call *call, uint32_t id, uint64_t offset) {
    call->sink->anomaly(call->sink, id, call->direction, offset);
}

static void keep_alpn(vdt_session *session, struct bytes list) {
    struct bytes name;
    while (session->alpn_count < 16 && bytes_vector(&list, 1, &name)) {
        size_t before = session->alpn_offered.length;
        if (!text_put_wire(&session->alpn_offered, name.start, name.length) ||
            session->alpn_offered.length - before > 255) {
            session->alpn_offered.room += session->alpn_offered.length - before;
            session->alpn_offered.length = before;
            return;
        }
        session->alpn_lengths[session->alpn_count++] = (uint8_t)(session->alpn_offered.length - before);
    }
}

static void keep_client_hello(const struct call *call, const struct tls_hello *hello) {
    vdt_session *session = call->session;
    const vdt_sink *sink = call->sink;
    struct fingerprinter *maker = &session->instance->fingerprinter;
    if (session->has_client_hello) // after a HelloRetryRequest or in a renegotiation: the first one counts
        return;
    session->has_client_hello = true;
    session->client = call->direction;
    session->client_version = hello->version;
    session->session_id_length = (uint8_t)hello->session.length;
    if (hello->session.length && hello->session.length <= sizeof session->session_id)
        memcpy(session->session_id, hello->session.start, hello->session.length);
    text_put_wire(&session->server_name, hello->server_name.start, hello->server_name.length);
    keep_alpn(session, hello->alpn);
    if (session->server_name.length)
        sink->flow_text(sink, FLOW_SERVER_NAME, text_str(&session->server_name));
    if (hello->ssl2)
        return;
    tls_put_ja3(maker, hello, &session->ja3);
    tls_put_ja4(maker, hello, &session->ja4);
    if (session->ja3.length)
        sink->flow_text(sink, FLOW_JA3, text_str(&session->ja3));
    if (session->ja4.length)
        sink->flow_text(sink, FLOW_JA4, text_str(&session->ja4));
}

static void keep_server_hello(const struct call *call, const struct tls_hello *hello) {
    vdt_session *session = call->session;
    struct bytes alpn = hello->alpn, name;
    session->version = hello->version;
    session->cipher = hello->cipher;
    session->has_cipher = true;
    if (!session->has_client_hello)
        session->client = call->direction ^ 1;
    if (hello->retry || session->has_server_hello)
        return;
    session->has_server_hello = true;
    if (bytes_vector(&alpn, 1, &name))
        text_put_wire(&session->alpn, name.start, name.length);
    session->resumed =
        hello->version >= 0x0304
            ? hello->pre_shared_key
            : hello->session.length && hello->session.length == session->session_id_length &&
                  memcmp(hello->session.start, session->session_id, hello->session.length) == 0;
    tls_put_ja3s(&session->instance->fingerprinter, hello, &session->ja3s);
    if (session->ja3s.length)
        call->sink->flow_text(call->sink, FLOW_JA3S, text_str(&session->ja3s));
}

static void keep_certificate(vdt_session *session, const struct certificate *from, struct bytes der) {
    struct server_certificate *kept = malloc(sizeof *kept);
    if (!kept)
        return;
    session->certificate = kept;
    kept->subject = (struct text)TEXT_IN(kept->subject_text);
    kept->issuer = (struct text)TEXT_IN(kept->issuer_text);
    kept->common_name = (struct text)TEXT_IN(kept->common_name_text);
    kept->serial = (struct text)TEXT_IN(kept->serial_text);
    kept->digest = (struct text)TEXT_IN(kept->digest_text);
    kept->names = (struct text)TEXT_IN(kept->names_text);
    kept->name_count = 0;
    text_put(&kept->subject, from->subject.start, from->subject.length);
    text_put(&kept->issuer, from->issuer.start, from->issuer.length);
    certificate_put_string(&kept->common_name, from->common_name_tag, from->common_name);
    text_put_hex(&kept->serial, from->serial.start, from->serial.length);
    tls_put_sha256(&session->instance->fingerprinter, der, &kept->digest);
    kept->has_dates = from->has_dates;
    kept->not_before = from->not_before;
    kept->not_after = from->not_after;
    for (unsigned i = 0; i < from->name_count; i++) {
        size_t before = kept->names.length;
        if (!text_put_wire(&kept->names, from->names[i].start, from->names[i].length))
            break;
        kept->name_lengths[kept->name_count++] = (uint16_t)(kept->names.length - before);
    }
}

/// RFC 5246 §7.4.2: a list of certificates, the sender's own first.
static bool take_certificates(const struct call *call, struct bytes body, uint64_t offset) {
    vdt_session *session = call->session;
    const uint8_t *origin = body.start;
    struct certificate *certificate = &session->instance->certificate;
    struct bytes list, der;
    bool from_server = call->direction != session->client, first = true;
    if (!bytes_vector(&body, 3, &list) || body.length) {
        anomaly(call, ANOMALY_CERTIFICATE, offset);
        return false;
    }
    if (!list.length && from_server)
        anomaly(call, ANOMALY_CERTIFICATE, offset);
    for (; list.length; first = false) {
        uint64_t at = offset + (uint64_t)(list.start - origin);
        if (!bytes_vector(&list, 3, &der) || !der.length) {
            anomaly(call, ANOMALY_CERTIFICATE, at);
            return false;
        }
        session->certificates += from_server;
        if (!first && !from_server)
            continue;
        certificate_read(certificate, der);
        if (certificate->malformed)
            anomaly(call, ANOMALY_CERTIFICATE, at);
        if (certificate->dates_wrong)
            anomaly(call, ANOMALY_CERTIFICATE_DATES, at);
        if (first && from_server && !session->certificate)
            keep_certificate(session, certificate, der);
        else if (first && !from_server && !session->client_certificate.length)
            text_put_wire(&session->client_certificate, (const uint8_t *)certificate->subject.start,
                          certificate->subject.length);
    }
    return true;
}

static void report_hello(const struct call *call, const struct tls_hello *hello, uint64_t offset) {
    if (hello->server_name_wrong)
        anomaly(call, ANOMALY_SERVER_NAME, offset + hello->server_name_wrong);
    if (hello->extension_wrong)
        anomaly(call, ANOMALY_HANDSHAKE, offset + hello->extension_wrong);
}

static bool is_message_type(uint8_t type) { // IANA, TLS HandshakeType
    return type <= 6 || type == 8 || (type >= 11 && type <= 16) || (type >= 20 && type <= 25) || type == 67 ||
           type == 203 || type == 254;
}

/// Whether the side that speaks may send this now (RFC 5246 §7.3). Of what a gap, or a late beginning of the
/// capture, may have hidden nothing is said.
static bool is_in_order(const struct call *call, uint8_t type) {
    const vdt_session *session = call->session;
    bool from_client = call->direction == session->client;
    bool all_seen = !session->midway && !session->sides[0].broken && !session->sides[1].broken &&
                    !session->sides[0].lost && !session->sides[1].lost;
    switch (type) {
    case CLIENT_HELLO:
        return from_client || !(session->has_client_hello || session->has_server_hello);
    case SERVER_HELLO:
        return !from_client || !session->has_client_hello;
    case CERTIFICATE:
    case CERTIFICATE_VERIFY:
        return !all_seen || (from_client ? session->has_client_hello : session->has_server_hello);
    case SERVER_KEY_EXCHANGE:
    case CERTIFICATE_REQUEST:
    case SERVER_HELLO_DONE:
        return !all_seen || (!from_client && session->has_server_hello);
    case CLIENT_KEY_EXCHANGE:
        return !all_seen || (from_client && session->has_client_hello);
    default:
        return true;
    }
}

/// One whole message; `offset` is that of its type.
static void take_message(const struct call *call, struct bytes message, uint64_t offset) {
    struct tls_hello *hello = &call->session->instance->hello;
    uint8_t type = message.start[0];
    struct bytes body = {message.start + 4, message.length - 4};
    bool sound = true;
    if (!is_in_order(call, type)) {
        sound = false;
    } else if (type == CLIENT_HELLO) {
        sound = tls_read_client_hello(hello, body);
        report_hello(call, hello, offset + 4);
        if (sound)
            keep_client_hello(call, hello);
    } else if (type == SERVER_HELLO) {
        sound = tls_read_server_hello(hello, body);
        report_hello(call, hello, offset + 4);
        if (sound)
            keep_server_hello(call, hello);
    } else if (type == CERTIFICATE && call->session->version < 0x0304) {
        sound = take_certificates(call, body, offset + 4);
    } else {
        sound = is_message_type(type);
    }
    if (!sound)
        anomaly(call, ANOMALY_HANDSHAKE, offset);
}

static bool hold(struct side *side, struct bytes bytes, uint32_t room) {
    if (side->message_room < room) {
        uint8_t *larger = realloc(side->message, room);
        if (!larger)
            return false;
        side->message = larger;
        side->message_room = room;
    }
    memcpy(side->message + side->message_length, bytes.start, bytes.length);
    side->message_length += (uint32_t)bytes.length;
    return true;
}

static void let_go(struct side *side) {
    free(side->message);
    side->message = NULL;
    side->message_length = side->message_room = 0;
}

static uint32_t announced(const uint8_t *header) {
    return 4 + ((uint32_t)header[1] << 16 | (uint32_t)header[2] << 8 | header[3]);
}

static void pass_over(struct side *side, struct bytes *fragment) {
    uint32_t part = fragment->length < side->passing ? (uint32_t)fragment->length : side->passing;
    fragment->start += part;
    fragment->length -= part;
    side->passing -= part;
}

void tls_take_handshake(const struct call *call, struct bytes fragment, uint64_t offset) {
    struct side *side = tls_side(call);
    const uint8_t *origin = fragment.start;
    while (fragment.length && !side->broken) {
        struct bytes part;
        if (side->passing) {
            pass_over(side, &fragment);
            continue;
        }
        if (!side->message_length && fragment.length >= 4 && announced(fragment.start) <= fragment.length) {
            uint64_t at = offset + (uint64_t)(fragment.start - origin);
            bytes_take(&fragment, announced(fragment.start),
                       &part); // the usual case: whole, and where it lies
            take_message(call, part, at);
            continue;
        }
        if (!side->message_length)
            side->message_offset = offset + (uint64_t)(fragment.start - origin);
        uint32_t total = side->message_length < 4 ? 4 : announced(side->message);
        uint32_t wanted = total - side->message_length;
        bytes_take(&fragment, fragment.length < wanted ? fragment.length : wanted, &part);
        if (!hold(side, part, total)) {
            side->broken = true;
            break;
        }
        if (side->message_length < 4)
            continue;
        total = announced(side->message);
        if (total > HANDSHAKE_MAX || !is_message_type(side->message[0])) {
            anomaly(call, ANOMALY_HANDSHAKE, side->message_offset);
            side->passing = total - side->message_length;
            let_go(side);
        } else if (side->message_length == total) {
            take_message(call, (struct bytes){side->message, total}, side->message_offset);
            let_go(side);
        }
    }
}

void tls_take_ssl2_hello(const struct call *call, struct bytes body, uint64_t offset) {
    struct tls_hello *hello = &call->session->instance->hello;
    if (tls_read_ssl2_hello(hello, body))
        keep_client_hello(call, hello);
    else
        anomaly(call, ANOMALY_HANDSHAKE, offset);
}
