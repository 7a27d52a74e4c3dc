// Ids of what the dns dissector emits, and the calls that declare them.
#ifndef VEDETTE_DNS_DECLARE_H
#define VEDETTE_DNS_DECLARE_H

#include "vedette/plugin.h"

enum { PROTOCOL_DNS = 1, PROTOCOL_MDNS, PROTOCOL_LLMNR };
enum { RECORD_DNS = 1, RECORD_MDNS, RECORD_LLMNR }; // the same numbers as the protocols

enum {
    FIELD_ID = 1,
    FIELD_OPCODE,
    FIELD_RCODE,
    FIELD_QUERY,
    FIELD_TYPE,
    FIELD_CLASS,
    FIELD_RESPONSE,
    FIELD_ANSWERED,
    FIELD_ANSWERED_AT,
    FIELD_AA,
    FIELD_TC,
    FIELD_RD,
    FIELD_RA,
    FIELD_Z,
    FIELD_AD,
    FIELD_CD,
    FIELD_ANSWERS,
    FIELD_TTLS,
    FIELD_ANSWER_COUNT,
    FIELD_LENGTH,
};

/// The first eight stand in the order of enum dns_problem.
enum {
    ANOMALY_MALFORMED = 1,
    ANOMALY_Z_FLAG_SET,
    ANOMALY_INVALID_OPCODE,
    ANOMALY_SECTION_INVALID,
    ANOMALY_NAME_INVALID,
    ANOMALY_COMPRESSION_LOOP,
    ANOMALY_RDATA_INVALID,
    ANOMALY_EDNS_INVALID,
    ANOMALY_UNSOLICITED_RESPONSE,
    ANOMALY_ID_MISMATCH,
    ANOMALY_MDNS_MALFORMED,
    ANOMALY_LLMNR_MALFORMED,
    ANOMALY_TOO_MANY_TRANSACTIONS,
};

int32_t dns_describe(const vdt_describer *describer);

#endif
