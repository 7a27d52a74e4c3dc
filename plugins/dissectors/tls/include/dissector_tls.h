// The one function that the tls dissector exports.
#ifndef DISSECTOR_TLS_H
#define DISSECTOR_TLS_H

#include "vedette/plugin.h"

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

#endif
