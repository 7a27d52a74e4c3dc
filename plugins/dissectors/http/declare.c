// What the http dissector says of itself: its record, anomalies, protocol and ports.
#include "declare.h"

#include "../common/dissector.h"

static const vdt_field fields[] = {
    FIELD(FIELD_METHOD, VDT_TYPE_TEXT, 0, "method", "Method as it was sent.", "http.request.method"),
    FIELD(FIELD_URI, VDT_TYPE_TEXT, 0, "uri", "Request target, at most 2,048 bytes of it.", "url.original"),
    FIELD(FIELD_HOST, VDT_TYPE_TEXT, 0, "host", "Host header, or the host of an absolute target.",
          "url.domain"),
    FIELD(FIELD_USER_AGENT, VDT_TYPE_TEXT, 0, "user_agent", "User-Agent.", "user_agent.original"),
    FIELD(FIELD_REFERRER, VDT_TYPE_TEXT, 0, "referrer", "Referer.", "http.request.referrer"),
    FIELD(FIELD_REQUEST_CONTENT_TYPE, VDT_TYPE_TEXT, 0, "request_content_type",
          "Content-Type of the request.", "http.request.mime_type"),
    FIELD(FIELD_AUTHORIZATION, VDT_TYPE_TEXT, 0, "authorization",
          "Scheme of Authorization, without what follows.", ""),
    FIELD(FIELD_FORWARDED_FOR, VDT_TYPE_TEXT, 0, "forwarded_for", "X-Forwarded-For.", ""),
    FIELD(FIELD_UPGRADE, VDT_TYPE_TEXT, 0, "upgrade", "Upgrade that was asked for.", ""),
    FIELD(FIELD_REASON, VDT_TYPE_TEXT, 0, "reason", "Words behind the status.", ""),
    FIELD(FIELD_RESPONSE_CONTENT_TYPE, VDT_TYPE_TEXT, 0, "content_type", "Content-Type of the response.",
          "http.response.mime_type"),
    FIELD(FIELD_SERVER, VDT_TYPE_TEXT, 0, "server", "Server header.", ""),
    FIELD(FIELD_LOCATION, VDT_TYPE_TEXT, 0, "location", "Where the response sends the client.", ""),
    FIELD(FIELD_CONTENT_ENCODING, VDT_TYPE_TEXT, 0, "content_encoding", "Content-Encoding of the response.",
          ""),
    FIELD(FIELD_VERSION, VDT_TYPE_TEXT, 0, "version", "Version of the request: 0.9, 1.0, 1.1.",
          "http.version"),
    FIELD(FIELD_RESPONSE_VERSION, VDT_TYPE_TEXT, 0, "response_version", "Version of the response.", ""),
    FIELD(FIELD_STATUS, VDT_TYPE_U64, 0, "status", "Status code.", "http.response.status_code"),
    FIELD(FIELD_REQUEST_BODY, VDT_TYPE_U64, 0, "request_body_bytes",
          "Bytes of the request's body, without framing.", "http.request.body.bytes"),
    FIELD(FIELD_RESPONSE_BODY, VDT_TYPE_U64, 0, "response_body_bytes",
          "Bytes of the response's body, without framing.", "http.response.body.bytes"),
    FIELD(FIELD_COOKIE, VDT_TYPE_FLAG, 0, "cookie", "The request has a cookie.", ""),
    FIELD(FIELD_SET_COOKIE, VDT_TYPE_FLAG, 0, "set_cookie", "The response sets one.", ""),
    FIELD(FIELD_ANSWERED_AT, VDT_TYPE_TIME, 0, "answered_at", "When the response began.", ""),
    FIELD(FIELD_COMPLETE, VDT_TYPE_FLAG, 0, "complete", "Request and response were both seen to their ends.",
          ""),
};

static const struct anomaly anomalies[] = {
    {ANOMALY_REQUEST_LINE, VDT_TEXT("http.request_line_invalid"),
     VDT_TEXT("Request line lacks or repeats a part")},
    {ANOMALY_NO_PROTOCOL, VDT_TEXT("http.request_line_no_protocol"), VDT_TEXT("Request without version")},
    {ANOMALY_DELIMITER, VDT_TEXT("http.delimiter_non_compliant"),
     VDT_TEXT("Parts of the request line separated by other than one space")},
    {ANOMALY_METHOD, VDT_TEXT("http.method_unknown"), VDT_TEXT("Method of no known name")},
    {ANOMALY_VERSION, VDT_TEXT("http.version_invalid"),
     VDT_TEXT("Version malformed, or another one than before")},
    {ANOMALY_REQUEST_HEADER, VDT_TEXT("http.request_header_invalid"),
     VDT_TEXT("Request header does not parse")},
    {ANOMALY_RESPONSE_HEADER, VDT_TEXT("http.response_header_invalid"),
     VDT_TEXT("Response header does not parse")},
    {ANOMALY_FOLDING, VDT_TEXT("http.header_folding"), VDT_TEXT("Obsolete line folding")},
    {ANOMALY_HEADER_TOO_LONG, VDT_TEXT("http.header_too_long"),
     VDT_TEXT("A line or all headers over the limit")},
    {ANOMALY_REPETITION, VDT_TEXT("http.header_repetition"),
     VDT_TEXT("A header of one value given many times")},
    {ANOMALY_TOO_MANY_HEADERS, VDT_TEXT("http.too_many_headers"), VDT_TEXT("More headers than the limit")},
    {ANOMALY_HOST_MISSING, VDT_TEXT("http.host_missing"), VDT_TEXT("HTTP/1.1 request without Host")},
    {ANOMALY_HOST_AMBIGUOUS, VDT_TEXT("http.host_ambiguous"),
     VDT_TEXT("Host invalid, repeated, or not the target's")},
    {ANOMALY_LENGTH_DUPLICATE, VDT_TEXT("http.content_length_duplicate"),
     VDT_TEXT("More than one Content-Length")},
    {ANOMALY_LENGTH_INVALID, VDT_TEXT("http.content_length_invalid"),
     VDT_TEXT("Content-Length no plain number")},
    {ANOMALY_LENGTH_AND_CHUNKED, VDT_TEXT("http.length_and_chunked"), VDT_TEXT("Two body framings at once")},
    {ANOMALY_CHUNK, VDT_TEXT("http.chunk_invalid"), VDT_TEXT("Chunk malformed, or with an extension")},
    {ANOMALY_TRANSFER_ENCODING, VDT_TEXT("http.transfer_encoding_invalid"),
     VDT_TEXT("Transfer-Encoding unknown, nested, or illegal for the version")},
    {ANOMALY_CONTENT_ENCODING, VDT_TEXT("http.content_encoding_abnormal"),
     VDT_TEXT("Content-Encoding unknown, or more than two of them")},
    {ANOMALY_RANGE, VDT_TEXT("http.range_invalid"), VDT_TEXT("Content-Range malformed or against the body")},
    {ANOMALY_STATUS, VDT_TEXT("http.status_invalid"), VDT_TEXT("Status line malformed or out of place")},
    {ANOMALY_UNMATCHED, VDT_TEXT("http.unmatched_response"), VDT_TEXT("Response with no request")},
    {ANOMALY_BODY_UNEXPECTED, VDT_TEXT("http.body_unexpected"), VDT_TEXT("Bytes where no message has any")},
    {ANOMALY_URI_ENCODING, VDT_TEXT("http.uri_encoding_invalid"),
     VDT_TEXT("Percent encoding doubled or illegal")},
    {ANOMALY_AUTHORIZATION, VDT_TEXT("http.auth_unrecognized"), VDT_TEXT("Authorization of unknown scheme")},
    {ANOMALY_UPGRADE, VDT_TEXT("http.upgrade_failed"), VDT_TEXT("A switch that nobody asked for")},
    {ANOMALY_LINE_ENDING, VDT_TEXT("app.line_ending_invalid"), VDT_TEXT("A line ended by a bare LF")},
    {ANOMALY_NUL, VDT_TEXT("app.nul_in_line"), VDT_TEXT("NUL in a line of text")},
    {ANOMALY_TOO_MANY_TRANSACTIONS, VDT_TEXT("app.too_many_transactions"),
     VDT_TEXT("More requests wait for a response than are kept")},
};

static const uint16_t ports[] = {80,   81,   591,  631,  2869, 3128, 5357,
                                 5985, 8000, 8008, 8080, 8081, 8088, 8888};

int32_t http_describe(const vdt_describer *d) {
    int32_t status = d->protocol(d, PROTOCOL_HTTP, VDT_STR("http"), VDT_OVER_TCP);
    if (!status)
        status = d->parent(d, PROTOCOL_HTTP, VDT_STR("tls"));
    if (!status)
        status = d->alpn(d, PROTOCOL_HTTP, VDT_STR("http/1.1"));
    for (size_t i = 0; i < COUNT_OF(ports) && !status; i++)
        status = d->port(d, PROTOCOL_HTTP, VDT_TCP, ports[i], ports[i]);
    if (!status)
        status = declare_record(d, RECORD_HTTP, VDT_STR("http"), fields, COUNT_OF(fields));
    if (!status)
        status = d->flow_field(d, FLOW_HOST, VDT_STR("host"), VDT_TYPE_TEXT);
    return status ? status : declare_anomalies(d, anomalies, COUNT_OF(anomalies));
}
