// The plugin's descriptor: who it is, and where its functions are.
#include "ident.hpp"

#include <new>
#include <string_view>

namespace {

int32_t create(const vdt_host *host, vdt_bytes, vdt_instance **instance) {
    *instance = new (std::nothrow) vdt_instance{host};
    return *instance ? VDT_OK : host->fail(host, VDT_E_MEMORY, VDT_STR("no memory for an instance"));
}

int32_t destroy(vdt_instance *instance) {
    delete instance;
    return VDT_OK;
}

const void *interface(vdt_str id) {
    return std::string_view(id.ptr, id.len) == VDT_DISSECTOR_ID ? &ident_dissector : nullptr;
}

const vdt_plugin plugin = {.size = sizeof plugin,
                           .abi_major = VDT_ABI_MAJOR,
                           .abi_minor = VDT_ABI_MINOR,
                           .min_minor = 0,
                           .id = VDT_TEXT("org.example.ident"),
                           .name = VDT_TEXT("ident"),
                           .version = VDT_TEXT("0.1.0"),
                           .vendor = VDT_TEXT("Example"),
                           .licence = VDT_TEXT("Apache-2.0"),
                           .url = VDT_TEXT(""),
                           .summary = VDT_TEXT("Dissects the Identification Protocol."),
                           .config_schema = VDT_TEXT(""),
                           .describe = ident_describe,
                           .create = create,
                           .destroy = destroy,
                           .interface = interface};

} // namespace

extern "C" VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : nullptr;
}
