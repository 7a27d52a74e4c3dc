/// The types and constants that every other header of the ABI uses.
///
/// C11, LP64, little-endian. No bit-fields, no enums in structs, no bool, no unions; padding is
/// explicit and zero. Each struct but vdt_str and vdt_bytes begins with `uint32_t size`. Who fills a struct
/// as the callee finds it zeroed with `size` set to the room there is, writes nothing beyond that room
/// (VDT_ROOM) and leaves `size` alone. Who is given a struct or a table reads nothing beyond its `size`.
/// Fields and functions are only ever appended, so whatever 1.0 has may be used without asking; of what is
/// newer ask VDT_ROOM or VDT_HAS. A constant that is newer than the other side's minor is not sent, and
/// refused where it comes.
#ifndef VEDETTE_TYPES_H
#define VEDETTE_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The ABI of these headers.
#define VDT_ABI_MAJOR 1u
#define VDT_ABI_MINOR 0u
/// What the host passes to the entry, and what vdt_host.abi and vdt_describer.abi hold: major << 16 | minor.
#define VDT_ABI_VERSION 0x00010000u

/// Marks the one function that a plugin exports.
#define VDT_EXPORT __attribute__((visibility("default")))

/// True where `table` is large enough to have `member`: for a field of a struct that the callee fills.
#define VDT_ROOM(table, member)                                                                              \
    ((table)->size >= (uint32_t)((const char *)(&(table)->member + 1) - (const char *)(table)))
/// True where `table` has the function `member` and it is not NULL. Needed for functions newer than 1.0.
#define VDT_HAS(table, member) (VDT_ROOM(table, member) && (table)->member != 0)

/// UTF-8 text, not terminated. `ptr` may be NULL where `len` is 0. Frozen: has no size.
typedef struct vdt_str {
    const char *ptr;
    uint64_t len;
} vdt_str;

/// Bytes. `ptr` may be NULL where `len` is 0. Frozen: has no size.
typedef struct vdt_bytes {
    const uint8_t *ptr;
    uint64_t len;
} vdt_bytes;

/// A string literal as the initialiser of a vdt_str: `.name = VDT_TEXT("dns")`.
#define VDT_TEXT(literal)                                                                                    \
    { (literal), sizeof(literal) - 1 }

/// Text of `len` bytes at `ptr`; nothing is copied.
static inline vdt_str vdt_make_str(const char *ptr, uint64_t len) {
    vdt_str s;
    s.ptr = ptr;
    s.len = len;
    return s;
}
/// `len` bytes at `ptr`; nothing is copied.
static inline vdt_bytes vdt_make_bytes(const void *ptr, uint64_t len) {
    vdt_bytes b;
    b.ptr = (const uint8_t *)ptr;
    b.len = len;
    return b;
}
/// A string literal as a vdt_str value: `sink->text(sink, FIELD, VDT_STR("query"))`.
#define VDT_STR(literal) vdt_make_str((literal), sizeof(literal) - 1)

// The plugin's own, never looked into by the host

/// One instance of the plugin: from create until destroy.
typedef struct vdt_instance vdt_instance;
/// A dissector's state of one flow: from open until close.
typedef struct vdt_session vdt_session;
/// A source's state of one input: from open until close.
typedef struct vdt_stream vdt_stream;

// Outcome of a call: 0 is success, positive values are statuses that the call defines, negative ones errors

/// Success.
#define VDT_OK 0
/// A call's argument is not what its comment allows.
#define VDT_E_ARGUMENT (-1)
/// An id (record, field, anomaly, protocol, ...) that was not declared.
#define VDT_E_UNKNOWN (-2)
/// A value of another type than its field was declared with.
#define VDT_E_TYPE (-3)
/// The call does not fit here: a field without a record, a record within a record, a call that this sink
/// lacks.
#define VDT_E_STATE (-4)
/// A documented limit was reached.
#define VDT_E_LIMIT (-5)
/// Text that is not UTF-8.
#define VDT_E_TEXT (-6)
/// No memory.
#define VDT_E_MEMORY (-7)
/// The configuration or the parameters are not usable; the words say which and why.
#define VDT_E_CONFIG (-8)
/// Reading or writing failed.
#define VDT_E_IO (-9)
/// Not known to this side: a constant, a function.
#define VDT_E_UNSUPPORTED (-10)
/// Anything else; the words say what.
#define VDT_E_INTERNAL (-11)

// Types of fields; a list is a field with VDT_FIELD_LIST that is given several times

/// Numbers; of text UTF-8, at most VDT_MAX_VALUE bytes; of a flag 0 or 1.
#define VDT_TYPE_U64 1u
#define VDT_TYPE_I64 2u
#define VDT_TYPE_F64 3u
#define VDT_TYPE_FLAG 4u
#define VDT_TYPE_TEXT 5u
/// At most VDT_MAX_VALUE bytes.
#define VDT_TYPE_BYTES 6u
/// 4 or 16 bytes in network order.
#define VDT_TYPE_IP 7u
/// 6 bytes.
#define VDT_TYPE_MAC 8u
/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#define VDT_TYPE_TIME 9u

// Directions of a flow

/// The server is the side that the flow was opened to.
#define VDT_TO_SERVER 0u
#define VDT_TO_CLIENT 1u
#define VDT_NO_DIRECTION 2u

// Transports

/// Their IP protocol numbers.
#define VDT_TCP 6u
#define VDT_UDP 17u

// Nothing known

/// No offset is known or meant.
#define VDT_NO_OFFSET 0xffffffffffffffffull
/// No time is known: the host takes that of the newest packet it has given (a dissector), or refuses
/// the record (a source).
#define VDT_TIME_UNKNOWN (-0x7fffffffffffffffll)

// Severities of anomalies

/// From what is only worth knowing to what should wake somebody.
#define VDT_SEVERITY_INFO 0u
#define VDT_SEVERITY_LOW 1u
#define VDT_SEVERITY_MEDIUM 2u
#define VDT_SEVERITY_HIGH 3u
#define VDT_SEVERITY_CRITICAL 4u

// Levels of log messages

/// Of vdt_host.log.
#define VDT_LOG_DEBUG 0u
#define VDT_LOG_INFO 1u
#define VDT_LOG_WARNING 2u
#define VDT_LOG_ERROR 3u

// Limits

/// Largest id of a record, field, anomaly, flow field or protocol; the smallest is 1.
#define VDT_MAX_ID 4095u
/// Bytes of a name (record, field, protocol, ...).
#define VDT_MAX_NAME 64u
/// Bytes of any other text of a description, error or log line; a schema may have VDT_MAX_SCHEMA.
#define VDT_MAX_WORDS 4096u
/// Bytes of a JSON Schema.
#define VDT_MAX_SCHEMA 262144u
/// Bytes of one text or bytes value.
#define VDT_MAX_VALUE 1048576u
/// Values of one record, the elements of lists counted each.
#define VDT_MAX_VALUES 8192u
/// Bytes of all texts and bytes of one record, and of what one call of `next` may emit.
#define VDT_MAX_EMITTED 8388608u
/// Bytes of a configuration, and of the parameters of a stream.
#define VDT_MAX_CONFIG 1048576u
/// Bytes of an ALPN identifier (RFC 7301).
#define VDT_MAX_ALPN 255u
/// Bytes of a cursor.
#define VDT_MAX_CURSOR 4096u

#ifdef __cplusplus
}
#endif

#endif
