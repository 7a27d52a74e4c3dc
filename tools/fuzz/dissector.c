// A libFuzzer target for one dissector (DISSECTOR_PORT is its port): bytes become a conversation, which is
// run whole and cut; what is emitted must be the same and keep the contract.
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

enum { MAX_EVENTS = 64 };

/// Each event: an octet that says which, where to, and how much later than the one before, two of length,
/// then the bytes.
static void read_wire(struct wire *wire, struct event *events, const uint8_t *bytes, size_t length) {
    *wire = (struct wire){
        .transport = VDT_TCP, .client_port = 40000, .server_port = DISSECTOR_PORT, .events = events};
    bool datagrams = DISSECTOR_PORT == 53 && length && bytes[0] & 0x80, ended[2] = {false, false};
    if (datagrams)
        wire->transport = VDT_UDP;
    static const int64_t later[8] = {
        0, 1, -1, 1000000000, (int64_t)1 << 45, -((int64_t)1 << 45), (int64_t)1 << 47, -((int64_t)1 << 47)};
    int64_t time = 1700000000000000000;
    while (length >= 3 && wire->count < MAX_EVENTS) {
        uint8_t kind = bytes[0];
        size_t part = (size_t)(bytes[1] << 8 | bytes[2]);
        uint32_t direction = kind & 1;
        bytes += 3;
        length -= 3;
        time += later[kind >> 4 & 7];
        if (ended[direction])
            continue;
        if (!datagrams && (kind & 0x0e) == 2) {
            if (part)
                events[wire->count++] = (struct event){GAP, direction, NULL, part, time};
            continue;
        }
        if (!datagrams && (kind & 0x0e) == 4) {
            events[wire->count++] = (struct event){END, direction, NULL, 0, time};
            ended[direction] = true;
            continue;
        }
        if (part > length)
            part = length;
        if (part || datagrams)
            events[wire->count++] = (struct event){datagrams ? DATAGRAM : SEND, direction, bytes, part, time};
        bytes += part;
        length -= part;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const vdt_plugin *plugin;
    static vdt_instance *instance;
    static struct log whole, cut;
    struct event events[MAX_EVENTS];
    struct wire wire;
    if (length < 2)
        return 0;
    if (!plugin) {
        plugin = host_load(vedette_plugin_entry);
        instance = plugin ? host_create(plugin) : NULL;
        if (!instance)
            abort();
    }
    uint8_t probe = bytes[0] & 1, size = bytes[1];
    read_wire(&wire, events, bytes + 2, length - 2);
    host_run(plugin, instance, &wire, (struct cut){0, SIZE_MAX}, probe, 1, &whole);
    host_run(plugin, instance, &wire, (struct cut){1u + size % 64u, SIZE_MAX}, probe, 1, &cut);
    if (whole.failed || cut.failed || whole.length != cut.length ||
        memcmp(whole.text, cut.text, whole.length)) {
        fprintf(stderr, "--- whole:\n%s--- in pieces of %u:\n%s", whole.text, 1u + size % 64u, cut.text);
        abort();
    }
    return 0;
}
