// Queries joined with their responses, and what does not fit together.
#include "dissector.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static vdt_str text_of(const struct dns_message *message, struct dns_text text) {
    return vdt_make_str(message->arena + text.offset, text.length);
}

static void put_named(const vdt_sink *sink, uint32_t field, const char *name, const char *prefix,
                      unsigned number) {
    char text[24];
    if (name) {
        sink->text(sink, field, vdt_make_str(name, strlen(name)));
        return;
    }
    size_t length = strlen(prefix), digits = 1;
    memcpy(text, prefix, length);
    for (unsigned rest = number; rest /= 10;)
        digits++;
    for (size_t i = digits; i-- > 0; number /= 10)
        text[length + i] = (char)('0' + number % 10);
    sink->text(sink, field, vdt_make_str(text, length + digits));
}

static void put_question(const vdt_sink *sink, vdt_str name, uint16_t type, uint16_t class) {
    sink->text(sink, FIELD_QUERY, name);
    put_named(sink, FIELD_TYPE, dns_type_name(type), "TYPE", type);
    put_named(sink, FIELD_CLASS, dns_class_name(class), "CLASS", class);
}

static void put_flags(const vdt_sink *sink, uint16_t flags) {
    static const struct {
        uint16_t bit, field;
    } bits[] = {{DNS_AA, FIELD_AA}, {DNS_TC, FIELD_TC}, {DNS_RD, FIELD_RD}, {DNS_RA, FIELD_RA},
                {DNS_Z, FIELD_Z},   {DNS_AD, FIELD_AD}, {DNS_CD, FIELD_CD}};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        sink->flag(sink, bits[i].field, (flags & bits[i].bit) != 0);
}

static void put_response(const vdt_sink *sink, const struct dns_message *message) {
    put_named(sink, FIELD_RCODE, dns_rcode_name(dns_rcode(message)), "RCODE", dns_rcode(message));
    sink->u64(sink, FIELD_ANSWER_COUNT, message->counts[1]);
    for (unsigned i = 0; i < message->answers_kept; i++) {
        sink->text(sink, FIELD_ANSWERS, text_of(message, message->answers[i].data));
        sink->u64(sink, FIELD_TTLS, message->answers[i].ttl);
    }
}

/// A query with its response, or without (`message` NULL).
static void emit_pending(vdt_session *session, const vdt_sink *sink, const struct pending_view *query,
                         const struct dns_message *message, int64_t time, size_t length) {
    const struct pending_question *questions = query->questions;
    const char *name = query->names;
    sink->begin(sink, session->protocol, query->time);
    sink->u64(sink, FIELD_ID, query->id);
    sink->u64(sink, FIELD_OPCODE, (query->flags >> 11) & 15);
    for (unsigned i = 0; i < query->question_count; name += questions[i++].name_length)
        put_question(sink, vdt_make_str(name, questions[i].name_length), questions[i].type,
                     questions[i].class);
    sink->flag(sink, FIELD_RESPONSE, message != NULL);
    sink->flag(sink, FIELD_ANSWERED, message != NULL);
    sink->u64(sink, FIELD_LENGTH, length);
    if (message) {
        sink->time(sink, FIELD_ANSWERED_AT, time);
        put_flags(sink, (uint16_t)(message->flags | (query->flags & DNS_Z)));
        put_response(sink, message);
    } else {
        put_flags(sink, query->flags);
    }
    sink->end(sink);
}

/// A message that stands for itself: multicast, or a response to nothing.
static void emit_message(vdt_session *session, const vdt_sink *sink, const struct dns_message *message,
                         int64_t time, size_t length) {
    uint16_t mask =
        session->protocol == PROTOCOL_MDNS ? 0x7fff : 0xffff; // RFC 6762 §5.4: the top bit asks for unicast
    sink->begin(sink, session->protocol, time);
    sink->u64(sink, FIELD_ID, message->id);
    sink->u64(sink, FIELD_OPCODE, dns_opcode(message));
    for (unsigned i = 0; i < message->questions_kept; i++) {
        const struct dns_question *question = &message->questions[i];
        put_question(sink, text_of(message, question->name), question->type, question->class & mask);
    }
    sink->flag(sink, FIELD_RESPONSE, (message->flags & DNS_QR) != 0);
    sink->flag(sink, FIELD_ANSWERED, 0);
    sink->u64(sink, FIELD_LENGTH, length);
    put_flags(sink, message->flags);
    if (message->flags & DNS_QR)
        put_response(sink, message);
    sink->end(sink);
}

static uint64_t digest(const uint8_t *bytes, size_t length) { // FNV-1a: equal or not is all that is asked
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

static bool asks_for_transfer(const struct pending_view *query) {
    return query->question_count && (query->questions[0].type == 251 || query->questions[0].type == 252);
}

/// Servers echo the question, in any case of letters; some leave it out when they refuse.
static bool answers(const struct dns_message *message, const struct pending_view *query, uint32_t direction) {
    if (query->id != message->id || query->direction == direction)
        return false;
    if (!message->questions_kept || !query->question_count)
        return true;
    const struct dns_question *question = &message->questions[0];
    return question->type == query->questions[0].type &&
           question->name.length == query->questions[0].name_length &&
           strncasecmp(message->arena + question->name.offset, query->names, question->name.length) == 0;
}

/// Remembers what a query was answered with. Without memory a second answer will be taken for one to no
/// query.
static void remember(vdt_session *session, struct answered answer) {
    if (!session->answered)
        session->answered = calloc(MAX_ANSWERED, sizeof *session->answered);
    if (session->answered)
        session->answered[session->answered_next++ % MAX_ANSWERED] = answer;
}

static void take_query(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                       const struct dns_message *message, int64_t time, size_t length) {
    if (session->pending.count == MAX_PENDING) {
        struct pending_place oldest = pending_first(&session->pending);
        struct pending_view query = pending_view(&session->pending, oldest);
        sink->anomaly(sink, ANOMALY_TOO_MANY_TRANSACTIONS, direction, offset);
        emit_pending(session, sink, &query, NULL, 0, query.length);
        pending_remove(&session->pending, oldest);
    }
    if (!pending_add(&session->pending, message, time, direction, length))
        emit_message(session, sink, message, time, length);
}

static void take_response(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                          const struct dns_message *message, int64_t time, const uint8_t *bytes,
                          size_t length) {
    uint64_t content = digest(bytes, length);
    const struct pending_list *pending = &session->pending;
    for (struct pending_place at = pending_first(pending); at.at < pending->used;
         at = pending_next(pending, at)) {
        struct pending_view query = pending_view(pending, at);
        if (!answers(message, &query, direction))
            continue;
        remember(session,
                 (struct answered){content, message->id, (uint8_t)direction, asks_for_transfer(&query), 1});
        emit_pending(session, sink, &query, message, time, length);
        pending_remove(&session->pending, at);
        return;
    }
    for (unsigned i = 0; session->answered && i < MAX_ANSWERED; i++) {
        const struct answered *before = &session->answered[i];
        if (!before->used || before->id != message->id || before->direction != direction)
            continue;
        if (before->transfer || before->digest == content) // it goes on, or the packet came twice
            return;
        sink->anomaly(sink, ANOMALY_ID_MISMATCH, direction, offset);
        emit_message(session, sink, message, time, length);
        return;
    }
    if (!(session->lost >> (direction ^ 1) & 1)) // else the query may have been in the gap
        sink->anomaly(sink, ANOMALY_UNSOLICITED_RESPONSE, direction, offset);
    emit_message(session, sink, message, time, length);
}

static void report(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                   const struct dns_message *message) {
    uint32_t problems = message->problems;
    if (session->protocol == PROTOCOL_DNS) {
        for (uint32_t i = 0; i < DNS_PROBLEMS; i++)
            if (problems >> i & 1)
                sink->anomaly(sink, ANOMALY_MALFORMED + i, direction, offset + message->problem_at[i]);
        return;
    }
    uint32_t at = 2;
    if (session->protocol == PROTOCOL_LLMNR)
        problems &= ~(1u << DNS_Z_SET); // RFC 4795 §2.1.1 has other bits there
    if (!problems && !dns_opcode(message))
        return;
    for (uint32_t i = DNS_PROBLEMS; i-- > 0;)
        if (problems >> i & 1)
            at = message->problem_at[i];
    sink->anomaly(sink, session->protocol == PROTOCOL_MDNS ? ANOMALY_MDNS_MALFORMED : ANOMALY_LLMNR_MALFORMED,
                  direction, offset + at);
}

void dns_take_message(vdt_session *session, const vdt_sink *sink, uint32_t direction, uint64_t offset,
                      const uint8_t *bytes, size_t length) {
    struct dns_message *message = &session_instance(session)->message;
    int64_t time = VDT_TIME_UNKNOWN;
    message->over_tcp = session->over_tcp;
    dns_read_message(message, bytes, length);
    if (message->problems || dns_opcode(message))
        report(session, sink, direction, offset, message);
    if (length < DNS_HEADER)
        return;
    sink->when(sink, direction, offset, &time, NULL);
    if (session->protocol !=
        PROTOCOL_DNS) // queries go to a group, answers come from its members: other flows
        emit_message(session, sink, message, time, length);
    else if (message->flags & DNS_QR)
        take_response(session, sink, direction, offset, message, time, bytes, length);
    else
        take_query(session, sink, direction, offset, message, time, length);
}

void dns_flush(vdt_session *session, const vdt_sink *sink) {
    const struct pending_list *pending = &session->pending;
    for (struct pending_place at = pending_first(pending); sink && at.at < pending->used;
         at = pending_next(pending, at)) {
        struct pending_view query = pending_view(pending, at);
        emit_pending(session, sink, &query, NULL, 0, query.length);
    }
    pending_free(&session->pending);
}
