/// `host-secret/1`, offered by the host to sources: secrets of the configuration by name, so that tokens stay
/// out of configurations and parameters.
#ifndef VEDETTE_HOST_SECRET_H
#define VEDETTE_HOST_SECRET_H

#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_HOST_SECRET_ID "host-secret/1"

// Limits

/// Bytes of a secret's name.
#define VDT_MAX_SECRET_NAME 256u
/// Bytes of a secret.
#define VDT_MAX_SECRET 65536u

/// The table, filled by the host: valid as long as the vdt_host that it was got from. Never called from
/// [worker].
typedef struct vdt_host_secret {
    uint32_t size;
    uint32_t pad;
    /// [source] A secret by its name (1...VDT_MAX_SECRET_NAME bytes), 1...VDT_MAX_SECRET bytes, read anew at
    /// each call. VDT_E_UNKNOWN where the configuration has none of that name, or it cannot be read. Valid
    /// until the next call on this thread; the plugin copies it where it must, logs it nowhere and puts it
    /// into no record.
    int32_t (*get)(const vdt_host *host, vdt_str name, vdt_bytes *secret);
} vdt_host_secret;

#ifdef __cplusplus
}
#endif

#endif
