// Request lines and status lines (RFC 9112 §3, §4), and the target's encoding.
#include "session.h"

static const char *const methods[] = {
    "get", "post", "head", "put", "delete", "options", "connect", "trace", "patch",
    // WebDAV and its kin (RFC 4918, 3253, 3648, 3744, 4791, 5323, 5789, 5842)
    "propfind", "proppatch", "mkcol", "copy", "move", "lock", "unlock", "search", "report", "checkout",
    "checkin", "uncheckout", "mkworkspace", "update", "label", "merge", "baseline-control", "mkactivity",
    "version-control", "orderpatch", "acl", "mkcalendar", "bind", "rebind", "unbind", "link", "unlink",
    // Exchange, UPnP, remote desktop, BITS and SSTP over HTTP, squid
    "bcopy", "bdelete", "bmove", "bpropfind", "bproppatch", "notify", "poll", "subscribe", "unsubscribe",
    "x-ms-enumatts", "m-search", "rpc_in_data", "rpc_out_data", "rpc_connect", "rdg_in_data", "rdg_out_data",
    "purge", "bits_post", "sstp_duplex_post", "source", "query", NULL};

bool http_is_method(const uint8_t *bytes, size_t length) {
    for (const char *const *method = methods; *method; method++)
        if (http_equal(bytes, length, *method))
            return bytes[0] < 'a'; // method names are case-sensitive
    return false;
}

bool http_is_token(uint8_t octet) { // RFC 9110 §5.6.2
    if ((octet >= '0' && octet <= '9') || (http_lower(octet) >= 'a' && http_lower(octet) <= 'z'))
        return true;
    return octet && strchr("!#$%&'*+-.^_`|~", octet);
}

static bool is_hex(uint8_t octet) {
    octet = http_lower(octet);
    return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'f');
}

/// A % must lead two digits; in the path it must not lead another %.
static bool encoding_sound(const uint8_t *uri, size_t length) {
    bool path = true;
    for (size_t i = 0; i < length; i++) {
        path &= uri[i] != '?' && uri[i] != '#';
        if (uri[i] != '%')
            continue;
        if (length - i < 3 || !is_hex(uri[i + 1]) || !is_hex(uri[i + 2]))
            return false;
        bool percent = uri[i + 1] == '2' && uri[i + 2] == '5';
        if (path && percent && length - i >= 5 && is_hex(uri[i + 3]) && is_hex(uri[i + 4]))
            return false;
        i += 2;
    }
    return true;
}

/// 9, 10, 11, or 0 for what is no version of HTTP/1.
static uint8_t read_version(const uint8_t *bytes, size_t length) {
    if (length != 8 || memcmp(bytes, "HTTP/", 5) || bytes[6] != '.')
        return 0;
    if (bytes[5] == '1' && (bytes[7] == '0' || bytes[7] == '1'))
        return (uint8_t)(10 + bytes[7] - '0');
    return bytes[5] == '0' && bytes[7] == '9' ? 9 : 0;
}

bool http_same_version(struct side *side, uint8_t version) {
    uint8_t before = side->version;
    if (version < 10) // none, or one that says nothing of the others
        return true;
    side->version = version;
    return !before || before == version;
}

static size_t skip_spaces(struct line line, size_t at) {
    while (at < line.length && http_is_space(line.start[at]))
        at++;
    return at;
}

/// An absolute target names its host (RFC 9112 §3.2.2), the target of CONNECT is one.
static void keep_host_of_target(struct transaction *transaction, const uint8_t *uri, size_t length) {
    size_t from = 0;
    if (transaction->is_connect) {
        while (from < length && !http_is_space(uri[from]))
            from++;
        http_keep(transaction, FIELD_HOST, uri, from, 255);
        return;
    }
    if (length > 7 && http_equal(uri, 7, "http://"))
        from = 7;
    else if (length > 8 && http_equal(uri, 8, "https://"))
        from = 8;
    else
        return;
    size_t to = from;
    while (to < length && uri[to] != '/' && uri[to] != '?' && uri[to] != '#')
        to++;
    http_keep(transaction, FIELD_HOST, uri + from, to - from, 255);
}

struct parts {
    size_t method, target, target_end, version, version_end; // version == version_end: none
    bool odd_spaces;
};

/// Method up to the first space; the version is the last word when it begins with HTTP/; the target is what
/// is between.
static struct parts split(struct line line) {
    struct parts parts = {0};
    size_t end = line.length;
    while (end && http_is_space(line.start[end - 1]))
        end--;
    parts.odd_spaces = end != line.length;
    while (parts.method < end && !http_is_space(line.start[parts.method]))
        parts.method++;
    parts.target = skip_spaces(line, parts.method);
    if (parts.target > end)
        parts.target = end;
    parts.odd_spaces |=
        parts.target - parts.method > 1 || (parts.method < end && line.start[parts.method] == '\t');
    size_t word = end;
    while (word > parts.target && !http_is_space(line.start[word - 1]))
        word--;
    parts.version = parts.version_end = end;
    parts.target_end = end;
    if (end - word >= 5 && memcmp(line.start + word, "HTTP/", 5) == 0) {
        parts.version = word;
        parts.target_end = word;
        while (parts.target_end > parts.target && http_is_space(line.start[parts.target_end - 1]))
            parts.target_end--;
        if (word > parts.target)
            parts.odd_spaces |= word - parts.target_end > 1 || line.start[parts.target_end] == '\t';
    }
    return parts;
}

bool http_take_request_line(const struct call *call, struct line line) {
    if (http_is_space(line.start[0])) {
        http_anomaly(call, ANOMALY_REQUEST_LINE, line.offset);
        size_t spaces = skip_spaces(line, 0);
        line = (struct line){line.start + spaces, line.length - spaces, line.offset + spaces, line.cut};
        if (!line.length)
            return false;
    }
    struct parts parts = split(line);
    const uint8_t *target = line.start + parts.target;
    size_t target_length = parts.target_end - parts.target;
    bool token = parts.method > 0;
    for (size_t i = 0; i < parts.method; i++)
        token &= http_is_token(line.start[i]);
    if (!token && parts.version == parts.version_end) { // nothing of it is a request
        http_anomaly(call, http_side(call)->began ? ANOMALY_BODY_UNEXPECTED : ANOMALY_REQUEST_LINE,
                     line.offset);
        call->session->request_gap = true; // whatever it was, it may be answered
        return false;
    }
    struct transaction *transaction = http_begin_request(call, line.offset);
    if (!transaction)
        return false;
    if (!token || !target_length || line.cut)
        http_anomaly(call, ANOMALY_REQUEST_LINE, line.offset);
    else if (!http_is_method(line.start, parts.method))
        http_anomaly(call, ANOMALY_METHOD, line.offset);
    if (memchr(target, ' ', target_length) || memchr(target, '\t', target_length))
        parts.odd_spaces = true;
    if (parts.odd_spaces)
        http_anomaly(call, ANOMALY_DELIMITER, line.offset + parts.method);
    if (parts.version == parts.version_end) {
        transaction->version = 9;
        http_anomaly(call, ANOMALY_NO_PROTOCOL, line.offset);
    } else {
        transaction->version = read_version(line.start + parts.version, parts.version_end - parts.version);
        if (!transaction->version || !http_same_version(http_side(call), transaction->version))
            http_anomaly(call, ANOMALY_VERSION, line.offset + parts.version);
    }
    if (!encoding_sound(target, target_length))
        http_anomaly(call, ANOMALY_URI_ENCODING, line.offset + parts.target);
    transaction->is_head = http_equal(line.start, parts.method, "head");
    transaction->is_connect = http_equal(line.start, parts.method, "connect");
    http_keep(transaction, FIELD_METHOD, line.start, parts.method, 32);
    http_keep(transaction, FIELD_URI, target, target_length, 2048);
    keep_host_of_target(transaction, target, target_length);
    return true;
}

static bool read_status(const uint8_t *digits, size_t length, uint16_t *status) {
    if (length < 3 || (length > 3 && !http_is_space(digits[3])))
        return false;
    *status = 0;
    for (int i = 0; i < 3; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return false;
        *status = (uint16_t)(*status * 10 + digits[i] - '0');
    }
    return *status >= 100 && *status < 600;
}

bool http_take_status_line(const struct call *call, struct line line) {
    if (line.length < 5 || memcmp(line.start, "HTTP/", 5))
        return false;
    size_t version = 0, at;
    uint16_t status = 0;
    while (version < line.length && !http_is_space(line.start[version]))
        version++;
    at = skip_spaces(line, version);
    bool sound = read_status(line.start + at, line.length - at, &status);
    struct transaction *transaction = http_begin_response(call, line.offset);
    if (!transaction)
        return false;
    transaction->response_version = read_version(line.start, version);
    if (!transaction->response_version || !http_same_version(http_side(call), transaction->response_version))
        http_anomaly(call, ANOMALY_VERSION, line.offset);
    if (!sound)
        http_anomaly(call, ANOMALY_STATUS, line.offset + at);
    else if (status == 100 && transaction->continued)
        http_anomaly(call, ANOMALY_STATUS, line.offset + at);
    transaction->continued |= status == 100;
    transaction->status = sound ? status : 0;
    transaction->texts[FIELD_REASON].length = 0; // that of a 100 before it does not count
    if (sound && line.length - at > 4) {
        at = skip_spaces(line, at + 4);
        http_keep(transaction, FIELD_REASON, line.start + at, line.length - at, 128);
    }
    return true;
}

bool http_begins_message(const struct call *call, struct line line) {
    uint16_t status;
    if (!http_is_request(call))
        return line.length >= 12 && read_version(line.start, 8) && line.start[8] == ' ' &&
               read_status(line.start + 9, line.length - 9, &status);
    if (!line.length)
        return false;
    struct parts parts = split(line);
    return parts.target_end > parts.target && parts.version < parts.version_end &&
           read_version(line.start + parts.version, parts.version_end - parts.version) &&
           http_is_method(line.start, parts.method);
}
