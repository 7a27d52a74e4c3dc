// One direction's bytes as messages (RFC 9112 §6): lines are looked for, bodies only counted.
#include "messages.h"

enum found { FOUND, NEED_MORE, TOO_LONG };

/// Finds the line at the front. Header lines are whole only when the octet behind them is known, for a space
/// there continues them (RFC 9112 §5.2). `behind` is where the next line begins.
static enum found find_line(struct side *side, const uint8_t *bytes, size_t length, bool last, size_t *end,
                            size_t *behind) {
    bool folds = side->state == HEADERS || side->state == TRAILERS;
    size_t from = side->scanned, limit = length < LINE_MAX ? length : LINE_MAX;
    while (from < limit) {
        const uint8_t *feed = memchr(bytes + from, '\n', limit - from);
        if (!feed)
            break;
        size_t at = (size_t)(feed - bytes);
        bool empty = at == 0 || (at == 1 && bytes[0] == '\r');
        if (folds && !empty && at + 1 < length && http_is_space(bytes[at + 1])) {
            from = at + 1;
            continue;
        }
        if (folds && !empty && at + 1 >= length && !last) {
            side->scanned = (uint32_t)at; // the octet behind decides
            return NEED_MORE;
        }
        *behind = at + 1;
        *end = at && bytes[at - 1] == '\r' ? at - 1 : at;
        side->scanned = 0;
        return FOUND;
    }
    if (length >= LINE_MAX) {
        side->scanned = 0;
        *end = *behind = LINE_MAX;
        return TOO_LONG;
    }
    if (last) {
        side->scanned = 0;
        *end = *behind = length;
        return FOUND;
    }
    side->scanned = (uint32_t)length;
    return NEED_MORE;
}

static void look_for_message(struct side *side) {
    side->state = LOOKING;
    side->scanned = 0;
}

static void end_message(const struct call *call, uint64_t offset) {
    struct side *side = http_side(call);
    side->state = START;
    if (!http_is_request(call)) {
        http_end_response(call);
        return;
    }
    const struct transaction *transaction = side->current;
    call->session->request_end = offset;
    if (transaction && (transaction->is_connect || transaction->wants_upgrade) &&
        !transaction->response_done && !(call->session->flow_flags & VDT_FLOW_ONE_SIDED))
        side->state = WAITING;
    http_end_request(call);
}

void http_cut_off(const struct call *call) {
    struct side *side = http_side(call);
    if (side->current && !http_is_request(call)) {
        side->current->cut = side->state != UNTIL_CLOSE;
        http_end_response(call);
    } else if (side->current &&
               side->current->version == 9) { // a request without version ends where the bytes do
        http_end_request(call);
    }
    look_for_message(side);
}

/// What of the answer switches: CONNECT with success, or 101.
static int32_t switch_protocol(const struct call *call, const struct transaction *transaction,
                               uint64_t behind) {
    vdt_data_result *result = call->result;
    uint64_t request_end = call->session->request_end;
    vdt_str upgrade = http_kept(transaction, FIELD_UPGRADE);
    result->protocol = (vdt_str){0};
    if (http_equal((const uint8_t *)upgrade.ptr, upgrade.len, "websocket"))
        result->protocol = VDT_STR("websocket");
    else if (http_equal((const uint8_t *)upgrade.ptr, upgrade.len, "h2c"))
        result->protocol = VDT_STR("http2");
    if (!request_end) // the request was not seen
        request_end = VDT_SWITCH_NOW;
    result->switch_to_server = call->direction == VDT_TO_CLIENT ? request_end : behind;
    result->switch_to_client = call->direction == VDT_TO_CLIENT ? behind : request_end;
    http_end_response(call);
    return VDT_DATA_SWITCH;
}

static void begin_body(const struct call *call, bool framed_by_close, uint64_t behind) {
    struct side *side = http_side(call);
    if (side->headers.chunked) {
        side->state = CHUNK_SIZE;
    } else if (side->headers.transfer_coded) { // coded, but without an end that could be seen
        side->state = framed_by_close ? UNTIL_CLOSE : START;
        if (!framed_by_close)
            end_message(call, behind);
    } else if (side->headers.length_usable) {
        side->state = BODY;
        side->remaining = side->headers.content_length;
        if (!side->remaining)
            end_message(call, behind);
    } else if (framed_by_close) {
        side->state = UNTIL_CLOSE;
    } else {
        end_message(call, behind);
    }
}

/// The empty line behind the headers; `behind` is the offset of what follows.
static int32_t end_headers(const struct call *call, uint64_t at, uint64_t behind) {
    struct side *side = http_side(call);
    struct transaction *transaction = side->current;
    vdt_session *session = call->session;
    http_check_headers(call, at);
    if (!transaction) {
        look_for_message(side);
        return VDT_DATA_OK;
    }
    if (http_is_request(call)) {
        vdt_str host = http_kept(transaction, FIELD_HOST);
        if (host.len && !session->host_told) {
            session->host_told = true;
            call->sink->flow_text(call->sink, FLOW_HOST, host);
        }
        transaction->wants_upgrade = side->headers.upgrade && side->headers.connection_upgrade;
        begin_body(call, false, behind);
        return VDT_DATA_OK;
    }
    uint16_t status = transaction->status;
    if (transaction->is_connect && status >= 200 && status < 300)
        return switch_protocol(call, transaction, behind);
    if (status == 101) {
        if (transaction->request_seen && !transaction->wants_upgrade)
            http_anomaly(call, ANOMALY_UPGRADE, at);
        return switch_protocol(call, transaction, behind);
    }
    if (status >= 100 && status < 200) { // the final answer is still to come
        side->state = START;
        side->current = NULL;
        return VDT_DATA_OK;
    }
    if (transaction->is_head || status == 204 || status == 304)
        end_message(call, behind);
    else
        begin_body(call, true, behind);
    return VDT_DATA_OK;
}

static void reset_message(struct side *side) {
    memset(&side->headers, 0, sizeof side->headers);
    side->chunk_said = side->line_end_said = false;
    side->current = NULL;
}

/// An answer without a status line: to a request without version all of it is body (HTTP/0.9).
static bool begin_bare_response(const struct call *call, uint64_t offset) {
    vdt_session *session = call->session;
    if (!session->pending_count || session->pending[0]->version != 9 || session->pending[0]->response_done)
        return false;
    struct transaction *transaction = http_begin_response(call, offset);
    if (!transaction)
        return false;
    transaction->response_version = 9;
    http_side(call)->state = UNTIL_CLOSE;
    return true;
}

/// A start line. False: the bytes of the line are body and were not taken.
static bool take_start(const struct call *call, struct line line) {
    struct side *side = http_side(call);
    bool request = http_is_request(call);
    if (!line.length) // RFC 9112 §2.2: empty lines before a request are to be passed over
        return true;
    reset_message(side);
    if (request) {
        bool taken = http_take_request_line(call, line);
        if (taken)
            side->state = HEADERS;
        else
            look_for_message(side);
    } else if (http_take_status_line(call, line)) {
        side->state = HEADERS;
    } else {
        if (begin_bare_response(call, line.offset))
            return false;
        http_anomaly(call, side->began ? ANOMALY_BODY_UNEXPECTED : ANOMALY_STATUS, line.offset);
        look_for_message(side);
    }
    side->began = true;
    return true;
}

/// Size and extensions of a chunk (RFC 9112 §7.1). False: no chunk.
static bool take_chunk_size(const struct call *call, struct line line) {
    struct side *side = http_side(call);
    uint64_t size = 0;
    size_t at = 0;
    for (; at < line.length; at++) {
        uint8_t octet = http_lower(line.start[at]);
        unsigned digit;
        if (octet >= '0' && octet <= '9')
            digit = octet - '0';
        else if (octet >= 'a' && octet <= 'f')
            digit = octet - 'a' + 10;
        else
            break;
        if (size >> 58)
            return false;
        size = size << 4 | digit;
    }
    size_t digits = at;
    while (at < line.length && http_is_space(line.start[at]))
        at++;
    if (!digits || (at < line.length && line.start[at] != ';'))
        return false;
    if (at < line.length && !side->chunk_said) {
        side->chunk_said = true;
        http_anomaly(call, ANOMALY_CHUNK, line.offset + at);
    }
    side->remaining = size;
    side->state = size ? CHUNK_DATA : TRAILERS;
    return true;
}

static void break_off(const struct call *call, uint32_t anomaly, uint64_t offset) {
    http_anomaly(call, anomaly, offset);
    if (http_is_request(call))
        http_end_request(call);
    else
        http_end_response(call);
    look_for_message(http_side(call));
}

/// One line in a state that reads lines. `behind` is the offset of what follows it.
static int32_t take_line(const struct call *call, struct line line, uint64_t behind, bool *taken) {
    struct side *side = http_side(call);
    switch (side->state) {
    case START:
        *taken = take_start(call, line);
        break;
    case HEADERS:
        if (!line.length)
            return end_headers(call, line.offset, behind);
        http_take_header(call, line, false);
        break;
    case TRAILERS:
        if (!line.length)
            end_message(call, behind);
        else
            http_take_header(call, line, true);
        break;
    case CHUNK_SIZE:
        if (!take_chunk_size(call, line))
            break_off(call, ANOMALY_CHUNK, line.offset);
        break;
    case CHUNK_END:
        if (line.length)
            break_off(call, ANOMALY_CHUNK, line.offset);
        else
            side->state = CHUNK_SIZE;
        break;
    default: // LOOKING
        if (http_begins_message(call, line)) {
            side->state = START;
            *taken = take_start(call, line);
        }
    }
    return VDT_DATA_OK;
}

static void count_body(const struct call *call, size_t bytes) {
    struct transaction *transaction = http_side(call)->current;
    if (!transaction)
        return;
    if (http_is_request(call))
        transaction->request_body += bytes;
    else
        transaction->response_body += bytes;
}

/// Bytes whose number is known beforehand: only counted.
static size_t take_counted(const struct call *call, size_t length, uint64_t offset) {
    struct side *side = http_side(call);
    size_t part = length < side->remaining ? length : (size_t)side->remaining;
    side->remaining -= part;
    count_body(call, part);
    if (!side->remaining && side->state == BODY)
        end_message(call, offset + part);
    else if (!side->remaining)
        side->state = CHUNK_END;
    return part;
}

bool http_pass_gap(const struct call *call, uint64_t offset, uint64_t length) {
    struct side *side = http_side(call);
    if (side->state == UNTIL_CLOSE)
        return true;
    if ((side->state != BODY && side->state != CHUNK_DATA) || length > side->remaining)
        return false;
    side->remaining -= length;
    take_counted(call, 0, offset + length);
    return true;
}

static size_t pass_line(struct side *side, const uint8_t *bytes, size_t length) {
    const uint8_t *feed = memchr(bytes, '\n', length);
    if (!feed)
        return length;
    side->passing = false;
    return (size_t)(feed - bytes) + 1;
}

static void check_line_end(const struct call *call, const uint8_t *bytes, size_t end, size_t behind,
                           uint64_t offset) {
    struct side *side = http_side(call);
    if (side->line_end_said || side->state == LOOKING || behind == end || behind - end == 2 ||
        bytes[behind - 1] != '\n')
        return;
    side->line_end_said = true;
    http_anomaly(call, ANOMALY_LINE_ENDING, offset + behind - 1);
}

/// What follows a CONNECT or Upgrade waits until the answer says what it is.
static bool still_waiting(const struct call *call, size_t length) {
    struct side *side = http_side(call);
    vdt_session *session = call->session;
    for (unsigned i = 0; i < session->pending_count; i++) {
        const struct transaction *transaction = session->pending[i];
        if ((transaction->is_connect || transaction->wants_upgrade) && !transaction->response_done &&
            length < WAIT_MAX)
            return true;
    }
    side->state = START;
    return false;
}

int32_t http_take(const struct call *call, const uint8_t *bytes, size_t length, uint64_t offset, bool last,
                  size_t *taken) {
    struct side *side = http_side(call);
    size_t at = 0;
    int32_t status = VDT_DATA_OK;
    while (at < length && status == VDT_DATA_OK) {
        size_t left = length - at, end, behind;
        if (side->state == BODY || side->state == CHUNK_DATA) {
            at += take_counted(call, left, offset + at);
            continue;
        }
        if (side->state == UNTIL_CLOSE) {
            count_body(call, left);
            at = length;
            break;
        }
        if (side->passing) {
            at += pass_line(side, bytes + at, left);
            continue;
        }
        if (side->state == WAITING && !last && still_waiting(call, left))
            break;
        if (side->state == WAITING)
            side->state = START;
        enum found found = find_line(side, bytes + at, left, last, &end, &behind);
        if (found == NEED_MORE) {
            call->result->need = 1;
            status = VDT_DATA_NEED_MORE;
            break;
        }
        bool said = found == TOO_LONG && side->state != LOOKING;
        side->passing = found == TOO_LONG;
        bool cut = found == FOUND && call->ends && end == behind && behind == left;
        struct line line = {bytes + at, end, offset + at, cut};
        bool line_taken = true;
        if (found == FOUND)
            check_line_end(call, bytes + at, end, behind, offset + at);
        status = take_line(call, line, offset + at + behind, &line_taken);
        if (line_taken) {
            at += behind;
            if (said)
                http_anomaly(call, ANOMALY_HEADER_TOO_LONG, line.offset);
        } else {
            side->passing = false; // it was no line but the beginning of a body
        }
    }
    *taken = at;
    return status;
}
