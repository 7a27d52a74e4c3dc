/// `host-pictures/1`, offered by the host to sources that read a file: pictures that lie beside it, in its
/// folder or in the same archive, as the file names them.
#ifndef VEDETTE_HOST_PICTURES_H
#define VEDETTE_HOST_PICTURES_H

#include "vedette/host.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_HOST_PICTURES_ID "host-pictures/1"

// Limits

/// Bytes of a picture's name.
#define VDT_MAX_PICTURE_NAME 1024u
/// Bytes of a picture, and of a piece of one.
#define VDT_MAX_PICTURE 8388608u
#define VDT_MAX_PICTURE_PIECE 65536u

/// The table, filled by the host: valid as long as the vdt_host that it was got from. Never called from
/// [worker].
typedef struct vdt_host_pictures {
    uint32_t size;
    uint32_t pad;
    /// [source] The bytes of a picture from `offset` on, at most VDT_MAX_PICTURE_PIECE of them and none
    /// behind its end, valid until the next call on this thread. `name` (1...VDT_MAX_PICTURE_NAME bytes of
    /// UTF-8, valid for the call) is a path from the folder of the source's input down, with `/` between its
    /// parts. VDT_E_ARGUMENT for a name that leads elsewhere: an absolute one, or one with `..`, `.` or
    /// nothing for a part; VDT_E_UNKNOWN where there is no regular file of that name, or only by a link;
    /// VDT_E_TYPE where it does not begin as JPEG, PNG, WebP or GIF does; VDT_E_LIMIT where it is larger than
    /// VDT_MAX_PICTURE, or more would have to be searched for it than the host is ready to; VDT_E_IO where it
    /// cannot be read.
    int32_t (*read)(const vdt_host *host, vdt_str name, uint64_t offset, vdt_bytes *piece);
} vdt_host_pictures;

#ifdef __cplusplus
}
#endif

#endif
