#define _GNU_SOURCE
#include "CLane.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(VEDETTE_LANE_SETUP_AT + sizeof(vedette_setup) <= VEDETTE_LANE_REQUEST_AT,
               "the setup has room");
_Static_assert(VEDETTE_LANE_REQUEST_AT + sizeof(vedette_request) <= VEDETTE_LANE_ANSWER_AT,
               "so has a request");
_Static_assert(VEDETTE_LANE_ANSWER_AT + sizeof(vedette_answer) <= VEDETTE_LANE_WORDS_AT, "so has an answer");
_Static_assert(VEDETTE_LANE_LINES_AT + VEDETTE_LANE_MOST_LINES <= VEDETTE_LANE_BYTES_AT, "so have lines");

static _Atomic uint32_t *turns(void *lane, uint32_t word) {
    return (_Atomic uint32_t *)((char *)lane + 256u * (word & 1u));
}
static _Atomic uint32_t *sleeper(void *lane, uint32_t word) {
    return (_Atomic uint32_t *)((char *)lane + 256u * (word & 1u) + 128u);
}

int vedette_lane_file(uint64_t size) {
    int file = memfd_create("vedette-lane", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0)
        return -1;
    // Whoever could cut it would end the other side with SIGBUS.
    if (size > INT64_MAX || ftruncate(file, (off_t)size) < 0 ||
        fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        close(file);
        return -1;
    }
    return file;
}

void vedette_lane_post(void *lane, uint32_t word, uint32_t turn) {
    atomic_store(turns(lane, word), turn);
    // Both this load and the sleeper's look at the turn come after the other's store: one of the two is seen.
    if (atomic_load(sleeper(lane, word)))
        syscall(SYS_futex, turns(lane, word), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static _Atomic uint32_t *awake(void *lane) {
    return (_Atomic uint32_t *)((char *)lane + 512u);
}

void vedette_lane_set_awake(void *lane, uint32_t is_awake) {
    atomic_store_explicit(awake(lane), is_awake, memory_order_relaxed);
}

int64_t vedette_lane_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void pause_awhile(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

enum {
    AWAKE_NANOSECONDS = 50000, // longer than most calls and most pauses between them
    LOOKS = 64,                // at the word before a look at the clock
};

/// Looks at a word for a while. Processes that wait for a request share their processor with others that do:
/// they let each other look.
static int look(void *lane, uint32_t word, uint32_t turn, int64_t start) {
    _Atomic uint32_t *at = turns(lane, word);
    do {
        for (int i = 0; i < LOOKS; i++) {
            if (atomic_load_explicit(at, memory_order_acquire) == turn)
                return 1;
            pause_awhile();
        }
        if (word == VEDETTE_LANE_REQUEST)
            sched_yield();
    } while (vedette_lane_now() - start < AWAKE_NANOSECONDS);
    return 0;
}

int vedette_lane_wait(void *lane, uint32_t word, uint32_t turn, int64_t most) {
    _Atomic uint32_t *at = turns(lane, word);
    if (atomic_load_explicit(at, memory_order_acquire) == turn)
        return 1;
    int64_t start = vedette_lane_now();
    if (atomic_load_explicit(awake(lane), memory_order_relaxed) && look(lane, word, turn, start))
        return 1;
    atomic_store(sleeper(lane, word), 1u);
    int there;
    for (;;) {
        uint32_t seen = atomic_load(at);
        there = seen == turn;
        int64_t left = start + most - vedette_lane_now();
        if (there || left <= 0)
            break;
        struct timespec time = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
        syscall(SYS_futex, at, FUTEX_WAIT, seen, &time, NULL, 0);
    }
    atomic_store(sleeper(lane, word), 0u);
    return there;
}

int vedette_processor(void) {
    return sched_getcpu();
}

int vedette_follow(int process, int processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor < 0 || processor >= CPU_SETSIZE)
        return -1;
    CPU_SET((size_t)processor, &set);
    return sched_setaffinity(process, sizeof set, &set);
}

int vedette_avoid(int process, int processor) {
    cpu_set_t set;
    if (processor < 0 || processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof set, &set) < 0)
        return -1;
    CPU_CLR((size_t)processor, &set);
    return CPU_COUNT(&set) ? sched_setaffinity(process, sizeof set, &set) : -1;
}
