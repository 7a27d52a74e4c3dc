/// How a plugin says what it emits: typed records, anomalies, facts of the flow, protocols, hints.
///
/// All calls are made within the call of `describe`, on its thread; the host copies what it gets. Ids are the
/// plugin's own constants, 1...VDT_MAX_ID; field ids are per record. Each call returns VDT_OK, or
/// VDT_E_ARGUMENT (a name not in [a-z0-9_] or over VDT_MAX_NAME bytes, an id used twice), VDT_E_UNKNOWN (a
/// record not declared), VDT_E_TYPE (a well-known name with another type), VDT_E_UNSUPPORTED (a flag that
/// this host does not know), VDT_E_LIMIT. A refused declaration refuses the plugin; so does an interface that
/// is offered and not described, or described and not offered. A protocol has at most VDT_MAX_HINTS of each
/// kind of hint, a source VDT_MAX_REMARKS of each kind of remark.
#ifndef VEDETTE_DESCRIBE_H
#define VEDETTE_DESCRIBE_H

#include "vedette/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// Flags of a field

/// With others of its record, tells one record from another.
#define VDT_FIELD_KEY 1u
/// A secret or a person's private text, subject to the privacy settings.
#define VDT_FIELD_SENSITIVE 2u
/// Given any number of times.
#define VDT_FIELD_LIST 4u

// Limits

/// Ports, parents, ALPN identifiers and patterns of a protocol, each.
#define VDT_MAX_HINTS 256u
/// Rate limits and blind spots of a source, each.
#define VDT_MAX_REMARKS 64u
/// Largest offset of a pattern, and how long one may be.
#define VDT_MAX_PATTERN_OFFSET 256u
#define VDT_MAX_PATTERN 32u
/// The look-ahead of a dissector that does not ask for another one, and the largest.
#define VDT_LOOKAHEAD 131072u
#define VDT_MAX_LOOKAHEAD 16777216u

/// A field of a record or of an anomaly's detail. Filled by the plugin, valid for the call that it is given
/// to. Texts but the name are cut at VDT_MAX_WORDS bytes.
typedef struct vdt_field {
    uint32_t size;
    /// 1...VDT_MAX_ID, unique in its record.
    uint32_t id;
    /// VDT_TYPE_*.
    uint32_t type;
    /// VDT_FIELD_*, or-ed.
    uint32_t flags;
    /// snake_case, unique in its record, at most VDT_MAX_NAME bytes.
    vdt_str name;
    /// "bytes", "ns", "packets", ...; empty where there is none.
    vdt_str unit;
    /// One sentence.
    vdt_str doc;
    /// The name in the Elastic Common Schema, or empty.
    vdt_str ecs;
} vdt_field;

// How a source gets its data

/// Reads a file given to open.
#define VDT_SOURCE_FILE 1u
/// Asks a service from time to time.
#define VDT_SOURCE_POLLER 2u
/// Holds a connection on which events come.
#define VDT_SOURCE_STREAM 4u

// What carries a protocol

/// Bits of `transports`.
#define VDT_OVER_TCP 1u
#define VDT_OVER_UDP 2u

/// The listener of one description: filled by the host, valid for the call of describe.
typedef struct vdt_describer vdt_describer;
struct vdt_describer {
    uint32_t size;
    /// major << 16 | minor of the host: a constant that is newer than it would be refused.
    uint32_t abi;
    /// The host's own.
    void *context;
    /// [main] The words of the error that describe is about to return with, at most VDT_MAX_WORDS bytes;
    /// copied, the last ones count. Returns `code`.
    int32_t (*fail)(const vdt_describer *d, int32_t code, vdt_str text);

    // Records

    /// [main] A kind of record; `name` is snake_case and unique. A dissector's is a transaction ("dns",
    /// "http"); a source's has one of the well-known names of records.h.
    int32_t (*record)(const vdt_describer *d, uint32_t id, vdt_str name);
    /// [main] A field of a record declared before; `field` is valid for the call.
    int32_t (*field)(const vdt_describer *d, uint32_t record, const vdt_field *field);

    // Dissectors

    /// [main] An anomaly. A name with a dot is an id of Vedette's catalog ("http.ambiguous_length"), whose
    /// severity and definition then count (yours, where this host's catalog is older than the id); a name
    /// without one is yours and is reported as `<plugin id>.<name>`. `definition` is one sentence.
    int32_t (*anomaly)(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t severity,
                       vdt_str definition);
    /// [main] A field of the detail of an anomaly declared before; its ids are per anomaly.
    int32_t (*anomaly_field)(const vdt_describer *d, uint32_t anomaly, const vdt_field *field);
    /// [main] A fact of the flow itself, given by flow_text or flow_u64. Known names, all text: server_name,
    /// ja3, ja3s, ja4, hassh, hassh_server, host. Values of other names, text or u64, are accepted and not
    /// kept.
    int32_t (*flow_field)(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t type);
    /// [main] A protocol that the plugin dissects: its app_proto name ("dns"), and VDT_OVER_* or-ed. The
    /// first declared is what a probe that names none recognises.
    int32_t (*protocol)(const vdt_describer *d, uint32_t id, vdt_str name, uint32_t transports);
    /// [main] The protocol may be carried by another one (http within tls, websocket within http): by its
    /// name.
    int32_t (*parent)(const vdt_describer *d, uint32_t protocol, vdt_str parent);
    /// [main] Ports on which the protocol is usual, `first`...`last`. `transport` is VDT_TCP or VDT_UDP. A
    /// hint only: it orders the asking, and a recognised protocol on none of its ports is an anomaly.
    int32_t (*port)(const vdt_describer *d, uint32_t protocol, uint32_t transport, uint16_t first,
                    uint16_t last);
    /// [main] An ALPN identifier (RFC 7301) that means this protocol, 1...VDT_MAX_ALPN bytes: "h2".
    int32_t (*alpn)(const vdt_describer *d, uint32_t protocol, vdt_str alpn);
    /// [main] Bytes that a direction of the protocol starts with, at `offset` (at most
    /// VDT_MAX_PATTERN_OFFSET), 1...VDT_MAX_PATTERN bytes. A hint only: it orders the asking.
    int32_t (*pattern)(const vdt_describer *d, uint32_t protocol, uint32_t direction, uint32_t offset,
                       vdt_bytes bytes);
    /// [main] The side that speaks first: VDT_TO_SERVER where the client does, VDT_TO_CLIENT where the server
    /// does. Bytes of the other side before it are an anomaly (app.wrong_direction_first_data). Not said:
    /// either may.
    int32_t (*first_speaker)(const vdt_describer *d, uint32_t protocol, uint32_t direction);
    /// [main] The most bytes of a direction that need-more may ask the host to keep, 1...VDT_MAX_LOOKAHEAD;
    /// VDT_LOOKAHEAD unless said.
    int32_t (*lookahead)(const vdt_describer *d, uint64_t bytes);

    // Sources; `interface` is "persona-source/1" or "process-source/1"

    /// [main] How the source gets its data: VDT_SOURCE_* or-ed, at least one.
    int32_t (*source)(const vdt_describer *d, vdt_str interface, uint32_t modes);
    /// [main] JSON Schema of the parameters that `open` takes, at most VDT_MAX_SCHEMA bytes; not said: any.
    int32_t (*parameters)(const vdt_describer *d, vdt_str interface, vdt_str schema);
    /// [main] A limit of the platform that the source keeps to: `requests` in `per_ms` milliseconds. `doc`
    /// says for what.
    int32_t (*rate_limit)(const vdt_describer *d, vdt_str interface, uint64_t requests, uint64_t per_ms,
                          vdt_str doc);
    /// [main] What of the platform this source cannot see, in one sentence: shown as a visibility gap.
    int32_t (*blind_spot)(const vdt_describer *d, vdt_str interface, vdt_str doc);
};

#ifdef __cplusplus
}
#endif

#endif
