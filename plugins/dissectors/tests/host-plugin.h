// What the plugin under test declared, for the part of the host that prints it.
#ifndef VEDETTE_TEST_HOST_PLUGIN_H
#define VEDETTE_TEST_HOST_PLUGIN_H

#include "host.h"

enum { RECORDS = 8, NAMES = 64 };

/// Names by id; empty where nothing was declared.
struct declared {
    char record[RECORDS][65], field[RECORDS][NAMES][65], anomaly[NAMES][65], fact[NAMES][65],
        protocol[RECORDS][65];
};

extern struct declared declared; // one plugin a process

#endif
