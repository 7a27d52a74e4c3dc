/// The entry of a plugin: what it is, and how instances of it are made.
#ifndef VEDETTE_ENTRY_H
#define VEDETTE_ENTRY_H

#include "vedette/describe.h"
#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The static descriptor of a plugin. It and all it points to lives as long as the image is mapped.
typedef struct vdt_plugin {
    uint32_t size;
    /// The ABI that the plugin was built with: VDT_ABI_MAJOR, VDT_ABI_MINOR.
    uint32_t abi_major;
    uint32_t abi_minor;
    /// The smallest minor of a host that this plugin can work with. A host below it refuses the
    /// plugin and says so.
    uint32_t min_minor;
    /// Reverse DNS, lower case, at most VDT_MAX_NAME bytes: "org.vedette.dissector.dns". Never changes.
    vdt_str id;
    /// Short name, [a-z0-9-], at most VDT_MAX_NAME bytes: "dns". Of a source, the prefix by
    /// which a person asks for it: `winevent:FILE`.
    vdt_str name;
    /// Semantic version: "1.0.0".
    vdt_str version;
    vdt_str vendor;
    /// SPDX expression: "Apache-2.0".
    vdt_str licence;
    vdt_str url;
    /// One sentence for a person.
    vdt_str summary;
    /// JSON Schema of what `create` takes; empty where nothing can be configured. At most VDT_MAX_SCHEMA
    /// bytes.
    vdt_str config_schema;
    /// [main] Declares, by calls on `describer`, all that any interface of the plugin emits. Comes
    /// before any create, takes no instance and always says the same. Errors: words through describer->fail.
    int32_t (*describe)(const vdt_describer *describer);
    /// [main, worker, source] Makes an instance. `config` is a JSON object, or empty. `host` stays valid
    /// until destroy returns. Errors: words through host->fail; nothing is left behind then.
    int32_t (*create)(const vdt_host *host, vdt_bytes config, vdt_instance **instance);
    /// [the thread kind of create] Ends an instance, after all its sessions and streams were closed. Returns
    /// VDT_OK.
    int32_t (*destroy)(vdt_instance *instance);
    /// [any] The table of an interface ("dissector/1"), or NULL where the plugin has none of that id.
    const void *(*interface)(vdt_str id);
} vdt_plugin;

/// [main] The one exported function: `VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi)`.
/// `host_abi` is major << 16 | minor of the host. Returns the static descriptor for any minor, NULL only
/// for another major.
typedef const vdt_plugin *(*vdt_entry)(uint32_t host_abi);
#define VDT_ENTRY_NAME "vedette_plugin_entry"

#ifdef __cplusplus
}
#endif

#endif
