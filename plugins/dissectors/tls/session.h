// The tls dissector's instance and sessions.
#ifndef VEDETTE_TLS_SESSION_H
#define VEDETTE_TLS_SESSION_H

#include "messages/certificate.h"
#include "declare.h"
#include "messages/fingerprint.h"

enum {
    RECORD_HEADER = 5,
    RECORD_MAX = 16384 + 2048,     // RFC 5246 §6.2.3, the larger of the versions
    HANDSHAKE_MAX = 65536 + 32768, // longer messages are passed over
    SERVER_NAME_MAX = 255,
    ALERTS_MAX = 10, // in one record
    ALPN_TEXT = 512,
    NAMES_TEXT = 8192,
};

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, APPLICATION_DATA = 23, HEARTBEAT = 24 };

struct vdt_instance {
    const vdt_host *host;
    struct fingerprinter fingerprinter;
    struct certificate certificate;
    struct tls_hello hello;
};

/// What the certificate of the server said, kept until the record is emitted.
struct server_certificate {
    struct text subject, issuer, common_name, serial, digest;
    int64_t not_before, not_after;
    bool has_dates;
    unsigned name_count;
    uint16_t name_lengths[CERTIFICATE_MAX_NAMES];
    struct text names;
    char subject_text[CERTIFICATE_NAME], issuer_text[CERTIFICATE_NAME], common_name_text[256];
    char serial_text[128], digest_text[SHA256_LENGTH], names_text[NAMES_TEXT];
};

/// One direction.
struct side {
    uint32_t skip;        // bytes of the current record that nobody looks at
    uint8_t skipped_type; // what that record was
    bool started, lost;   // lost: a gap took the framing away
    bool encrypted;       // what follows in it is
    bool broken;          // a handshake message had a hole: its messages can no longer be told apart
    uint32_t heartbeat;   // length of the last encrypted heartbeat, 0 none
    uint8_t *message;     // a handshake message that goes over several records
    uint32_t message_length, message_room;
    uint64_t message_offset; // of its first byte
    uint32_t passing;        // bytes of an overlong message still to pass over
};

struct vdt_session {
    struct vdt_instance *instance;
    struct side sides[2];
    uint32_t client; // direction in which the client speaks
    bool midway;     // the flow was joined midway, or only one side of it is seen
    bool begun, emitted, has_client_hello, has_server_hello, resumed, has_alert, has_cipher;
    uint8_t alert;
    uint16_t client_version, version, cipher;
    uint8_t session_id_length;
    uint8_t session_id[32];
    int64_t time;
    uint32_t certificates;
    struct server_certificate *certificate;
    struct text server_name, alpn_offered, alpn, ja3, ja3s, ja4, client_certificate;
    uint8_t alpn_count;
    uint8_t alpn_lengths[16];
    char server_name_text[SERVER_NAME_MAX * 2], alpn_offered_text[ALPN_TEXT], alpn_text[256];
    char ja3_text[JA3_LENGTH], ja3s_text[JA3_LENGTH], ja4_text[JA4_LENGTH + 8], client_certificate_text[512];
};

/// What a call works with.
struct call {
    vdt_session *session;
    const vdt_sink *sink;
    uint32_t direction;
};

int32_t tls_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                  vdt_probe_result *result);

/// Takes the bytes of a handshake record that is not encrypted; `offset` is that of the first.
void tls_take_handshake(const struct call *call, struct bytes fragment, uint64_t offset);
/// One SSL 2 CLIENT-HELLO, behind its type.
void tls_take_ssl2_hello(const struct call *call, struct bytes body, uint64_t offset);
/// Emits the record, once.
void tls_emit(vdt_session *session, const vdt_sink *sink);

static inline struct side *tls_side(const struct call *call) {
    return &call->session->sides[call->direction];
}

/// The time of the first byte seen is the record's.
void tls_note_begin(const struct call *call, uint64_t offset);

#endif
