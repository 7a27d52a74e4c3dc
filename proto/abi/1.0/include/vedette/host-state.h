/// `host-state/1`, offered by the host to sources: a small durable store of the plugin's own, for what is no
/// cursor.
#ifndef VEDETTE_HOST_STATE_H
#define VEDETTE_HOST_STATE_H

#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_HOST_STATE_ID "host-state/1"

// Limits

/// Bytes of a key and of a value, and keys of one plugin.
#define VDT_MAX_STATE_KEY 256u
#define VDT_MAX_STATE_VALUE 65536u
#define VDT_MAX_STATE_KEYS 1024u

/// The table, filled by the host: valid as long as the vdt_host that it was got from. Never called from
/// [worker].
typedef struct vdt_host_state {
    uint32_t size;
    uint32_t pad;
    /// [source] The value of a key (1...VDT_MAX_STATE_KEY bytes of UTF-8). VDT_E_UNKNOWN where there is no
    /// such key. Valid until the next call on this thread.
    int32_t (*get)(const vdt_host *host, vdt_str key, vdt_bytes *value);
    /// [source] Puts a value (0...VDT_MAX_STATE_VALUE bytes) in place of the old one; copied, durable once it
    /// returned. VDT_E_LIMIT for more than VDT_MAX_STATE_KEYS keys or a larger one, VDT_E_IO where it cannot
    /// be written.
    int32_t (*put)(const vdt_host *host, vdt_str key, vdt_bytes value);
    /// [source] Removes a key; one that is not there is no error. Durable once it returned.
    int32_t (*remove)(const vdt_host *host, vdt_str key);
} vdt_host_state;

#ifdef __cplusplus
}
#endif

#endif
