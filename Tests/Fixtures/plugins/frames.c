// A dissector for tests: frames of "FX", a big-endian length of two bytes, and that many bytes of body.
//
// What the body says decides what the session answers: "error", "done", "notmine", "switch NAME", "half
// NAME", "expect", "wrong", "open", "detail", "slow" (an unknown length), "flags", what it hands back
// ("child", "packet", and "part" and "last" of a file), and how it breaks the contract, see break_contract.
// Variants are made with -D: ABI_MAJOR, MIN_MINOR, PLUGIN_ID, PLUGIN_NAME, PROTOCOL, MAGIC, CERTAINTY, PORT,
// LOOKAHEAD, NO_DESCRIBE, BAD_FIELD, NO_ENTRY, NO_PATTERN, NO_PROTOCOL, NO_SYMBOL, and what describe should
// not say: FLAGS, TRANSPORTS, FACT, MODES, SCHEMA, RATE, STATUS. AT_LOAD is done when the image is loaded,
// IN_DESCRIBE when it describes itself, IN_CREATE when an instance is made, IN_PROBE when it is asked,
// IN_DATA with each frame; MOODY describes itself otherwise in a program called vedette, LEAK_AT_CLOSE frees
// no session. TRESPASS tries what the body says ("file", "fork", "connect", "exec", "map", "signal", "own")
// and tells in its record, as its length, with which errno it failed.
#include "vedette/plugin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef TRESPASS
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#endif

#ifndef ABI_MAJOR
#define ABI_MAJOR VDT_ABI_MAJOR
#endif
#ifndef MIN_MINOR
#define MIN_MINOR 0
#endif
#ifndef PLUGIN_ID
#define PLUGIN_ID "org.example.frames"
#endif
#ifndef PLUGIN_NAME
#define PLUGIN_NAME "frames"
#endif
#ifndef PROTOCOL
#define PROTOCOL "frames"
#endif
#ifndef MAGIC
#define MAGIC "FX"
#endif
#ifndef CERTAINTY
#define CERTAINTY 90
#endif

#ifndef PORT
#define PORT 7000
#endif
#ifndef FLAGS
#define FLAGS 0
#endif
#ifndef TRANSPORTS
#define TRANSPORTS (VDT_OVER_TCP | VDT_OVER_UDP)
#endif
#ifndef STATUS
#define STATUS VDT_OK
#endif

enum { FRAME = 1, BODY = 1, LENGTH, SIDE, PACKET, PARTS, ADDRESS, SURE };
enum { BROKEN = 1, ODD = 2, DETAIL = 1, HOST = 1, WEIGHT = 9 };
enum { KINDS = 2, SIGNED = 1, SHARE, RAW, CARD, MOMENT };
enum { OVERRUN = 1000 }; // consumed more than was offered

#ifdef AT_LOAD
__attribute__((constructor)) static void at_load(void) {
    AT_LOAD;
}
#endif

static uint64_t of_all_instances; // what no plugin should have

struct vdt_instance {
    const vdt_host *host;
};
struct vdt_session {
    vdt_instance *instance;
    uint64_t frames;
    uint32_t flags;
    uint32_t file; // parts of one that were handed back
};

static int32_t describe(const vdt_describer *d) {
    static const vdt_field fields[] = {
        {.size = sizeof(vdt_field), .id = BODY, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("body")},
        {.size = sizeof(vdt_field), .id = LENGTH, .type = VDT_TYPE_U64, .name = VDT_TEXT("length")},
        {.size = sizeof(vdt_field), .id = SIDE, .type = VDT_TYPE_U64, .name = VDT_TEXT("side")},
        {.size = sizeof(vdt_field), .id = PACKET, .type = VDT_TYPE_U64, .name = VDT_TEXT("packet")},
        {.size = sizeof(vdt_field),
         .id = PARTS,
         .type = VDT_TYPE_U64,
         .flags = VDT_FIELD_LIST,
         .name = VDT_TEXT("parts")},
        {.size = sizeof(vdt_field), .id = ADDRESS, .type = VDT_TYPE_IP, .name = VDT_TEXT("address")},
        {.size = sizeof(vdt_field),
         .id = SURE,
         .type = VDT_TYPE_FLAG,
         .flags = FLAGS,
         .name = VDT_TEXT("sure")},
    };
#ifdef BAD_FIELD
    const vdt_field bad = {
        .size = sizeof(vdt_field), .id = 1, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("pid")};
    d->record(d, 9, VDT_STR("process"));
    d->field(d, 9, &bad);
#endif
#ifdef IN_DESCRIBE
    IN_DESCRIBE;
#endif
#ifdef MOODY
    if (!strcmp(program_invocation_short_name, "vedette"))
        d->record(d, 77, VDT_STR("mood"));
#endif
    static const vdt_field kinds[] = {
        {.size = sizeof(vdt_field), .id = SIGNED, .type = VDT_TYPE_I64, .name = VDT_TEXT("signed")},
        {.size = sizeof(vdt_field), .id = SHARE, .type = VDT_TYPE_F64, .name = VDT_TEXT("share")},
        {.size = sizeof(vdt_field), .id = RAW, .type = VDT_TYPE_BYTES, .name = VDT_TEXT("raw")},
        {.size = sizeof(vdt_field), .id = CARD, .type = VDT_TYPE_MAC, .name = VDT_TEXT("card")},
        {.size = sizeof(vdt_field), .id = MOMENT, .type = VDT_TYPE_TIME, .name = VDT_TEXT("moment")},
    };
    const vdt_field detail = {
        .size = sizeof(vdt_field), .id = DETAIL, .type = VDT_TYPE_U64, .name = VDT_TEXT("value")};
    d->record(d, FRAME, VDT_STR("frame"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        d->field(d, FRAME, &fields[i]);
    d->record(d, KINDS, VDT_STR("kinds"));
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        d->field(d, KINDS, &kinds[i]);
    d->flow_field(d, WEIGHT, VDT_STR("weight"), VDT_TYPE_U64);
    d->anomaly(d, BROKEN, VDT_STR("broken_frame"), VDT_SEVERITY_MEDIUM, VDT_STR("A frame without its mark"));
    d->anomaly(d, ODD, VDT_STR("app.nul_in_line"), VDT_SEVERITY_LOW, VDT_STR("NUL"));
    d->anomaly_field(d, BROKEN, &detail);
    d->flow_field(d, HOST, VDT_STR("server_name"), VDT_TYPE_TEXT);
#ifndef NO_PROTOCOL
    d->protocol(d, 1, VDT_STR(PROTOCOL), TRANSPORTS);
    d->port(d, 1, VDT_TCP, PORT, PORT + 9);
    d->first_speaker(d, 1, VDT_TO_SERVER);
    d->alpn(d, 1, VDT_STR("fx"));
    d->parent(d, 1, VDT_STR("tls"));
#ifndef NO_PATTERN
    d->pattern(d, 1, VDT_TO_SERVER, 0, vdt_make_bytes(MAGIC, 2));
#endif
#endif
#ifdef FACT
    d->flow_field(d, HOST + 1, VDT_STR("ja3"), VDT_TYPE_U64);
#endif
#ifdef MODES
    d->source(d, VDT_STR(VDT_PROCESS_SOURCE_ID), MODES);
#endif
#ifdef SCHEMA
    d->parameters(d, VDT_STR(VDT_PROCESS_SOURCE_ID), VDT_STR("\xff"));
#endif
#ifdef RATE
    d->rate_limit(d, VDT_STR(VDT_PROCESS_SOURCE_ID), 0, 1000, VDT_STR("nothing"));
#endif
#ifdef LOOKAHEAD
    d->lookahead(d, LOOKAHEAD);
#endif
#ifdef NO_DESCRIBE
    return d->fail(d, VDT_E_INTERNAL, VDT_STR("the moon is in the wrong house"));
#endif
    return STATUS;
}

#ifdef NO_SYMBOL
int32_t nobody_has_this(void);
#endif

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    if (config.len == 3 && !memcmp(config.ptr, "bad", 3))
        return host->fail(host, VDT_E_CONFIG, VDT_STR("'bad' is no configuration"));
#ifdef IN_CREATE
    IN_CREATE;
#endif
#ifdef NO_SYMBOL
    if (nobody_has_this())
        return VDT_E_INTERNAL;
#endif
    if (config.len == 4 && !memcmp(config.ptr, "loud", 4))
        for (int i = 0; i < 1500; i++)
            host->log(host, VDT_LOG_INFO,
                      host->now_ns(host) > 0 ? VDT_STR("it is late") : VDT_STR("no time"));
    *instance = calloc(1, sizeof **instance);
    (*instance)->host = host;
    return VDT_OK;
}
static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

static int32_t probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result) {
    (void)instance, (void)direction;
#ifdef IN_PROBE
    IN_PROBE;
#endif
    if (flow->alpn.len == 2 && !memcmp(flow->alpn.ptr, "fx", 2)) { // the carrier has said it
        result->certainty = 100;
        return VDT_PROBE_YES;
    }
    size_t marked = strlen(MAGIC);
    if (memcmp(bytes.ptr, MAGIC, bytes.len < marked ? bytes.len : marked))
        return VDT_PROBE_NO;
    if (bytes.len < 4) {
        result->need = 4 - bytes.len;
        return VDT_PROBE_NEED_MORE;
    }
    result->certainty = CERTAINTY;
    return VDT_PROBE_YES;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    *session = calloc(1, sizeof **session);
    (*session)->instance = instance;
    (*session)->flags = flow->flags;
    return VDT_OK;
}

static int says(const uint8_t *body, size_t length, const char *word) {
    return length >= strlen(word) && !memcmp(body, word, strlen(word));
}

/// What no session should do. In a record where it is of one.
static void break_contract(const vdt_sink *sink, uint32_t direction, const uint8_t *body, size_t length) {
    static char text[VDT_MAX_VALUE + 1];
    vdt_child child = {.size = sizeof child, .kind = VDT_CHILD_FILE, .direction = direction};
    memset(text, 'x', sizeof text);
    if (says(body, length, "many")) // with the four before it, more values than a record may have
        for (uint64_t i = 0; i < 9000; i++)
            sink->u64(sink, PARTS, i);
    if (says(body, length, "long"))
        sink->text(sink, BODY, vdt_make_str(text, VDT_MAX_VALUE + 1));
    if (says(body, length, "large"))
        for (int i = 0; i < 9; i++)
            sink->text(sink, BODY, vdt_make_str(text, VDT_MAX_VALUE));
    if (says(body, length, "maybe"))
        sink->flag(sink, SURE, 2);
    if (says(body, length, "short"))
        sink->ip(sink, ADDRESS, vdt_make_bytes(body, 5));
    if (says(body, length, "nowhere"))
        sink->when(sink, 9, 0, NULL, NULL);
    if (says(body, length, "null"))
        sink->text(sink, BODY, vdt_make_str(NULL, 7));
    if (says(body, length, "within"))
        sink->child(sink, &child);
    if (says(body, length, "freed")) { // what was passed may be gone as soon as the call returned
        char *gone = strdup("freed at once");
        sink->text(sink, BODY, vdt_make_str(gone, strlen(gone)));
        memset(gone, '?', strlen(gone));
        free(gone);
    }
    if (says(body, length, "reject"))
        sink->reject(sink, 1, 0, VDT_STR("no source"));
}

#ifdef TRESPASS
/// What a dissector has no business to do: 0 where it could, else the errno.
static uint64_t trespass(const uint8_t *body, size_t length) {
    int failed = 0;
    if (says(body, length, "file"))
        failed = open("/etc/passwd", O_RDONLY) < 0;
    if (says(body, length, "write"))
        failed = open("/tmp/vedette-trespass", O_WRONLY | O_CREAT, 0600) < 0;
    if (says(body, length, "fork")) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        failed = child < 0;
    }
    if (says(body, length, "connect"))
        failed = socket(AF_INET, SOCK_STREAM, 0) < 0;
    if (says(body, length, "exec"))
        failed = execl("/bin/true", "true", NULL) < 0;
    if (says(body, length, "map"))
        failed = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
    if (says(body, length, "signal"))
        failed = kill(getppid(), 0) < 0;
    if (says(body, length, "own"))
        failed = fcntl(0, F_SETOWN, getppid()) < 0;
    return failed ? (uint64_t)errno : 0;
}
#endif

static int32_t frame(vdt_session *s, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                     const uint8_t *body, size_t length, vdt_data_result *result) {
    int64_t time = 0;
    uint64_t packet = 0;
    s->frames++;
#ifdef IN_DATA
    IN_DATA;
#endif
    if (says(body, length, "notmine"))
        return VDT_DATA_NOT_MINE;
    if (says(body, length, "error")) {
        result->anomaly = BROKEN;
        result->offset = offset;
        return VDT_DATA_ERROR;
    }
    if (says(body, length, "done"))
        return VDT_DATA_DONE;
    if (says(body, length, "beyond")) {
        result->anomaly = BROKEN;
        result->offset = offset + 1000000;
        return VDT_DATA_ERROR;
    }
    if (says(body, length, "outside"))
        sink->anomaly(sink, ODD, direction, offset + 1000000);
    if (says(body, length, "types"))
        for (int again = 0; again < 2; again++) {
            sink->begin(sink, KINDS, VDT_TIME_UNKNOWN);
            sink->i64(sink, SIGNED, -1 - again);
            sink->f64(sink, SHARE, 0.25);
            sink->bytes(sink, RAW, vdt_make_bytes("\xff\x00", 2));
            sink->mac(sink, CARD, vdt_make_bytes("\x02\x00\x5e\x10\x00\x01", 6));
            sink->time(sink, MOMENT, 1000000000);
            if (again)
                sink->end(sink);
            else
                sink->cancel(sink);
            sink->flow_u64(sink, WEIGHT, 7);
        }
    if (says(body, length, "flood"))
        for (uint64_t i = 0; i < 1000000; i++) {
            sink->begin(sink, FRAME, VDT_TIME_UNKNOWN);
            sink->end(sink);
        }
#ifdef TRESPASS
    uint64_t said = trespass(body, length);
#endif
    sink->when(sink, direction, offset, &time, &packet);
    sink->begin(sink, FRAME, time);
    sink->text(sink, BODY, vdt_make_str((const char *)body, length));
    sink->u64(sink, LENGTH,
              says(body, length, "count")   ? ++of_all_instances
              : says(body, length, "flags") ? s->flags
                                            : length);
    sink->u64(sink, SIDE, direction);
    sink->u64(sink, PACKET, packet);
    break_contract(sink, direction, body, length);
#ifdef TRESPASS
    sink->u64(sink, LENGTH, said);
#endif
    if (says(body, length, "parts"))
        for (uint64_t i = 1; i <= 3; i++)
            sink->u64(sink, PARTS, i * i);
    if (says(body, length, "wrong")) {
        sink->i64(sink, LENGTH, -1);
        sink->u64(sink, 77, 1);
        sink->text(sink, BODY, vdt_make_str("\xff\xfe", 2));
        sink->begin(sink, FRAME, time);
    }
    if (!says(body, length, "open"))
        sink->end(sink);
    if (says(body, length, "host"))
        sink->flow_text(sink, HOST, vdt_make_str((const char *)body + 5, length - 5));
    if (says(body, length, "detail")) {
        sink->begin_anomaly(sink, BROKEN, direction, offset);
        sink->u64(sink, DETAIL, 42);
        sink->end(sink);
    }
    if (says(body, length, "odd"))
        sink->anomaly(sink, ODD, direction, offset);
    if (says(body, length, "behind"))
        sink->u64(sink, LENGTH, 1);
    if (says(body, length, "kind")) {
        vdt_child child = {.size = sizeof child, .kind = 9, .direction = direction};
        sink->child(sink, &child);
    }
    if (says(body, length, "sign")) {
        vdt_child child = {.size = sizeof child, .kind = VDT_CHILD_FILE, .flags = 64, .direction = direction};
        sink->child(sink, &child);
    }
    if (says(body, length, "status"))
        return 77;
    if (says(body, length, "overrun"))
        return OVERRUN;
    if (says(body, length, "expect")) {
        static const uint8_t address[] = {192, 0, 2, 7};
        sink->expect(sink, vdt_make_bytes(address, 4), 4444, VDT_TCP, VDT_STR(PROTOCOL), 60000);
    }
    if (says(body, length, "child")) {
        vdt_child child = {
            .size = sizeof child, .kind = VDT_CHILD_STREAM, .flags = VDT_CHILD_START | VDT_CHILD_DECRYPTED};
        child.direction = direction;
        child.id = 1;
        child.bytes = vdt_make_bytes(body + 6, length - 6);
        sink->child(sink, &child);
    }
    if (says(body, length, "packet")) {
        vdt_child child = {.size = sizeof child, .kind = VDT_CHILD_PACKET, .direction = direction};
        child.bytes = vdt_make_bytes(body + 7, length - 7);
        sink->child(sink, &child);
    }
    if (says(body, length, "part ") || says(body, length, "last ")) {
        vdt_child child = {.size = sizeof child, .kind = VDT_CHILD_FILE, .direction = direction, .id = 5};
        child.flags = says(body, length, "last ") ? VDT_CHILD_END : s->file++ ? 0 : VDT_CHILD_START;
        child.name = VDT_STR("offer.pdf");
        child.bytes = vdt_make_bytes(body + 5, length - 5);
        sink->child(sink, &child);
    }
    if (says(body, length, "switch") || says(body, length, "half")) {
        size_t word = says(body, length, "half") ? 5 : 7;
        result->protocol = vdt_make_str((const char *)body + word, length - word);
        result->switch_to_server = direction == VDT_TO_SERVER ? offset + 4 + length : VDT_SWITCH_NOW;
        result->switch_to_client = direction == VDT_TO_CLIENT ? offset + 4 + length : VDT_SWITCH_NOW;
        if (word == 5)
            result->switch_flags = VDT_SWITCH_HALF;
        return VDT_DATA_SWITCH;
    }
    return VDT_DATA_OK;
}

static int32_t data(vdt_session *s, const vdt_chunk *chunk, const vdt_sink *sink, vdt_data_result *result) {
    const uint8_t *bytes = chunk->bytes.ptr;
    size_t length = chunk->bytes.len, at = 0;
    if (chunk->flags & VDT_CHUNK_AFTER_GAP) // Finds the next frame.
        while (at < length && bytes[at] != (uint8_t)MAGIC[0])
            at++;
    for (;;) {
        result->consumed = at;
        if (length - at < 4) {
            result->need = 4 - (length - at);
            return length - at ? VDT_DATA_NEED_MORE : VDT_DATA_OK;
        }
        if (memcmp(bytes + at, MAGIC, 2)) {
            result->anomaly = BROKEN;
            result->offset = chunk->offset + at;
            return VDT_DATA_ERROR;
        }
        size_t body = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length - at < 4 + body) {
            result->need = 4 + body - (length - at);
            return VDT_DATA_NEED_MORE;
        }
        int32_t status = frame(s, sink, chunk->direction, chunk->offset + at, bytes + at + 4, body, result);
        if (status == VDT_DATA_NOT_MINE)
            return status;
        at += 4 + body;
        result->consumed = at;
        if (status == OVERRUN) {
            result->consumed = length + 1;
            return VDT_DATA_OK;
        }
        if (status != VDT_DATA_OK)
            return status;
    }
}

static int32_t gap(vdt_session *s, uint32_t direction, uint64_t offset, uint64_t length, const vdt_sink *sink,
                   vdt_data_result *result) {
    (void)s, (void)direction, (void)result;
    sink->begin(sink, FRAME, VDT_TIME_UNKNOWN);
    sink->text(sink, BODY, VDT_STR("gap"));
    sink->u64(sink, LENGTH, length);
    sink->u64(sink, PACKET, offset);
    sink->end(sink);
    return VDT_DATA_OK;
}

static int32_t datagram(vdt_session *s, const vdt_chunk *chunk, const vdt_sink *sink,
                        vdt_data_result *result) {
    if (chunk->bytes.len >= 4)
        return frame(s, sink, chunk->direction, chunk->offset, chunk->bytes.ptr + 4, chunk->bytes.len - 4,
                     result);
    return VDT_DATA_OK;
}

static int32_t close_session(vdt_session *s, const vdt_sink *sink, uint32_t reason) {
    sink->begin(sink, FRAME, VDT_TIME_UNKNOWN);
    sink->text(sink, BODY, VDT_STR("close"));
    sink->u64(sink, LENGTH, reason);
    sink->u64(sink, PACKET, s->frames);
    sink->end(sink);
#ifndef LEAK_AT_CLOSE
    free(s);
#endif
    return VDT_OK;
}

static const vdt_dissector dissector = {.size = sizeof dissector,
                                        .probe = probe,
                                        .open = open_session,
                                        .data = data,
                                        .gap = gap,
                                        .datagram = datagram,
                                        .close = close_session};

static const void *interface(vdt_str id) {
    return id.len == sizeof VDT_DISSECTOR_ID - 1 && !memcmp(id.ptr, VDT_DISSECTOR_ID, id.len) ? &dissector
                                                                                              : NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .min_minor = MIN_MINOR,
                                  .id = VDT_TEXT(PLUGIN_ID),
                                  .name = VDT_TEXT(PLUGIN_NAME),
                                  .version = VDT_TEXT("1.2.3"),
                                  .vendor = VDT_TEXT("Example"),
                                  .licence = VDT_TEXT("Apache-2.0"),
                                  .summary = VDT_TEXT("Frames for tests."),
                                  .describe = describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

#ifndef NO_ENTRY
VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);
const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
#endif
