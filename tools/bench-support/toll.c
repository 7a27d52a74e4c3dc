// A dissector for tools/bench --plugins: what it does in a call is what the first byte of the chunk says,
// sixty-four times.
//
// '0' nothing; 'r' one record without values, cancelled; 'n' numbers in it; 't' texts of 8 bytes; 'T' texts
// of 136 bytes; 'w' asks when a byte came.
#include "vedette/plugin.h"

#include <stdlib.h>

enum { TIMES = 64, RECORD = 1, NUMBER = 1, TEXT };

struct vdt_instance {
    const vdt_host *host;
};
struct vdt_session {
    vdt_instance *instance;
};

static int32_t describe(const vdt_describer *d) {
    static const vdt_field number = {.size = sizeof number,
                                     .id = NUMBER,
                                     .type = VDT_TYPE_U64,
                                     .flags = VDT_FIELD_LIST,
                                     .name = VDT_TEXT("number")};
    static const vdt_field text = {.size = sizeof text,
                                   .id = TEXT,
                                   .type = VDT_TYPE_TEXT,
                                   .flags = VDT_FIELD_LIST,
                                   .name = VDT_TEXT("text")};
    d->record(d, RECORD, VDT_STR("toll"));
    d->field(d, RECORD, &number);
    d->field(d, RECORD, &text);
    return d->protocol(d, 1, VDT_STR("toll"), VDT_OVER_TCP);
}
static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = calloc(1, sizeof **instance);
    if (!*instance)
        return VDT_E_MEMORY;
    (*instance)->host = host;
    return VDT_OK;
}
static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}
static int32_t probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result) {
    (void)instance, (void)flow, (void)direction, (void)bytes;
    result->certainty = 100;
    return VDT_PROBE_YES;
}
static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    (void)flow;
    *session = calloc(1, sizeof **session);
    if (!*session)
        return VDT_E_MEMORY;
    (*session)->instance = instance;
    return VDT_OK;
}

static int32_t data(vdt_session *s, const vdt_chunk *chunk, const vdt_sink *sink, vdt_data_result *result) {
    static const char words[] =
        "Content-Security-Policy: default-src 'self'; img-src 'self' data: https://example.org; "
        "script-src 'self' https://static.example.org/a/b";
    (void)s;
    result->consumed = chunk->bytes.len;
    if (!chunk->bytes.len || chunk->bytes.ptr[0] == '0')
        return VDT_DATA_OK;
    uint8_t toll = chunk->bytes.ptr[0];
    if (toll == 'w') {
        int64_t time;
        for (uint64_t i = 0; i < TIMES; i++)
            sink->when(sink, chunk->direction, chunk->offset, &time, NULL);
        return VDT_DATA_OK;
    }
    sink->begin(sink, RECORD, 0);
    switch (toll) {
    case 'n':
        for (uint64_t i = 0; i < TIMES; i++)
            sink->u64(sink, NUMBER, i);
        break;
    case 't':
        for (uint64_t i = 0; i < TIMES; i++)
            sink->text(sink, TEXT, vdt_make_str(words + (i & 7), 8));
        break;
    case 'T':
        for (uint64_t i = 0; i < TIMES; i++)
            sink->text(sink, TEXT, vdt_make_str(words, 136));
        break;
    }
    sink->cancel(sink);
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

static const vdt_dissector dissector = {.size = sizeof dissector,
                                        .probe = probe,
                                        .open = open_session,
                                        .data = data,
                                        .gap = gap,
                                        .close = close_session};

static const void *interface(vdt_str id) {
    return id.len == sizeof VDT_DISSECTOR_ID - 1 && id.ptr[0] == 'd' ? &dissector : NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = VDT_ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .id = VDT_TEXT("org.vedette.bench.toll"),
                                  .name = VDT_TEXT("toll"),
                                  .version = VDT_TEXT("1.0.0"),
                                  .describe = describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);
const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
