// ClientHello and ServerHello taken apart (RFC 8446 §4.1, RFC 5246 §7.4.1; SSL 2 in RFC 6101 appendix E).
#ifndef VEDETTE_TLS_HELLO_H
#define VEDETTE_TLS_HELLO_H

#include "bytes.h"

enum { // RFC 8446 §4.2
    TLS_EXTENSION_SERVER_NAME = 0,
    TLS_EXTENSION_GROUPS = 10,
    TLS_EXTENSION_POINT_FORMATS = 11,
    TLS_EXTENSION_SIGNATURES = 13,
    TLS_EXTENSION_ALPN = 16,
    TLS_EXTENSION_PRE_SHARED_KEY = 41,
    TLS_EXTENSION_VERSIONS = 43,
};

/// Everything points into the message. Lists of numbers are as on the wire, two octets each (formats: one).
struct tls_hello {
    uint16_t legacy_version;
    uint16_t version; // the highest offered, or the one chosen
    uint16_t cipher;  // chosen
    bool ssl2, retry, pre_shared_key;
    struct bytes session, ciphers, groups, formats, signatures, versions;
    struct bytes alpn;        // the list: each with its length before it
    struct bytes server_name; // the first host name
    struct bytes extensions;  // the whole list, see tls_next_extension
    bool has_server_name;
    // where something is wrong: offset in the message, or 0 (no offset of these is ever 0)
    uint32_t server_name_wrong, extension_wrong;
};

/// Both read the body of a handshake message; false when it does not parse to its end.
bool tls_read_client_hello(struct tls_hello *hello, struct bytes body);
bool tls_read_server_hello(struct tls_hello *hello, struct bytes body);
/// The body of an SSL 2 CLIENT-HELLO, behind its type.
bool tls_read_ssl2_hello(struct tls_hello *hello, struct bytes body);

/// Takes the type of the next extension of a list off its front; false at its end.
static inline bool tls_next_extension(struct bytes *list, uint16_t *type) {
    struct bytes value;
    uint32_t number;
    if (!bytes_number(list, 2, &number) || !bytes_vector(list, 2, &value))
        return false;
    *type = (uint16_t)number;
    return true;
}

/// Values that mean nothing and are sent to keep servers tolerant (RFC 8701).
static inline bool tls_is_grease(uint16_t value) {
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

#endif
