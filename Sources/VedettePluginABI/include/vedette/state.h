/// `state/1`, offered by a plugin: hands what an instance and its sessions know over to another version of
/// the plugin.
///
/// A state carries its own version; a load refuses with VDT_E_UNSUPPORTED what it does not know, and the host
/// goes on without it: sessions drain in the old version.
#ifndef VEDETTE_STATE_H
#define VEDETTE_STATE_H

#include "vedette/dissector.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_STATE_ID "state/1"

// Limits

/// Bytes of one saved state.
#define VDT_MAX_STATE 16777216u

/// The table, filled by the plugin: static, valid as long as the image is mapped. Any function may be NULL.
typedef struct vdt_state {
    uint32_t size;
    uint32_t pad;
    /// [worker, source] What the instance knows, at most VDT_MAX_STATE bytes, valid until the next call on
    /// it; the host copies. The instance changes nothing and goes on until destroy. Returns VDT_OK.
    int32_t (*save)(vdt_instance *instance, vdt_bytes *state);
    /// [worker, source] Takes it over: comes at once after create. `state` is valid for the call. Returns
    /// VDT_OK.
    int32_t (*load)(vdt_instance *instance, vdt_bytes state);
    /// [worker] The same of one session. It is still closed afterwards (shutdown), and what it emits then is
    /// not kept where the state was taken over.
    int32_t (*save_session)(vdt_session *session, vdt_bytes *state);
    /// [worker] Stands for open: `flow` and `state` are valid for the call, `*session` is the plugin's. Bytes
    /// that the old session had not consumed are offered again. Returns VDT_OK, or an error: nothing is left
    /// behind then.
    int32_t (*load_session)(vdt_instance *instance, const vdt_flow *flow, vdt_bytes state,
                            vdt_session **session);
} vdt_state;

#ifdef __cplusplus
}
#endif

#endif
