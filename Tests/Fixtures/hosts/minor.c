// A host of some minor of ABI 1, for the address sanitizer: every struct that it gives lies in memory of its
// own of exactly its size, so that whoever reads or writes beyond it is caught.
//
// Usage: minor MINOR PLUGIN.so     MINOR 0: the structs of these headers; above: larger by 32 bytes, whose
// functions count Runs a description, an instance and two sessions, and says on standard output what the
// plugin emitted and how often it used what only the larger structs have. Exit 0 where the plugin kept to the
// contract.
#include "vedette/plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MORE = 32, PATTERN = 0x5a };

static uint32_t minor;
static unsigned later_calls;

static int32_t later(void) {
    later_calls++;
    return VDT_OK;
}

/// A struct as a host of this minor gives it: zeroed, its size set. What a later minor appended begins with a
/// function.
static void *given(uint32_t size, int callee_fills) {
    uint32_t all = size + (minor ? MORE : 0);
    char *room = calloc(1, all);
    *(uint32_t *)room = all;
    if (minor && callee_fills)
        memset(room + size, PATTERN, MORE);
    if (minor && !callee_fills) {
        int32_t (*function)(void) = later;
        memcpy(room + size, &function, sizeof function);
    }
    return room;
}

/// Frees a struct that the callee filled; whoever has no word for what is behind it has left it alone.
static void taken(void *room, uint32_t size, const char *name, uint32_t plugin_minor) {
    uint32_t all = size + (minor ? MORE : 0);
    if (*(uint32_t *)room != all)
        printf("broken: the size of %s was changed\n", name), exit(1);
    if (minor && plugin_minor == 0)
        for (int i = 0; i < MORE; i++)
            if (((unsigned char *)room)[size + i] != PATTERN)
                printf("broken: %s was written to beyond what ABI 1.0 has\n", name), exit(1);
    free(room);
}

// Describing

static int32_t d_fail(const vdt_describer *d, int32_t code, vdt_str text) {
    (void)d;
    printf("fail: %.*s\n", (int)text.len, text.ptr);
    return code;
}
static int32_t d_record(const vdt_describer *d, uint32_t id, vdt_str name) {
    (void)d;
    printf("record %u %.*s\n", id, (int)name.len, name.ptr);
    return VDT_OK;
}
static int32_t d_field(const vdt_describer *d, uint32_t record, const vdt_field *field) {
    (void)d;
    if (field->type > VDT_TYPE_TIME && !minor)
        return VDT_E_UNSUPPORTED;
    printf("field %u.%u %.*s\n", record, field->id, (int)field->name.len, field->name.ptr);
    return VDT_OK;
}
static int32_t d_anomaly(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t severity,
                         vdt_str words) {
    (void)d, (void)id, (void)name, (void)severity, (void)words;
    return VDT_OK;
}
static int32_t d_fact(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t type) {
    (void)d, (void)id, (void)name, (void)type;
    return VDT_OK;
}
static int32_t d_protocol(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t transports) {
    (void)d, (void)transports;
    printf("protocol %u %.*s\n", id, (int)name.len, name.ptr);
    return VDT_OK;
}
static int32_t d_name(const vdt_describer *d, uint32_t protocol, vdt_str name) {
    (void)d, (void)protocol, (void)name;
    return VDT_OK;
}
static int32_t d_port(const vdt_describer *d, uint32_t protocol, uint32_t transport, uint16_t first,
                      uint16_t last) {
    (void)d, (void)protocol, (void)transport, (void)first, (void)last;
    return VDT_OK;
}
static int32_t d_pattern(const vdt_describer *d, uint32_t protocol, uint32_t direction, uint32_t offset,
                         vdt_bytes bytes) {
    (void)d, (void)protocol, (void)direction, (void)offset, (void)bytes;
    return VDT_OK;
}
static int32_t d_speaker(const vdt_describer *d, uint32_t protocol, uint32_t direction) {
    (void)d, (void)protocol, (void)direction;
    return VDT_OK;
}
static int32_t d_lookahead(const vdt_describer *d, uint64_t bytes) {
    (void)d, (void)bytes;
    return VDT_OK;
}

static int32_t d_source(const vdt_describer *d, vdt_str interface, uint32_t modes) {
    (void)d, (void)modes;
    printf("source %.*s\n", (int)interface.len, interface.ptr);
    return VDT_OK;
}
static int32_t d_words(const vdt_describer *d, vdt_str interface, vdt_str words) {
    (void)d, (void)interface, (void)words;
    return VDT_OK;
}
static int32_t d_rate(const vdt_describer *d, vdt_str interface, uint64_t requests, uint64_t per_ms,
                      vdt_str doc) {
    (void)d, (void)interface, (void)requests, (void)per_ms, (void)doc;
    return VDT_OK;
}

// What is emitted

static int32_t s_begin(const vdt_sink *s, uint32_t record, int64_t time) {
    (void)s, (void)time;
    printf("begin %u\n", record);
    return VDT_OK;
}
static int32_t s_number(const vdt_sink *s, uint32_t field, uint64_t value) {
    (void)s;
    printf("  %u = %llu\n", field, (unsigned long long)value);
    return VDT_OK;
}
static int32_t s_text(const vdt_sink *s, uint32_t field, vdt_str value) {
    (void)s;
    printf("  %u = %.*s\n", field, (int)value.len, value.ptr);
    return VDT_OK;
}
static int32_t s_end(const vdt_sink *s) {
    (void)s;
    printf("end\n");
    return VDT_OK;
}
static int32_t s_anomaly(const vdt_sink *s, uint32_t id, uint32_t direction, uint64_t offset) {
    (void)s, (void)direction, (void)offset;
    printf("anomaly %u\n", id);
    return VDT_OK;
}
static int32_t s_when(const vdt_sink *s, uint32_t direction, uint64_t offset, int64_t *time,
                      uint64_t *packet) {
    (void)s, (void)direction, (void)offset;
    if (time)
        *time = 1;
    if (packet)
        *packet = 1;
    return VDT_OK;
}
static int32_t s_child(const vdt_sink *s, const vdt_child *child) {
    (void)s;
    printf("child %u\n", child->kind);
    return VDT_OK;
}

static int32_t s_reject(const vdt_sink *s, uint64_t line, uint64_t offset, vdt_str text) {
    (void)s, (void)offset;
    printf("reject %llu: %.*s\n", (unsigned long long)line, (int)text.len, text.ptr);
    return VDT_OK;
}

// The host's table

static int32_t h_log(const vdt_host *h, uint32_t level, vdt_str text) {
    (void)h, (void)level, (void)text;
    return VDT_OK;
}
static int32_t h_fail(const vdt_host *h, int32_t code, vdt_str text) {
    (void)h;
    printf("fail: %.*s\n", (int)text.len, text.ptr);
    return code;
}
static int64_t h_now(const vdt_host *h) {
    (void)h;
    return 1;
}
static const void *h_interface(const vdt_host *h, vdt_str id) {
    (void)h, (void)id;
    return NULL;
}

static int32_t call(const vdt_dissector *table, vdt_session *session, const vdt_sink *sink, const char *text,
                    uint64_t offset, int is_last, uint32_t plugin_minor) {
    vdt_chunk *chunk = given(sizeof *chunk, 0);
    vdt_data_result *result = given(sizeof *result, 1);
    size_t length = strlen(text);
    uint8_t *bytes = malloc(length); // exactly: what reads behind it is caught
    memcpy(bytes, text, length);
    chunk->direction = VDT_TO_SERVER;
    chunk->flags = (offset ? 0 : VDT_CHUNK_START) | (is_last ? VDT_CHUNK_END : 0);
    chunk->offset = offset;
    chunk->bytes = vdt_make_bytes(bytes, length);
    int32_t status = table->data(session, chunk, sink, result);
    printf("status %d, consumed %llu\n", status, (unsigned long long)result->consumed);
    free(bytes);
    free(chunk);
    taken(result, sizeof *result, "vdt_data_result", plugin_minor);
    return status;
}

/// Two sessions of a dissector.
static int dissect(const vdt_plugin *plugin, vdt_instance *instance, const vdt_dissector *table,
                   const vdt_sink *sink) {
    vdt_flow *flow = given(sizeof *flow, 0);
    uint8_t address[4] = {192, 0, 2, 1};
    flow->transport = VDT_TCP, flow->protocol = 1;
    flow->client_ip = flow->server_ip = vdt_make_bytes(address, 4);
    uint8_t *start = malloc(6);
    memcpy(start, "FX\0\4good", 6);
    vdt_probe_result *asked = given(sizeof *asked, 1);
    printf("probe %d\n", table->probe(instance, flow, VDT_TO_SERVER, vdt_make_bytes(start, 6), asked));
    taken(asked, sizeof *asked, "vdt_probe_result", plugin->abi_minor);
    free(start);
    for (int i = 0; i < 2; i++) {
        vdt_session *session = NULL;
        if (table->open(instance, flow, &session))
            return 1;
        int32_t status = call(table, session, sink, "first", 0, 0, plugin->abi_minor);
        if (status == VDT_DATA_OK) {
            vdt_data_result *result = given(sizeof *result, 1);
            table->gap(session, VDT_TO_SERVER, 5, 10, sink, result);
            taken(result, sizeof *result, "vdt_data_result", plugin->abi_minor);
            call(table, session, sink, "last", 15, 1, plugin->abi_minor);
        }
        table->close(session, sink, VDT_CLOSE_ENDED);
    }
    free(flow);
    return 0;
}

/// A stream of a source, from a file of two lines.
static int pull(const vdt_plugin *plugin, vdt_instance *instance, const vdt_source *table,
                const vdt_sink *sink) {
    static const char lines[] = "process alpha 1 /bin/ls\nprocess beta 2 /bin/cat\n";
    FILE *file = tmpfile();
    if (!file || fwrite(lines, 1, sizeof lines - 1, file) != sizeof lines - 1 || fflush(file))
        return 2;
    rewind(file);
    vdt_stream *stream = NULL;
    if (table->open(instance, vdt_make_bytes(NULL, 0), fileno(file), vdt_make_bytes(NULL, 0), &stream))
        return 1;
    int32_t status;
    do {
        vdt_next_result *result = given(sizeof *result, 1);
        status = table->next(stream, sink, 1, 0, result);
        printf("status %d, cursor of %llu\n", status, (unsigned long long)result->cursor.len);
        taken(result, sizeof *result, "vdt_next_result", plugin->abi_minor);
    } while (status == VDT_NEXT_OK);
    table->close(stream);
    fclose(file);
    return status != VDT_NEXT_END;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    minor = (uint32_t)atoi(argv[1]);
    void *image = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
    if (!image)
        return fprintf(stderr, "%s\n", dlerror()), 2;
    const vdt_plugin *(*entry)(uint32_t);
    *(void **)&entry = dlsym(image, VDT_ENTRY_NAME);
    const vdt_plugin *plugin = entry(VDT_ABI_MAJOR << 16 | minor);
    if (plugin->min_minor > minor)
        return printf("refused: needs 1.%u\n", plugin->min_minor), 3;

    vdt_describer *d = given(sizeof *d, 0);
    d->abi = VDT_ABI_MAJOR << 16 | minor;
    d->fail = d_fail, d->record = d_record, d->field = d_field, d->anomaly = d_anomaly,
    d->anomaly_field = d_field;
    d->flow_field = d_fact, d->protocol = d_protocol, d->parent = d_name, d->port = d_port, d->alpn = d_name;
    d->source = d_source, d->parameters = d_words, d->rate_limit = d_rate, d->blind_spot = d_words;
    d->pattern = d_pattern, d->first_speaker = d_speaker, d->lookahead = d_lookahead;
    if (plugin->describe(d))
        return 1;
    free(d);

    vdt_host *host = given(sizeof *host, 0);
    host->abi = VDT_ABI_MAJOR << 16 | minor;
    host->log = h_log, host->fail = h_fail, host->now_ns = h_now, host->interface = h_interface;
    vdt_instance *instance = NULL;
    if (plugin->create(host, vdt_make_bytes(NULL, 0), &instance))
        return 1;

    vdt_sink *sink = given(sizeof *sink, 0);
    sink->begin = s_begin, sink->u64 = s_number, sink->text = s_text, sink->end = s_end;
    sink->cancel = s_end, sink->anomaly = s_anomaly, sink->begin_anomaly = s_anomaly, sink->when = s_when;
    sink->flow_text = s_text, sink->child = s_child, sink->reject = s_reject;

    const void *table = plugin->interface(vdt_make_str(VDT_DISSECTOR_ID, sizeof VDT_DISSECTOR_ID - 1));
    const void *source =
        plugin->interface(vdt_make_str(VDT_PROCESS_SOURCE_ID, sizeof VDT_PROCESS_SOURCE_ID - 1));
    int failed = table ? dissect(plugin, instance, table, sink) : pull(plugin, instance, source, sink);
    plugin->destroy(instance);
    free(sink);
    free(host);
    printf("later functions: %u\n", later_calls);
    return failed;
}
