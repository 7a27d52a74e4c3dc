/// `dissector/1`: recognises a protocol and takes it apart.
///
/// Order of calls. TCP: `probe` gets one direction's bytes from their start, again with more after need-more.
/// The highest certainty wins, ties by plugin id. Then `open`; `data` and `gap` in packet order, the first
/// bytes included; an end for each direction; `close` exactly once. UDP: `probe` on at most the first 4
/// datagrams, which are kept; `open`; `datagram` for each, the kept ones first; `close`.
///
/// What is emitted must not depend on how the bytes were cut into chunks.
#ifndef VEDETTE_DISSECTOR_H
#define VEDETTE_DISSECTOR_H

#include "vedette/sink.h"
#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The interface.
#define VDT_DISSECTOR_ID "dissector/1"

// Limits

/// Bytes of a direction that a probe is shown, and datagrams.
#define VDT_MAX_PROBE 4096u
#define VDT_MAX_PROBE_DATAGRAMS 4u
/// Changes of protocol in one flow; after them it is inspected no more.
#define VDT_MAX_SWITCHES 16u

// Flags of a flow

/// Without its handshake: the first bytes may not be the first of the stream.
#define VDT_FLOW_MIDSTREAM 1u
/// Only one direction is seen.
#define VDT_FLOW_ONE_SIDED 2u
/// The bytes came out of an encryption (a child of it).
#define VDT_FLOW_DECRYPTED 4u
/// Within another flow: a child.
#define VDT_FLOW_INNER 8u
/// Another session said that it would come (`expect`).
#define VDT_FLOW_EXPECTED 16u
/// It continues a flow that began with another protocol (`switch`).
#define VDT_FLOW_SWITCHED 32u

/// A flow, passed to probe, open and load_session: filled by the host, valid for the call. The client is the
/// side that opened it.
typedef struct vdt_flow {
    uint32_t size;
    /// VDT_FLOW_*, or-ed.
    uint32_t flags;
    /// VDT_TCP or VDT_UDP.
    uint32_t transport;
    /// In open: the id of the protocol that was recognised, expected or switched to. 0 in probe.
    uint32_t protocol;
    /// 4 or 16 bytes each.
    vdt_bytes client_ip;
    vdt_bytes server_ip;
    uint16_t client_port;
    uint16_t server_port;
    /// Outermost VLAN id, 0 where there is none.
    uint16_t vlan;
    uint16_t pad;
    /// How many flows this one is within, at most VDT_MAX_DEPTH.
    uint32_t depth;
    /// Time of the first packet, ns since 1970 UTC.
    int64_t start;
    /// The ALPN identifier that was agreed on, where the carrier told; else empty.
    vdt_str alpn;
} vdt_flow;

// Flags of a chunk

/// The first bytes of the direction.
#define VDT_CHUNK_START 1u
/// The last bytes of the direction, maybe none: nothing follows. What is not consumed is dropped and counted.
#define VDT_CHUNK_END 2u
/// The first bytes after a gap.
#define VDT_CHUNK_AFTER_GAP 4u
/// The last bytes before a gap: offered once more, for what is not consumed is dropped.
#define VDT_CHUNK_BEFORE_GAP 8u

/// Bytes of one direction, in order; bytes before and after a gap are never in one chunk. Filled by the host,
/// valid for the call; bytes that the session wants to keep it copies.
typedef struct vdt_chunk {
    uint32_t size;
    /// VDT_TO_SERVER or VDT_TO_CLIENT.
    uint32_t direction;
    /// VDT_CHUNK_*, or-ed.
    uint32_t flags;
    uint32_t pad;
    /// Of the first byte: how many bytes of the direction came before it, gaps included. In a datagram: how
    /// many payload bytes of the datagrams before it.
    uint64_t offset;
    /// At most the look-ahead.
    vdt_bytes bytes;
} vdt_chunk;

// What probe returns

/// Not in this direction; the other one may still be asked.
#define VDT_PROBE_NO 0
/// It is, with result->certainty.
#define VDT_PROBE_YES 1
/// Not before result->need bytes more (0 counts as 1). Over a datagram it counts as no.
#define VDT_PROBE_NEED_MORE 2

/// Filled by the plugin with YES and NEED_MORE, within the room that the host gives.
typedef struct vdt_probe_result {
    uint32_t size;
    /// 1...100. 100: a signature that nothing else has; 50: plausible; 0 counts as 1.
    uint32_t certainty;
    /// Id of the protocol recognised, 0 for the first declared.
    uint32_t protocol;
    uint32_t pad;
    /// With NEED_MORE: bytes more; over VDT_MAX_PROBE in all it counts as no.
    uint64_t need;
} vdt_probe_result;

// What data, datagram and gap return

/// All whole messages were taken; what was not consumed is offered again when more comes.
#define VDT_DATA_OK 0
/// As OK, and not before `need` bytes more than were offered, the end, or a gap. Over the look-ahead the host
/// reports app.lookahead_exceeded and goes on as over a gap.
#define VDT_DATA_NEED_MORE 1
/// The protocol was recognised wrongly: the session is closed, and others are asked.
#define VDT_DATA_NOT_MINE 2
/// The bytes break the protocol and the session cannot go on: the host emits the anomaly `anomaly` at
/// absolute offset `offset` (0 and VDT_NO_OFFSET: none of its own) and closes the session.
#define VDT_DATA_ERROR 3
/// The session needs no more bytes.
#define VDT_DATA_DONE 4
/// From `switch_to_server` and `switch_to_client` on the bytes are of another protocol.
#define VDT_DATA_SWITCH 5

/// Of switch_to_server, switch_to_client: after what has arrived until now.
#define VDT_SWITCH_NOW 0xffffffffffffffffull
/// Of switch_flags: only the direction of this call switches, the session keeps the other one.
#define VDT_SWITCH_HALF 1u

/// Filled by the plugin, within the room that the host gives; what it points to stays valid until the next
/// call on the same session.
typedef struct vdt_data_result {
    uint32_t size;
    /// With ERROR: id of a declared anomaly, or 0.
    uint32_t anomaly;
    /// How many of the offered bytes are done with, from the front. More than offered counts as an error of
    /// the plugin. Read with every status but NOT_MINE; a datagram is always consumed whole.
    uint64_t consumed;
    /// With NEED_MORE: bytes more than are left now, at most what the look-ahead has room for.
    uint64_t need;
    /// With ERROR: absolute offset in the direction of this call, or VDT_NO_OFFSET. One that the direction
    /// has not reached is left out and counted.
    uint64_t offset;
    /// With SWITCH: app_proto name of the protocol, at most VDT_MAX_NAME bytes, or empty: probe.
    vdt_str protocol;
    /// With SWITCH: absolute offset in each direction at which the new protocol begins, or VDT_SWITCH_NOW.
    uint64_t switch_to_server;
    uint64_t switch_to_client;
    /// With SWITCH: VDT_SWITCH_*.
    uint32_t switch_flags;
    uint32_t pad;
} vdt_data_result;

// Why a session is closed

/// Both directions ended.
#define VDT_CLOSE_ENDED 1u
/// The flow was idle too long.
#define VDT_CLOSE_TIMEOUT 2u
/// The session said switch.
#define VDT_CLOSE_SWITCHED 3u
/// The session said done.
#define VDT_CLOSE_DONE 4u
/// The session said not-mine; nothing of what it emitted in that call is kept, nor what it emits now.
#define VDT_CLOSE_NOT_MINE 5u
/// The session said error, or broke the contract.
#define VDT_CLOSE_ERROR 6u
/// A limit of the host.
#define VDT_CLOSE_LIMIT 7u
/// The host stops, or unloads the plugin.
#define VDT_CLOSE_SHUTDOWN 8u

/// The table, filled by the plugin: static, valid as long as the image is mapped.
typedef struct vdt_dissector {
    uint32_t size;
    uint32_t pad;
    /// [worker] Does `bytes`, the start of one direction (or one datagram), look like this protocol? No side
    /// effects, nothing is kept. At least one byte of a stream and at most VDT_MAX_PROBE are shown; who still
    /// needs more then counts as no. All arguments are valid for the call. Returns VDT_PROBE_*; an error
    /// counts as no, and against the plugin.
    int32_t (*probe)(vdt_instance *instance, const vdt_flow *flow, uint32_t direction, vdt_bytes bytes,
                     vdt_probe_result *result);
    /// [worker] Begins a session; `*session` is the plugin's, `flow` valid for the call. Returns VDT_OK. An
    /// error refuses the flow; nothing is left behind and close is not called then.
    int32_t (*open)(vdt_instance *instance, const vdt_flow *flow, vdt_session **session);
    /// [worker] Bytes of a stream, at least one unless it has VDT_CHUNK_END. `chunk`, `sink` and `result` are
    /// valid for the call. Returns VDT_DATA_*; an error (negative) closes the session and counts against the
    /// plugin.
    int32_t (*data)(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                    vdt_data_result *result);
    /// [worker] `length` bytes of a direction, from absolute `offset` on, were never seen. After it a session
    /// finds the next message (OK) or says DONE. As data otherwise; nothing is on offer.
    int32_t (*gap)(vdt_session *session, uint32_t direction, uint64_t offset, uint64_t length,
                   const vdt_sink *sink, vdt_data_result *result);
    /// [worker] One datagram, maybe empty, at most 65,535 bytes. As data. NULL where the plugin has no
    /// protocol over UDP.
    int32_t (*datagram)(vdt_session *session, const vdt_chunk *chunk, const vdt_sink *sink,
                        vdt_data_result *result);
    /// [worker] Ends a session: exactly once after each successful open, before destroy. May still emit
    /// (unanswered requests); `when` knows nothing any more. `reason` is a VDT_CLOSE_*. Frees the session.
    /// Returns VDT_OK.
    int32_t (*close)(vdt_session *session, const vdt_sink *sink, uint32_t reason);
} vdt_dissector;

#ifdef __cplusplus
}
#endif

#endif
