// The ABI is headers only; this file makes SwiftPM build it, and so proves that they compile alone.
#include "vedette/plugin.h"

// LP64 and little-endian are part of the ABI (types.h).
_Static_assert(sizeof(void *) == 8, "the plugin ABI is LP64");
_Static_assert(sizeof(vdt_str) == 16 && sizeof(vdt_bytes) == 16, "vdt_str and vdt_bytes are frozen");
_Static_assert(VDT_ABI_VERSION == (VDT_ABI_MAJOR << 16 | VDT_ABI_MINOR),
               "VDT_ABI_VERSION is a literal so that Swift sees it");
