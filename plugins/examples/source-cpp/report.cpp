// A source that reads lines of five columns with tabs between them: seconds since 1970, then four texts.
#include "report.hpp"

#include <array>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

struct vdt_stream {
    const vdt_host *host;
    int32_t fd;
    uint64_t line = 1, offset = 0; // of the first byte that is held
    bool ended = false;
    std::string held = {};
    std::array<uint64_t, 2> cursor = {}; // the number of the next line, and its offset
};

namespace {

constexpr uint32_t RECORD = 1;
constexpr size_t LINE_LIMIT = 65536;
// The texts, in the order of their columns. vedette/records.h has all fields of each record.
constexpr std::array<std::string_view, 4> TEXTS = {"host", "guid", "image", "command_line"};

vdt_str text(std::string_view view) {
    return vdt_make_str(view.data(), view.size());
}

struct columns {
    int64_t seconds = 0;
    std::array<std::string_view, TEXTS.size()> texts;

    // None where there are more or fewer, or the first is no number. Printable ASCII, so all text is UTF-8.
    static std::optional<columns> read(std::string_view line) {
        columns c;
        size_t at = 0;
        for (char octet : line)
            if ((octet < ' ' || octet > '~') && octet != '\t')
                return {};
        for (; at < line.size() && line[at] >= '0' && line[at] <= '9' && c.seconds < 900000000; at++)
            c.seconds = c.seconds * 10 + (line[at] - '0');
        if (!at)
            return {};
        for (std::string_view &column : c.texts) {
            if (at >= line.size() || line[at] != '\t')
                return {};
            column = line.substr(at + 1, line.find('\t', at + 1) - at - 1);
            at += 1 + column.size();
            if (column.empty())
                return {};
        }
        return at == line.size() ? std::optional(c) : std::nullopt;
    }
};

int32_t sniff(vdt_bytes start, vdt_str, uint32_t *certainty, vdt_str *) {
    std::string_view all(reinterpret_cast<const char *>(start.ptr), start.len);
    size_t feed = all.find('\n');
    *certainty = feed != all.npos && columns::read(all.substr(0, feed)) ? 80 : 0;
    return VDT_OK;
}

int32_t open(vdt_instance *instance, vdt_bytes, int32_t fd, vdt_bytes cursor, vdt_stream **out) {
    const vdt_host *host = instance->host;
    if (fd < 0)
        return host->fail(host, VDT_E_CONFIG, text("this source reads a file: name one"));
    auto *s = new (std::nothrow) vdt_stream{.host = host, .fd = fd};
    if (!s)
        return host->fail(host, VDT_E_MEMORY, text("no memory for a stream"));
    if (cursor.len == sizeof s->cursor) {
        std::memcpy(s->cursor.data(), cursor.ptr, sizeof s->cursor);
        // A pipe cannot seek: what the cursor covers is read over.
        uint64_t left = lseek(fd, static_cast<off_t>(s->cursor[1]), SEEK_SET) < 0 ? s->cursor[1] : 0;
        char over[4096];
        for (ssize_t got = 1; left && got > 0; left -= static_cast<uint64_t>(got > 0 ? got : 0))
            got = read(fd, over, left < sizeof over ? left : sizeof over);
        s->line = s->cursor[0];
        s->offset = s->cursor[1];
    }
    *out = s;
    return VDT_OK;
}

void take(const vdt_stream *s, const vdt_sink *sink, std::string_view line) {
    auto c = columns::read(line);
    if (!c) {
        sink->reject(sink, s->line, s->offset, text("expected seconds and four texts with tabs between"));
        return;
    }
    sink->begin(sink, RECORD, c->seconds * 1000000000);
    for (uint32_t i = 0; i < TEXTS.size(); i++)
        sink->text(sink, i + 1, text(c->texts[i]));
    sink->end(sink);
}

// One read a call, and the whole lines that it completes, as many as the host asked for.
int32_t next(vdt_stream *s, const vdt_sink *sink, uint64_t max, uint64_t, vdt_next_result *result) {
    if (s->held.find('\n') == s->held.npos && !s->ended && s->held.size() < LINE_LIMIT) {
        char piece[8192];
        size_t room = LINE_LIMIT - s->held.size();
        ssize_t got = read(s->fd, piece, room < sizeof piece ? room : sizeof piece);
        if (got < 0) {
            result->error = VDT_FAILED_PERMISSION;
            s->host->fail(s->host, VDT_E_IO, text("the file cannot be read"));
            return VDT_NEXT_FAILED;
        }
        s->ended = got == 0;
        s->held.append(piece, static_cast<size_t>(got));
    }
    std::string_view rest = s->held;
    for (; max && !rest.empty(); max--) {
        size_t feed = rest.find('\n');
        if (feed == rest.npos && !s->ended && rest.size() < LINE_LIMIT)
            break;
        take(s, sink, rest.substr(0, feed));
        size_t length = feed == rest.npos ? rest.size() : feed + 1;
        rest.remove_prefix(length);
        s->offset += length;
        s->line += feed != rest.npos;
    }
    s->held.erase(0, s->held.size() - rest.size());
    s->cursor = {s->line, s->offset};
    result->cursor = vdt_make_bytes(s->cursor.data(), sizeof s->cursor);
    return s->ended && s->held.empty() ? VDT_NEXT_END : VDT_NEXT_OK;
}

int32_t close(vdt_stream *s) {
    delete s;
    return VDT_OK;
}

} // namespace

int32_t report_describe(const vdt_describer *d) {
    const vdt_str interface = VDT_STR(VDT_PROCESS_SOURCE_ID);
    d->record(d, RECORD, VDT_STR(VDT_RECORD_PROCESS));
    for (uint32_t i = 0; i < TEXTS.size(); i++) {
        const vdt_field field = {sizeof field, i + 1, VDT_TYPE_TEXT, 0, text(TEXTS[i]), {}, {}, {}};
        d->field(d, RECORD, &field);
    }
    d->source(d, interface, VDT_SOURCE_FILE);
    return d->blind_spot(d, interface, text("All that nobody wrote into the report."));
}

const vdt_source report_source = {sizeof report_source, 0, sniff, open, next, close, nullptr, nullptr};
