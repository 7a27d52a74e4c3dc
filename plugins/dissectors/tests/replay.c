// replay PLUGIN.so CASE...: runs each case through the plugin, cut at every position and into pieces of every
// size up to 64, and checks that what is emitted is always the same and is what the case asks for. `-v`
// prints it.
//
// A case is lines: `tcp CLIENT-PORT SERVER-PORT [FLAGS]` or `udp …`; then `> TEXT` (to the server) and `<
// TEXT`, with \r \n \t \\ \xNN in TEXT and `\*N*C` for N times the character C; `>x HEX`, `<x HEX`; `gap >
// N`; `end >`; `at N`: what is next comes at this time (else it is the event's number); and what is asked:
// `= LINE` must be among the lines emitted, `! LINE` must not. `#` begins a comment.
#include "host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
    struct wire wire;
    struct event events[512];
    int64_t time; // of the next event, if has_time
    bool has_time;
    char *asked[128];
    bool wanted[128];
    size_t asked_count;
};

static int digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static size_t read_text(const char *from, uint8_t **out) {
    size_t room = strlen(from) + 1, length = 0;
    uint8_t *bytes = malloc(room);
    while (*from && bytes) {
        uint8_t octet = (uint8_t)*from++;
        size_t times = 1;
        if (octet == '\\' && *from) {
            char c = *from++;
            if (c == 'x' && digit(from[0]) >= 0 && digit(from[1]) >= 0) {
                octet = (uint8_t)(digit(from[0]) << 4 | digit(from[1]));
                from += 2;
            } else if (c == '*') {
                times = strtoul(from, (char **)&from, 10);
                octet = (uint8_t)(*from ? *++from : 0);
                from += octet ? 1 : 0;
            } else {
                octet = c == 'r' ? '\r' : c == 'n' ? '\n' : c == 't' ? '\t' : (uint8_t)c;
            }
        }
        if (room - length < times) {
            room = (room + times) * 2;
            bytes = realloc(bytes, room);
        }
        if (bytes)
            memset(bytes + length, octet, times);
        length += times;
    }
    *out = bytes;
    return length;
}

static size_t read_hex(const char *from, uint8_t **out) {
    size_t length = 0;
    uint8_t *bytes = malloc(strlen(from) / 2 + 1);
    while (bytes && *from) {
        if (digit(from[0]) < 0) {
            from++;
            continue;
        }
        if (digit(from[1]) < 0)
            break;
        bytes[length++] = (uint8_t)(digit(from[0]) << 4 | digit(from[1]));
        from += 2;
    }
    *out = bytes;
    return length;
}

static void add(struct test *test, enum kind kind, char side, uint8_t *bytes, size_t length) {
    size_t number = test->wire.count;
    if (number == sizeof test->events / sizeof *test->events)
        return;
    int64_t time = test->has_time ? test->time : (int64_t)number;
    test->events[test->wire.count++] = (struct event){kind, side == '<', bytes, length, time};
    test->has_time = false;
}

static bool read_case(const char *path, struct test *test) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    memset(test, 0, sizeof *test);
    test->wire.events = test->events;
    test->wire.transport = VDT_TCP;
    if (!file)
        return false;
    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = 0;
        uint8_t *bytes = NULL;
        enum kind kind = test->wire.transport == VDT_TCP ? SEND : DATAGRAM;
        unsigned client, server, flags = 0;
        if (line[0] == '>' || line[0] == '<') {
            size_t taken = line[1] == 'x' ? read_hex(line + 2, &bytes)
                                          : read_text(line + (line[1] == ' ' ? 2 : 1), &bytes);
            add(test, kind, line[0], bytes, taken);
        } else if (strncmp(line, "gap ", 4) == 0) {
            add(test, GAP, line[4], NULL, strtoul(line + 5, NULL, 10));
        } else if (strncmp(line, "end ", 4) == 0) {
            add(test, END, line[4], NULL, 0);
        } else if (strncmp(line, "at ", 3) == 0) {
            test->time = strtoll(line + 3, NULL, 10);
            test->has_time = true;
        } else if ((line[0] == '=' || line[0] == '!') && test->asked_count < 128) {
            test->wanted[test->asked_count] = line[0] == '=';
            test->asked[test->asked_count++] = strdup(line + 2);
        } else if (sscanf(line + 3, "%u %u %u", &client, &server, &flags) >= 2) {
            test->wire.transport = strncmp(line, "udp", 3) == 0 ? VDT_UDP : VDT_TCP;
            test->wire.client_port = (uint16_t)client;
            test->wire.server_port = (uint16_t)server;
            test->wire.flags = flags;
        }
    }
    free(line);
    fclose(file);
    return test->wire.count > 0;
}

static void free_case(struct test *test) {
    for (size_t i = 0; i < test->wire.count; i++)
        free((void *)(uintptr_t)test->events[i].bytes);
    for (size_t i = 0; i < test->asked_count; i++)
        free(test->asked[i]);
}

static bool has_line(const struct log *log, const char *line) {
    size_t length = strlen(line);
    for (const char *at = log->text; at && *at;) {
        while (*at == ' ')
            at++;
        const char *end = strchr(at, '\n');
        if (end && (size_t)(end - at) >= length && memcmp(at, line, length) == 0 &&
            (at[length] == '\n' || (at[length] == ' ' && strncmp(line, "anomaly", 7) == 0)))
            return true;
        at = end ? end + 1 : NULL;
    }
    return false;
}

static bool same(const struct log *a, const struct log *b) {
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0 && !b->failed;
}

static bool check_cuts(const vdt_plugin *plugin, vdt_instance *instance, const struct test *test,
                       const struct log *whole, const char *path) {
    struct log log = {0};
    size_t total = host_total(&test->wire), step = total > 20000 ? total / 5000 : 1;
    bool good = true;
    for (size_t size = 1; size <= 64 && good; size++) {
        host_run(plugin, instance, &test->wire, (struct cut){size, SIZE_MAX}, true, 0, &log);
        good = same(whole, &log);
        if (!good)
            printf("%s: other in pieces of %zu:\n%s--- whole:\n%s", path, size, log.text, whole->text);
        if (total > 100000 && size >= 2)
            size = size * 3;
    }
    for (size_t at = 1; at < total && good; at += step) {
        host_run(plugin, instance, &test->wire, (struct cut){0, at}, true, 0, &log);
        good = same(whole, &log);
        if (!good)
            printf("%s: other when cut at %zu:\n%s--- whole:\n%s", path, at, log.text, whole->text);
    }
    free(log.text);
    return good;
}

int main(int count, char **words) {
    bool verbose = count > 1 && strcmp(words[1], "-v") == 0;
    int first = verbose ? 2 : 1, failed = 0, ran = 0;
    if (count <= first) {
        fprintf(stderr, "usage: replay [-v] PLUGIN.so CASE...\n");
        return 2;
    }
    void *image = dlopen(words[first], RTLD_NOW | RTLD_LOCAL);
    const vdt_plugin *(*entry)(uint32_t) = NULL;
    if (image)
        *(void **)&entry = dlsym(image, VDT_ENTRY_NAME);
    const vdt_plugin *plugin = entry ? host_load(entry) : NULL;
    vdt_instance *instance = plugin ? host_create(plugin) : NULL;
    if (!instance) {
        fprintf(stderr, "replay: %s: %s\n", words[first], image ? "no usable plugin" : dlerror());
        return 2;
    }
    for (int i = first + 1; i < count; i++) {
        static struct test test;
        struct log log = {0};
        bool good = read_case(words[i], &test);
        if (!good)
            printf("%s: not readable\n", words[i]);
        host_run(plugin, instance, &test.wire, (struct cut){0, SIZE_MAX}, true, 0, &log);
        if (verbose)
            printf("%s:\n%s", words[i], log.text);
        if (log.failed)
            good = false, printf("%s: contract broken:\n%s", words[i], log.text);
        for (size_t a = 0; a < test.asked_count; a++)
            if (has_line(&log, test.asked[a]) != test.wanted[a]) {
                printf("%s: %s: %s\n", words[i], test.wanted[a] ? "missing" : "must not be", test.asked[a]);
                if (good && !verbose)
                    printf("%s", log.text);
                good = false;
            }
        good = good && check_cuts(plugin, instance, &test, &log, words[i]);
        failed += !good;
        ran++;
        free(log.text);
        free_case(&test);
    }
    plugin->destroy(instance);
    printf("%s: %d of %d cases hold\n", words[first], ran - failed, ran);
    return failed ? 1 : 0;
}
