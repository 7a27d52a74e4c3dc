// The plugin's descriptor: who it is, and where its functions are.
#include "report.h"

#include <stdlib.h>
#include <string.h>

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = calloc(1, sizeof **instance);
    if (!*instance)
        return host->fail(host, VDT_E_MEMORY, VDT_STR("no memory for an instance"));
    (*instance)->host = host;
    return VDT_OK;
}

static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

static const void *interface(vdt_str id) {
    const vdt_str known = VDT_TEXT(VDT_PROCESS_SOURCE_ID);
    return id.len == known.len && !memcmp(id.ptr, known.ptr, id.len) ? &report_source : NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = VDT_ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .id = VDT_TEXT("org.example.report"),
                                  .name = VDT_TEXT("report"),
                                  .version = VDT_TEXT("0.1.0"),
                                  .vendor = VDT_TEXT("Example"),
                                  .licence = VDT_TEXT("Apache-2.0"),
                                  .summary = VDT_TEXT("Reads reports of lines with tabs."),
                                  .describe = report_describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
