#pragma once

/* gzip and zlib streams (RFC 1950, RFC 1952). */
#include <zlib.h>
