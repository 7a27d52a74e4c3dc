// A source for tests: each line "process HOST PID IMAGE" is a process record; other lines are rejected. Given
// without an image the record is ended all the same, and the host must refuse it. "extra {…}" and "late" are
// two more. Variants by -D: ENDLESS (a status), NEVER, CURSOR (its bytes), FOLLOW (the file grows: at its
// end there is nothing now), WAITS (next waits for wake, and progress tells the line), IN_SNIFF and IN_NEXT
// (done when it is asked, and with each line), ASKS
// ("secret NAME", "put KEY VALUE", "get KEY" and "remove KEY" are asked of the host; what it says is the
// image of a record).
#include "vedette/plugin.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROCESS = 1, HOST = 1, PID, IMAGE, EXTRA, SHOE };

struct vdt_instance {
    const vdt_host *host;
};
struct vdt_stream {
    vdt_instance *instance;
    FILE *file;
    uint64_t line;
    /// Lines that a cursor covered.
    uint64_t past;
    char cursor[32];
#ifdef WAITS
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    int is_woken;
#endif
};

static int32_t describe(const vdt_describer *d) {
    static const vdt_field fields[] = {
        {.size = sizeof(vdt_field), .id = HOST, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("host")},
        {.size = sizeof(vdt_field), .id = PID, .type = VDT_TYPE_U64, .name = VDT_TEXT("pid")},
        {.size = sizeof(vdt_field), .id = IMAGE, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("image")},
        {.size = sizeof(vdt_field), .id = EXTRA, .type = VDT_TYPE_TEXT, .name = VDT_TEXT("extra")},
        {.size = sizeof(vdt_field), .id = SHOE, .type = VDT_TYPE_U64, .name = VDT_TEXT("shoe_size")},
    };
    d->record(d, PROCESS, VDT_STR("process"));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        d->field(d, PROCESS, &fields[i]);
    d->source(d, VDT_STR(VDT_PROCESS_SOURCE_ID), VDT_SOURCE_FILE);
    d->blind_spot(d, VDT_STR(VDT_PROCESS_SOURCE_ID), VDT_STR("All that is not a line."));
    d->rate_limit(d, VDT_STR(VDT_PROCESS_SOURCE_ID), 10, 1000, VDT_STR("lines"));
    return VDT_OK;
}

static int32_t create(const vdt_host *host, vdt_bytes config, vdt_instance **instance) {
    (void)config;
    *instance = calloc(1, sizeof **instance);
    (*instance)->host = host;
    return VDT_OK;
}
static int32_t destroy(vdt_instance *instance) {
    free(instance);
    return VDT_OK;
}

static int32_t sniff(vdt_bytes start, vdt_str name, uint32_t *certainty, vdt_str *error) {
    (void)name, (void)error;
#ifdef IN_SNIFF
    IN_SNIFF;
#endif
    *certainty = start.len >= 8 && !memcmp(start.ptr, "process ", 8) ? 70 : 0;
    return VDT_OK;
}

static int32_t open_stream(vdt_instance *instance, vdt_bytes params, int32_t fd, vdt_bytes cursor,
                           vdt_stream **stream) {
    if (params.len)
        return instance->host->fail(instance->host, VDT_E_CONFIG, VDT_STR("lines takes no parameters"));
    *stream = calloc(1, sizeof **stream);
    (*stream)->instance = instance;
    (*stream)->file = fdopen(dup(fd), "r");
    // Bytes of the ABI end where their length says, not with a zero.
    char place[24];
    snprintf(place, sizeof place, "%.*s", cursor.len < sizeof place ? (int)cursor.len : 0,
             cursor.len ? (const char *)cursor.ptr : "");
#ifdef WAITS
    pthread_mutex_init(&(*stream)->mutex, NULL);
    pthread_cond_init(&(*stream)->woken, NULL);
#endif
    (*stream)->past = strtoull(place, NULL, 10);
    for (uint64_t i = 0; i < (*stream)->past;) {
        int c = fgetc((*stream)->file);
        if (c == EOF)
            break;
        if (c == '\n')
            i++, (*stream)->line++;
    }
    return VDT_OK;
}

#ifdef WAITS
static int32_t wake(vdt_stream *s) {
    pthread_mutex_lock(&s->mutex);
    s->is_woken = 1;
    pthread_cond_signal(&s->woken);
    pthread_mutex_unlock(&s->mutex);
    return VDT_OK;
}
static int32_t progress(vdt_stream *s, vdt_progress *progress) {
    progress->done = s->line;
    progress->total = 1000;
    return VDT_OK;
}
#endif

#ifdef ASKS
/// What the host says, as text of at most `room` bytes.
static void ask(const vdt_host *host, const char *line, char *said, size_t room) {
    char word[64] = "", key[64] = "", value[256] = "";
    sscanf(line, "%63s %63s %255s", word, key, value);
    const vdt_host_secret *secrets = host->interface(host, VDT_STR(VDT_HOST_SECRET_ID));
    const vdt_host_state *state = host->interface(host, VDT_STR(VDT_HOST_STATE_ID));
    vdt_bytes bytes = {0};
    int32_t status = VDT_E_UNSUPPORTED;
    vdt_str name = vdt_make_str(key, strlen(key));
    if (!strcmp(word, "secret") && secrets)
        status = secrets->get(host, name, &bytes);
    if (!strcmp(word, "get") && state)
        status = state->get(host, name, &bytes);
    if (!strcmp(word, "put") && state)
        status = state->put(host, name, vdt_make_bytes(value, strlen(value)));
    if (!strcmp(word, "remove") && state)
        status = state->remove(host, name);
#ifdef VDT_HOST_PICTURES_ID
    // What it says is how many bytes there are in all, and the last one.
    const vdt_host_pictures *pictures = host->interface(host, VDT_STR(VDT_HOST_PICTURES_ID));
    if (!strcmp(word, "picture") && pictures) {
        uint64_t offset = 0;
        unsigned last = 0;
        while ((status = pictures->read(host, name, offset, &bytes)) == VDT_OK && bytes.len) {
            offset += bytes.len;
            last = bytes.ptr[bytes.len - 1];
        }
        snprintf(said, room, "%d %llu %u", (int)status, (unsigned long long)offset, last);
        return;
    }
#endif
    snprintf(said, room, "%d%.*s", (int)status, (int)bytes.len, bytes.len ? (const char *)bytes.ptr : "");
}
#endif

static int32_t next(vdt_stream *s, const vdt_sink *sink, uint64_t max, uint64_t wait,
                    vdt_next_result *result) {
    (void)wait;
#ifdef NEVER // returns
    for (;;)
        pause();
#endif
#ifdef ENDLESS // for ever this status, and nothing with it
    return ENDLESS;
#endif
#ifdef WAITS
    pthread_mutex_lock(&s->mutex);
    while (!s->is_woken)
        pthread_cond_wait(&s->woken, &s->mutex);
    pthread_mutex_unlock(&s->mutex);
#endif
    char line[4096];
    uint64_t given = 0;
    int32_t status = VDT_NEXT_OK;
    while (given < max) {
        if (!fgets(line, sizeof line, s->file)) {
#ifdef FOLLOW // the file
            clearerr(s->file);
            result->retry_ms = 10;
            status = VDT_NEXT_IDLE;
#else
            status = VDT_NEXT_END;
#endif
            break;
        }
#ifdef FOLLOW // a line is read when it is whole
        if (!strchr(line, '\n')) {
            fseek(s->file, -(long)strlen(line), SEEK_CUR);
            result->retry_ms = 10;
            status = VDT_NEXT_IDLE;
            break;
        }
#endif
        s->line++;
#ifdef IN_NEXT
        IN_NEXT;
#endif
#ifdef ASKS
        if (strncmp(line, "process ", 8)) {
            char said[512];
            ask(s->instance->host, line, said, sizeof said);
            sink->begin(sink, PROCESS, 1000000000ll * (int64_t)s->line);
            sink->text(sink, HOST, VDT_STR("asked"));
            sink->u64(sink, PID, s->line);
            sink->text(sink, IMAGE, vdt_make_str(said, strlen(said)));
            sink->end(sink);
            given++;
            continue;
        }
#endif
        char host[64], image[1024], rest[1024];
        unsigned long pid;
        int fields = sscanf(line, "process %63s %lu %1023s %1023[^\n]", host, &pid, image, rest);
        if (fields < 2) {
            sink->reject(sink, s->line, VDT_NO_OFFSET, VDT_STR("is no process"));
            continue;
        }
        sink->begin(sink, PROCESS, 1000000000ll * (int64_t)s->line);
        sink->text(sink, HOST, vdt_make_str(host, strlen(host)));
        sink->u64(sink, PID, pid);
        if (fields >= 3)
            sink->text(sink, IMAGE, vdt_make_str(image, strlen(image)));
        if (fields == 4 && rest[0] == '{')
            sink->text(sink, EXTRA, vdt_make_str(rest, strlen(rest)));
        if (fields == 4 && rest[0] != '{')
            sink->u64(sink, SHOE, strtoul(rest, NULL, 10));
        sink->end(sink);
        given++;
    }
    snprintf(s->cursor, sizeof s->cursor, "%lu", (unsigned long)s->line);
    result->cursor = vdt_make_bytes(s->cursor, strlen(s->cursor));
#ifdef CURSOR // so many bytes
    static const char large[CURSOR];
    result->cursor = vdt_make_bytes(large, sizeof large);
#endif
    return status;
}

static int32_t close_stream(vdt_stream *s) {
    fclose(s->file);
    free(s);
    return VDT_OK;
}

static const vdt_source source = {.size = sizeof source,
                                  .sniff = sniff,
                                  .open = open_stream,
                                  .next = next,
#ifdef WAITS
                                  .wake = wake,
                                  .progress = progress,
#endif
                                  .close = close_stream};

static const void *interface(vdt_str id) {
    return id.len == sizeof VDT_PROCESS_SOURCE_ID - 1 && !memcmp(id.ptr, VDT_PROCESS_SOURCE_ID, id.len)
               ? &source
               : NULL;
}

static const vdt_plugin plugin = {.size = sizeof plugin,
                                  .abi_major = VDT_ABI_MAJOR,
                                  .abi_minor = VDT_ABI_MINOR,
                                  .id = VDT_TEXT("org.example.lines"),
                                  .name = VDT_TEXT("lines"),
                                  .version = VDT_TEXT("1.0.0"),
                                  .describe = describe,
                                  .create = create,
                                  .destroy = destroy,
                                  .interface = interface};

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);
const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    return host_abi >> 16 == VDT_ABI_MAJOR ? &plugin : NULL;
}
