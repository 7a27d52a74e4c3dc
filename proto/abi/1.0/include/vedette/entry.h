/// The entry of a plugin: what it is, and how instances of it are made.
#ifndef VEDETTE_ENTRY_H
#define VEDETTE_ENTRY_H

#include "vedette/describe.h"
#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The static descriptor of a plugin, filled by the plugin. It and all it points to never changes and lives
/// as long as the image is mapped; the host copies the texts. Texts are UTF-8; where no limit is said it is
/// VDT_MAX_WORDS bytes, and the rest is cut.
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
    /// Semantic version: "1.0.0", at most VDT_MAX_NAME bytes.
    vdt_str version;
    /// Who made it: a person or an organisation.
    vdt_str vendor;
    /// SPDX expression: "Apache-2.0".
    vdt_str licence;
    /// Where to read more.
    vdt_str url;
    /// One sentence for a person.
    vdt_str summary;
    /// JSON Schema of what `create` takes; empty where nothing can be configured. At most VDT_MAX_SCHEMA
    /// bytes.
    vdt_str config_schema;
    /// [main] Declares, by calls on `describer`, all that any interface of the plugin emits. Comes
    /// before any create, takes no instance and always says the same: it is called in a child process before
    /// the plugin is loaded into the host, which refuses a plugin that then says something else. `describer`
    /// is valid for the call. Returns VDT_OK, or an error with words through describer->fail; either within
    /// 10 s.
    int32_t (*describe)(const vdt_describer *describer);
    /// [main, worker, source] Makes an instance, before anybody else has it: one for each worker, one for
    /// each source. `config` is a JSON object by config_schema, or empty, at most VDT_MAX_CONFIG bytes, valid
    /// for the call. `host` is this instance's own and stays valid until destroy returns. `*instance` is the
    /// plugin's. Returns VDT_OK, or an error with words through host->fail; nothing is left behind then.
    int32_t (*create)(const vdt_host *host, vdt_bytes config, vdt_instance **instance);
    /// [main, worker, source] Ends an instance, once, after all its sessions and streams were closed and
    /// whoever worked with it has let go. Frees all that create and later calls made. Returns VDT_OK.
    int32_t (*destroy)(vdt_instance *instance);
    /// [any] The table of an interface ("dissector/1"), or NULL where the plugin has none of that id. Ids
    /// carry their revision; those of third parties are reverse DNS. The table is static: the same one each
    /// time, valid as long as the image is mapped. `id` is valid for the call.
    const void *(*interface)(vdt_str id);
} vdt_plugin;

/// [main] The one exported function: `VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi)`.
/// `host_abi` is major << 16 | minor of the host. Returns the static descriptor for any minor, NULL only
/// for another major: the host compares min_minor itself and says what is missing.
typedef const vdt_plugin *(*vdt_entry)(uint32_t host_abi);
/// Its name.
#define VDT_ENTRY_NAME "vedette_plugin_entry"

#ifdef __cplusplus
}
#endif

#endif
