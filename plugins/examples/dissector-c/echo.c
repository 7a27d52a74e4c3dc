// The smallest useful dissector: the Echo protocol (RFC 862), one record for each stretch of bytes that came
// back.
//
//     cc -std=c11 -fPIC -shared -fvisibility=hidden -I Sources/VedettePluginABI/include echo.c -o
//     libdissector_echo.so
#include <stdlib.h>
#include <string.h>

#include "vedette/plugin.h"

// Ids are this plugin's own; names are what others see.
enum { RECORD = 1, LENGTH = 1, SIDE = 2, PROTOCOL = 1, RFC_PORT = 7 };

struct vdt_session {
    uint64_t bytes[2];
};

static int32_t describe(const vdt_describer *d) {
    const vdt_field length = {.size = sizeof length,
                              .id = LENGTH,
                              .type = VDT_TYPE_U64,
                              .name = VDT_TEXT("length"),
                              .unit = VDT_TEXT("bytes"),
                              .doc = VDT_TEXT("Bytes of the direction.")};
    const vdt_field side = {.size = sizeof side,
                            .id = SIDE,
                            .type = VDT_TYPE_TEXT,
                            .name = VDT_TEXT("side"),
                            .doc = VDT_TEXT("client or server.")};
    d->record(d, RECORD, VDT_STR("echo"));
    d->field(d, RECORD, &length);
    d->field(d, RECORD, &side);
    d->protocol(d, PROTOCOL, VDT_STR("echo"), VDT_OVER_TCP | VDT_OVER_UDP);
    d->port(d, PROTOCOL, VDT_TCP, RFC_PORT, RFC_PORT);
    d->port(d, PROTOCOL, VDT_UDP, RFC_PORT, RFC_PORT);
    return VDT_OK;
}

// This plugin keeps nothing for an instance but its address.
static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = malloc(1);
    return *instance ? VDT_OK : host->fail(host, VDT_E_MEMORY, VDT_STR("echo: no memory"));
}

static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

// Echo has no form of its own, so only the port tells, and not for sure.
static int32_t probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result) {
    (void)instance, (void)direction, (void)bytes;
    if (flow->server_port != RFC_PORT)
        return VDT_PROBE_NO;
    result->certainty = 10;
    return VDT_PROBE_YES;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    (void)instance, (void)flow;
    *session = calloc(1, sizeof **session);
    return *session ? VDT_OK : VDT_E_MEMORY;
}

// Takes all that is offered; for a datagram it is the same.
static int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result) {
    (void)sink;
    session->bytes[chunk->direction & 1] += chunk->bytes.len;
    result->consumed = chunk->bytes.len;
    return VDT_DATA_OK;
}

static int32_t gap(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result) {
    (void)offset, (void)sink, (void)result;
    session->bytes[direction & 1] += length;
    return VDT_DATA_OK;
}

static int32_t close_session(vdt_session *session, const vdt_sink *sink, uint32_t reason) {
    for (uint32_t side = 0; side < 2 && reason != VDT_CLOSE_NOT_MINE; side++) {
        sink->begin(sink, RECORD, VDT_TIME_UNKNOWN);
        sink->u64(sink, LENGTH, session->bytes[side]);
        sink->text(sink, SIDE, side == VDT_TO_SERVER ? VDT_STR("client") : VDT_STR("server"));
        sink->end(sink);
    }
    free(session);
    return VDT_OK;
}

static const vdt_dissector dissector = {.size = sizeof dissector,
                                        .probe = probe,
                                        .open = open_session,
                                        .data = data,
                                        .gap = gap,
                                        .datagram = data,
                                        .close = close_session};

static const void *interface(vdt_str id) {
    const vdt_str known = VDT_TEXT(VDT_DISSECTOR_ID);
    return id.len == known.len && !memcmp(id.ptr, known.ptr, id.len) ? &dissector : NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = VDT_ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .id = VDT_TEXT("org.vedette.example.echo"),
                                  .name = VDT_TEXT("echo"),
                                  .version = VDT_TEXT("1.0.0"),
                                  .vendor = VDT_TEXT("Vedette"),
                                  .licence = VDT_TEXT("Apache-2.0"),
                                  .summary = VDT_TEXT("Counts what an Echo server sends back."),
                                  .describe = describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
