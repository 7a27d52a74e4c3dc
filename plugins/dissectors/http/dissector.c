// The http dissector: HTTP/0.9, 1.0 and 1.1 over TCP (RFC 9112).
#include "messages.h"
#include "../common/dissector.h"
#include "include/dissector_http.h"

#include <stdlib.h>

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = allocate_instance(host, sizeof **instance);
    if (!*instance)
        return VDT_E_MEMORY;
    (*instance)->host = host;
    return VDT_OK;
}

static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

static int32_t open_session(vdt_instance *instance, const vdt_flow *flow, vdt_session **session) {
    *session = calloc(1, sizeof **session);
    if (!*session)
        return VDT_E_MEMORY;
    (*session)->instance = instance;
    (*session)->requests = VDT_NO_DIRECTION;
    (*session)->flow_flags = flow->flags;
    return VDT_OK;
}

static int32_t close_session(vdt_session *session, const vdt_sink *sink, uint32_t reason) {
    http_flush(session, reason == VDT_CLOSE_NOT_MINE ? NULL : sink);
    free(session);
    return VDT_OK;
}

/// Which side asks is seen from the first bytes of either, for a flow picked up midway may stand on its head.
/// 0 when more bytes are needed.
static size_t choose_roles(vdt_session *session, const vdt_chunk *chunk) {
    static const char answer[] = "HTTP/";
    const uint8_t *bytes = chunk->bytes.ptr;
    size_t length = chunk->bytes.len, same = 0;
    while (same < length && same < 5 && bytes[same] == (uint8_t)answer[same])
        same++;
    bool last = chunk->flags & (VDT_CHUNK_END | VDT_CHUNK_BEFORE_GAP);
    if (same == length && same < 5 && !last) // one more octet may say that it is none
        return 1;
    size_t word = 0;
    while (word < length && word < 32 && http_is_token(bytes[word]))
        word++;
    if (same < 5 && word == length && word < 32 && !last) // the word may go on
        return 1;
    if (same == 5)
        session->requests = chunk->direction ^ 1;
    else if (chunk->direction == VDT_TO_CLIENT && http_is_method(bytes, word))
        session->requests = VDT_TO_CLIENT;
    else
        session->requests = VDT_TO_SERVER;
    return 0;
}

static int32_t data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result) {
    if (chunk->direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    struct call call = {session, sink, chunk->direction, chunk->flags & VDT_CHUNK_END, result};
    bool last = chunk->flags & (VDT_CHUNK_END | VDT_CHUNK_BEFORE_GAP);
    if (session->requests == VDT_NO_DIRECTION && chunk->bytes.len) {
        result->need = choose_roles(session, chunk);
        if (result->need)
            return VDT_DATA_NEED_MORE;
    }
    size_t taken = 0;
    int32_t status = http_take(&call, chunk->bytes.ptr, chunk->bytes.len, chunk->offset, last, &taken);
    result->consumed = taken;
    if (status == VDT_DATA_SWITCH)
        return status;
    if (chunk->flags & VDT_CHUNK_END && session->requests != VDT_NO_DIRECTION) // a body may end so
        http_cut_off(&call);
    return status;
}

static int32_t gap(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result) {
    if (direction > VDT_TO_CLIENT)
        return VDT_E_ARGUMENT;
    struct call call = {session, sink, direction, false, result};
    struct side *side = http_side(&call);
    side->scanned = 0;
    side->passing = false;
    if (session->requests == VDT_NO_DIRECTION)
        session->requests = VDT_TO_SERVER;
    if (http_pass_gap(&call, offset, length))
        return VDT_DATA_OK;
    session->request_gap |= direction == session->requests;
    http_cut_off(&call);
    return VDT_DATA_OK;
}

static const vdt_dissector dissector = {
    .size = sizeof dissector,
    .probe = http_probe,
    .open = open_session,
    .data = data,
    .gap = gap,
    .close = close_session,
};

DISSECTOR_PLUGIN("http", "HTTP/0.9 to 1.1: requests joined with their responses, framing and its abuse",
                 http_describe)
