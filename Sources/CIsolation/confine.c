#define _GNU_SOURCE
#include "CConfine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

// MARK: Limits and namespaces

static int limit(int resource, rlim_t value) {
    struct rlimit old;
    if (getrlimit((__rlimit_resource_t)resource, &old) < 0)
        return -1;
    if (old.rlim_max < value)
        value = old.rlim_max;
    struct rlimit new = {.rlim_cur = value, .rlim_max = value};
    return setrlimit((__rlimit_resource_t)resource, &new);
}

/// Bytes of address space that the process has; 0 where that cannot be told.
static uint64_t address_space(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    unsigned long pages = 0;
    int count = fscanf(file, "%lu", &pages);
    fclose(file);
    return count == 1 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint32_t vedette_confine(uint64_t memory, int keeps_network) {
    uint32_t applied = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        applied |= VEDETTE_CONFINED_PRIVILEGES;
    // Namespaces first: a user namespace gives the right to have the others.
    int others = CLONE_NEWIPC | (keeps_network ? 0 : CLONE_NEWNET);
    if (unshare(CLONE_NEWUSER | others) == 0 || unshare(others) == 0) {
        applied |= VEDETTE_CONFINED_IPC;
        if (!keeps_network)
            applied |= VEDETTE_CONFINED_NETWORK;
    }
    int failed = limit(RLIMIT_CORE, 0) | limit(RLIMIT_NOFILE, keeps_network ? 256 : 64);
    if (memory) {
        uint64_t there = address_space();
        failed |= there ? limit(RLIMIT_AS, there + memory) : -1;
    }
    if (!failed)
        applied |= VEDETTE_CONFINED_LIMITS;
    return applied;
}

// MARK: System calls

/// What any plugin may do: compute, have memory, tell the time, wait, sleep, end, and use descriptors that it
/// was given.
static const uint32_t common[] = {
    SYS_read,
    SYS_pread64,
    SYS_readv,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_fstat,
    SYS_lseek,
    SYS_dup,
    SYS_munmap,
    SYS_mremap,
    SYS_brk,
    SYS_madvise,
    SYS_membarrier,
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_getrusage,
    SYS_times,
    SYS_sysinfo,
    SYS_uname,
    SYS_exit,
    SYS_exit_group,
    SYS_ppoll,
    SYS_recvfrom,
    SYS_sendto,
    SYS_set_tid_address,
#ifdef SYS_rseq
    SYS_rseq,
#endif
#ifdef SYS_poll
    SYS_poll,
    SYS_time,
    SYS_arch_prctl,
#endif
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
};

/// Of one that loads a library.
static const uint32_t loading[] = {
#ifdef SYS_access
    SYS_access,    SYS_readlink,   SYS_stat,       SYS_lstat,
#endif
    SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_statx,   SYS_statfs,
    SYS_fstatfs,   SYS_getcwd,     SYS_getdents64, SYS_seccomp,
};

/// Of one that asks a service.
static const uint32_t network[] = {
    SYS_socket,     SYS_socketpair,   SYS_connect,       SYS_bind,       SYS_getsockname, SYS_getpeername,
    SYS_setsockopt, SYS_getsockopt,   SYS_sendmsg,       SYS_recvmsg,    SYS_sendmmsg,    SYS_recvmmsg,
    SYS_shutdown,   SYS_pselect6,     SYS_epoll_create1, SYS_epoll_ctl,  SYS_epoll_pwait, SYS_eventfd2,
    SYS_pipe2,      SYS_faccessat,    SYS_faccessat2,    SYS_readlinkat, SYS_statx,       SYS_statfs,
    SYS_fstatfs,    SYS_getcwd,       SYS_getdents64,
#ifdef SYS_select
    SYS_select,     SYS_epoll_create, SYS_epoll_wait,    SYS_pipe,       SYS_access,      SYS_readlink,
    SYS_stat,       SYS_lstat,
#endif
};

enum { MOST = 400 };
struct program {
    struct sock_filter code[MOST];
    unsigned short count;
};

static void add(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no) {
    if (p->count < MOST)
        p->code[p->count++] = (struct sock_filter){code, yes, no, k};
}
static void load(struct program *p, size_t offset) {
    add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}
static void answer(struct program *p, uint32_t what) {
    add(p, BPF_RET | BPF_K, what, 0, 0);
}
static const uint32_t denied = SECCOMP_RET_ERRNO | EPERM;

static void allow(struct program *p, uint32_t call) {
    add(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
}
static void allow_all(struct program *p, const uint32_t *calls, size_t count) {
    for (size_t i = 0; i < count; i++)
        allow(p, calls[i]);
}

/// Allows a call if argument `n` has none (`wanted` 0) or any of `bits`.
static void allow_bits(struct program *p, uint32_t call, int n, uint32_t bits, int wanted) {
    add(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    // The lower half: both architectures are little-endian.
    load(p, offsetof(struct seccomp_data, args) + 8u * (size_t)n);
    add(p, BPF_JMP | BPF_JSET | BPF_K, bits, wanted ? 0 : 1, wanted ? 1 : 0);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, denied);
}

/// Allows a call if argument `n` is one of `values`, at most 16.
static void allow_values(struct program *p, uint32_t call, int n, const uint32_t *values, uint8_t count) {
    add(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, (uint8_t)(count + 3));
    load(p, offsetof(struct seccomp_data, args) + 8u * (size_t)n);
    for (uint8_t i = 0; i < count; i++)
        add(p, BPF_JMP | BPF_JEQ | BPF_K, values[i], (uint8_t)(count - i), 0);
    answer(p, denied);
    answer(p, SECCOMP_RET_ALLOW);
}

/// Allows a call on this process alone.
static void allow_self(struct program *p, uint32_t call) {
    add(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    load(p, offsetof(struct seccomp_data, args));
    add(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1);
    answer(p, SECCOMP_RET_ALLOW);
    answer(p, denied);
}

int vedette_confine_calls(uint32_t calls) {
#ifndef ARCHITECTURE
    errno = ENOSYS;
    return -1;
#else
    struct program p = {.count = 0};
    load(&p, offsetof(struct seccomp_data, arch));
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(&p, SECCOMP_RET_KILL_PROCESS);
    load(&p, offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
    // The numbers of the x32 ABI lie above.
    add(&p, BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 0, 1);
    answer(&p, denied);
#endif
    allow_all(&p, common, sizeof common / sizeof *common);
    // Not those that name somebody to be signalled.
    static const uint32_t commands[] = {F_DUPFD, F_GETFD,         F_SETFD,    F_GETFL,
                                        F_SETFL, F_DUPFD_CLOEXEC, F_GET_SEALS};
    allow_values(&p, SYS_fcntl, 1, commands, sizeof commands / sizeof *commands);
    static const uint32_t requests[] = {FIONBIO, FIONREAD, TCGETS};
    allow_values(&p, SYS_ioctl, 1, requests, sizeof requests / sizeof *requests);
    int is_loading = calls & VEDETTE_CALLS_LOADING;
    int has_network = calls & VEDETTE_CALLS_NETWORK;
    if (is_loading)
        allow_all(&p, loading, sizeof loading / sizeof *loading);
    if (is_loading || has_network) {
        allow_all(&p, network, has_network ? sizeof network / sizeof *network : 0);
        allow_bits(&p, SYS_openat, 2, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 0);
    }
    // A filter that was there before decides of what this one leaves: code may be mapped while one loads.
    if (is_loading) {
        allow(&p, SYS_mmap);
        allow(&p, SYS_mprotect);
    } else {
        allow_bits(&p, SYS_mmap, 2, PROT_EXEC, 0);
        allow_bits(&p, SYS_mprotect, 2, PROT_EXEC, 0);
    }
    // Threads, and nothing that is a process; the library falls back to clone, whose flags can be looked at.
    allow_bits(&p, SYS_clone, 0, CLONE_THREAD, 1);
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1);
    answer(&p, SECCOMP_RET_ERRNO | ENOSYS);
    allow_self(&p, SYS_tgkill);
    // Limits may be read.
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, SYS_prlimit64, 0, 6);
    load(&p, offsetof(struct seccomp_data, args) + 16);
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 3);
    load(&p, offsetof(struct seccomp_data, args) + 20);
    add(&p, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
    answer(&p, SECCOMP_RET_ALLOW);
    answer(&p, denied);
    answer(&p, denied);
    if (p.count >= MOST) {
        errno = E2BIG;
        return -1;
    }
    struct sock_fprog program = {.len = p.count, .filter = p.code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0
                                                                                                        : -1;
#endif
}
