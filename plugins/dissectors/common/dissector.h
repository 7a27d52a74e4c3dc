// What every dissector's declarations, instance and entry look like. Header only: each dissector is one file
// when it is built, and shares no code with another.
#ifndef VEDETTE_DISSECTOR_COMMON_H
#define VEDETTE_DISSECTOR_COMMON_H

#include "vedette/plugin.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/// An element of a list of fields: id, VDT_TYPE_*, VDT_FIELD_*, name, one sentence, name in ECS.
#define FIELD(number, kind, bits, called, says, elastic)                                                     \
    {                                                                                                        \
        .size = sizeof(vdt_field), .id = number, .type = kind, .flags = bits, .name = VDT_TEXT(called),      \
        .doc = VDT_TEXT(says), .ecs = VDT_TEXT(elastic)                                                      \
    }

/// An anomaly of the catalog; the severity is the catalog's.
struct anomaly {
    uint32_t id;
    vdt_str name, definition;
};

static inline int32_t declare_record(const vdt_describer *d, uint32_t id, vdt_str name,
                                     const vdt_field *fields, size_t count) {
    int32_t status = d->record(d, id, name);
    for (size_t i = 0; i < count && !status; i++)
        status = d->field(d, id, &fields[i]);
    return status;
}

static inline int32_t declare_anomalies(const vdt_describer *d, const struct anomaly *anomalies,
                                        size_t count) {
    int32_t status = VDT_OK;
    for (size_t i = 0; i < count && !status; i++)
        status = d->anomaly(d, anomalies[i].id, anomalies[i].name, VDT_SEVERITY_LOW, anomalies[i].definition);
    return status;
}

/// Memory for an instance, zeroed; NULL once the host was told that there is none.
static inline void *allocate_instance(const vdt_host *host, size_t size) {
    void *instance = calloc(1, size);
    if (!instance)
        host->fail(host, VDT_E_MEMORY, VDT_STR("no memory for an instance"));
    return instance;
}

/// The look-up of interfaces, the descriptor and the entry. `create`, `destroy` and `dissector` are the
/// file's own.
#define DISSECTOR_PLUGIN(called, says, describes)                                                            \
    static const void *interface(vdt_str id) {                                                               \
        static const vdt_str dissector_id = VDT_TEXT(VDT_DISSECTOR_ID);                                      \
        bool same = id.len == dissector_id.len && memcmp(id.ptr, dissector_id.ptr, id.len) == 0;             \
        return same ? &dissector : NULL;                                                                     \
    }                                                                                                        \
    static const vdt_plugin plugin = {                                                                       \
        .size = sizeof plugin,                                                                               \
        .abi_major = VDT_ABI_MAJOR,                                                                          \
        .abi_minor = VDT_ABI_MINOR,                                                                          \
        .id = VDT_TEXT("org.vedette.dissector." called),                                                     \
        .name = VDT_TEXT(called),                                                                            \
        .version = VDT_TEXT("0.1.0"),                                                                        \
        .vendor = VDT_TEXT("Vedette"),                                                                       \
        .licence = VDT_TEXT("Apache-2.0"),                                                                   \
        .summary = VDT_TEXT(says),                                                                           \
        .describe = describes,                                                                               \
        .create = create,                                                                                    \
        .destroy = destroy,                                                                                  \
        .interface = interface,                                                                              \
    };                                                                                                       \
    const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {                                              \
        return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;                                             \
    }

#endif
