// A source that reads lines of five columns with tabs between them: seconds since 1970, then four texts.
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The texts, in the order of their columns. vedette/records.h has all fields of each record.
enum { RECORD = 1, COLUMNS = 5, LINE_LIMIT = 65536 };
static const vdt_str texts[COLUMNS - 1] = {VDT_TEXT("host"), VDT_TEXT("guid"), VDT_TEXT("image"),
                                           VDT_TEXT("command_line")};

struct vdt_stream {
    const vdt_host *host;
    int32_t fd;
    uint64_t line, offset; // of the first byte that is held
    size_t held;
    int ended;
    uint64_t cursor[2]; // the number of the next line, and its offset
    char buffer[LINE_LIMIT];
};

int32_t report_describe(const vdt_describer *d) {
    const vdt_str interface = VDT_STR(VDT_PROCESS_SOURCE_ID);
    d->record(d, RECORD, VDT_STR(VDT_RECORD_PROCESS));
    for (uint32_t i = 0; i < COLUMNS - 1; i++) {
        const vdt_field field = {.size = sizeof field, .id = i + 1, .type = VDT_TYPE_TEXT, .name = texts[i]};
        d->field(d, RECORD, &field);
    }
    d->source(d, interface, VDT_SOURCE_FILE);
    return d->blind_spot(d, interface, VDT_STR("All that nobody wrote into the report."));
}

// The columns of a line; 0 where there are more or fewer, or the first is no number.
static int split(const char *line, size_t length, int64_t *seconds, vdt_str columns[COLUMNS - 1]) {
    const char *at = line, *end = line + length;
    // Printable ASCII, so that all text is UTF-8.
    for (const char *c = line; c < end; c++)
        if ((*c < ' ' || *c > '~') && *c != '\t')
            return 0;
    for (*seconds = 0; at < end && *at >= '0' && *at <= '9' && *seconds < 9000000000; at++)
        *seconds = *seconds * 10 + (*at - '0');
    if (at == line || *seconds >= 9000000000)
        return 0;
    for (int i = 0; i < COLUMNS - 1; i++) {
        if (at == end || *at != '\t')
            return 0;
        at++;
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        columns[i] = vdt_make_str(at, (uint64_t)((tab ? tab : end) - at));
        at = tab ? tab : end;
        if (!columns[i].len)
            return 0;
    }
    return at == end;
}

static int32_t sniff(vdt_bytes start, vdt_str name, uint32_t *certainty, vdt_str *error) {
    (void)name, (void)error;
    const char *line = (const char *)start.ptr;
    const char *feed = start.len ? memchr(line, '\n', start.len) : NULL;
    int64_t seconds;
    vdt_str columns[COLUMNS - 1];
    *certainty = feed && split(line, (size_t)(feed - line), &seconds, columns) ? 80 : 0;
    return VDT_OK;
}

static int32_t open_stream(vdt_instance *instance, vdt_bytes params, int32_t fd, vdt_bytes cursor,
                           vdt_stream **stream) {
    const vdt_host *host = instance->host;
    (void)params;
    if (fd < 0)
        return host->fail(host, VDT_E_CONFIG, VDT_STR("this source reads a file: name one"));
    vdt_stream *s = calloc(1, sizeof *s);
    if (!s)
        return host->fail(host, VDT_E_MEMORY, VDT_STR("no memory for a stream"));
    *s = (vdt_stream){.host = host, .fd = fd, .line = 1};
    if (cursor.len == sizeof s->cursor) {
        memcpy(s->cursor, cursor.ptr, sizeof s->cursor);
        // A pipe cannot seek: what the cursor covers is read over.
        while (s->offset < s->cursor[1] && lseek(fd, (off_t)s->cursor[1], SEEK_SET) < 0) {
            uint64_t left = s->cursor[1] - s->offset;
            ssize_t got = read(fd, s->buffer, left < LINE_LIMIT ? left : LINE_LIMIT);
            if (got <= 0)
                break;
            s->offset += (uint64_t)got;
        }
        s->line = s->cursor[0];
        s->offset = s->cursor[1];
    }
    *stream = s;
    return VDT_OK;
}

static void take_line(vdt_stream *s, const vdt_sink *sink, const char *line, size_t length) {
    int64_t seconds;
    vdt_str columns[COLUMNS - 1];
    if (!split(line, length, &seconds, columns)) {
        sink->reject(sink, s->line, s->offset, VDT_STR("expected seconds and four texts with tabs between"));
        return;
    }
    sink->begin(sink, RECORD, seconds * 1000000000);
    for (uint32_t i = 0; i < COLUMNS - 1; i++)
        sink->text(sink, i + 1, columns[i]);
    sink->end(sink);
}

// One read a call, and the whole lines that it completes, as many as the host asked for.
static int32_t next(vdt_stream *s, const vdt_sink *sink, uint64_t max_records, uint64_t wait_ms,
                    vdt_next_result *result) {
    (void)wait_ms;
    size_t used = 0;
    char *feed = memchr(s->buffer, '\n', s->held);
    if (!feed && !s->ended && s->held < LINE_LIMIT) {
        ssize_t got = read(s->fd, s->buffer + s->held, LINE_LIMIT - s->held);
        if (got < 0) {
            result->error = VDT_FAILED_PERMISSION;
            s->host->fail(s->host, VDT_E_IO, VDT_STR("the file cannot be read"));
            return VDT_NEXT_FAILED;
        }
        s->ended = got == 0;
        s->held += (size_t)got;
    }
    for (uint64_t taken = 0; taken < max_records && used < s->held; taken++) {
        const char *line = s->buffer + used;
        feed = memchr(line, '\n', s->held - used);
        if (!feed && !s->ended && !(used == 0 && s->held == LINE_LIMIT))
            break;
        size_t length = feed ? (size_t)(feed - line) : s->held - used;
        take_line(s, sink, line, length);
        used += length + (feed != NULL);
        s->offset += length + (feed != NULL);
        s->line += feed != NULL;
    }
    memmove(s->buffer, s->buffer + used, s->held - used);
    s->held -= used;
    s->cursor[0] = s->line;
    s->cursor[1] = s->offset;
    result->cursor = vdt_make_bytes(s->cursor, sizeof s->cursor);
    return s->ended && !s->held ? VDT_NEXT_END : VDT_NEXT_OK;
}

static int32_t close_stream(vdt_stream *s) {
    free(s);
    return VDT_OK;
}

const vdt_source report_source = {
    .size = sizeof report_source, .sniff = sniff, .open = open_stream, .next = next, .close = close_stream};
