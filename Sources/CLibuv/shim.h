#pragma once

/*
 * libuv, and the few steps around Unix sockets that are awkward outside of C: sun_path, and the peer's
 * credentials, whose struct glibc shows only to _GNU_SOURCE.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

/** Who is at the other end of a connected Unix socket (SO_PEERCRED); 0, or -errno. */
static inline int vedette_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct {
        pid_t pid;
        uid_t uid;
        gid_t gid;
    } peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
        return -errno;
    }
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

static inline int vedette_unix_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        return -ENAMETOOLONG;
    }
    strcpy(address->sun_path, path);
    return 0;
}

/**
 * A Unix stream socket bound to `path` with at most the permissions `mode`, from its first moment on: Linux
 * gives the file the mode that the socket has when it is bound, less the umask. The descriptor, or -errno.
 */
static inline int vedette_unix_bind(const char *path, mode_t mode) {
    struct sockaddr_un address;
    int failed = vedette_unix_address(path, &address);
    if (failed != 0) {
        return failed;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return -errno;
    }
    if (fchmod(fd, mode) != 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}

/** A blocking connection to the Unix socket at `path`: the descriptor, or -errno. */
static inline int vedette_unix_connect(const char *path) {
    struct sockaddr_un address;
    int failed = vedette_unix_address(path, &address);
    if (failed != 0) {
        return failed;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        failed = -errno;
        close(fd);
        return failed;
    }
    return fd;
}
