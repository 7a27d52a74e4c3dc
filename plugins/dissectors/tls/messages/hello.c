// ClientHello and ServerHello taken apart.
#include "hello.h"

#include <string.h>

/// RFC 6066 §3: one list, host names only, at most one of a kind.
static void read_server_name(struct tls_hello *hello, struct bytes value, uint32_t at) {
    struct bytes list, name;
    uint32_t type;
    if (hello->has_server_name)
        hello->server_name_wrong = at;
    hello->has_server_name = true;
    if (!bytes_vector(&value, 2, &list) || value.length || !list.length) {
        hello->server_name_wrong = at;
        return;
    }
    for (unsigned names = 0; list.length; names++) {
        if (!bytes_number(&list, 1, &type) || !bytes_vector(&list, 2, &name)) {
            hello->server_name_wrong = at;
            return;
        }
        if (type != 0 || names || !name.length || name.length > 255)
            hello->server_name_wrong = at;
        if (type == 0 && name.length && !hello->server_name.length)
            hello->server_name = name;
    }
}

static void choose_version(struct tls_hello *hello) {
    uint16_t highest = 0;
    for (size_t i = 0; i + 1 < hello->versions.length; i += 2) {
        uint16_t version = bytes_u16(hello->versions.start + i);
        if (!tls_is_grease(version) && version > highest)
            highest = version;
    }
    if (highest)
        hello->version = highest;
}

/// Reads the value of an extension; false when it breaks the form of its kind.
static bool read_extension(struct tls_hello *hello, uint16_t type, struct bytes value, bool client) {
    uint32_t number;
    switch (type) {
    case TLS_EXTENSION_GROUPS:
        return !client || (bytes_vector(&value, 2, &hello->groups) && hello->groups.length % 2 == 0);
    case TLS_EXTENSION_POINT_FORMATS:
        return bytes_vector(&value, 1, &hello->formats);
    case TLS_EXTENSION_SIGNATURES:
        return !client || (bytes_vector(&value, 2, &hello->signatures) && hello->signatures.length % 2 == 0);
    case TLS_EXTENSION_ALPN:
        return bytes_vector(&value, 2, &hello->alpn);
    case TLS_EXTENSION_PRE_SHARED_KEY:
        hello->pre_shared_key = true;
        return true;
    case TLS_EXTENSION_VERSIONS:
        if (client) {
            if (!bytes_vector(&value, 1, &hello->versions) || hello->versions.length % 2)
                return false;
            choose_version(hello);
            return true;
        }
        if (!bytes_number(&value, 2, &number))
            return false;
        hello->version = (uint16_t)number;
        return true;
    default:
        return true;
    }
}

static bool read_extensions(struct tls_hello *hello, struct bytes body, const uint8_t *origin, bool client) {
    struct bytes list, value;
    uint32_t type;
    if (!body.length) // SSL 3 to TLS 1.2 may leave them out
        return true;
    if (!bytes_vector(&body, 2, &list))
        return false;
    hello->extensions = list;
    while (list.length) {
        uint32_t at = (uint32_t)(list.start - origin);
        if (!bytes_number(&list, 2, &type) || !bytes_vector(&list, 2, &value))
            return false;
        if (type == TLS_EXTENSION_SERVER_NAME && client)
            read_server_name(hello, value, at);
        else if (!read_extension(hello, (uint16_t)type, value, client) && !hello->extension_wrong)
            hello->extension_wrong = at;
    }
    return body.length == 0;
}

static void clear(struct tls_hello *hello) {
    memset(hello, 0, sizeof *hello);
}

bool tls_read_client_hello(struct tls_hello *hello, struct bytes body) {
    const uint8_t *origin = body.start;
    struct bytes random, compression;
    uint32_t version;
    clear(hello);
    if (!bytes_number(&body, 2, &version) || !bytes_take(&body, 32, &random) ||
        !bytes_vector(&body, 1, &hello->session))
        return false;
    hello->legacy_version = hello->version = (uint16_t)version;
    if (hello->session.length > 32 || !bytes_vector(&body, 2, &hello->ciphers) || hello->ciphers.length % 2)
        return false;
    if (!bytes_vector(&body, 1, &compression))
        return false;
    return read_extensions(hello, body, origin, true);
}

bool tls_read_server_hello(struct tls_hello *hello, struct bytes body) {
    static const uint8_t retry[32] = {// RFC 8446 §4.1.3: SHA-256 of "HelloRetryRequest"
                                      0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                      0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                      0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
    const uint8_t *origin = body.start;
    struct bytes random;
    uint32_t version, cipher, compression;
    clear(hello);
    if (!bytes_number(&body, 2, &version) || !bytes_take(&body, 32, &random))
        return false;
    hello->legacy_version = hello->version = (uint16_t)version;
    hello->retry = memcmp(random.start, retry, 32) == 0;
    // Drafts of TLS 1.3 before 22 had neither session nor compression here; from then on the version is 3.3
    if (version == 0x0304 || (version >> 8 == 0x7f && version < 0x7f16)) {
        if (!bytes_number(&body, 2, &cipher))
            return false;
        hello->cipher = (uint16_t)cipher;
        return read_extensions(hello, body, origin, false);
    }
    if (!bytes_vector(&body, 1, &hello->session) || hello->session.length > 32)
        return false;
    if (!bytes_number(&body, 2, &cipher) || !bytes_number(&body, 1, &compression))
        return false;
    hello->cipher = (uint16_t)cipher;
    return read_extensions(hello, body, origin, false);
}

bool tls_read_ssl2_hello(struct tls_hello *hello, struct bytes body) {
    uint32_t version, ciphers, session, challenge;
    struct bytes rest;
    clear(hello);
    hello->ssl2 = true;
    if (!bytes_number(&body, 2, &version) || !bytes_number(&body, 2, &ciphers) ||
        !bytes_number(&body, 2, &session) || !bytes_number(&body, 2, &challenge))
        return false;
    hello->legacy_version = hello->version = (uint16_t)version;
    return ciphers % 3 == 0 && bytes_take(&body, ciphers, &rest) &&
           bytes_take(&body, session, &hello->session) && bytes_take(&body, challenge, &rest) && !body.length;
}
