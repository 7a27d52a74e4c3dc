// The one function that the http dissector exports.
#ifndef DISSECTOR_HTTP_H
#define DISSECTOR_HTTP_H

#include "vedette/plugin.h"

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

#endif
