/// `reconfigure/1`, offered by a plugin: an instance takes a new configuration without being made anew.
#ifndef VEDETTE_RECONFIGURE_H
#define VEDETTE_RECONFIGURE_H

#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_RECONFIGURE_ID "reconfigure/1"

/// The table, filled by the plugin: static, valid as long as the image is mapped.
typedef struct vdt_reconfigure {
    uint32_t size;
    uint32_t pad;
    /// [worker, source] Takes a new configuration, whole or not at all, between other calls of the instance.
    /// `config` as in create, valid for the call. Returns VDT_OK, or VDT_E_CONFIG with words through the
    /// host's fail: the old one stays. What sessions and streams that are open do with it is the plugin's to
    /// say.
    int32_t (*reconfigure)(vdt_instance *instance, vdt_bytes config);
} vdt_reconfigure;

#ifdef __cplusplus
}
#endif

#endif
