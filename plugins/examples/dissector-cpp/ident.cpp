// A dissector of the Identification Protocol (RFC 1413): a client sends two ports, the server answers who
// has that connection. One record for each answer.
#include "ident.hpp"

#include <cstdint>
#include <new>
#include <optional>
#include <string_view>

// Ids are this plugin's own; names are what others see. RFC 1413 allows lines of 1,000 octets.
enum : uint32_t { PROTOCOL = 1, RECORD = 1, MALFORMED = 1, LINE_LIMIT = 1000, PORT = 113 };
enum : uint32_t { SERVER_PORT = 1, CLIENT_PORT, REPLY, DETAIL };

struct vdt_session {
    bool resync[2]; // the next bytes of a direction may be the middle of a line
};

namespace {

vdt_str text(std::string_view view) {
    return vdt_make_str(view.data(), view.size());
}

std::string_view view(vdt_bytes bytes) {
    return {reinterpret_cast<const char *>(bytes.ptr), static_cast<size_t>(bytes.len)};
}

int32_t describe(const vdt_describer *d) {
    auto field = [d](uint32_t id, uint32_t type, std::string_view name, std::string_view doc) {
        const vdt_field field = {sizeof field, id, type, 0, text(name), {}, text(doc), {}};
        d->field(d, RECORD, &field);
    };
    d->record(d, RECORD, text("ident"));
    field(SERVER_PORT, VDT_TYPE_U64, "server_port", "Port of the asked machine.");
    field(CLIENT_PORT, VDT_TYPE_U64, "client_port", "Port of the asking machine.");
    field(REPLY, VDT_TYPE_TEXT, "reply", "USERID or ERROR.");
    field(DETAIL, VDT_TYPE_TEXT, "detail", "System and user, or the error.");
    d->anomaly(d, MALFORMED, text("malformed_line"), VDT_SEVERITY_LOW, text("No query or reply."));
    d->protocol(d, PROTOCOL, text("ident"), VDT_OVER_TCP);
    return d->port(d, PROTOCOL, VDT_TCP, PORT, PORT);
}

// The part up to `stop` without the spaces around it; `rest` goes on behind it. Empty at the end.
std::string_view part(std::string_view &rest, char stop) {
    size_t end = rest.find(stop);
    std::string_view found = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    while (!found.empty() && found.front() == ' ')
        found.remove_prefix(1);
    while (!found.empty() && (found.back() == ' ' || found.back() == '\r'))
        found.remove_suffix(1);
    return found;
}

// 0 where it is none.
uint64_t port(std::string_view digits) {
    uint64_t port = 0;
    for (char c : digits) {
        if (c < '0' || c > '9' || port > 6553)
            return 0;
        port = port * 10 + static_cast<uint64_t>(c - '0');
    }
    return port < 65536 ? port : 0;
}

struct line {
    uint64_t server_port, client_port;
    std::string_view reply, detail;

    // A line up to its feed. Only printable ASCII, so all text of it is UTF-8.
    static std::optional<line> read(std::string_view rest, bool is_reply) {
        for (char c : rest)
            if ((c < ' ' || c > '~') && c != '\r')
                return {};
        line l;
        l.server_port = port(part(rest, ','));
        l.client_port = port(part(rest, ':'));
        l.reply = part(rest, ':');
        l.detail = part(rest, '\n');
        if (!l.server_port || !l.client_port || is_reply == l.reply.empty())
            return {};
        return l;
    }
};

// The whole first line decides, so the answer is the same however the bytes are cut.
int32_t probe(vdt_instance *, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
              vdt_probe_result *result) {
    std::string_view all = view(bytes), first = all.substr(0, all.find('\n'));
    if (first.size() > LINE_LIMIT)
        return VDT_PROBE_NO;
    if (first.size() == all.size())
        return VDT_PROBE_NEED_MORE;
    result->certainty = flow->server_port == PORT ? 90 : 40;
    return line::read(first, direction == VDT_TO_CLIENT) ? VDT_PROBE_YES : VDT_PROBE_NO;
}

int32_t open(vdt_instance *, const vdt_flow *flow, vdt_session **session) {
    bool midstream = flow->flags & VDT_FLOW_MIDSTREAM;
    *session = new (std::nothrow) vdt_session{{midstream, midstream}};
    return *session ? VDT_OK : VDT_E_MEMORY;
}

// Takes whole lines; the host offers the rest again when more has come.
int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink, vdt_data_result *result) {
    std::string_view all = view(chunk->bytes);
    bool is_reply = chunk->direction == VDT_TO_CLIENT, &resync = session->resync[is_reply];
    for (size_t at = 0, feed; (feed = all.find('\n', at)) != all.npos; at = feed + 1) {
        result->consumed = feed + 1;
        if (resync) {
            resync = false;
        } else if (auto line = line::read(all.substr(at, feed - at), is_reply); !line) {
            sink->anomaly(sink, MALFORMED, chunk->direction, chunk->offset + at);
        } else if (is_reply) {
            int64_t time = VDT_TIME_UNKNOWN;
            sink->when(sink, chunk->direction, chunk->offset + at, &time, nullptr);
            sink->begin(sink, RECORD, time);
            sink->u64(sink, SERVER_PORT, line->server_port);
            sink->u64(sink, CLIENT_PORT, line->client_port);
            sink->text(sink, REPLY, text(line->reply));
            sink->text(sink, DETAIL, text(line->detail));
            sink->end(sink);
        }
    }
    return VDT_DATA_OK;
}

// After bytes that nobody saw, the next line feed is where lines begin again.
int32_t gap(vdt_session *session, uint32_t direction, uint64_t, uint64_t, const vdt_sink *,
            vdt_data_result *) {
    session->resync[direction == VDT_TO_CLIENT] = true;
    return VDT_DATA_OK;
}

int32_t close(vdt_session *session, const vdt_sink *, uint32_t) {
    delete session;
    return VDT_OK;
}

} // namespace

const vdt_dissector ident_dissector = {sizeof ident_dissector, 0, probe, open, data, gap, nullptr, close};

int32_t ident_describe(const vdt_describer *d) {
    return describe(d);
}
