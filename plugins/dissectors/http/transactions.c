// Requests joined with their responses, in order, and the record of both.
#include "session.h"

#include <stdlib.h>

void http_keep(struct transaction *transaction, unsigned field, const uint8_t *value, size_t length,
               size_t most) {
    struct slice *slice = &transaction->texts[field];
    size_t limit =
        field <= LAST_REQUEST_TEXT ? REQUEST_TEXT : ALL_TEXT; // a long request leaves the response its room
    if (slice->length || transaction->used >= limit)
        return;
    size_t room = limit - transaction->used;
    struct text text = {transaction->arena + transaction->used, 0, room < most ? room : most};
    text_put_wire(&text, value, length);
    *slice = (struct slice){transaction->used, (uint16_t)text.length};
    transaction->used = (uint16_t)(transaction->used + text.length);
}

vdt_str http_kept(const struct transaction *transaction, unsigned field) {
    return vdt_make_str(transaction->arena + transaction->texts[field].offset,
                        transaction->texts[field].length);
}

static struct transaction *make(void) {
    struct transaction *transaction = malloc(sizeof *transaction);
    if (transaction)
        memset(transaction, 0, offsetof(struct transaction, arena));
    return transaction;
}

static void put_version(const vdt_sink *sink, uint32_t field, uint8_t version) {
    if (version)
        sink->text(sink, field,
                   version == 9    ? VDT_STR("0.9")
                   : version == 10 ? VDT_STR("1.0")
                                   : VDT_STR("1.1"));
}

static void emit(const vdt_sink *sink, const struct transaction *transaction) {
    sink->begin(sink, RECORD_HTTP, transaction->request_seen ? transaction->time : transaction->answered_at);
    for (unsigned field = 1; field <= LAST_TEXT; field++)
        if (transaction->texts[field].length)
            sink->text(sink, field, http_kept(transaction, field));
    put_version(sink, FIELD_VERSION, transaction->version);
    if (transaction->request_seen) {
        sink->u64(sink, FIELD_REQUEST_BODY, transaction->request_body);
        sink->flag(sink, FIELD_COOKIE, transaction->cookie);
    }
    if (transaction->response_seen) {
        put_version(sink, FIELD_RESPONSE_VERSION, transaction->response_version);
        if (transaction->status)
            sink->u64(sink, FIELD_STATUS, transaction->status);
        sink->u64(sink, FIELD_RESPONSE_BODY, transaction->response_body);
        sink->flag(sink, FIELD_SET_COOKIE, transaction->set_cookie);
        sink->time(sink, FIELD_ANSWERED_AT, transaction->answered_at);
    }
    sink->flag(sink, FIELD_COMPLETE,
               transaction->request_done && transaction->response_done && !transaction->cut);
    sink->end(sink);
}

static void emit_first(vdt_session *session, const vdt_sink *sink) {
    struct transaction *first = session->pending[0];
    emit(sink, first);
    for (int side = 0; side < 2; side++)
        if (session->sides[side].current == first)
            session->sides[side].current = NULL;
    free(first);
    session->pending_count--;
    memmove(session->pending, session->pending + 1, session->pending_count * sizeof *session->pending);
}

struct transaction *http_begin_request(const struct call *call, uint64_t offset) {
    vdt_session *session = call->session;
    struct transaction *transaction = make();
    if (!transaction)
        return NULL;
    transaction->request_seen = true;
    transaction->time = VDT_TIME_UNKNOWN;
    call->sink->when(call->sink, call->direction, offset, &transaction->time, NULL);
    if (session->pending_count == MAX_PENDING) {
        if (!session->too_many_said && !(session->flow_flags & VDT_FLOW_ONE_SIDED))
            http_anomaly(call, ANOMALY_TOO_MANY_TRANSACTIONS, offset);
        session->too_many_said = true;
        session->evicted +=
            !session->pending[0]->response_seen; // its response, when it comes, belongs to no one
        emit_first(session, call->sink);
    }
    session->pending[session->pending_count++] = transaction;
    http_side(call)->current = transaction;
    return transaction;
}

struct transaction *http_begin_response(const struct call *call, uint64_t offset) {
    vdt_session *session = call->session;
    struct transaction *transaction = NULL;
    if (session->evicted || !session->pending_count || session->pending[0]->response_done) {
        if (session->evicted)
            session->evicted--;
        else if (!session->request_gap)
            http_anomaly(call, ANOMALY_UNMATCHED, offset);
        transaction = make();
        if (!transaction)
            return NULL;
        if (session->pending_count == MAX_PENDING)
            emit_first(session, call->sink);
        memmove(session->pending + 1, session->pending, session->pending_count * sizeof *session->pending);
        session->pending_count++;
        session->pending[0] = transaction;
    }
    transaction = session->pending[0];
    transaction->response_seen = true;
    transaction->answered_at = VDT_TIME_UNKNOWN;
    call->sink->when(call->sink, call->direction, offset, &transaction->answered_at, NULL);
    http_side(call)->current = transaction;
    return transaction;
}

static void emit_finished(vdt_session *session, const vdt_sink *sink) {
    while (session->pending_count) {
        struct transaction *first = session->pending[0];
        if (!first->response_done || (first->request_seen && !first->request_done))
            return;
        emit_first(session, sink);
    }
}

void http_end_request(const struct call *call) {
    struct side *side = http_side(call);
    if (side->current)
        side->current->request_done = true;
    side->current = NULL;
    emit_finished(call->session, call->sink);
}

void http_end_response(const struct call *call) {
    struct side *side = http_side(call);
    if (side->current)
        side->current->response_done = true;
    side->current = NULL;
    emit_finished(call->session, call->sink);
}

void http_flush(vdt_session *session, const vdt_sink *sink) {
    while (session->pending_count) {
        if (sink) {
            emit_first(session, sink);
            continue;
        }
        free(session->pending[--session->pending_count]);
    }
}
