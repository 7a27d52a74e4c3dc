/// Memory that two processes share to call each other: words that count turns, and the messages that go with
/// them.
///
/// The caller writes a request, then posts its turn on VEDETTE_LANE_REQUEST; the other side answers in the
/// same way on VEDETTE_LANE_ANSWER. Whoever waits sleeps, or looks at the word awake for a while first: that
/// is quicker where a processor is free for each side, and much slower where not, so the caller tries it out.
/// Either side may write whatever it likes at any time: a reader copies what it needs once, and checks the
/// copy.
#ifndef VEDETTE_CLANE_H
#define VEDETTE_CLANE_H

#include <stddef.h>
#include <stdint.h>

/// The words.
#define VEDETTE_LANE_REQUEST 0u
#define VEDETTE_LANE_ANSWER 1u

// Where things lie: the words first, each with the mark of its sleeper on a cache line of its own
#define VEDETTE_LANE_SETUP_AT 1024u
#define VEDETTE_LANE_REQUEST_AT 2048u
#define VEDETTE_LANE_ANSWER_AT 4096u
/// Text and cursor that come with an answer, and lines that the plugin logged.
#define VEDETTE_LANE_WORDS_AT 8192u
#define VEDETTE_LANE_CURSOR_AT 12288u
#define VEDETTE_LANE_LINES_AT 16384u
#define VEDETTE_LANE_BYTES_AT 131072u

/// Room for them, in bytes.
#define VEDETTE_LANE_MOST_WORDS 4096u
#define VEDETTE_LANE_MOST_CURSOR 4096u
#define VEDETTE_LANE_MOST_LINES 114688u

/// What an instance is made for; written once, before the process starts.
typedef struct vedette_setup {
    /// 0 a dissector, 1 a persona source, 2 a process source.
    uint32_t role;
    /// Whether it may use the network.
    uint32_t network;
    /// Whether the host has a small store for it.
    uint32_t has_state;
    uint32_t pad;
    /// Bytes of memory beyond what the process has before the plugin is loaded; 0: any.
    uint64_t memory;
    /// Room behind VEDETTE_LANE_BYTES_AT: bytes of a call, marks of a direction, entries and bytes of a log.
    uint64_t bytes;
    uint64_t marks;
    uint64_t entries;
    uint64_t arena;
    /// The whole.
    uint64_t size;
} vedette_setup;

/// What the host asks. The bytes of the call lie at VEDETTE_LANE_BYTES_AT.
typedef struct vedette_request {
    uint32_t kind;
    uint32_t session;
    uint32_t direction;
    /// Of a chunk or flow; the reason of a close; the status of what was asked back.
    uint32_t flags;
    uint64_t offset;
    /// Bytes of the call; of a gap how many are missing.
    uint64_t length;
    /// Marks of each direction.
    uint64_t marks[2];
    int64_t newest_time;
    uint64_t newest_packet;
    // The flow of a probe or open
    uint32_t transport;
    uint32_t protocol;
    uint32_t depth;
    uint16_t client_port;
    uint16_t server_port;
    int64_t start;
    uint16_t vlan;
    uint8_t client_length;
    uint8_t server_length;
    uint32_t alpn_length;
    uint8_t client[16];
    uint8_t server[16];
    uint8_t alpn[256];
} vedette_request;

/// What comes back. Hostile: nothing in it is believed.
typedef struct vedette_answer {
    /// 0 the answer; else what the plugin asks of its host before it answers.
    uint32_t kind;
    int32_t status;
    // Of data, datagram, gap
    uint32_t anomaly;
    uint32_t switch_flags;
    uint64_t consumed;
    uint64_t need;
    uint64_t offset;
    uint64_t switch_to_server;
    uint64_t switch_to_client;
    uint32_t protocol_length;
    // Of a probe
    uint32_t certainty;
    uint32_t protocol;
    // Of next
    uint32_t error;
    uint64_t retry;
    uint32_t cursor_length;
    uint32_t words_length;
    uint32_t lines_length;
    /// Of the first answer: what could be applied (CConfine.h), and whether the plugin reads datagrams.
    uint32_t confined;
    uint32_t has_datagram;
    uint32_t pad;
    /// The log of the call, and what was not taken so far.
    uint64_t entries;
    uint64_t arena;
    uint64_t refused[7];
    uint8_t protocol_name[64];
} vedette_answer;

/// A file in memory of `size` bytes that can neither shrink nor grow, close-on-exec; −1 where there is none.
int vedette_lane_file(uint64_t size);

/// Publishes a turn, and wakes whoever sleeps for it.
void vedette_lane_post(void *lane, uint32_t word, uint32_t turn);

/// Has both sides wait awake for some tens of microseconds before they sleep, or not.
void vedette_lane_set_awake(void *lane, uint32_t is_awake);

/// A clock that only goes forward, in nanoseconds.
int64_t vedette_lane_now(void);

/// Waits until a word has a turn. 1 when it has it, 0 after `most` nanoseconds.
int vedette_lane_wait(void *lane, uint32_t word, uint32_t turn, int64_t most);

/// The processor that the calling thread runs on.
int vedette_processor(void);

/// Has a process run on one processor only: that of a thread that waits for it, so that neither has to be
/// woken elsewhere. 0, or −1.
int vedette_follow(int process, int processor);

/// Has a process run on any processor that the calling thread may use but one: that of a thread that waits
/// awake for it. 0, or −1 where there is no other.
int vedette_avoid(int process, int processor);

#endif
