// The http dissector's instance and sessions (RFC 9110, RFC 9112).
#ifndef VEDETTE_HTTP_SESSION_H
#define VEDETTE_HTTP_SESSION_H

#include "../common/text.h"
#include "declare.h"

enum {
    LINE_MAX = 16384,    // of a header with its folded lines; what is over it is passed over
    HEADERS_MAX = 65536, // of all headers of a message
    HEADER_COUNT_MAX = 256,
    REPETITION_MAX = 2,
    ENCODING_LAYERS_MAX = 2,
    MAX_PENDING = 32, // requests that wait for their response
    WAIT_MAX = 65536, // bytes held back behind a CONNECT or Upgrade until its answer
    REQUEST_TEXT = 4096,
    ALL_TEXT = 6144,
};

struct vdt_instance {
    const vdt_host *host;
};

struct slice {
    uint16_t offset, length;
};

/// A request and its response. Text lies one after the other in the arena, the request's first.
struct transaction {
    int64_t time, answered_at;
    uint64_t request_body, response_body;
    uint16_t status;
    uint8_t version, response_version; // 9, 10, 11; 0 unknown
    bool request_seen, request_done, response_seen, response_done;
    bool cookie, set_cookie, is_head, is_connect, wants_upgrade, continued;
    bool cut; // the response ended before its end
    struct slice texts[LAST_TEXT + 1];
    uint16_t used;
    char arena[ALL_TEXT];
};

enum state {
    START, // a start line is due
    HEADERS,
    BODY, // `remaining` bytes of it
    CHUNK_SIZE,
    CHUNK_DATA, // `remaining` bytes of it
    CHUNK_END,
    TRAILERS,
    UNTIL_CLOSE, // a body without a length
    WAITING,     // behind a CONNECT or Upgrade: is what follows still HTTP?
    LOOKING,     // after a gap or nonsense: for a line that begins a message
};

/// What the headers of the message under way said.
struct headers {
    uint32_t count, size;
    uint64_t content_length;
    uint8_t content_lengths, hosts, content_types, user_agents, chunked, encodings;
    bool length_usable, transfer_coded, upgrade, connection_upgrade, expects_continue, too_long_said;
    bool has_range, range_sound;
    uint64_t range_length;
};

/// One direction.
struct side {
    enum state state;
    bool began;         // a message has been seen
    uint8_t version;    // of the last message that named one
    bool passing;       // the rest of a line that was too long
    bool chunk_said;    // once a message
    bool line_end_said; // once a message
    uint32_t scanned;   // bytes of the line under way without an end in them
    uint64_t remaining;
    struct headers headers;
    struct transaction *current; // whose message is under way
};

struct vdt_session {
    struct vdt_instance *instance;
    struct side sides[2];
    uint32_t requests; // direction of the requests; 2: not yet known
    uint32_t flow_flags;
    uint32_t pending_count, evicted;
    bool host_told, too_many_said, request_gap;
    uint64_t request_end;                     // offset behind the last request's headers and body
    struct transaction *pending[MAX_PENDING]; // oldest first
};

struct call {
    vdt_session *session;
    const vdt_sink *sink;
    uint32_t direction;
    bool ends; // nothing follows in this direction
    vdt_data_result *result;
};

static inline struct side *http_side(const struct call *call) {
    return &call->session->sides[call->direction];
}

static inline bool http_is_request(const struct call *call) {
    return call->direction == call->session->requests;
}

static inline void http_anomaly(const struct call *call, uint32_t id, uint64_t offset) {
    call->sink->anomaly(call->sink, id, call->direction, offset);
}

/// A line without its end; folded lines are still in it.
struct line {
    const uint8_t *start;
    size_t length;
    uint64_t offset; // of its first byte
    bool cut;        // the direction ended in it
};

int32_t http_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                   vdt_probe_result *result);

// Start lines
bool http_take_request_line(const struct call *call, struct line line);
/// False: it is none.
bool http_take_status_line(const struct call *call, struct line line);
/// Notes the version of a message; false when it is not that of the messages before it in this direction.
bool http_same_version(struct side *side, uint8_t version);
bool http_is_method(const uint8_t *bytes, size_t length);
bool http_is_token(uint8_t octet);
/// Does a message begin here? Stricter than taking it: for finding one's way back.
bool http_begins_message(const struct call *call, struct line line);

// Headers
void http_take_header(const struct call *call, struct line line, bool trailer);
void http_check_headers(const struct call *call, uint64_t offset);

// Transactions
struct transaction *http_begin_request(const struct call *call, uint64_t offset);
struct transaction *http_begin_response(const struct call *call, uint64_t offset);
void http_end_request(const struct call *call);
void http_end_response(const struct call *call);
void http_flush(vdt_session *session, const vdt_sink *sink);
/// Keeps the first value given for a field, at most `most` bytes of it.
void http_keep(struct transaction *transaction, unsigned field, const uint8_t *value, size_t length,
               size_t most);
vdt_str http_kept(const struct transaction *transaction, unsigned field);

static inline bool http_is_space(uint8_t octet) {
    return octet == ' ' || octet == '\t';
}

static inline uint8_t http_lower(uint8_t octet) {
    return octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet;
}

/// Equal but for the case of letters; `lower` is in lower case.
static inline bool http_equal(const uint8_t *bytes, size_t length, const char *lower) {
    for (size_t i = 0; i < length; i++)
        if (!lower[i] || http_lower(bytes[i]) != (uint8_t)lower[i])
            return false;
    return lower[length] == 0;
}

#endif
