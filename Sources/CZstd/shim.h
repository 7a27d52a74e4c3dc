#pragma once

/* Zstandard frames (RFC 8878). */
#include <zstd.h>
