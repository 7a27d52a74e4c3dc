/// What a process gives up before it runs a plugin's code: privileges, memory, files, the network, system
/// calls.
#ifndef VEDETTE_CCONFINE_H
#define VEDETTE_CCONFINE_H

#include <stdint.h>

// What could be applied, or-ed

/// No program that it starts gains rights (PR_SET_NO_NEW_PRIVS).
#define VEDETTE_CONFINED_PRIVILEGES 1u
/// Its memory, its open files and its core dumps have limits (setrlimit).
#define VEDETTE_CONFINED_LIMITS 2u
/// It has only those system calls that its role needs (seccomp).
#define VEDETTE_CONFINED_CALLS 4u
/// It sees no network of the machine (a network namespace of its own).
#define VEDETTE_CONFINED_NETWORK 8u
/// It shares no System V objects (an IPC namespace of its own).
#define VEDETTE_CONFINED_IPC 16u

// What a filter of system calls leaves, or-ed

/// Mapping code, and opening files to read: while a library is loaded.
#define VEDETTE_CALLS_LOADING 1u
/// Sockets, and opening files to read, for name servers and certificates.
#define VEDETTE_CALLS_NETWORK 2u

/// Gives up what can be given up before a plugin is loaded. One thread only. `memory` is how many bytes it
/// may have beyond what it has now, 0: any. Returns VEDETTE_CONFINED_*.
uint32_t vedette_confine(uint64_t memory, int keeps_network);

/// From now on only the system calls of a plugin, and `calls` (VEDETTE_CALLS_*), in all threads; others fail
/// with EPERM. Comes on top of an earlier filter. Returns 0, or −1.
int vedette_confine_calls(uint32_t calls);

#endif
