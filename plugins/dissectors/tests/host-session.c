// Running a session: bytes are offered as the contract says, what is emitted becomes text.
#include "host-plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKAHEAD = 128 * 1024 };

/// One run.
struct run {
    struct log *log;
    const struct wire *wire;
    uint32_t record; // open, 0 none
    bool anomaly_open;
    uint8_t *held[2];
    size_t held_length[2], held_room[2];
    uint64_t held_offset[2]; // of the first byte held: how many came before it, gaps included
    uint64_t need[2];        // not before so many are held
    uint64_t on_offer_from[2], on_offer_to[2];
    bool started[2], after_gap[2];
};

static void say(struct log *log, const char *format, ...) {
    va_list list;
    char line[4096];
    va_start(list, format);
    int length = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (length < 0)
        return;
    size_t part = (size_t)length < sizeof line ? (size_t)length : sizeof line - 1;
    if (log->room - log->length < part + 1) {
        log->room = (log->room + part + 1) * 2;
        log->text = realloc(log->text, log->room);
        if (!log->text)
            abort();
    }
    memcpy(log->text + log->length, line, part);
    log->length += part;
    log->text[log->length] = 0;
}

static void broken(struct run *run, const char *what) {
    run->log->failed = true;
    say(run->log, "CONTRACT %s\n", what);
}

static struct run *run_of(const vdt_sink *sink) {
    return sink->context;
}

static const char *field_name(struct run *run, uint32_t field) {
    if (!run->record || field >= NAMES || !declared.field[run->record][field][0]) {
        broken(run, "a field without a record, or not declared");
        return "?";
    }
    return declared.field[run->record][field];
}

static bool is_utf8(const char *text, uint64_t length) {
    for (uint64_t at = 0; at < length;) {
        unsigned char lead = (unsigned char)text[at];
        uint64_t size = lead < 0x80                   ? 1
                        : lead >= 0xc2 && lead < 0xe0 ? 2
                        : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xf0 && lead < 0xf5 ? 4
                                                      : 0;
        if (!size || length - at < size)
            return false;
        for (uint64_t i = 1; i < size; i++)
            if (((unsigned char)text[at + i] & 0xc0) != 0x80)
                return false;
        unsigned char second = size > 1 ? (unsigned char)text[at + 1] : 0;
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
            (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
            return false;
        at += size;
    }
    return true;
}

static int32_t sink_begin(const vdt_sink *sink, uint32_t record, int64_t time) {
    struct run *run = run_of(sink);
    if (run->record || run->anomaly_open || !record || record >= RECORDS || !declared.record[record][0])
        broken(run, "begin");
    run->record = record;
    say(run->log, "record %s at %lld\n", declared.record[record], (long long)time);
    return VDT_OK;
}
static int32_t sink_u64(const vdt_sink *sink, uint32_t field, uint64_t value) {
    say(run_of(sink)->log, "  %s=%llu\n", field_name(run_of(sink), field), (unsigned long long)value);
    return VDT_OK;
}
static int32_t sink_i64(const vdt_sink *sink, uint32_t field, int64_t value) {
    say(run_of(sink)->log, "  %s=%lld\n", field_name(run_of(sink), field), (long long)value);
    return VDT_OK;
}
static int32_t sink_flag(const vdt_sink *sink, uint32_t field, uint32_t value) {
    if (value > 1)
        broken(run_of(sink), "flag");
    say(run_of(sink)->log, "  %s=%s\n", field_name(run_of(sink), field), value ? "true" : "false");
    return VDT_OK;
}
static int32_t sink_text(const vdt_sink *sink, uint32_t field, vdt_str value) {
    if (!is_utf8(value.ptr, value.len))
        broken(run_of(sink), "text that is not UTF-8");
    say(run_of(sink)->log, "  %s=%.*s\n", field_name(run_of(sink), field), (int)value.len,
        value.len ? value.ptr : "");
    return VDT_OK;
}
static int32_t sink_bytes(const vdt_sink *sink, uint32_t field, vdt_bytes value) {
    say(run_of(sink)->log, "  %s=(%llu bytes)\n", field_name(run_of(sink), field),
        (unsigned long long)value.len);
    return VDT_OK;
}
static int32_t sink_time(const vdt_sink *sink, uint32_t field, int64_t value) {
    return sink_i64(sink, field, value);
}
static int32_t sink_end(const vdt_sink *sink) {
    if (!run_of(sink)->record)
        broken(run_of(sink), "end without begin");
    run_of(sink)->record = 0;
    return VDT_OK;
}
static int32_t sink_anomaly(const vdt_sink *sink, uint32_t id, uint32_t direction, uint64_t offset) {
    struct run *run = run_of(sink);
    if (run->record || !id || id >= NAMES || !declared.anomaly[id][0])
        broken(run, "anomaly within a record, or not declared");
    say(run->log, "anomaly %s %c%llu\n", declared.anomaly[id % NAMES], direction ? '<' : '>',
        (unsigned long long)offset);
    return VDT_OK;
}
static int32_t sink_flow_text(const vdt_sink *sink, uint32_t field, vdt_str value) {
    if (field >= NAMES || !declared.fact[field][0] || !is_utf8(value.ptr, value.len))
        broken(run_of(sink), "flow_text");
    say(run_of(sink)->log, "flow %s=%.*s\n", declared.fact[field % NAMES], (int)value.len, value.ptr);
    return VDT_OK;
}
/// Time is that of the event that first brought the byte.
static int32_t sink_when(const vdt_sink *sink, uint32_t direction, uint64_t offset, int64_t *time,
                         uint64_t *packet) {
    struct run *run = run_of(sink);
    if (direction > 1 || offset < run->on_offer_from[direction] || offset >= run->on_offer_to[direction]) {
        broken(run, "when of a byte that is not on offer");
        return VDT_E_ARGUMENT;
    }
    uint64_t passed = 0;
    for (size_t i = 0; i < run->wire->count; i++) {
        const struct event *event = &run->wire->events[i];
        if (event->direction != direction || event->kind == END)
            continue;
        passed += event->length;
        if (offset < passed) {
            if (time)
                *time = event->time;
            if (packet)
                *packet = i + 1;
            return VDT_OK;
        }
    }
    return VDT_E_ARGUMENT;
}

static vdt_sink make_sink(struct run *run) {
    return (vdt_sink){.size = sizeof(vdt_sink),
                      .context = run,
                      .begin = sink_begin,
                      .u64 = sink_u64,
                      .i64 = sink_i64,
                      .flag = sink_flag,
                      .text = sink_text,
                      .bytes = sink_bytes,
                      .time = sink_time,
                      .end = sink_end,
                      .anomaly = sink_anomaly,
                      .flow_text = sink_flow_text,
                      .when = sink_when};
}

/// Says what the status means; true when the session goes on.
static bool goes_on(struct run *run, int32_t status, uint32_t direction, const vdt_data_result *result,
                    uint32_t *reason) {
    switch (status) {
    case VDT_DATA_OK:
    case VDT_DATA_NEED_MORE:
        return true;
    case VDT_DATA_NOT_MINE:
        say(run->log, "not mine\n");
        *reason = VDT_CLOSE_NOT_MINE;
        return false;
    case VDT_DATA_ERROR:
        if (result->anomaly)
            say(run->log, "anomaly %s %c%llu\n", declared.anomaly[result->anomaly % NAMES],
                direction ? '<' : '>', (unsigned long long)result->offset);
        say(run->log, "error\n");
        *reason = VDT_CLOSE_ERROR;
        return false;
    case VDT_DATA_DONE:
        say(run->log, "done\n");
        *reason = VDT_CLOSE_DONE;
        return false;
    case VDT_DATA_SWITCH:
        say(run->log, "switch %.*s >%lld <%lld\n", (int)result->protocol.len,
            result->protocol.len ? result->protocol.ptr : "", (long long)result->switch_to_server,
            (long long)result->switch_to_client);
        *reason = VDT_CLOSE_SWITCHED;
        return false;
    default:
        broken(run, "an unknown status");
        *reason = VDT_CLOSE_ERROR;
        return false;
    }
}

static void hold(struct run *run, uint32_t direction, const uint8_t *bytes, size_t length) {
    if (run->held_room[direction] - run->held_length[direction] < length) {
        run->held_room[direction] = (run->held_length[direction] + length) * 2;
        run->held[direction] = realloc(run->held[direction], run->held_room[direction]);
        if (!run->held[direction])
            abort();
    }
    if (length)
        memcpy(run->held[direction] + run->held_length[direction], bytes, length);
    run->held_length[direction] += length;
}

/// Offers what is held. The bytes lie in memory of exactly their size, so that a sanitizer sees each step
/// over it.
static bool offer(struct run *run, const vdt_dissector *dissector, vdt_session *session, uint32_t direction,
                  uint32_t flags, uint32_t *reason) {
    size_t length = run->held_length[direction];
    uint8_t *exact = malloc(length ? length : 1);
    if (!exact)
        abort();
    if (length)
        memcpy(exact, run->held[direction], length);
    vdt_chunk chunk = {.size = sizeof chunk,
                       .direction = direction,
                       .flags = flags | (run->started[direction] ? 0 : VDT_CHUNK_START) |
                                (run->after_gap[direction] ? VDT_CHUNK_AFTER_GAP : 0),
                       .offset = run->held_offset[direction],
                       .bytes = {exact, length}};
    vdt_data_result result = {.size = sizeof result};
    vdt_sink sink = make_sink(run);
    run->on_offer_from[direction] = chunk.offset;
    run->on_offer_to[direction] = chunk.offset + length;
    int32_t status = dissector->data(session, &chunk, &sink, &result);
    run->on_offer_to[direction] = run->on_offer_from[direction];
    free(exact);
    if (run->record)
        broken(run, "a record left open");
    run->record = 0;
    if (result.consumed > length) {
        broken(run, "more consumed than offered");
        result.consumed = length;
    }
    if (result.consumed) {
        run->started[direction] = true;
        run->after_gap[direction] = false;
    }
    run->held_length[direction] -= result.consumed;
    run->held_offset[direction] += result.consumed;
    if (run->held_length[direction])
        memmove(run->held[direction], run->held[direction] + result.consumed, run->held_length[direction]);
    uint64_t need = status == VDT_DATA_NEED_MORE ? (result.need ? result.need : 1) : 0;
    run->need[direction] = length - result.consumed + need;
    if (run->need[direction] > LOOKAHEAD)
        broken(run, "needs more than the look-ahead");
    return goes_on(run, status, direction, &result, reason);
}

static void drop_held(struct run *run, uint32_t direction) {
    run->held_offset[direction] += run->held_length[direction];
    run->held_length[direction] = 0;
    run->need[direction] = 0;
}

static bool happen(struct run *run, const vdt_dissector *dissector, vdt_session *session,
                   const struct event *event, const uint8_t *bytes, size_t length, uint32_t *reason) {
    uint32_t direction = event->direction;
    vdt_data_result result = {.size = sizeof result};
    vdt_sink sink = make_sink(run);
    if (event->kind == SEND) {
        hold(run, direction, bytes, length);
        if (run->held_length[direction] < run->need[direction])
            return true;
        return offer(run, dissector, session, direction, 0, reason);
    }
    if (event->kind == END)
        return offer(run, dissector, session, direction, VDT_CHUNK_END, reason);
    if (run->held_length[direction] &&
        !offer(run, dissector, session, direction, VDT_CHUNK_BEFORE_GAP, reason))
        return false;
    drop_held(run, direction);
    int32_t status =
        dissector->gap(session, direction, run->held_offset[direction], event->length, &sink, &result);
    run->held_offset[direction] += event->length;
    run->after_gap[direction] = true;
    return goes_on(run, status, direction, &result, reason);
}

static bool take_datagram(struct run *run, const vdt_dissector *dissector, vdt_session *session,
                          const struct event *event, uint32_t *reason) {
    uint32_t direction = event->direction;
    hold(run, direction, event->bytes, event->length);
    vdt_chunk chunk = {.size = sizeof chunk,
                       .direction = direction,
                       .offset = run->held_offset[direction],
                       .bytes = {run->held[direction], event->length}};
    vdt_data_result result = {.size = sizeof result};
    vdt_sink sink = make_sink(run);
    run->on_offer_from[direction] = chunk.offset;
    run->on_offer_to[direction] = chunk.offset + event->length;
    int32_t status = dissector->datagram(session, &chunk, &sink, &result);
    drop_held(run, direction);
    return goes_on(run, status, direction, &result, reason);
}

size_t host_total(const struct wire *wire) {
    size_t total = 0;
    for (size_t i = 0; i < wire->count; i++)
        total += wire->events[i].kind == SEND ? wire->events[i].length : 0;
    return total;
}

/// As the engine does: the start of each direction, again while more is needed; the first yes counts.
static bool ask(const vdt_dissector *dissector, vdt_instance *instance, const struct wire *wire,
                vdt_flow *flow, struct log *log) {
    for (uint32_t direction = 0; direction < 2; direction++) {
        uint8_t start[4096];
        size_t length = 0;
        for (size_t i = 0; i < wire->count; i++) {
            const struct event *event = &wire->events[i];
            if (event->direction != direction || !event->length)
                continue;
            if (event->kind == GAP)
                break;
            if (event->kind == DATAGRAM)
                length = 0;
            size_t part = event->length < sizeof start - length ? event->length : sizeof start - length;
            memcpy(start + length, event->bytes, part);
            length += part;
            vdt_probe_result result = {.size = sizeof result};
            int32_t answer = dissector->probe(instance, flow, direction, (vdt_bytes){start, length}, &result);
            if (answer == VDT_PROBE_YES) {
                flow->protocol = result.protocol ? result.protocol : 1;
                say(log, "protocol %s certainty %u\n", declared.protocol[flow->protocol], result.certainty);
                return true;
            }
            if (answer == VDT_PROBE_NO && event->kind != DATAGRAM)
                break;
            if (length == sizeof start && event->kind != DATAGRAM)
                break;
        }
    }
    return false;
}

void host_run(const vdt_plugin *plugin, vdt_instance *instance, const struct wire *wire, struct cut cut,
              bool probe, uint32_t protocol, struct log *log) {
    const vdt_dissector *dissector = plugin->interface(VDT_STR(VDT_DISSECTOR_ID));
    static const uint8_t address[4] = {192, 0, 2, 1};
    vdt_flow flow = {.size = sizeof flow,
                     .flags = wire->flags,
                     .transport = wire->transport,
                     .protocol = 0,
                     .client_ip = {address, 4},
                     .server_ip = {address, 4},
                     .client_port = wire->client_port,
                     .server_port = wire->server_port};
    vdt_session *session = NULL;
    struct run run = {.log = log, .wire = wire};
    uint32_t reason = VDT_CLOSE_ENDED;
    log->length = 0;
    say(log, "");
    if (probe && !ask(dissector, instance, wire, &flow, log)) {
        say(log, "nothing recognised\n");
        return;
    }
    if (!probe)
        flow.protocol = protocol;
    if (dissector->open(instance, &flow, &session) != VDT_OK)
        return;
    size_t sent = 0;
    bool on = true;
    for (size_t i = 0; i < wire->count && on; i++) {
        const struct event *event = &wire->events[i];
        if (event->kind == DATAGRAM) {
            on = take_datagram(&run, dissector, session, event, &reason);
            continue;
        }
        if (event->kind != SEND) {
            on = happen(&run, dissector, session, event, NULL, 0, &reason);
            continue;
        }
        for (size_t at = 0; at < event->length && on;) {
            size_t part = event->length - at;
            if (cut.size && part > cut.size)
                part = cut.size;
            if (cut.at > sent && cut.at - sent < part)
                part = cut.at - sent;
            on = happen(&run, dissector, session, event, event->bytes + at, part, &reason);
            at += part;
            sent += part;
        }
    }
    vdt_sink sink = make_sink(&run);
    dissector->close(session, &sink, reason);
    if (run.record)
        broken(&run, "a record left open at close");
    free(run.held[0]);
    free(run.held[1]);
}
