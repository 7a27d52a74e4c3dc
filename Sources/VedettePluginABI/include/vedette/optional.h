/// Interfaces that a plugin may offer (reconfigure/1, metrics/1, state/1, selftest/1) and that the host may
/// offer to it (host-secret/1, host-state/1).
#ifndef VEDETTE_OPTIONAL_H
#define VEDETTE_OPTIONAL_H

#include "vedette/dissector.h"
#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// Offered by plugins

#define VDT_RECONFIGURE_ID "reconfigure/1"
typedef struct vdt_reconfigure {
    uint32_t size;
    uint32_t pad;
    /// [the instance's thread, between calls] Takes a new configuration, whole or not at all. VDT_E_CONFIG
    /// with words through fail: the old one stays.
    int32_t (*reconfigure)(vdt_instance *instance, vdt_bytes config);
} vdt_reconfigure;

#define VDT_METRICS_ID "metrics/1"
#define VDT_METRIC_COUNTER 1u
#define VDT_METRIC_GAUGE 2u
typedef struct vdt_metric {
    uint32_t size;
    /// VDT_METRIC_*.
    uint32_t kind;
    /// snake_case.
    vdt_str name;
    vdt_str unit;
    vdt_str doc;
    double value;
} vdt_metric;
typedef struct vdt_metrics {
    uint32_t size;
    uint32_t pad;
    /// [the instance's thread] How many metrics there are, at most 256.
    int32_t (*count)(vdt_instance *instance, uint32_t *count);
    /// [the instance's thread] Metric 0...count-1.
    int32_t (*get)(vdt_instance *instance, uint32_t index, vdt_metric *metric);
} vdt_metrics;

#define VDT_STATE_ID "state/1"
/// Hands what an instance and its sessions know over to another version of the plugin. Any function may be
/// NULL. A state is at most 16 MiB and carries its own version; `load` refuses with VDT_E_UNSUPPORTED what it
/// does not know.
typedef struct vdt_state {
    uint32_t size;
    uint32_t pad;
    /// [the instance's thread]
    int32_t (*save)(vdt_instance *instance, vdt_bytes *state);
    int32_t (*load)(vdt_instance *instance, vdt_bytes state);
    /// [worker] Of one session; load_session stands for open, and the saved session is still closed
    /// (shutdown).
    int32_t (*save_session)(vdt_session *session, vdt_bytes *state);
    int32_t (*load_session)(vdt_instance *instance, const vdt_flow *flow, vdt_bytes state,
                            vdt_session **session);
} vdt_state;

#define VDT_SELFTEST_ID "selftest/1"
typedef struct vdt_selftest {
    uint32_t size;
    uint32_t pad;
    /// [main] Tests what the plugin can test of itself without data or network, within 10 s. `report` is text
    /// for a person. A negative return is a failed test.
    int32_t (*run)(const vdt_host *host, vdt_str *report);
} vdt_selftest;

// Offered by the host; never called from [worker]

#define VDT_HOST_SECRET_ID "host-secret/1"
typedef struct vdt_host_secret {
    uint32_t size;
    uint32_t pad;
    /// [source] A secret of the configuration by its name. VDT_E_UNKNOWN where there is none. Valid until the
    /// next call on this thread; the plugin logs it nowhere.
    int32_t (*get)(const vdt_host *host, vdt_str name, vdt_bytes *secret);
} vdt_host_secret;

#define VDT_HOST_STATE_ID "host-state/1"
/// A small durable store of the instance's own: keys up to 256 bytes, values up to 64 KiB, 1,024 of them.
typedef struct vdt_host_state {
    uint32_t size;
    uint32_t pad;
    /// [source] VDT_E_UNKNOWN where there is no such key. Valid until the next call on this thread.
    int32_t (*get)(const vdt_host *host, vdt_str key, vdt_bytes *value);
    /// [source] Durable once it returned.
    int32_t (*put)(const vdt_host *host, vdt_str key, vdt_bytes value);
    int32_t (*remove)(const vdt_host *host, vdt_str key);
} vdt_host_state;

#ifdef __cplusplus
}
#endif

#endif
