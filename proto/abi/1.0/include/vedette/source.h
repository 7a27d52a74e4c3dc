/// `persona-source/1` and `process-source/1`: bring observations of personas, or of processes and their
/// connections.
///
/// Both have the same table. A persona source emits persona, persona_change and outreach records, a process
/// source process and connection; either emits asset (records.h). A plugin may offer both, with two tables or
/// one.
#ifndef VEDETTE_SOURCE_H
#define VEDETTE_SOURCE_H

#include "vedette/sink.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interfaces.
#define VDT_PERSONA_SOURCE_ID "persona-source/1"
#define VDT_PROCESS_SOURCE_ID "process-source/1"

// Limits

/// Bytes that sniff is shown.
#define VDT_SNIFF_BYTES 65536u
/// Largest max_records.
#define VDT_MAX_RECORDS 65536u
/// Longest wait_ms, and longest retry_ms.
#define VDT_MAX_WAIT_MS 60000u
#define VDT_MAX_RETRY_MS 86400000u

// What next returns

/// There may be more at once. Said 1,000 times in a row without a record, a reject or a cursor it counts as
/// an error of the plugin, which ends the stream.
#define VDT_NEXT_OK 0
/// Nothing more now; ask again after result->retry_ms, or after wake.
#define VDT_NEXT_IDLE 1
/// The platform's rate limit; ask again after result->retry_ms.
#define VDT_NEXT_LIMITED 2
/// The input is at its end; next is not called again.
#define VDT_NEXT_END 3
/// It failed, with result->error; the words through the host's fail.
#define VDT_NEXT_FAILED 4

// Kinds of failure

/// NETWORK is tried again with back-off; the others wait for a person.
#define VDT_FAILED_AUTH 1u
#define VDT_FAILED_NETWORK 2u
#define VDT_FAILED_FORMAT 3u
#define VDT_FAILED_PERMISSION 4u

/// Filled by the plugin, within the room that the host gives; what it points to stays valid until the next
/// call on the same stream.
typedef struct vdt_next_result {
    uint32_t size;
    /// With FAILED: VDT_FAILED_*.
    uint32_t error;
    /// With IDLE and LIMITED: milliseconds, at most VDT_MAX_RETRY_MS; more counts as that.
    uint64_t retry_ms;
    /// Where to go on after the records of this call, opaque to the host, at most VDT_MAX_CURSOR bytes;
    /// stored with the records whatever the status. Empty leaves the old one.
    vdt_bytes cursor;
} vdt_next_result;

/// Filled by the plugin, within the room that the host gives.
typedef struct vdt_progress {
    uint32_t size;
    uint32_t pad;
    /// Bytes, or records, read so far.
    uint64_t done;
    /// In all; 0 where that is not known.
    uint64_t total;
} vdt_progress;

/// The table, filled by the plugin: static, valid as long as the image is mapped.
typedef struct vdt_source {
    uint32_t size;
    uint32_t pad;
    /// [main] Is this input (its first VDT_SNIFF_BYTES, decompressed, fewer only where it is shorter) of this
    /// source? `certainty` 0 (no)...100. `name` is the file's name without folders, a weak hint. No instance.
    /// Returns VDT_OK, or an error: `error` holds the words then, static text or valid until the next call of
    /// sniff on this thread. NULL where the source reads no files.
    int32_t (*sniff)(vdt_bytes start, vdt_str name, uint32_t *certainty, vdt_str *error);
    /// [source] Begins a stream; `*stream` is the plugin's. `params` is a JSON object by the parameters'
    /// schema, or empty, at most VDT_MAX_CONFIG bytes. `fd` is a readable descriptor of the decompressed
    /// input, maybe a pipe, or -1; the host keeps it open until close and closes it then. `cursor` is the
    /// last one stored, or empty: a source that cannot seek reads over what it covers. `params` and `cursor`
    /// are valid for the call. Returns VDT_OK, or an error with words through the host's fail; nothing is
    /// left behind and close is not called then.
    int32_t (*open)(vdt_instance *instance, vdt_bytes params, int32_t fd, vdt_bytes cursor,
                    vdt_stream **stream);
    /// [source] Emits at most `max_records` (1...VDT_MAX_RECORDS) and VDT_MAX_EMITTED bytes, waiting at most
    /// `wait_ms` (0...VDT_MAX_WAIT_MS) for something to come. `sink` and `result` are valid for the call.
    /// Returns VDT_NEXT_*, or an error, which ends the stream. Emitting a record twice is allowed: ids make
    /// it one.
    /// One that does not return holds its own source, and nothing else.
    int32_t (*next)(vdt_stream *stream, const vdt_sink *sink, uint64_t max_records, uint64_t wait_ms,
                    vdt_next_result *result);
    /// [source] Ends a stream, once after each successful open, and frees it. Returns VDT_OK.
    int32_t (*close)(vdt_stream *stream);
    /// [any] Makes a next that waits, or the next one that would, return soon; sticky until then. Never
    /// called during or after close. NULL where next never waits.
    int32_t (*wake)(vdt_stream *stream);
    /// [any] How far it is; may come while next runs. Never called during or after close. Returns VDT_OK. May
    /// be NULL.
    int32_t (*progress)(vdt_stream *stream, vdt_progress *progress);
} vdt_source;

#ifdef __cplusplus
}
#endif

#endif
