// What the tls dissector says of itself: its record, anomalies, facts of the flow, protocol and ports.
#include "declare.h"

#include "../common/dissector.h"

static const vdt_field fields[] = {
    FIELD(FIELD_VERSION, VDT_TYPE_TEXT, 0, "version",
          "Version agreed on, or offered where no answer was seen.", "tls.version"),
    FIELD(FIELD_CLIENT_VERSION, VDT_TYPE_TEXT, 0, "client_version", "Highest version offered.", ""),
    FIELD(FIELD_CIPHER, VDT_TYPE_U64, 0, "cipher", "Number of the cipher suite chosen (IANA).", ""),
    FIELD(FIELD_SERVER_NAME, VDT_TYPE_TEXT, 0, "server_name", "Name that the client asked for.",
          "tls.client.server_name"),
    FIELD(FIELD_ALPN_OFFERED, VDT_TYPE_TEXT, VDT_FIELD_LIST, "alpn_offered", "Protocols offered, at most 16.",
          ""),
    FIELD(FIELD_ALPN, VDT_TYPE_TEXT, 0, "alpn", "Protocol chosen; encrypted from TLS 1.3 on.",
          "tls.next_protocol"),
    FIELD(FIELD_ESTABLISHED, VDT_TYPE_FLAG, 0, "established", "Both sides went on to encrypted records.",
          "tls.established"),
    FIELD(FIELD_RESUMED, VDT_TYPE_FLAG, 0, "resumed", "An earlier session was taken up again.",
          "tls.resumed"),
    FIELD(FIELD_JA3, VDT_TYPE_TEXT, 0, "ja3", "JA3 of the client.", "tls.client.ja3"),
    FIELD(FIELD_JA3S, VDT_TYPE_TEXT, 0, "ja3s", "JA3S of the server.", "tls.server.ja3s"),
    FIELD(FIELD_JA4, VDT_TYPE_TEXT, 0, "ja4", "JA4 of the client.", ""),
    FIELD(FIELD_SUBJECT, VDT_TYPE_TEXT, 0, "subject", "Subject of the server's certificate (RFC 4514).",
          "tls.server.subject"),
    FIELD(FIELD_ISSUER, VDT_TYPE_TEXT, 0, "issuer", "Who issued it.", "tls.server.issuer"),
    FIELD(FIELD_COMMON_NAME, VDT_TYPE_TEXT, 0, "common_name", "The common name in the subject.",
          "tls.server.x509.subject.common_name"),
    FIELD(FIELD_NAMES, VDT_TYPE_TEXT, VDT_FIELD_LIST, "names", "Its alternative DNS names, at most 64.",
          "tls.server.x509.alternative_names"),
    FIELD(FIELD_SERIAL, VDT_TYPE_TEXT, 0, "serial", "Its serial number, hexadecimal.",
          "tls.server.x509.serial_number"),
    FIELD(FIELD_NOT_BEFORE, VDT_TYPE_TIME, 0, "not_before", "Valid from.", "tls.server.not_before"),
    FIELD(FIELD_NOT_AFTER, VDT_TYPE_TIME, 0, "not_after", "Valid until; 2262 at most.",
          "tls.server.not_after"),
    FIELD(FIELD_CERTIFICATE_SHA256, VDT_TYPE_TEXT, 0, "certificate_sha256", "SHA-256 of it.",
          "tls.server.hash.sha256"),
    FIELD(FIELD_CERTIFICATES, VDT_TYPE_U64, 0, "certificates", "Certificates that the server sent.", ""),
    FIELD(FIELD_CLIENT_CERTIFICATE, VDT_TYPE_TEXT, 0, "client_certificate",
          "Subject of the client's certificate.", "tls.client.subject"),
    FIELD(FIELD_ALERT, VDT_TYPE_U64, 0, "alert", "Number of the first fatal alert sent in clear.", ""),
};

static const struct anomaly anomalies[] = {
    {ANOMALY_RECORD_TYPE, VDT_TEXT("tls.invalid_record_type"), VDT_TEXT("No record header where one is due")},
    {ANOMALY_RECORD_VERSION, VDT_TEXT("tls.invalid_record_version"),
     VDT_TEXT("A record of no known version")},
    {ANOMALY_RECORD_LENGTH, VDT_TEXT("tls.invalid_record_length"),
     VDT_TEXT("A record longer than allowed, or with too many alerts")},
    {ANOMALY_HANDSHAKE, VDT_TEXT("tls.handshake_invalid"),
     VDT_TEXT("A handshake message does not parse, is of no known type or out of order")},
    {ANOMALY_ALERT, VDT_TEXT("tls.alert_invalid"), VDT_TEXT("An alert that is malformed or fatal")},
    {ANOMALY_HEARTBEAT, VDT_TEXT("tls.heartbeat_abuse"),
     VDT_TEXT("A heartbeat asks for or gives more than was sent")},
    {ANOMALY_CERTIFICATE, VDT_TEXT("tls.certificate_malformed"), VDT_TEXT("A certificate does not parse")},
    {ANOMALY_CERTIFICATE_DATES, VDT_TEXT("tls.certificate_dates"),
     VDT_TEXT("Validity dates malformed or reversed")},
    {ANOMALY_SERVER_NAME, VDT_TEXT("tls.sni_invalid"),
     VDT_TEXT("The server name is malformed or given twice")},
};

static const uint16_t ports[] = {443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 5061, 8443};

static const struct {
    uint32_t id;
    vdt_str name;
} facts[] = {
    {FLOW_SERVER_NAME, VDT_TEXT("server_name")},
    {FLOW_JA3, VDT_TEXT("ja3")},
    {FLOW_JA3S, VDT_TEXT("ja3s")},
    {FLOW_JA4, VDT_TEXT("ja4")},
};

int32_t tls_describe(const vdt_describer *d) {
    int32_t status = d->protocol(d, PROTOCOL_TLS, VDT_STR("tls"), VDT_OVER_TCP);
    for (size_t i = 0; i < COUNT_OF(ports) && !status; i++)
        status = d->port(d, PROTOCOL_TLS, VDT_TCP, ports[i], ports[i]);
    if (!status)
        status = declare_record(d, RECORD_TLS, VDT_STR("tls"), fields, COUNT_OF(fields));
    for (size_t i = 0; i < COUNT_OF(facts) && !status; i++)
        status = d->flow_field(d, facts[i].id, facts[i].name, VDT_TYPE_TEXT);
    return status ? status : declare_anomalies(d, anomalies, COUNT_OF(anomalies));
}
