// A dissector of the Identification Protocol (RFC 1413): a client sends two ports, the server answers who
// has that connection. One record for each answer.
#include "ident.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// Ids are this plugin's own; names are what others see. RFC 1413 allows lines of 1,000 octets.
enum { PROTOCOL = 1, RECORD = 1, MALFORMED = 1, LINE_LIMIT = 1000, PORT = 113 };
enum { SERVER_PORT = 1, CLIENT_PORT, REPLY, DETAIL };

struct vdt_session {
    bool resync[2]; // the next bytes of a direction may be the middle of a line
};

static void field(const vdt_describer *d, uint32_t id, uint32_t type, vdt_str name, vdt_str doc) {
    const vdt_field field = {.size = sizeof field, .id = id, .type = type, .name = name, .doc = doc};
    d->field(d, RECORD, &field);
}

int32_t ident_describe(const vdt_describer *d) {
    d->record(d, RECORD, VDT_STR("ident"));
    field(d, SERVER_PORT, VDT_TYPE_U64, VDT_STR("server_port"), VDT_STR("Port of the asked machine."));
    field(d, CLIENT_PORT, VDT_TYPE_U64, VDT_STR("client_port"), VDT_STR("Port of the asking machine."));
    field(d, REPLY, VDT_TYPE_TEXT, VDT_STR("reply"), VDT_STR("USERID or ERROR."));
    field(d, DETAIL, VDT_TYPE_TEXT, VDT_STR("detail"), VDT_STR("System and user, or the error."));
    d->anomaly(d, MALFORMED, VDT_STR("malformed_line"), VDT_SEVERITY_LOW, VDT_STR("No query or reply."));
    d->protocol(d, PROTOCOL, VDT_STR("ident"), VDT_OVER_TCP);
    return d->port(d, PROTOCOL, VDT_TCP, PORT, PORT);
}

// The part of a line up to `stop` without the spaces around it; `at` goes on behind it. Empty at the end.
static vdt_str part(const char **at, const char *end, char stop) {
    const char *start = *at, *found = memchr(start, stop, (size_t)(end - start)), *last = found ? found : end;
    *at = found ? found + 1 : end;
    while (start < last && *start == ' ')
        start++;
    while (last > start && (last[-1] == ' ' || last[-1] == '\r'))
        last--;
    return vdt_make_str(start, (uint64_t)(last - start));
}

// 0 where it is none.
static uint64_t read_port(vdt_str text) {
    uint64_t port = 0;
    for (uint64_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || port > 6553)
            return 0;
        port = port * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return port < 65536 ? port : 0;
}

struct line {
    uint64_t server_port, client_port;
    vdt_str reply, detail;
};

// A line up to its feed. Only printable ASCII, so all text of it is UTF-8.
static bool read_line(const char *at, const char *end, bool is_reply, struct line *line) {
    for (const char *c = at; c < end; c++)
        if ((*c < ' ' || *c > '~') && *c != '\r')
            return false;
    line->server_port = read_port(part(&at, end, ','));
    line->client_port = read_port(part(&at, end, ':'));
    line->reply = part(&at, end, ':');
    line->detail = part(&at, end, '\n');
    return line->server_port && line->client_port && is_reply == (line->reply.len > 0);
}

// The whole first line decides, so the answer is the same however the bytes are cut.
static int32_t probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result) {
    (void)instance;
    const char *start = (const char *)bytes.ptr, *feed = memchr(start, '\n', bytes.len);
    struct line line;
    if ((feed ? (uint64_t)(feed - start) : bytes.len) > LINE_LIMIT)
        return VDT_PROBE_NO;
    if (!feed)
        return VDT_PROBE_NEED_MORE;
    result->certainty = flow->server_port == PORT ? 90 : 40;
    return read_line(start, feed, direction == VDT_TO_CLIENT, &line) ? VDT_PROBE_YES : VDT_PROBE_NO;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    (void)instance;
    *session = calloc(1, sizeof **session);
    if (*session)
        (*session)->resync[0] = (*session)->resync[1] = flow->flags & VDT_FLOW_MIDSTREAM;
    return *session ? VDT_OK : VDT_E_MEMORY;
}

// Takes whole lines; the host offers the rest again when more has come.
static int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result) {
    const char *start = (const char *)chunk->bytes.ptr, *end = start + chunk->bytes.len, *feed;
    bool is_reply = chunk->direction == VDT_TO_CLIENT, *resync = &session->resync[is_reply];
    for (const char *at = start; at < end && (feed = memchr(at, '\n', (size_t)(end - at))); at = feed + 1) {
        struct line line;
        uint64_t offset = chunk->offset + (uint64_t)(at - start);
        result->consumed = (uint64_t)(feed + 1 - start);
        if (*resync) {
            *resync = false;
        } else if (!read_line(at, feed, is_reply, &line)) {
            sink->anomaly(sink, MALFORMED, chunk->direction, offset);
        } else if (is_reply) {
            int64_t time = VDT_TIME_UNKNOWN;
            sink->when(sink, chunk->direction, offset, &time, NULL);
            sink->begin(sink, RECORD, time);
            sink->u64(sink, SERVER_PORT, line.server_port);
            sink->u64(sink, CLIENT_PORT, line.client_port);
            sink->text(sink, REPLY, line.reply);
            sink->text(sink, DETAIL, line.detail);
            sink->end(sink);
        }
    }
    return VDT_DATA_OK;
}

// After bytes that nobody saw, the next line feed is where lines begin again.
static int32_t gap(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result) {
    (void)offset, (void)length, (void)sink, (void)result;
    session->resync[direction == VDT_TO_CLIENT] = true;
    return VDT_DATA_OK;
}

static int32_t close_session(vdt_session *session, const vdt_sink *sink, uint32_t reason) {
    (void)sink, (void)reason;
    free(session);
    return VDT_OK;
}

const vdt_dissector ident_dissector = {.size = sizeof ident_dissector,
                                       .probe = probe,
                                       .open = open_session,
                                       .data = data,
                                       .gap = gap,
                                       .close = close_session};
