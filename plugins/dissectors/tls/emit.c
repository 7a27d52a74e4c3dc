// The one record of a TLS session.
#include "session.h"

static void put(const vdt_sink *sink, uint32_t field, const struct text *text) {
    if (text->length)
        sink->text(sink, field, text_str(text));
}

static void put_version(const vdt_sink *sink, uint32_t field, uint16_t version) {
    char buffer[32];
    struct text text = TEXT_IN(buffer);
    if (version == 0x0002)
        text_put_words(&text, "SSL 2.0");
    else if (version == 0x0300)
        text_put_words(&text, "SSL 3.0");
    else if (version > 0x0300 && version <= 0x0304) {
        text_put_words(&text, "TLS 1.");
        text_put_number(&text, (version & 0xffu) - 1u);
    } else if (version >> 8 == 0x7f) {
        text_put_words(&text, "TLS 1.3 draft ");
        text_put_number(&text, version & 0xff);
    } else {
        text_put_words(&text, "0x");
        text_put_hex(&text, (uint8_t[]){(uint8_t)(version >> 8), (uint8_t)version}, 2);
    }
    put(sink, field, &text);
}

static void put_certificate(const vdt_sink *sink, const struct server_certificate *certificate) {
    put(sink, FIELD_SUBJECT, &certificate->subject);
    put(sink, FIELD_ISSUER, &certificate->issuer);
    put(sink, FIELD_COMMON_NAME, &certificate->common_name);
    put(sink, FIELD_SERIAL, &certificate->serial);
    put(sink, FIELD_CERTIFICATE_SHA256, &certificate->digest);
    if (certificate->has_dates) {
        sink->time(sink, FIELD_NOT_BEFORE, certificate->not_before);
        sink->time(sink, FIELD_NOT_AFTER, certificate->not_after);
    }
    const char *name = certificate->names.start;
    for (unsigned i = 0; i < certificate->name_count; name += certificate->name_lengths[i++])
        sink->text(sink, FIELD_NAMES, vdt_make_str(name, certificate->name_lengths[i]));
}

void tls_emit(vdt_session *session, const vdt_sink *sink) {
    if (session->emitted || !session->begun)
        return;
    session->emitted = true;
    sink->begin(sink, RECORD_TLS, session->time);
    if (session->version || session->client_version)
        put_version(sink, FIELD_VERSION, session->version ? session->version : session->client_version);
    if (session->has_client_hello)
        put_version(sink, FIELD_CLIENT_VERSION, session->client_version);
    if (session->has_cipher)
        sink->u64(sink, FIELD_CIPHER, session->cipher);
    put(sink, FIELD_SERVER_NAME, &session->server_name);
    const char *name = session->alpn_offered.start;
    for (unsigned i = 0; i < session->alpn_count; name += session->alpn_lengths[i++])
        sink->text(sink, FIELD_ALPN_OFFERED, vdt_make_str(name, session->alpn_lengths[i]));
    put(sink, FIELD_ALPN, &session->alpn);
    sink->flag(sink, FIELD_ESTABLISHED, session->sides[0].encrypted && session->sides[1].encrypted);
    sink->flag(sink, FIELD_RESUMED, session->resumed);
    put(sink, FIELD_JA3, &session->ja3);
    put(sink, FIELD_JA3S, &session->ja3s);
    put(sink, FIELD_JA4, &session->ja4);
    if (session->certificate)
        put_certificate(sink, session->certificate);
    if (session->certificates)
        sink->u64(sink, FIELD_CERTIFICATES, session->certificates);
    put(sink, FIELD_CLIENT_CERTIFICATE, &session->client_certificate);
    if (session->has_alert)
        sink->u64(sink, FIELD_ALERT, session->alert);
    sink->end(sink);
}
