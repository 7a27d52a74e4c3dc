// What the plugin's two files know of each other.
#ifndef IDENT_HPP
#define IDENT_HPP

#include "vedette/plugin.h"

// What one instance needs: nothing yet but its host. All that changes belongs in here, nothing into statics.
struct vdt_instance {
    const vdt_host *host;
};

int32_t ident_describe(const vdt_describer *d);
extern const vdt_dissector ident_dissector;

#endif
