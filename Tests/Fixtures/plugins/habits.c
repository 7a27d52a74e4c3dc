// A dissector that offers all optional interfaces: it counts datagrams, greets with a word of its
// configuration, shows figures, and hands over to another version what it counted.
//
// Its configuration is the greeting itself, of small letters. Variants by -D: METRICS (how many it says there
// are), ODD_METRIC (one without a usable name), STATE (the version of its state), TESTS_FAIL.
#include "vedette/plugin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef METRICS
#define METRICS 2
#endif
#ifndef STATE
#define STATE 1
#endif

enum { GREETING = 1, WORD = 1, NUMBER };

struct saved {
    uint32_t version;
    uint32_t pad;
    uint64_t datagrams;
};
struct vdt_instance {
    const vdt_host *host;
    char greeting[32];
    uint64_t datagrams, sessions;
    struct saved saved;
};
struct vdt_session {
    vdt_instance *instance;
    uint64_t datagrams;
    struct saved saved;
};

static int32_t describe(const vdt_describer *d) {
    static const vdt_field word = {
        .size = sizeof word, .id = WORD, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("word")};
    static const vdt_field number = {
        .size = sizeof number, .id = NUMBER, .type = VDT_TYPE_U64, .name = VDT_TEXT("number")};
    d->record(d, GREETING, VDT_STR("greeting"));
    d->field(d, GREETING, &word);
    d->field(d, GREETING, &number);
    d->protocol(d, 1, VDT_STR("habits"), VDT_OVER_UDP);
    return VDT_OK;
}

static int32_t reconfigure(vdt_instance *instance, vdt_bytes config) {
    if (config.len >= sizeof instance->greeting)
        return instance->host->fail(instance->host, VDT_E_CONFIG,
                                    VDT_STR("a greeting has 31 letters at most"));
    for (uint64_t i = 0; i < config.len; i++)
        if (config.ptr[i] < 'a' || config.ptr[i] > 'z')
            return instance->host->fail(instance->host, VDT_E_CONFIG,
                                        VDT_STR("a greeting has small letters"));
    memset(instance->greeting, 0, sizeof instance->greeting);
    if (config.len)
        memcpy(instance->greeting, config.ptr, config.len);
    return VDT_OK;
}

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    vdt_instance *made = calloc(1, sizeof *made);
    made->host = host;
    int32_t status = reconfigure(made, config);
    if (status)
        free(made);
    else
        *instance = made;
    return status;
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
    (*session)->instance = instance;
    instance->sessions++;
    return VDT_OK;
}
static int32_t data(vdt_session *s, const vdt_chunk *chunk, const vdt_sink *sink, vdt_data_result *result) {
    s->instance->datagrams++;
    sink->begin(sink, GREETING, VDT_TIME_UNKNOWN);
    sink->text(sink, WORD, vdt_make_str(s->instance->greeting, strlen(s->instance->greeting)));
    sink->u64(sink, NUMBER, ++s->datagrams);
    sink->end(sink);
    result->consumed = chunk->bytes.len;
    return VDT_DATA_OK;
}
static int32_t gap(vdt_session *s, uint32_t direction, uint64_t offset, uint64_t length, const vdt_sink *sink,
                   vdt_data_result *result) {
    (void)s, (void)direction, (void)offset, (void)length, (void)sink, (void)result;
    return VDT_DATA_OK;
}
static int32_t close_session(vdt_session *s, const vdt_sink *sink, uint32_t reason) {
    (void)sink, (void)reason;
    s->instance->sessions--;
    free(s);
    return VDT_OK;
}

static int32_t count(vdt_instance *instance, uint32_t *count) {
    (void)instance;
    *count = METRICS;
    return VDT_OK;
}
static int32_t get(vdt_instance *instance, uint32_t index, vdt_metric *metric) {
    static const vdt_str names[] = {VDT_TEXT("datagrams"), VDT_TEXT("sessions")};
    metric->kind = index ? VDT_METRIC_GAUGE : VDT_METRIC_COUNTER;
    metric->name = names[index ? 1 : 0];
    metric->unit = vdt_make_str("datagrams", index ? 0 : 9);
    metric->doc = VDT_STR("How many there are.");
    metric->value = (double)(index ? instance->sessions : instance->datagrams);
#ifdef ODD_METRIC
    if (index)
        metric->name = VDT_STR("How Many?");
#endif
    return VDT_OK;
}

static int32_t hand_over(struct saved *saved, uint64_t datagrams, vdt_bytes *state) {
    *saved = (struct saved){.version = STATE, .datagrams = datagrams};
    *state = vdt_make_bytes(saved, sizeof *saved);
    return VDT_OK;
}
static int32_t take_over(vdt_bytes state, uint64_t *datagrams) {
    struct saved saved;
    if (state.len != sizeof saved)
        return VDT_E_UNSUPPORTED;
    memcpy(&saved, state.ptr, sizeof saved);
    *datagrams = saved.datagrams;
    return saved.version == STATE ? VDT_OK : VDT_E_UNSUPPORTED;
}
static int32_t save(vdt_instance *instance, vdt_bytes *state) {
    return hand_over(&instance->saved, instance->datagrams, state);
}
static int32_t load(vdt_instance *instance, vdt_bytes state) {
    return take_over(state, &instance->datagrams);
}
static int32_t save_session(vdt_session *session, vdt_bytes *state) {
    return hand_over(&session->saved, session->datagrams, state);
}
static int32_t load_session(vdt_instance *instance, const vdt_flow *flow, vdt_bytes state,
                            vdt_session **session) {
    uint64_t datagrams = 0;
    int32_t status = take_over(state, &datagrams);
    if (status)
        return status;
    open_session(instance, flow, session);
    (*session)->datagrams = datagrams;
    return VDT_OK;
}

static int32_t test(const vdt_host *host, vdt_str *report) {
    *report = VDT_STR("one and one are two");
#ifdef TESTS_FAIL
    return host->fail(host, VDT_E_INTERNAL, VDT_STR("one and one are three"));
#endif
    (void)host;
    return VDT_OK;
}

static const vdt_dissector dissector = {.size = sizeof dissector,
                                        .probe = probe,
                                        .open = open_session,
                                        .data = data,
                                        .gap = gap,
                                        .datagram = data,
                                        .close = close_session};
static const vdt_reconfigure reconfiguring = {.size = sizeof reconfiguring, .reconfigure = reconfigure};
static const vdt_metrics metrics = {.size = sizeof metrics, .count = count, .get = get};
static const vdt_state state = {.size = sizeof state,
                                .save = save,
                                .load = load,
                                .save_session = save_session,
                                .load_session = load_session};
static const vdt_selftest selftest = {.size = sizeof selftest, .run = test};

static const void *interface(vdt_str id) {
    static const struct {
        const char *id;
        const void *table;
    } offered[] = {{VDT_DISSECTOR_ID, &dissector},
                   {VDT_RECONFIGURE_ID, &reconfiguring},
                   {VDT_METRICS_ID, &metrics},
                   {VDT_STATE_ID, &state},
                   {VDT_SELFTEST_ID, &selftest}};
    for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
        if (id.len == strlen(offered[i].id) && !memcmp(id.ptr, offered[i].id, id.len))
            return offered[i].table;
    return NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = VDT_ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .id = VDT_TEXT("org.example.habits"),
                                  .name = VDT_TEXT("habits"),
                                  .version = VDT_TEXT("1.0.0"),
                                  .describe = describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);
const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
