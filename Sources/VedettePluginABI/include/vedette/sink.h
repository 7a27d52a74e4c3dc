/// Where a plugin puts what it found. A sink is valid for the call that it was passed to, on that thread.
///
/// A record: begin, any number of fields, end. Records do not nest and do not outlive the call: one left
/// open is cancelled and counted. A refused value (wrong type, unknown id, bad UTF-8, over a limit) is left
/// out and counted against the plugin; the record goes on without it. Nothing emitted is seen by anyone
/// before the call returned. What is passed to a call is copied before it returns. All calls return VDT_OK,
/// VDT_SINK_FULL where said, or an error; a plugin may ignore what they return.
#ifndef VEDETTE_SINK_H
#define VEDETTE_SINK_H

#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// What begin and end may say

/// From begin or end in a source's `next`: enough for this call. It was taken all the same; end the
/// record and return VDT_NEXT_OK. More than twice the limits is refused with VDT_E_LIMIT.
#define VDT_SINK_FULL 1

// Kinds of what a dissector hands back

/// A whole inner IP packet, from its version nibble on: decoded and tracked as one out of a tunnel between
/// the ends of this flow, however deep tunnels may be.
#define VDT_CHILD_PACKET 1u
/// Bytes of an inner stream, in order.
#define VDT_CHILD_STREAM 2u
/// Bytes of a file carried by the protocol. The host tells name, size and SHA-256 of it in a record `file`.
#define VDT_CHILD_FILE 3u

// Flags of a child

/// The first part of a stream or file.
#define VDT_CHILD_START 1u
/// Its last part.
#define VDT_CHILD_END 2u
/// The bytes came out of an encryption that the plugin took off.
#define VDT_CHILD_DECRYPTED 4u

// Limits

/// What one call may give: begins, values, ends and the rest, each counted as one; of a source, of a
/// dissector.
#define VDT_MAX_ENTRIES 2097152u
#define VDT_MAX_DISSECTOR_ENTRIES 131072u
/// How many flows one can be within another; what is deeper is not followed, and counted.
#define VDT_MAX_DEPTH 8u
/// Longest life of an expectation.
#define VDT_MAX_EXPECT_MS 600000u

/// A part of something carried within a flow. Filled by the plugin, valid for the call of `child`; the host
/// copies what it follows. Inner streams are inspected as flows of their own; what this host does not follow
/// it counts.
typedef struct vdt_child {
    uint32_t size;
    /// VDT_CHILD_PACKET, _STREAM or _FILE.
    uint32_t kind;
    /// VDT_CHILD_* flags, or-ed. A file or stream is given START with its first part and END with its last.
    uint32_t flags;
    /// VDT_TO_SERVER or VDT_TO_CLIENT.
    uint32_t direction;
    /// Tells the streams or files of one session apart.
    uint64_t id;
    /// Of a stream: its protocol's name where it is known, else empty and it is probed. Of a file: its name.
    /// At most VDT_MAX_WORDS bytes.
    vdt_str name;
    /// Of a stream: the ALPN identifier that was agreed on, or empty, at most VDT_MAX_ALPN bytes.
    vdt_str alpn;
    /// At most VDT_MAX_VALUE bytes, maybe none.
    vdt_bytes bytes;
} vdt_child;

/// Filled by the host; valid for the call that it was passed to, and only on that call's thread.
typedef struct vdt_sink vdt_sink;
struct vdt_sink {
    uint32_t size;
    uint32_t pad;
    /// The host's own.
    void *context;

    // Records, in any sink

    /// [worker, source] Begins a record. `record` is a declared id; `time`: when it was so, ns since 1970
    /// UTC, or VDT_TIME_UNKNOWN. A dissector takes it from `when`. May return VDT_SINK_FULL. VDT_E_STATE
    /// within a record. Beyond
    /// VDT_MAX_ENTRIES (VDT_MAX_DISSECTOR_ENTRIES), and in `next` beyond twice max_records, VDT_E_LIMIT.
    int32_t (*begin)(const vdt_sink *sink, uint32_t record, int64_t time);
    /// [worker, source] A value of the open record or anomaly; `field` is a declared id of it. Of a field
    /// that is no list the last value counts. At most VDT_MAX_VALUES of a record.
    int32_t (*u64)(const vdt_sink *sink, uint32_t field, uint64_t value);
    /// [worker, source] As u64.
    int32_t (*i64)(const vdt_sink *sink, uint32_t field, int64_t value);
    /// [worker, source] As u64; a finite number, else VDT_E_ARGUMENT.
    int32_t (*f64)(const vdt_sink *sink, uint32_t field, double value);
    /// [worker, source] As u64; 0 or 1, else VDT_E_ARGUMENT.
    int32_t (*flag)(const vdt_sink *sink, uint32_t field, uint32_t value);
    /// [worker, source] UTF-8, at most VDT_MAX_VALUE bytes, and VDT_MAX_EMITTED in one record; copied.
    int32_t (*text)(const vdt_sink *sink, uint32_t field, vdt_str value);
    /// [worker, source] At most VDT_MAX_VALUE bytes, and VDT_MAX_EMITTED in one record; copied.
    int32_t (*bytes)(const vdt_sink *sink, uint32_t field, vdt_bytes value);
    /// [worker, source] 4 or 16 bytes in network order, else VDT_E_ARGUMENT; copied.
    int32_t (*ip)(const vdt_sink *sink, uint32_t field, vdt_bytes value);
    /// [worker, source] 6 bytes, else VDT_E_ARGUMENT; copied.
    int32_t (*mac)(const vdt_sink *sink, uint32_t field, vdt_bytes value);
    /// [worker, source] Nanoseconds since 1970 UTC.
    int32_t (*time)(const vdt_sink *sink, uint32_t field, int64_t value);
    /// [worker, source] Ends the record, or the anomaly begun by begin_anomaly. May return VDT_SINK_FULL.
    /// VDT_E_STATE where nothing is open.
    int32_t (*end)(const vdt_sink *sink);
    /// [worker, source] Forgets the record, or the anomaly, that is open. VDT_E_STATE where nothing is.
    int32_t (*cancel)(const vdt_sink *sink);

    // Dissectors' sinks; VDT_E_STATE in others

    /// [worker] An anomaly at an absolute offset of a direction, or VDT_NO_DIRECTION and VDT_NO_OFFSET.
    /// `anomaly` is a declared id. Not within a record. An offset that the direction has not reached is left
    /// out and counted.
    int32_t (*anomaly)(const vdt_sink *sink, uint32_t anomaly, uint32_t direction, uint64_t offset);
    /// [worker] The same with details: fields of the anomaly follow, then end. Not within a record.
    int32_t (*begin_anomaly)(const vdt_sink *sink, uint32_t anomaly, uint32_t direction, uint64_t offset);
    /// [worker] A fact of the flow itself, UTF-8, at most VDT_MAX_VALUE bytes; copied. The first value of a
    /// field is kept, a later one ignored. Not within a record.
    int32_t (*flow_text)(const vdt_sink *sink, uint32_t flow_field, vdt_str value);
    /// [worker] The same as a number.
    int32_t (*flow_u64)(const vdt_sink *sink, uint32_t flow_field, uint64_t value);
    /// [worker] Which packet first brought the byte at `offset` of a direction, which must be on offer in
    /// this call or have been consumed in it: its time (ns since 1970 UTC) and its number in the capture
    /// (1-based). Either pointer may be NULL. VDT_E_ARGUMENT for another offset; then the nearest is given.
    int32_t (*when)(const vdt_sink *sink, uint32_t direction, uint64_t offset, int64_t *time,
                    uint64_t *packet);
    /// [worker] A flow to come to `ip` (4 or 16 bytes) and `port` within `ttl_ms` (at most VDT_MAX_EXPECT_MS)
    /// of capture time is of this protocol (its app_proto name). `transport` is VDT_TCP or VDT_UDP. Copied.
    /// Not within a record. A worker remembers 1,024 of them; beyond, the oldest is forgotten and counted.
    int32_t (*expect)(const vdt_sink *sink, vdt_bytes ip, uint16_t port, uint32_t transport, vdt_str protocol,
                      uint32_t ttl_ms);
    /// [worker] Hands back an inner packet, stream or file; copied. Not within a record.
    int32_t (*child)(const vdt_sink *sink, const vdt_child *child);

    // Sources' sinks; VDT_E_STATE in others

    /// [source] A bad record of the input: its line (1-based, 0 unknown), byte offset in the decompressed
    /// input (VDT_NO_OFFSET unknown) and what is wrong with it, at most VDT_MAX_WORDS bytes; copied. The rest
    /// goes on. Cancels the record that is open, if any.
    int32_t (*reject)(const vdt_sink *sink, uint64_t line, uint64_t offset, vdt_str text);
};

#ifdef __cplusplus
}
#endif

#endif
