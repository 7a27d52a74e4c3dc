// The smallest host that can run a dissector: one session, bytes cut as one likes, what is emitted as text.
#ifndef VEDETTE_TEST_HOST_H
#define VEDETTE_TEST_HOST_H

#include "vedette/plugin.h"

#include <stdbool.h>

enum kind { SEND, GAP, END, DATAGRAM };

/// Something that happens on the wire.
struct event {
    enum kind kind;
    uint32_t direction;
    const uint8_t *bytes; // of SEND and DATAGRAM
    size_t length;        // of GAP: how much is missing
    int64_t time;         // what `when` says of its bytes
};

struct wire {
    uint32_t transport;
    uint16_t client_port, server_port;
    uint32_t flags; // VDT_FLOW_*
    struct event *events;
    size_t count;
};

/// What was emitted, line by line.
struct log {
    char *text;
    size_t length, room;
    bool failed; // the dissector broke the contract
};

/// How the bytes are cut: pieces of `size` (0: as they were sent), and once more at `at` bytes of all
/// (SIZE_MAX: not).
struct cut {
    size_t size, at;
};

/// The plugin's descriptor, once it has described itself; NULL with words on stderr.
const vdt_plugin *host_load(const vdt_plugin *(*entry)(uint32_t));
vdt_instance *host_create(const vdt_plugin *plugin);
/// Runs the wire through one session. `probe` false: opens it as `protocol` without asking.
void host_run(const vdt_plugin *plugin, vdt_instance *instance, const struct wire *wire, struct cut cut,
              bool probe, uint32_t protocol, struct log *log);
/// Bytes that all events send.
size_t host_total(const struct wire *wire);

#endif
