// Loading a plugin: its description is kept by name, an instance is made.
#include "host-plugin.h"

#include <stdio.h>
#include <string.h>

struct declared declared;

static void copy(char *to, vdt_str from) {
    size_t length = from.len < 64 ? from.len : 64;
    memcpy(to, from.ptr, length);
    to[length] = 0;
}

static int32_t describe_fail(const vdt_describer *d, int32_t code, vdt_str text) {
    (void)d;
    fprintf(stderr, "describe: %.*s\n", (int)text.len, text.ptr);
    return code;
}
static int32_t describe_record(const vdt_describer *d, uint32_t id, vdt_str name) {
    (void)d;
    if (!id || id >= RECORDS)
        return VDT_E_LIMIT;
    copy(declared.record[id], name);
    return VDT_OK;
}
static int32_t describe_field(const vdt_describer *d, uint32_t record, const vdt_field *field) {
    (void)d;
    if (!record || record >= RECORDS || !field->id || field->id >= NAMES ||
        declared.field[record][field->id][0])
        return VDT_E_ARGUMENT;
    copy(declared.field[record][field->id], field->name);
    return VDT_OK;
}
static int32_t describe_anomaly(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t severity,
                                vdt_str words) {
    (void)d, (void)severity, (void)words;
    if (!id || id >= NAMES || declared.anomaly[id][0])
        return VDT_E_ARGUMENT;
    copy(declared.anomaly[id], name);
    return VDT_OK;
}
static int32_t describe_fact(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t type) {
    (void)d, (void)type;
    if (!id || id >= NAMES || declared.fact[id][0])
        return VDT_E_ARGUMENT;
    copy(declared.fact[id], name);
    return VDT_OK;
}
static int32_t describe_protocol(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t transports) {
    (void)d, (void)transports;
    if (!id || id >= RECORDS)
        return VDT_E_LIMIT;
    copy(declared.protocol[id], name);
    return VDT_OK;
}
static int32_t describe_name(const vdt_describer *d, uint32_t protocol, vdt_str name) {
    (void)d, (void)protocol, (void)name;
    return VDT_OK;
}
static int32_t describe_port(const vdt_describer *d, uint32_t protocol, uint32_t transport, uint16_t first,
                             uint16_t last) {
    (void)d, (void)protocol, (void)transport, (void)first, (void)last;
    return VDT_OK;
}

static int32_t host_log(const vdt_host *host, uint32_t level, vdt_str text) {
    (void)host, (void)level, (void)text;
    return VDT_OK;
}
static int32_t host_fail(const vdt_host *host, int32_t code, vdt_str text) {
    (void)host;
    fprintf(stderr, "plugin: %.*s\n", (int)text.len, text.ptr);
    return code;
}
static int64_t host_now(const vdt_host *host) {
    (void)host;
    return 0;
}
static const void *host_interface(const vdt_host *host, vdt_str id) {
    (void)host, (void)id;
    return NULL;
}

const vdt_plugin *host_load(const vdt_plugin *(*entry)(uint32_t)) {
    const vdt_plugin *plugin = entry(VDT_ABI_VERSION);
    vdt_describer describer = {.size = sizeof describer,
                               .fail = describe_fail,
                               .record = describe_record,
                               .field = describe_field,
                               .anomaly = describe_anomaly,
                               .flow_field = describe_fact,
                               .protocol = describe_protocol,
                               .parent = describe_name,
                               .alpn = describe_name,
                               .port = describe_port};
    memset(&declared, 0, sizeof declared);
    if (!plugin || plugin->describe(&describer) != VDT_OK) {
        fprintf(stderr, "the plugin does not describe itself\n");
        return NULL;
    }
    return plugin;
}

vdt_instance *host_create(const vdt_plugin *plugin) {
    static const vdt_host host = {.size = sizeof host,
                                  .abi = VDT_ABI_VERSION,
                                  .log = host_log,
                                  .fail = host_fail,
                                  .now_ns = host_now,
                                  .interface = host_interface};
    vdt_instance *instance = NULL;
    return plugin->create(&host, (vdt_bytes){0}, &instance) == VDT_OK ? instance : NULL;
}
