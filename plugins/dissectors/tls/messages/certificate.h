// What a certificate says, read from its DER (RFC 5280 §4.1, X.690) without trusting a length in it.
#ifndef VEDETTE_TLS_CERTIFICATE_H
#define VEDETTE_TLS_CERTIFICATE_H

#include "../../common/text.h"
#include "bytes.h"

enum {
    CERTIFICATE_NAME = 1024, // text of subject and issuer
    CERTIFICATE_MAX_NAMES = 64,
    CERTIFICATE_MAX_PARTS = 32, // relative names of one name
};

struct certificate {
    struct bytes serial, common_name;
    uint8_t common_name_tag;
    struct text subject, issuer;
    int64_t not_before, not_after; // ns since 1970; clamped to what 64 bits hold
    bool has_dates;
    bool malformed, dates_wrong;
    unsigned name_count;
    struct bytes names[CERTIFICATE_MAX_NAMES]; // subject alternative names: DNS names
    char subject_text[CERTIFICATE_NAME], issuer_text[CERTIFICATE_NAME];
};

/// Reads what can be read; sets malformed where the structure breaks. Stretches point into `der`.
void certificate_read(struct certificate *certificate, struct bytes der);

/// Puts a string of the given ASN.1 tag as UTF-8.
void certificate_put_string(struct text *text, uint8_t tag, struct bytes value);

#endif
