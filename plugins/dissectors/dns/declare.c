// What the dns dissector says of itself: records, anomalies, protocols and their ports.
#include "declare.h"

#include "../common/dissector.h"

static const vdt_field fields[] = {
    FIELD(FIELD_ID, VDT_TYPE_U64, VDT_FIELD_KEY, "id", "Transaction id.", "dns.id"),
    FIELD(FIELD_OPCODE, VDT_TYPE_U64, 0, "opcode", "Kind of query; 0 is a standard one.", ""),
    FIELD(FIELD_RCODE, VDT_TYPE_TEXT, 0, "rcode", "Response code, with its EDNS bits.", "dns.response_code"),
    FIELD(FIELD_QUERY, VDT_TYPE_TEXT, VDT_FIELD_LIST, "query", "Names asked for, at most 4.",
          "dns.question.name"),
    FIELD(FIELD_TYPE, VDT_TYPE_TEXT, VDT_FIELD_LIST, "qtype", "Types asked for.", "dns.question.type"),
    FIELD(FIELD_CLASS, VDT_TYPE_TEXT, VDT_FIELD_LIST, "qclass", "Classes asked for.", "dns.question.class"),
    FIELD(FIELD_RESPONSE, VDT_TYPE_FLAG, 0, "response", "The record has a response.", ""),
    FIELD(FIELD_ANSWERED, VDT_TYPE_FLAG, 0, "answered", "A query and its response were both seen.", ""),
    FIELD(FIELD_ANSWERED_AT, VDT_TYPE_TIME, 0, "answered_at", "When the response came.", ""),
    FIELD(FIELD_AA, VDT_TYPE_FLAG, 0, "aa", "Authoritative answer.", ""),
    FIELD(FIELD_TC, VDT_TYPE_FLAG, 0, "tc", "Truncated.", ""),
    FIELD(FIELD_RD, VDT_TYPE_FLAG, 0, "rd", "Recursion desired.", ""),
    FIELD(FIELD_RA, VDT_TYPE_FLAG, 0, "ra", "Recursion available.", ""),
    FIELD(FIELD_Z, VDT_TYPE_FLAG, 0, "z", "The reserved bit, of query or response.", ""),
    FIELD(FIELD_AD, VDT_TYPE_FLAG, 0, "ad", "Authentic data.", ""),
    FIELD(FIELD_CD, VDT_TYPE_FLAG, 0, "cd", "Checking disabled.", ""),
    FIELD(FIELD_ANSWERS, VDT_TYPE_TEXT, VDT_FIELD_LIST, "answers", "Data of the answers, at most 32.",
          "dns.answers.data"),
    FIELD(FIELD_TTLS, VDT_TYPE_U64, VDT_FIELD_LIST, "ttls", "Their times to live, in seconds.",
          "dns.answers.ttl"),
    FIELD(FIELD_ANSWER_COUNT, VDT_TYPE_U64, 0, "answer_count", "Answers that the header announces.", ""),
    FIELD(FIELD_LENGTH, VDT_TYPE_U64, 0, "length", "Octets of the response, or of the query without one.",
          ""),
};

static const struct anomaly anomalies[] = {
    {ANOMALY_MALFORMED, VDT_TEXT("dns.malformed"),
     VDT_TEXT("A message or record ends before its lengths say")},
    {ANOMALY_Z_FLAG_SET, VDT_TEXT("dns.z_flag_set"), VDT_TEXT("The reserved bit of the header is set")},
    {ANOMALY_INVALID_OPCODE, VDT_TEXT("dns.invalid_opcode"), VDT_TEXT("The opcode is not assigned")},
    {ANOMALY_SECTION_INVALID, VDT_TEXT("dns.section_invalid"),
     VDT_TEXT("Authorities or additionals do not parse, or the counts cannot fit the message")},
    {ANOMALY_NAME_INVALID, VDT_TEXT("dns.name_invalid"),
     VDT_TEXT("A name over 255 octets or a label of no known form")},
    {ANOMALY_COMPRESSION_LOOP, VDT_TEXT("dns.compression_loop"),
     VDT_TEXT("A compression pointer leads forward, to itself, or on and on")},
    {ANOMALY_RDATA_INVALID, VDT_TEXT("dns.rdata_invalid"), VDT_TEXT("Record data is not what its type says")},
    {ANOMALY_EDNS_INVALID, VDT_TEXT("dns.edns_invalid"),
     VDT_TEXT("An EDNS option has a wrong length or value")},
    {ANOMALY_UNSOLICITED_RESPONSE, VDT_TEXT("dns.unsolicited_response"),
     VDT_TEXT("A response to no outstanding query")},
    {ANOMALY_ID_MISMATCH, VDT_TEXT("dns.id_mismatch"),
     VDT_TEXT("A second response to one query, with other content")},
    {ANOMALY_MDNS_MALFORMED, VDT_TEXT("mdns.malformed"),
     VDT_TEXT("A multicast message breaks DNS structure")},
    {ANOMALY_LLMNR_MALFORMED, VDT_TEXT("llmnr.malformed"),
     VDT_TEXT("An LLMNR message breaks DNS structure or has an opcode")},
    {ANOMALY_TOO_MANY_TRANSACTIONS, VDT_TEXT("app.too_many_transactions"),
     VDT_TEXT("More queries wait for a response than are kept")},
};

static const struct {
    uint32_t id, over;
    uint16_t port;
    vdt_str name;
} protocols[] = {
    {PROTOCOL_DNS, VDT_OVER_TCP | VDT_OVER_UDP, 53, VDT_TEXT("dns")},
    {PROTOCOL_MDNS, VDT_OVER_UDP, 5353, VDT_TEXT("mdns")},
    {PROTOCOL_LLMNR, VDT_OVER_TCP | VDT_OVER_UDP, 5355, VDT_TEXT("llmnr")},
};

int32_t dns_describe(const vdt_describer *d) {
    int32_t status = VDT_OK;
    for (size_t i = 0; i < COUNT_OF(protocols) && !status; i++) {
        status = d->protocol(d, protocols[i].id, protocols[i].name, protocols[i].over);
        if (!status)
            status = declare_record(d, protocols[i].id, protocols[i].name, fields, COUNT_OF(fields));
        if (!status && protocols[i].over & VDT_OVER_UDP)
            status = d->port(d, protocols[i].id, VDT_UDP, protocols[i].port, protocols[i].port);
        if (!status && protocols[i].over & VDT_OVER_TCP)
            status = d->port(d, protocols[i].id, VDT_TCP, protocols[i].port, protocols[i].port);
    }
    return status ? status : declare_anomalies(d, anomalies, COUNT_OF(anomalies));
}
