#pragma once

/* Digests of OpenSSL 3, through its EVP interface. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/err.h>
#include <openssl/crypto.h>
