// A plugin built with a later minor of the ABI than this host has: its structs are larger, it knows
// functions, constants and interfaces that the host lacks, and where it is polite it asks before it uses
// them.
//
// Datagrams and streams alike: each byte string is one record. Variants by -D: MIN_MINOR (what it needs),
// IMPOLITE (a constant that the host cannot know), OVERWRITE (a field of a result that the host has no room
// for), UNKNOWN_STATUS.
#include "vedette/plugin.h"

#include <stdlib.h>
#include <string.h>

#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif

// What 1.1 would have appended.
struct plugin_1_1 {
    vdt_plugin now;
    vdt_str homepage;
    int32_t (*farewell)(void);
};
struct field_1_1 {
    vdt_field now;
    vdt_str label;
};
struct describer_1_1 {
    vdt_describer now;
    int32_t (*label)(const vdt_describer *d, vdt_str label);
};
struct host_1_1 {
    vdt_host now;
    int64_t (*uptime_ns)(const vdt_host *host);
};
struct sink_1_1 {
    vdt_sink now;
    int32_t (*uuid)(const vdt_sink *sink, uint32_t field, vdt_bytes value);
};
struct result_1_1 {
    vdt_data_result now;
    uint64_t hint;
};
struct dissector_1_1 {
    vdt_dissector now;
    int32_t (*pause)(vdt_session *session);
};
struct child_1_1 {
    vdt_child now;
    vdt_str media_type;
};
enum { VDT_TYPE_UUID_1_1 = 10, VDT_FIELD_RARE_1_1 = 8 };

// Of a table: whether it reaches to the end of a member of the later struct.
#define REACHES(table, later, member)                                                                        \
    ((table)->size >= offsetof(struct later, member) + sizeof(((struct later *)0)->member))

struct vdt_instance {
    const vdt_host *host;
    uint64_t newer; // how often something was used that 1.0 lacks
};
struct vdt_session {
    vdt_instance *instance;
};

enum { WORD = 1, TEXT = 1, NEWER, ID };

static int32_t describe(const vdt_describer *d) {
    struct field_1_1 text = {.now = {.size = sizeof text,
                                     .id = TEXT,
                                     .type = VDT_TYPE_TEXT,
                                     .name = VDT_TEXT("text"),
                                     .doc = VDT_TEXT("What was sent.")},
                             .label = VDT_TEXT("The text")};
    struct field_1_1 newer = {
        .now = {.size = sizeof newer, .id = NEWER, .type = VDT_TYPE_U64, .name = VDT_TEXT("newer")}};
    struct field_1_1 id = {.now = {.size = sizeof id,
                                   .id = ID,
                                   .type = VDT_TYPE_UUID_1_1,
                                   .flags = VDT_FIELD_RARE_1_1,
                                   .name = VDT_TEXT("id")}};
    d->record(d, WORD, VDT_STR("word"));
    d->field(d, WORD, &text.now);
    d->field(d, WORD, &newer.now);
#ifndef IMPOLITE
    if ((d->abi & 0xffff) >= 1)
#endif
        d->field(d, WORD, &id.now);
    if (REACHES(d, describer_1_1, label))
        ((const struct describer_1_1 *)d)->label(d, VDT_STR("words"));
    d->protocol(d, 1, VDT_STR("future"), VDT_OVER_TCP | VDT_OVER_UDP);
    return VDT_OK;
}

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = calloc(1, sizeof **instance);
    (*instance)->host = host;
    if (REACHES(host, host_1_1, uptime_ns))
        (*instance)->newer += ((const struct host_1_1 *)host)->uptime_ns(host) >= 0;
    // An interface that no host of 1.0 has.
    if (host->interface(host, VDT_STR("host-oracle/1")))
        (*instance)->newer++;
    return VDT_OK;
}
static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

static int32_t probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result) {
    (void)instance, (void)flow, (void)direction, (void)bytes;
    result->certainty = 60;
    return VDT_PROBE_YES;
}
static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    (void)flow;
    *session = calloc(1, sizeof **session);
    (*session)->instance = instance;
    return VDT_OK;
}

static int32_t word(vdt_session *s, const vdt_chunk *chunk, const vdt_sink *sink, vdt_data_result *result) {
    struct child_1_1 child = {.now = {.size = sizeof child,
                                      .kind = VDT_CHILD_FILE,
                                      .flags = VDT_CHILD_START | VDT_CHILD_END,
                                      .direction = chunk->direction,
                                      .bytes = chunk->bytes},
                              .media_type = VDT_TEXT("text/plain")};
    int64_t time = VDT_TIME_UNKNOWN;
    sink->when(sink, chunk->direction, chunk->offset, &time, NULL);
    sink->begin(sink, WORD, time);
    sink->text(sink, TEXT, vdt_make_str((const char *)chunk->bytes.ptr, chunk->bytes.len));
    if (REACHES(sink, sink_1_1, uuid)) {
        s->instance->newer++;
        ((const struct sink_1_1 *)sink)->uuid(sink, ID, vdt_make_bytes("0123456789abcdef", 16));
    }
    sink->u64(sink, NEWER, s->instance->newer);
    sink->end(sink);
    sink->child(sink, &child.now);
    result->consumed = chunk->bytes.len;
#ifndef OVERWRITE
    if (REACHES(result, result_1_1, hint))
#endif
        ((struct result_1_1 *)result)->hint = 7;
#ifdef UNKNOWN_STATUS
    return 42;
#endif
    return VDT_DATA_OK;
}
static int32_t gap(vdt_session *s, uint32_t direction, uint64_t offset, uint64_t length, const vdt_sink *sink,
                   vdt_data_result *result) {
    (void)s, (void)direction, (void)offset, (void)length, (void)sink, (void)result;
    return VDT_DATA_OK;
}
static int32_t close_session(vdt_session *s, const vdt_sink *sink, uint32_t reason) {
    (void)sink, (void)reason;
    free(s);
    return VDT_OK;
}
static int32_t pause_session(vdt_session *s) {
    (void)s;
    return VDT_OK;
}

static const struct dissector_1_1 dissector = {.now = {.size = sizeof dissector,
                                                       .probe = probe,
                                                       .open = open_session,
                                                       .data = word,
                                                       .gap = gap,
                                                       .datagram = word,
                                                       .close = close_session},
                                               .pause = pause_session};

static const void *interface(vdt_str id) {
    static const uint32_t later[4] = {sizeof later};
    if (id.len == 11 && !memcmp(id.ptr, "dissector/2", 11))
        return later;
    if (id.len == 19 && !memcmp(id.ptr, "org.example.magic/1", 19))
        return later;
    return id.len == sizeof VDT_DISSECTOR_ID - 1 && !memcmp(id.ptr, VDT_DISSECTOR_ID, id.len) ? &dissector
                                                                                              : NULL;
}

static const struct plugin_1_1 plugin = {.now = {.size = sizeof plugin,
                                                 .abi_major = 1,
                                                 .abi_minor = 1,
                                                 .min_minor = MIN_MINOR,
                                                 .id = VDT_TEXT("org.example.future"),
                                                 .name = VDT_TEXT("future"),
                                                 .version = VDT_TEXT("2.0.0"),
                                                 .describe = describe,
                                                 .create = create,
                                                 .destroy = destroy,
                                                 .interface = interface},
                                         .homepage = VDT_TEXT("https://example.org")};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);
const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == 1 ? &plugin.now : NULL;
}
