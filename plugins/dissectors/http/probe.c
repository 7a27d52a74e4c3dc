// Is it HTTP? A status line is; a line that ends with a version is; else a known method and a path must be
// there.
#include "session.h"

enum { PROBE_LINE_MAX = 4000 };

static int32_t yes(vdt_probe_result *result, uint32_t certainty) {
    result->certainty = certainty;
    return VDT_PROBE_YES;
}

static int32_t probe_response(const uint8_t *bytes, size_t length, vdt_probe_result *result) {
    static const char form[] = "HTTP/1.";
    size_t common = length < 7 ? length : 7;
    if (memcmp(bytes, form, common))
        return VDT_PROBE_NO;
    if (length < 9) {
        result->need = 9 - length;
        return VDT_PROBE_NEED_MORE;
    }
    return bytes[8] == ' ' ? yes(result, 95) : VDT_PROBE_NO;
}

/// A method, and the beginning of a target.
static bool has_begun(const uint8_t *bytes, size_t length) {
    size_t word = 0;
    while (word < length && http_is_token(bytes[word]))
        word++;
    size_t target = word;
    while (target < length && http_is_space(bytes[target]))
        target++;
    return http_is_method(bytes, word) && target > word && target < length && bytes[target] > ' ';
}

/// Whether a first line of which this much is seen can be none, whatever follows: so it is asked of whole
/// lines too, and the answer does not depend on how much was seen at first.
static bool is_no_request(const uint8_t *bytes, size_t length, bool begun) {
    if (begun)
        return false;
    for (size_t i = 0; i < length && i < 64; i++) // no text
        if (bytes[i] < 9)
            return true;
    size_t word = 0;
    while (word < length && http_is_token(bytes[word]))
        word++;
    return word > 32 || length > 512;
}

/// The whole first line; `end` is where it ends.
static int32_t probe_line(const uint8_t *bytes, size_t end, vdt_probe_result *result) {
    while (end && (http_is_space(bytes[end - 1]) || bytes[end - 1] == '\r'))
        end--;
    size_t word = 0;
    while (word < end && http_is_token(bytes[word]))
        word++;
    bool method = http_is_method(bytes, word);
    size_t slash = end;
    while (slash && bytes[slash - 1] != '/' && end - slash < 4)
        slash--;
    bool versioned = slash >= 5 && memcmp(bytes + slash - 5, "HTTP/", 5) == 0 && end > slash &&
                     bytes[slash] <= '1' && bytes[slash] >= '0';
    if (versioned)
        return yes(result, method ? 95 : 60);
    size_t target = word;
    while (target < end && http_is_space(bytes[target]))
        target++;
    if (method && target > word && target < end && (bytes[target] == '/' || bytes[target] == '*'))
        return yes(result, 60); // HTTP/0.9, or a version gone wrong
    return VDT_PROBE_NO;
}

int32_t http_probe(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes shown,
                   vdt_probe_result *result) {
    (void)instance, (void)direction;
    const uint8_t *bytes = shown.ptr;
    size_t length = shown.len, blank = 0;
    if (flow->transport != VDT_TCP)
        return VDT_PROBE_NO;
    while (blank < length && blank < 8 && (bytes[blank] == '\r' || bytes[blank] == '\n'))
        blank++;
    bytes += blank;
    length -= blank;
    if (!length) {
        result->need = 1;
        return VDT_PROBE_NEED_MORE;
    }
    if (bytes[0] == 'H' && (length >= 4 || memcmp(bytes, "HEAD", length))) {
        int32_t answer = probe_response(bytes, length, result);
        if (answer != VDT_PROBE_NO || length < 4 || memcmp(bytes, "HEAD", 4))
            return answer;
    }
    const uint8_t *feed = memchr(bytes, '\n', length);
    size_t line = feed ? (size_t)(feed - bytes) : length;
    bool begun = has_begun(bytes, line);
    if (is_no_request(bytes, line, begun))
        return VDT_PROBE_NO;
    // So long a line is not waited for: a method and the beginning of a target will do.
    if (line >= PROBE_LINE_MAX - 8)
        return begun ? yes(result, 80) : VDT_PROBE_NO;
    if (feed)
        return probe_line(bytes, line, result);
    result->need = 1;
    return VDT_PROBE_NEED_MORE;
}
