/// `selftest/1`, offered by a plugin: tests what it can test of itself. Run by `vedette plugin check`.
#ifndef VEDETTE_SELFTEST_H
#define VEDETTE_SELFTEST_H

#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_SELFTEST_ID "selftest/1"

// Limits

/// Time that the tests may take.
#define VDT_MAX_SELFTEST_MS 10000u

/// The table, filled by the plugin: static, valid as long as the image is mapped.
typedef struct vdt_selftest {
    uint32_t size;
    uint32_t pad;
    /// [main] Tests without an instance, data or network, within VDT_MAX_SELFTEST_MS. `report` is text for a
    /// person, at most VDT_MAX_WORDS bytes, static or valid until the next call of run. `host` is valid for
    /// the call. Returns VDT_OK, or an error: a test failed.
    int32_t (*run)(const vdt_host *host, vdt_str *report);
} vdt_selftest;

#ifdef __cplusplus
}
#endif

#endif
