// The header is all there is; this file makes SwiftPM build it.
#include "CAllocator.h"
