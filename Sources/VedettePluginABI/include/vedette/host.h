/// What the host offers to an instance.
#ifndef VEDETTE_HOST_H
#define VEDETTE_HOST_H

#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One for each instance, filled by the host, valid from create until destroy returns. Nothing in it changes.
typedef struct vdt_host vdt_host;
struct vdt_host {
    uint32_t size;
    /// major << 16 | minor of the host.
    uint32_t abi;
    /// The host's program and version: "vedette", "0.1.0".
    vdt_str name;
    vdt_str version;
    /// The host's own.
    void *context;
    /// [any] A line for the host's log, at most VDT_MAX_WORDS bytes (the rest is cut); copied. `level` is
    /// a VDT_LOG_*, VDT_E_UNSUPPORTED for another. An instance may log 1,000 lines; what is over that is
    /// counted and said. Returns VDT_OK.
    int32_t (*log)(const vdt_host *host, uint32_t level, vdt_str text);
    /// [any] The words of the error that the calling function is about to return with: what, where, and
    /// what to do, in one line, at most VDT_MAX_WORDS bytes. Copied; per thread; the last one counts. Returns
    /// `code`.
    int32_t (*fail)(const vdt_host *host, int32_t code, vdt_str text);
    /// [any] Wall clock, nanoseconds since 1970 UTC. What a dissector emits never depends on it. Cannot fail.
    int64_t (*now_ns)(const vdt_host *host);
    /// [any] The table of an interface of the host (host-secret.h, host-state.h, host-pictures.h), or NULL
    /// where this host, or this instance, has none of that id: a dissector has no store, and knows no secret.
    /// Valid as long as the vdt_host. `id` is valid for the call.
    const void *(*interface)(const vdt_host *host, vdt_str id);
};

#ifdef __cplusplus
}
#endif

#endif
