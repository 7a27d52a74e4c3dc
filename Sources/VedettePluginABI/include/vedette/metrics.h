/// `metrics/1`, offered by a plugin: figures of an instance that the host shows beside its own.
#ifndef VEDETTE_METRICS_H
#define VEDETTE_METRICS_H

#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_METRICS_ID "metrics/1"

// Kinds of metrics

/// Grows only, from 0 at create.
#define VDT_METRIC_COUNTER 1u
/// Goes up and down.
#define VDT_METRIC_GAUGE 2u

// Limits

/// Metrics of an instance.
#define VDT_MAX_METRICS 256u

/// Filled by the plugin, within the room that the host gives; its texts stay valid until the next call on the
/// same instance.
typedef struct vdt_metric {
    uint32_t size;
    /// VDT_METRIC_*.
    uint32_t kind;
    /// snake_case, unique in the plugin, at most VDT_MAX_NAME bytes.
    vdt_str name;
    /// "bytes", "requests", ...; empty where there is none.
    vdt_str unit;
    /// One sentence.
    vdt_str doc;
    /// Finite.
    double value;
} vdt_metric;

/// The table, filled by the plugin: static, valid as long as the image is mapped.
typedef struct vdt_metrics {
    uint32_t size;
    uint32_t pad;
    /// [worker, source] How many metrics there are now, at most VDT_MAX_METRICS; the rest is not read, and
    /// said. Between other calls of the instance. Returns VDT_OK.
    int32_t (*count)(vdt_instance *instance, uint32_t *count);
    /// [worker, source] Metric 0...count-1, at once after count. Returns VDT_OK.
    int32_t (*get)(vdt_instance *instance, uint32_t index, vdt_metric *metric);
} vdt_metrics;

#ifdef __cplusplus
}
#endif

#endif
