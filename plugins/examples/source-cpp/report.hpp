// What the plugin's two files know of each other.
#ifndef REPORT_HPP
#define REPORT_HPP

#include "vedette/plugin.h"

// What one instance needs: nothing yet but its host. All that changes belongs in here, nothing into statics.
struct vdt_instance {
    const vdt_host *host;
};

int32_t report_describe(const vdt_describer *d);
extern const vdt_source report_source;

#endif
