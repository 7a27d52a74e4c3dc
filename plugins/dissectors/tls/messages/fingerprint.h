// Fingerprints of hellos: JA3 and JA3S (salesforce/ja3, BSD-3-Clause), JA4 client (FoxIO-LLC/ja4,
// BSD-3-Clause).
#ifndef VEDETTE_TLS_FINGERPRINT_H
#define VEDETTE_TLS_FINGERPRINT_H

#include "../../common/text.h"
#include "hello.h"

#include <openssl/evp.h>

/// What one worker needs to make them; kept in the instance.
struct fingerprinter {
    EVP_MD_CTX *context;
    EVP_MD *md5, *sha256; // NULL where the library does not offer it
    size_t filled;
    char buffer[4096];      // text on its way into the digest
    uint16_t sorted[32768]; // as many cipher suites, or extensions, as one message can hold
};

bool fingerprinter_open(struct fingerprinter *maker);
void fingerprinter_close(struct fingerprinter *maker);

enum { JA3_LENGTH = 32, JA4_LENGTH = 36, SHA256_LENGTH = 64 };

/// Each writes nothing when its digest cannot be had.
void tls_put_ja3(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text);
void tls_put_ja3s(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text);
void tls_put_ja4(struct fingerprinter *maker, const struct tls_hello *hello, struct text *text);
void tls_put_sha256(struct fingerprinter *maker, struct bytes bytes, struct text *text);

#endif
