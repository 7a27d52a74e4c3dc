// A bounded DER reader, and a certificate's walk through it.
#include "certificate.h"

enum {
    DER_INTEGER = 0x02,
    DER_BIT_STRING = 0x03,
    DER_OCTET_STRING = 0x04,
    DER_OID = 0x06,
    DER_UTF8 = 0x0c,
    DER_UTC_TIME = 0x17,
    DER_GENERALIZED_TIME = 0x18,
    DER_UNIVERSAL_STRING = 0x1c,
    DER_BMP_STRING = 0x1e,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_VERSION = 0xa0,
    DER_EXTENSIONS = 0xa3,
    DER_DNS_NAME = 0x82, // GeneralName [2]
};

/// The next element: low tags and definite lengths only, as X.509 has no others.
static bool der_next(struct bytes *from, uint8_t *tag, struct bytes *value) {
    uint32_t number, length;
    if (!bytes_number(from, 1, &number) || (number & 0x1f) == 0x1f || !bytes_number(from, 1, &length))
        return false;
    *tag = (uint8_t)number;
    if (length >= 0x80) {
        size_t octets = length & 0x7f;
        if (!octets || octets > 4 || !bytes_number(from, octets, &length))
            return false;
    }
    return bytes_take(from, length, value);
}

static bool der_expect(struct bytes *from, uint8_t tag, struct bytes *value) {
    uint8_t found;
    return der_next(from, &found, value) && found == tag;
}

static bool is(struct bytes value, const uint8_t *octets, size_t length) {
    return value.length == length && memcmp(value.start, octets, length) == 0;
}

void certificate_put_string(struct text *text, uint8_t tag, struct bytes value) {
    size_t width = tag == DER_BMP_STRING ? 2 : tag == DER_UNIVERSAL_STRING ? 4 : 1;
    uint32_t character;
    if (width == 1)
        text_put_wire(text, value.start, value.length);
    else
        while (bytes_number(&value, width, &character))
            text_put_code_point(text, character);
}

/// The short names of RFC 4514 §3 and what browsers show besides.
static const char *attribute_name(struct bytes oid) {
    static const struct {
        uint8_t last;
        const char *name;
    } names[] = {{3, "CN"},
                 {4, "SN"},
                 {5, "serialNumber"},
                 {6, "C"},
                 {7, "L"},
                 {8, "ST"},
                 {9, "STREET"},
                 {10, "O"},
                 {11, "OU"},
                 {12, "title"},
                 {15, "businessCategory"},
                 {17, "postalCode"},
                 {42, "GN"}};
    static const uint8_t email[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01};
    static const uint8_t component[] = {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19};
    if (oid.length == 3 && oid.start[0] == 0x55 && oid.start[1] == 4)
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            if (names[i].last == oid.start[2])
                return names[i].name;
    if (is(oid, email, sizeof email))
        return "emailAddress";
    return is(oid, component, sizeof component) ? "DC" : NULL;
}

static void put_oid(struct text *text, struct bytes oid) {
    uint64_t arc = 0;
    bool first = true;
    for (size_t i = 0; i < oid.length; i++) {
        if (arc >> 56)
            return;
        arc = arc << 7 | (oid.start[i] & 0x7f);
        if (oid.start[i] & 0x80)
            continue;
        if (first) {
            text_put_number(text, arc < 80 ? arc / 40 : 2);
            text_put(text, ".", 1);
            arc = arc < 80 ? arc % 40 : arc - 80;
        } else {
            text_put(text, ".", 1);
        }
        text_put_number(text, arc);
        arc = 0;
        first = false;
    }
}

/// A value with what RFC 4514 §2.4 escapes.
static void put_escaped(struct text *text, uint8_t tag, struct bytes value) {
    char plain[256];
    struct text buffer = TEXT_IN(plain);
    certificate_put_string(&buffer, tag, value);
    for (size_t at = 0; at < buffer.length;) {
        size_t size = text_character((const uint8_t *)plain + at, buffer.length - at);
        if (strchr("\"+,;<>\\", plain[at]) && plain[at] && !text_put(text, "\\", 1))
            return;
        if (!text_put(text, plain + at, size))
            return;
        at += size;
    }
}

static bool put_relative_name(struct certificate *certificate, struct text *text, struct bytes set,
                              bool subject) {
    static const uint8_t common_name[] = {0x55, 4, 3};
    for (bool first = true; set.length; first = false) {
        struct bytes pair, oid, value;
        uint8_t tag;
        if (!der_expect(&set, DER_SEQUENCE, &pair) || !der_expect(&pair, DER_OID, &oid) ||
            !der_next(&pair, &tag, &value) || pair.length)
            return false;
        if (!first)
            text_put(text, "+", 1);
        const char *name = attribute_name(oid);
        if (name)
            text_put_words(text, name);
        else
            put_oid(text, oid);
        text_put(text, "=", 1);
        put_escaped(text, tag, value);
        if (subject && is(oid, common_name, sizeof common_name)) {
            certificate->common_name = value;
            certificate->common_name_tag = tag;
        }
    }
    return true;
}

/// The last relative name first, as RFC 4514 §2.1 has it.
static bool put_name(struct certificate *certificate, struct text *text, struct bytes name, bool subject) {
    struct bytes parts[CERTIFICATE_MAX_PARTS];
    unsigned count = 0;
    while (name.length)
        if (count == CERTIFICATE_MAX_PARTS || !der_expect(&name, DER_SET, &parts[count++]))
            return false;
    while (count) {
        if (!put_relative_name(certificate, text, parts[--count], subject))
            return false;
        if (count)
            text_put(text, ",", 1);
    }
    return true;
}

static bool two_digits(struct bytes *from, int *number) {
    struct bytes digits;
    if (!bytes_take(from, 2, &digits) || digits.start[0] < '0' || digits.start[0] > '9' ||
        digits.start[1] < '0' || digits.start[1] > '9')
        return false;
    *number = (digits.start[0] - '0') * 10 + digits.start[1] - '0';
    return true;
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar.
static int64_t days(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/// RFC 5280 §4.1.2.5: YYMMDDHHMMSSZ until 2049, YYYYMMDDHHMMSSZ after, always with seconds and in UTC.
static bool read_time(struct bytes *from, int64_t *time) {
    struct bytes value;
    uint8_t tag;
    int century = 0, year, month, day, hour, minute, second;
    if (!der_next(from, &tag, &value) || (tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME))
        return false;
    if (tag == DER_GENERALIZED_TIME && !two_digits(&value, &century))
        return false;
    if (!two_digits(&value, &year) || !two_digits(&value, &month) || !two_digits(&value, &day) ||
        !two_digits(&value, &hour) || !two_digits(&value, &minute) || !two_digits(&value, &second))
        return false;
    if (value.length != 1 || value.start[0] != 'Z' || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour > 23 || minute > 59 || second > 59)
        return false;
    year += tag == DER_GENERALIZED_TIME ? century * 100 : year < 50 ? 2000 : 1900;
    int64_t seconds = days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    const int64_t most = INT64_MAX / 1000000000;
    *time = seconds > most ? INT64_MAX : seconds < -most ? -INT64_MAX : seconds * 1000000000;
    return true;
}

static bool read_alternative_names(struct certificate *certificate, struct bytes value) {
    struct bytes list, name;
    uint8_t tag;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.length) {
        if (!der_next(&list, &tag, &name))
            return false;
        if (tag == DER_DNS_NAME && certificate->name_count < CERTIFICATE_MAX_NAMES)
            certificate->names[certificate->name_count++] = name;
    }
    return true;
}

static bool read_extensions(struct certificate *certificate, struct bytes value) {
    static const uint8_t alternative_name[] = {0x55, 0x1d, 0x11};
    struct bytes list, extension, oid, content;
    uint8_t tag;
    if (!der_expect(&value, DER_SEQUENCE, &list))
        return false;
    while (list.length) {
        if (!der_expect(&list, DER_SEQUENCE, &extension) || !der_expect(&extension, DER_OID, &oid) ||
            !der_next(&extension, &tag, &content))
            return false;
        if (tag == 0x01 && !der_next(&extension, &tag, &content)) // the critical flag came first
            return false;
        if (tag != DER_OCTET_STRING)
            return false;
        if (is(oid, alternative_name, sizeof alternative_name) &&
            !read_alternative_names(certificate, content))
            return false;
    }
    return true;
}

static bool read_validity(struct certificate *certificate, struct bytes *signed_part) {
    struct bytes validity;
    if (!der_expect(signed_part, DER_SEQUENCE, &validity))
        return false;
    certificate->has_dates =
        read_time(&validity, &certificate->not_before) && read_time(&validity, &certificate->not_after);
    certificate->dates_wrong = !certificate->has_dates || certificate->not_after < certificate->not_before;
    return true;
}

static bool read_signed_part(struct certificate *certificate, struct bytes part) {
    struct bytes value, name;
    uint8_t tag;
    if (part.length && part.start[0] == DER_VERSION && !der_next(&part, &tag, &value))
        return false;
    if (!der_expect(&part, DER_INTEGER, &certificate->serial) || !certificate->serial.length)
        return false;
    if (!der_expect(&part, DER_SEQUENCE, &value)) // algorithm
        return false;
    if (!der_expect(&part, DER_SEQUENCE, &name) || !put_name(certificate, &certificate->issuer, name, false))
        return false;
    if (!read_validity(certificate, &part))
        return false;
    if (!der_expect(&part, DER_SEQUENCE, &name) || !put_name(certificate, &certificate->subject, name, true))
        return false;
    if (!der_expect(&part, DER_SEQUENCE, &value)) // key
        return false;
    while (part.length) {
        if (!der_next(&part, &tag, &value))
            return false;
        if (tag == DER_EXTENSIONS && !read_extensions(certificate, value))
            return false;
    }
    return true;
}

void certificate_read(struct certificate *certificate, struct bytes der) {
    struct bytes whole, signed_part, value;
    memset(certificate, 0, offsetof(struct certificate, names));
    certificate->subject = (struct text)TEXT_IN(certificate->subject_text);
    certificate->issuer = (struct text)TEXT_IN(certificate->issuer_text);
    if (!der_expect(&der, DER_SEQUENCE, &whole) || der.length ||
        !der_expect(&whole, DER_SEQUENCE, &signed_part)) {
        certificate->malformed = true;
        return;
    }
    certificate->malformed = !read_signed_part(certificate, signed_part) ||
                             !der_expect(&whole, DER_SEQUENCE, &value) ||
                             !der_expect(&whole, DER_BIT_STRING, &value) || whole.length;
}
