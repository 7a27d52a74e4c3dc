// JA3, JA3S and JA4: text fed to a digest piece by piece.
#include "fingerprint.h"

#include <stdlib.h>

bool fingerprinter_open(struct fingerprinter *maker) {
    maker->context = EVP_MD_CTX_new();
    maker->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    maker->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return maker->context != NULL;
}

void fingerprinter_close(struct fingerprinter *maker) {
    EVP_MD_CTX_free(maker->context);
    EVP_MD_free(maker->md5);
    EVP_MD_free(maker->sha256);
}

static bool begin(struct fingerprinter *maker, EVP_MD *digest) {
    maker->filled = 0;
    return digest && EVP_DigestInit_ex2(maker->context, digest, NULL) == 1;
}

static void feed(struct fingerprinter *maker, const char *text, size_t length) {
    if (sizeof maker->buffer - maker->filled < length) {
        EVP_DigestUpdate(maker->context, maker->buffer, maker->filled);
        maker->filled = 0;
    }
    memcpy(maker->buffer + maker->filled, text, length); // no piece is longer than a few characters
    maker->filled += length;
}

static void finish(struct fingerprinter *maker, size_t octets, struct text *text) {
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_DigestUpdate(maker->context, maker->buffer, maker->filled);
    if (EVP_DigestFinal_ex(maker->context, digest, &length) == 1)
        text_put_hex(text, digest, octets < length ? octets : length);
}

static void feed_decimal(struct fingerprinter *maker, unsigned number) {
    char digits[8];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    feed(maker, digits + at, sizeof digits - at);
}

static void feed_hex(struct fingerprinter *maker, uint16_t number) {
    static const char digits[] = "0123456789abcdef";
    feed(maker,
         (char[]){digits[number >> 12], digits[number >> 8 & 15], digits[number >> 4 & 15],
                  digits[number & 15]},
         4);
}

static void feed_decimals(struct fingerprinter *maker, struct bytes list) {
    bool first = true;
    for (size_t i = 0; i + 1 < list.length; i += 2) {
        uint16_t value = bytes_u16(list.start + i);
        if (tls_is_grease(value))
            continue;
        if (!first)
            feed(maker, "-", 1);
        first = false;
        feed_decimal(maker, value);
    }
}

static void feed_extensions(struct fingerprinter *maker, const struct tls_hello *hello) {
    struct bytes list = hello->extensions;
    uint16_t type;
    bool first = true;
    while (tls_next_extension(&list, &type)) {
        if (tls_is_grease(type))
            continue;
        if (!first)
            feed(maker, "-", 1);
        first = false;
        feed_decimal(maker, type);
    }
}

void tls_put_ja3(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text) {
    if (!begin(maker, maker->md5))
        return;
    feed_decimal(maker, hello->legacy_version);
    feed(maker, ",", 1);
    feed_decimals(maker, hello->ciphers);
    feed(maker, ",", 1);
    feed_extensions(maker, hello);
    feed(maker, ",", 1);
    feed_decimals(maker, hello->groups);
    feed(maker, ",", 1);
    for (size_t i = 0; i < hello->formats.length; i++) {
        if (i)
            feed(maker, "-", 1);
        feed_decimal(maker, hello->formats.start[i]);
    }
    finish(maker, 16, text);
}

void tls_put_ja3s(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text) {
    if (!begin(maker, maker->md5))
        return;
    feed_decimal(maker, hello->legacy_version);
    feed(maker, ",", 1);
    feed_decimal(maker, hello->cipher);
    feed(maker, ",", 1);
    feed_extensions(maker, hello);
    finish(maker, 16, text);
}

static int ascending(const void *a, const void *b) {
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static const char *ja4_version(uint16_t version) {
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    case 0x0002:
        return "s2";
    case 0xfeff:
        return "d1";
    case 0xfefd:
        return "d2";
    case 0xfefc:
        return "d3";
    default:
        return "00";
    }
}

static void put_two_digits(struct text *text, size_t number) {
    if (number > 99)
        number = 99;
    text_put(text, (char[]){(char)('0' + number / 10), (char)('0' + number % 10)}, 2);
}

static bool is_alphanumeric(uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_grease_name(struct bytes name) {
    return name.length == 2 && tls_is_grease(bytes_u16(name.start));
}

/// First and last character of the first protocol offered; of the hexadecimal form of the whole where
/// either is no ASCII letter or digit.
static void put_alpn(struct text *text, struct bytes alpn) {
    static const char digits[] = "0123456789abcdef";
    struct bytes first;
    bool any = bytes_vector(&alpn, 1, &first);
    while (any && is_grease_name(first))
        any = bytes_vector(&alpn, 1, &first);
    if (!any || !first.length) {
        text_put(text, "00", 2);
        return;
    }
    uint8_t a = first.start[0], z = first.start[first.length - 1];
    if (is_alphanumeric(a) && is_alphanumeric(z))
        text_put(text, (char[]){(char)a, (char)z}, 2);
    else
        text_put(text, (char[]){digits[a >> 4], digits[z & 15]}, 2);
}

static void feed_sorted(struct fingerprinter *maker, size_t count) {
    qsort(maker->sorted, count, sizeof *maker->sorted, ascending);
    for (size_t i = 0; i < count; i++) {
        if (i)
            feed(maker, ",", 1);
        feed_hex(maker, maker->sorted[i]);
    }
}

static size_t collect_ciphers(struct fingerprinter *maker, struct bytes ciphers) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < ciphers.length; i += 2)
        if (!tls_is_grease(bytes_u16(ciphers.start + i)) &&
            count < sizeof maker->sorted / sizeof *maker->sorted)
            maker->sorted[count++] = bytes_u16(ciphers.start + i);
    return count;
}

void tls_put_ja4(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text) {
    static const char nothing[] = "000000000000";
    size_t extensions = 0, ciphers, sorted = 0;
    struct bytes list = hello->extensions;
    uint16_t type;
    if (!begin(maker, maker->sha256))
        return;
    while (tls_next_extension(&list, &type))
        extensions += !tls_is_grease(type);
    ciphers = collect_ciphers(maker, hello->ciphers);
    text_put(text, "t", 1);
    text_put_words(text, ja4_version(hello->version));
    text_put(text, hello->has_server_name ? "d" : "i", 1);
    put_two_digits(text, ciphers);
    put_two_digits(text, extensions);
    put_alpn(text, hello->alpn);
    text_put(text, "_", 1);
    if (ciphers) {
        feed_sorted(maker, ciphers);
        finish(maker, 6, text);
    } else {
        text_put_words(text, nothing);
    }
    text_put(text, "_", 1);
    list = hello->extensions;
    while (tls_next_extension(&list, &type)) {
        if (!tls_is_grease(type) && type != TLS_EXTENSION_SERVER_NAME && type != TLS_EXTENSION_ALPN)
            maker->sorted[sorted++] = type;
    }
    if (!sorted || !begin(maker, maker->sha256)) {
        text_put_words(text, nothing);
        return;
    }
    feed_sorted(maker, sorted);
    const char *before = "_";
    for (size_t i = 0; i + 1 < hello->signatures.length; i += 2) { // in the order in which they were sent
        uint16_t algorithm = bytes_u16(hello->signatures.start + i);
        if (tls_is_grease(algorithm))
            continue;
        feed(maker, before, 1);
        before = ",";
        feed_hex(maker, algorithm);
    }
    finish(maker, 6, text);
}

void tls_put_sha256(struct fingerprinter *maker, struct bytes bytes, struct text *text) {
    if (!begin(maker, maker->sha256))
        return;
    EVP_DigestUpdate(maker->context, bytes.start, bytes.length);
    finish(maker, 32, text);
}
