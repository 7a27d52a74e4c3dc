// The example dissector with one fault, chosen when it is compiled: what `plugin check` has to find.
#include "../../../plugins/examples/dissector-c/ident.c"
#define vedette_plugin_entry sound_entry
#include "../../../plugins/examples/dissector-c/plugin.c"
#undef vedette_plugin_entry

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void *wait_for_ever(void *unused) {
    pause();
    return unused;
}

static void take_signal(int number) {
    (void)number;
}

// What the fault does with one call of `data`; the real one follows.
static int32_t faulty_data(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                           vdt_data_result *result) {
    static uint64_t calls;
    pthread_t thread;
    (void)thread, (void)take_signal, (void)wait_for_ever;
    calls++;
#ifdef CRASHES
    if (chunk->bytes.len == 1)
        *(volatile char *)1 = 0;
#endif
#ifdef READS_BEYOND
    volatile uint8_t beyond = chunk->bytes.len ? chunk->bytes.ptr[chunk->bytes.len] : 0;
    (void)beyond;
#endif
#ifdef HANGS
    while (chunk->bytes.len == 1)
        calls++;
#endif
#ifdef EXITS
    exit(0);
#endif
#ifdef PRINTS
    printf("data\n");
#endif
#ifdef LEAKS
    *(void *volatile *)&thread = malloc(100);
#endif
#ifdef TAKES_SIGNAL
    signal(SIGUSR1, take_signal);
#endif
#ifdef LEAVES_THREAD
    if (calls == 1)
        pthread_create(&thread, NULL, wait_for_ever, NULL);
#endif
#ifdef OPENS
    if (calls == 1)
        dup(0);
#endif
#ifdef DEPENDS_ON_CUTS
    sink->anomaly(sink, MALFORMED, chunk->direction, chunk->offset);
#endif
#ifdef SHARES
    session->resync[0] = session->resync[1] = calls % 7 == 0;
#endif
#ifdef UNKNOWN_FIELD
    sink->begin(sink, RECORD, VDT_TIME_UNKNOWN);
    sink->u64(sink, 77, 1);
    sink->end(sink);
#endif
#ifdef CONSUMES_TOO_MUCH
    result->consumed = chunk->bytes.len + 1;
    return VDT_DATA_OK;
#endif
    return data(session, chunk, sink, result);
}

static const vdt_dissector faulty = {.size = sizeof faulty,
                                     .probe = probe,
                                     .open = open_session,
                                     .data = faulty_data,
                                     .gap = gap,
                                     .close = close_session};

static const void *faulty_interface(vdt_str id) {
    return interface(id) ? &faulty : NULL;
}

static int32_t faulty_describe(const vdt_describer *d) {
    static int times;
    times++;
#ifdef CHANGES_ITS_MIND
    if (times > 1)
        d->anomaly(d, 2, VDT_STR("afterthought"), VDT_SEVERITY_LOW, VDT_STR("Not said at first."));
#endif
    return ident_describe(d);
}

#ifndef VERSION
#define VERSION "1.0.0"
#endif

VDT_EXPORT const vdt_plugin *vedette_plugin_entry(uint32_t host_abi);

const vdt_plugin *vedette_plugin_entry(uint32_t host_abi) {
    static vdt_plugin copy;
    (void)host_abi;
    copy = plugin;
    copy.version = VDT_STR(VERSION);
    copy.describe = faulty_describe;
    copy.interface = faulty_interface;
#ifndef ANY_MAJOR
    if (host_abi >> 16 != VDT_ABI_MAJOR)
        return NULL;
#endif
    return &copy;
}
