// The one function that the dns dissector exports.
#ifndef DISSECTOR_DNS_H
#define DISSECTOR_DNS_H

#include "vedette/plugin.h"

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

#endif
