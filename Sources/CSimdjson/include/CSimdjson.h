#ifndef VEDETTE_CSIMDJSON_H
#define VEDETTE_CSIMDJSON_H

/*
 * simdjson's DOM parser behind a C interface.
 *
 * A parser owns a padded copy of the document, the tape (one 64-bit word a node) and the text of all
 * strings; all three are reused from document to document. The tape's form is that of simdjson's
 * doc/tape.md: the type in the top byte, a payload of 56 bits; a number's value in the word after it;
 * a string's payload is the offset, in the strings, of its length (32 bits, host order), its bytes and a NUL.
 */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vedette_simdjson vedette_simdjson;

/** Why a document was refused. */
enum {
    VEDETTE_SIMDJSON_OK = 0,
    VEDETTE_SIMDJSON_NO_MEMORY = 1,
    VEDETTE_SIMDJSON_TOO_LARGE = 2,
    VEDETTE_SIMDJSON_TOO_DEEP = 3,
    VEDETTE_SIMDJSON_BAD_UTF8 = 4,
    VEDETTE_SIMDJSON_EMPTY = 5,
    VEDETTE_SIMDJSON_MALFORMED = 6,
};

/** A parser for values nested at most `max_depth` deep; NULL without memory. */
vedette_simdjson *vedette_simdjson_create(size_t max_depth);
void vedette_simdjson_destroy(vedette_simdjson *parser);

/** Parses one document of `length` bytes, at most 4 GiB - 1; a VEDETTE_SIMDJSON_ status. */
int32_t vedette_simdjson_parse(vedette_simdjson *parser, const uint8_t *bytes, size_t length);

/** What the last successful parse left; valid until the next one. */
const uint64_t *vedette_simdjson_tape(const vedette_simdjson *parser);
const uint8_t *vedette_simdjson_strings(const vedette_simdjson *parser);

/** Bytes of documents for which there is room without allocating. */
size_t vedette_simdjson_capacity(const vedette_simdjson *parser);

/** The instruction set that was chosen for this machine: haswell, westmere, arm64, fallback, ... */
size_t vedette_simdjson_implementation(char *name, size_t room);

#ifdef __cplusplus
}
#endif

#endif
