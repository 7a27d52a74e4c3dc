// Header fields: their form, and those that say how the message is framed or who speaks (RFC 9110, RFC 9112
// §5, §6).
#include "session.h"

struct value {
    const uint8_t *start;
    size_t length;
};

static bool is_gap(uint8_t octet) { // what stands for a space within a folded value
    return http_is_space(octet) || octet == '\r' || octet == '\n';
}

static struct value trim(const uint8_t *start, size_t length) {
    while (length && is_gap(*start))
        start++, length--;
    while (length && is_gap(start[length - 1]))
        length--;
    return (struct value){start, length};
}

/// The next element of a comma-separated list.
static bool next_element(struct value *list, struct value *element) {
    if (!list->length)
        return false;
    const uint8_t *comma = memchr(list->start, ',', list->length);
    size_t length = comma ? (size_t)(comma - list->start) : list->length;
    *element = trim(list->start, length);
    size_t taken = comma ? length + 1 : length;
    list->start += taken;
    list->length -= taken;
    return true;
}

static bool is_one_of(struct value value, const char *const *names) {
    for (; *names; names++)
        if (http_equal(value.start, value.length, *names))
            return true;
    return false;
}

/// Digits only; false when there are none, others, or too many to count.
static bool read_number(struct value *from, uint64_t *number) {
    size_t digits = 0;
    *number = 0;
    for (; digits < from->length && from->start[digits] >= '0' && from->start[digits] <= '9'; digits++) {
        if (*number > (INT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + from->start[digits] - '0';
    }
    from->start += digits;
    from->length -= digits;
    return digits > 0;
}

static void take_content_length(const struct call *call, struct value value, uint64_t offset) {
    struct headers *headers = &http_side(call)->headers;
    struct value rest = value;
    uint64_t length;
    if (headers->content_lengths < UINT8_MAX)
        headers->content_lengths++;
    if (headers->content_lengths == 2)
        http_anomaly(call, ANOMALY_LENGTH_DUPLICATE, offset);
    bool readable = read_number(&rest, &length);
    if (!readable || rest.length || (value.length > 1 && value.start[0] == '0'))
        http_anomaly(call, ANOMALY_LENGTH_INVALID, offset);
    if (readable && !headers->length_usable) {
        headers->content_length = length;
        headers->length_usable = true;
    }
}

static void take_transfer_encoding(const struct call *call, struct value value, uint64_t offset) {
    static const char *const known[] = {"chunked",  "gzip",       "x-gzip",   "deflate",
                                        "compress", "x-compress", "identity", NULL};
    struct side *side = http_side(call);
    const struct transaction *transaction = side->current;
    struct value element;
    uint8_t version = http_is_request(call) ? transaction->version : transaction->response_version;
    bool sound = value.length && version != 10 && version != 9; // RFC 9112 §6.1
    while (next_element(&value, &element)) {
        bool last_was_chunked = side->headers.chunked;
        side->headers.transfer_coded = true;
        if (!is_one_of(element, known) || last_was_chunked) // chunked comes last and once
            sound = false;
        if (http_equal(element.start, element.length, "chunked"))
            side->headers.chunked = 1;
    }
    if (!sound)
        http_anomaly(call, ANOMALY_TRANSFER_ENCODING, offset);
}

static void take_content_encoding(const struct call *call, struct value value, uint64_t offset) {
    static const char *const known[] = {
        "gzip",     "x-gzip", "deflate",   "x-deflate", "compress",     "x-compress", "br",  "zstd",
        "identity", "none",   "aes128gcm", "exi",       "pack200-gzip", "dcb",        "dcz", NULL};
    struct headers *headers = &http_side(call)->headers;
    struct value element;
    bool sound = true;
    if (!http_is_request(call))
        http_keep(http_side(call)->current, FIELD_CONTENT_ENCODING, value.start, value.length, 64);
    while (next_element(&value, &element)) {
        sound &= is_one_of(element, known);
        if (headers->encodings < UINT8_MAX && ++headers->encodings == ENCODING_LAYERS_MAX + 1)
            sound = false;
    }
    if (!sound)
        http_anomaly(call, ANOMALY_CONTENT_ENCODING, offset);
}

static bool is_host_octet(uint8_t octet) { // RFC 3986 §3.2.2; userinfo has no place here
    return http_is_token(octet) || octet == ':' || octet == '[' || octet == ']' || octet == ';' ||
           octet == '=' || octet == ',' || octet == '(' || octet == ')' || octet >= 0x80;
}

static bool port_sound(struct value host) {
    const uint8_t *colon = NULL;
    for (size_t i = 0; i < host.length; i++) {
        if (host.start[i] == ']')
            colon = NULL;
        else if (host.start[i] == ':')
            colon = host.start + i;
    }
    if (!colon || (host.length && host.start[0] == '[' && host.start[host.length - 1] == ']'))
        return true;
    struct value port = {colon + 1, (size_t)(host.start + host.length - colon) - 1};
    uint64_t number;
    return port.length == 0 || (read_number(&port, &number) && !port.length && number <= 65535);
}

/// Without the port that a scheme has anyway.
static size_t bare_length(const uint8_t *host, size_t length) {
    if (length > 3 && memcmp(host + length - 3, ":80", 3) == 0)
        return length - 3;
    return length > 4 && memcmp(host + length - 4, ":443", 4) == 0 ? length - 4 : length;
}

static bool same_host(vdt_str kept, struct value value) {
    size_t a = bare_length((const uint8_t *)kept.ptr, kept.len), b = bare_length(value.start, value.length);
    if (a != b)
        return false;
    for (size_t i = 0; i < a; i++)
        if (http_lower((uint8_t)kept.ptr[i]) != http_lower(value.start[i]))
            return false;
    return true;
}

static void take_host(const struct call *call, struct value value, uint64_t offset) {
    struct side *side = http_side(call);
    struct transaction *transaction = side->current;
    bool sound = port_sound(value);
    for (size_t i = 0; i < value.length; i++)
        sound &= is_host_octet(value.start[i]);
    if (side->headers.hosts < UINT8_MAX)
        side->headers.hosts++;
    if (side->headers.hosts > 1 && side->headers.hosts < UINT8_MAX)
        sound = false;
    if (transaction->texts[FIELD_HOST].length && value.length <= 255 &&
        !same_host(http_kept(transaction, FIELD_HOST), value))
        sound = false;
    if (!sound)
        http_anomaly(call, ANOMALY_HOST_AMBIGUOUS, offset);
    http_keep(transaction, FIELD_HOST, value.start, value.length, 255);
}

static void take_authorization(const struct call *call, struct value value, uint64_t offset) {
    static const char *const known[] = {"basic",
                                        "digest",
                                        "bearer",
                                        "negotiate",
                                        "ntlm",
                                        "kerberos",
                                        "aws4-hmac-sha256",
                                        "aws",
                                        "hoba",
                                        "mutual",
                                        "vapid",
                                        "scram-sha-1",
                                        "scram-sha-256",
                                        "oauth",
                                        "gnap",
                                        "dpop",
                                        "privatetoken",
                                        "token",
                                        "sharedkey",
                                        "sharedkeylite",
                                        "apikey",
                                        "googlelogin",
                                        "wsse",
                                        "hawk",
                                        "passport1.4",
                                        "nego2",
                                        NULL};
    size_t length = 0;
    while (length < value.length && !is_gap(value.start[length]))
        length++;
    if (!is_one_of((struct value){value.start, length}, known) || length == value.length)
        http_anomaly(call, ANOMALY_AUTHORIZATION, offset);
    http_keep(http_side(call)->current, FIELD_AUTHORIZATION, value.start, length, 32);
}

/// bytes FIRST-LAST/TOTAL (RFC 9110 §14.4); either side of the slash may be a star.
static bool read_content_range(struct value value, struct headers *headers) {
    uint64_t first, last, total;
    size_t unit = 0;
    while (unit < value.length && http_is_token(value.start[unit]))
        unit++;
    if (!http_equal(value.start, unit, "bytes"))
        return unit > 0; // another unit may look as it likes
    value = trim(value.start + unit, value.length - unit);
    if (value.length > 1 && value.start[0] == '*') {
        value = (struct value){value.start + 1, value.length - 1};
        return value.start[0] == '/';
    }
    if (!read_number(&value, &first) || !value.length || value.start[0] != '-')
        return false;
    value.start++, value.length--;
    if (!read_number(&value, &last) || last < first || !value.length || value.start[0] != '/')
        return false;
    value.start++, value.length--;
    headers->range_length = last - first + 1;
    headers->has_range = true;
    if (value.length == 1 && value.start[0] == '*')
        return true;
    return read_number(&value, &total) && !value.length && last < total;
}

static void count_repetition(const struct call *call, uint8_t *count, uint64_t offset) {
    if (*count <= REPETITION_MAX && ++*count == REPETITION_MAX + 1)
        http_anomaly(call, ANOMALY_REPETITION, offset);
}

static bool has_element(struct value list, const char *lower) {
    struct value element;
    while (next_element(&list, &element))
        if (http_equal(element.start, element.length, lower))
            return true;
    return false;
}

static void take_request_header(const struct call *call, struct value name, struct value value,
                                uint64_t offset) {
    struct side *side = http_side(call);
    struct transaction *transaction = side->current;
    if (http_equal(name.start, name.length, "host"))
        take_host(call, value, offset);
    else if (http_equal(name.start, name.length, "user-agent")) {
        count_repetition(call, &side->headers.user_agents, offset);
        http_keep(transaction, FIELD_USER_AGENT, value.start, value.length, 512);
    } else if (http_equal(name.start, name.length, "referer"))
        http_keep(transaction, FIELD_REFERRER, value.start, value.length, 1024);
    else if (http_equal(name.start, name.length, "cookie"))
        transaction->cookie = true;
    else if (http_equal(name.start, name.length, "authorization"))
        take_authorization(call, value, offset);
    else if (http_equal(name.start, name.length, "x-forwarded-for"))
        http_keep(transaction, FIELD_FORWARDED_FOR, value.start, value.length, 256);
    else if (http_equal(name.start, name.length, "expect"))
        side->headers.expects_continue |= http_equal(value.start, value.length, "100-continue");
    else if (http_equal(name.start, name.length, "upgrade")) {
        side->headers.upgrade = true;
        http_keep(transaction, FIELD_UPGRADE, value.start, value.length, 64);
    }
}

static void take_response_header(const struct call *call, struct value name, struct value value,
                                 uint64_t offset) {
    struct side *side = http_side(call);
    struct transaction *transaction = side->current;
    if (http_equal(name.start, name.length, "server"))
        http_keep(transaction, FIELD_SERVER, value.start, value.length, 256);
    else if (http_equal(name.start, name.length, "location"))
        http_keep(transaction, FIELD_LOCATION, value.start, value.length, 1024);
    else if (http_equal(name.start, name.length, "set-cookie"))
        transaction->set_cookie = true;
    else if (http_equal(name.start, name.length, "content-range") &&
             !read_content_range(value, &side->headers))
        http_anomaly(call, ANOMALY_RANGE, offset);
}

static void take_field(const struct call *call, struct value name, struct value value, uint64_t offset) {
    struct side *side = http_side(call);
    bool request = http_is_request(call);
    if (http_equal(name.start, name.length, "content-length"))
        take_content_length(call, value, offset);
    else if (http_equal(name.start, name.length, "transfer-encoding"))
        take_transfer_encoding(call, value, offset);
    else if (http_equal(name.start, name.length, "content-encoding"))
        take_content_encoding(call, value, offset);
    else if (http_equal(name.start, name.length, "content-type")) {
        count_repetition(call, &side->headers.content_types, offset);
        http_keep(side->current, request ? FIELD_REQUEST_CONTENT_TYPE : FIELD_RESPONSE_CONTENT_TYPE,
                  value.start, value.length, 128);
    } else if (http_equal(name.start, name.length, "connection"))
        side->headers.connection_upgrade |= has_element(value, "upgrade");
    else if (request)
        take_request_header(call, name, value, offset);
    else
        take_response_header(call, name, value, offset);
}

static void count_header(const struct call *call, struct line line) {
    struct headers *headers = &http_side(call)->headers;
    headers->size += (uint32_t)line.length;
    if (++headers->count == HEADER_COUNT_MAX + 1)
        http_anomaly(call, ANOMALY_TOO_MANY_HEADERS, line.offset);
    if (headers->size > HEADERS_MAX && !headers->too_long_said) {
        headers->too_long_said = true;
        http_anomaly(call, ANOMALY_HEADER_TOO_LONG, line.offset);
    }
    if (headers->count > 1u << 30) // so that neither ever wraps
        headers->count = 1u << 30;
    if (headers->size > 1u << 30)
        headers->size = 1u << 30;
}

void http_take_header(const struct call *call, struct line line, bool trailer) {
    uint32_t invalid = http_is_request(call) ? ANOMALY_REQUEST_HEADER : ANOMALY_RESPONSE_HEADER;
    count_header(call, line);
    if (memchr(line.start, 0, line.length))
        http_anomaly(call, ANOMALY_NUL, line.offset);
    if (memchr(line.start, '\n', line.length) || http_is_space(line.start[0]))
        http_anomaly(call, ANOMALY_FOLDING, line.offset);
    const uint8_t *colon = memchr(line.start, ':', line.length);
    if (!colon) {
        http_anomaly(call, invalid, line.offset);
        return;
    }
    struct value name = {line.start, (size_t)(colon - line.start)};
    struct value value = trim(colon + 1, line.length - name.length - 1);
    bool sound = name.length > 0;
    for (size_t i = 0; i < name.length; i++)
        sound &= http_is_token(name.start[i]);
    if (!sound)
        http_anomaly(call, invalid, line.offset);
    name = trim(name.start,
                name.length); // servers differ on a space before the colon: read it as the lenient do
    if (!trailer && http_side(call)->current)
        take_field(call, name, value, line.offset);
}

void http_check_headers(const struct call *call, uint64_t offset) {
    const struct side *side = http_side(call);
    const struct headers *headers = &side->headers;
    const struct transaction *transaction = side->current;
    if (headers->transfer_coded && headers->content_lengths)
        http_anomaly(call, ANOMALY_LENGTH_AND_CHUNKED, offset);
    if (!transaction)
        return;
    if (http_is_request(call)) {
        if (transaction->version == 11 && !headers->hosts)
            http_anomaly(call, ANOMALY_HOST_MISSING, offset);
        if (headers->expects_continue && headers->content_lengths && !headers->content_length)
            http_anomaly(call, ANOMALY_LENGTH_INVALID, offset);
    } else if (headers->has_range && headers->length_usable && transaction->status == 206 &&
               !headers->transfer_coded && headers->range_length != headers->content_length) {
        http_anomaly(call, ANOMALY_RANGE, offset);
    }
}
