//! A dissector of the Identification Protocol (RFC 1413): a client sends two ports, the server answers who has that
//! connection. One record for each answer.

mod plugin;
mod vedette;

use std::ptr::null_mut;
use vedette::*;

// Ids are this plugin's own; names are what others see. RFC 1413 allows lines of 1,000 octets.
const PROTOCOL: u32 = 1;
const RECORD: u32 = 1;
const MALFORMED: u32 = 1;
const SERVER_PORT: u32 = 1;
const CLIENT_PORT: u32 = 2;
const REPLY: u32 = 3;
const DETAIL: u32 = 4;
const PORT: u16 = 113;
const LINE_LIMIT: usize = 1000;

/// By direction: the next bytes may be the middle of a line.
pub struct Session {
    resync: [bool; 2],
}

extern "C" fn describe(d: *const Describer) -> i32 {
    let call = unsafe { &*d };
    let field = |id, kind, name, doc| {
        let (name, doc, none) = (Text::of(name), Text::of(doc), Text::of(""));
        let size = size_of::<Field>() as u32;
        (call.field)(d, RECORD, &Field { size, id, kind, flags: 0, name, unit: none, doc, ecs: none });
    };
    (call.record)(d, RECORD, Text::of("ident"));
    field(SERVER_PORT, TYPE_U64, "server_port", "Port of the asked machine.");
    field(CLIENT_PORT, TYPE_U64, "client_port", "Port of the asking machine.");
    field(REPLY, TYPE_TEXT, "reply", "USERID or ERROR.");
    field(DETAIL, TYPE_TEXT, "detail", "System and user, or the error.");
    (call.anomaly)(d, MALFORMED, Text::of("malformed_line"), SEVERITY_LOW, Text::of("No query or reply."));
    (call.protocol)(d, PROTOCOL, Text::of("ident"), OVER_TCP);
    (call.port)(d, PROTOCOL, TCP, PORT, PORT)
}

/// The part up to `stop` without the spaces around it; `rest` goes on behind it. Empty at the end.
fn part<'a>(rest: &mut &'a [u8], stop: u8) -> &'a [u8] {
    let end = rest.iter().position(|c| *c == stop);
    let found = &rest[..end.unwrap_or(rest.len())];
    *rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
    found.trim_ascii()
}

fn port(digits: &[u8]) -> Option<u64> {
    let port: u16 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (port > 0 && digits[0] != b'+').then_some(port.into())
}

struct Line<'a> {
    server_port: u64,
    client_port: u64,
    reply: &'a [u8],
    detail: &'a [u8],
}

impl Line<'_> {
    /// A line up to its feed. Only printable ASCII, so all text of it is UTF-8.
    fn read(mut rest: &[u8], is_reply: bool) -> Option<Line<'_>> {
        if rest.iter().any(|c| !matches!(c, b' '..=b'~' | b'\r')) {
            return None;
        }
        let server_port = port(part(&mut rest, b','))?;
        let client_port = port(part(&mut rest, b':'))?;
        let (reply, detail) = (part(&mut rest, b':'), part(&mut rest, b'\n'));
        (is_reply != reply.is_empty()).then_some(Line { server_port, client_port, reply, detail })
    }
}

// The whole first line decides, so the answer is the same however the bytes are cut.
extern "C" fn probe(
    _: *mut plugin::Instance,
    flow: *const Flow,
    direction: u32,
    bytes: Bytes,
    out: *mut ProbeResult,
) -> i32 {
    let bytes = unsafe { bytes.slice() };
    let feed = bytes.iter().position(|c| *c == b'\n');
    if feed.unwrap_or(bytes.len()) > LINE_LIMIT {
        return PROBE_NO;
    }
    let Some(feed) = feed else { return PROBE_NEED_MORE };
    unsafe { (*out).certainty = if (*flow).server_port == PORT { 90 } else { 40 } };
    if Line::read(&bytes[..feed], direction == TO_CLIENT).is_some() { PROBE_YES } else { PROBE_NO }
}

extern "C" fn open(_: *mut plugin::Instance, flow: *const Flow, out: *mut *mut Session) -> i32 {
    let midstream = unsafe { (*flow).flags } & FLOW_MIDSTREAM != 0;
    unsafe { *out = Box::into_raw(Box::new(Session { resync: [midstream; 2] })) };
    OK
}

// Takes whole lines; the host offers the rest again when more has come.
extern "C" fn data(session: *mut Session, chunk: *const Chunk, sink: *const Sink, out: *mut DataResult) -> i32 {
    let (session, chunk, call) = unsafe { (&mut *session, &*chunk, &*sink) };
    let bytes = unsafe { chunk.bytes.slice() };
    let is_reply = chunk.direction == TO_CLIENT;
    let resync = &mut session.resync[is_reply as usize];
    let mut at = 0;
    while let Some(length) = bytes[at..].iter().position(|c| *c == b'\n') {
        let offset = chunk.offset + at as u64;
        if *resync {
            *resync = false;
        } else if let Some(line) = Line::read(&bytes[at..at + length], is_reply) {
            if is_reply {
                let mut time = TIME_UNKNOWN;
                (call.when)(sink, chunk.direction, offset, &mut time, null_mut());
                (call.begin)(sink, RECORD, time);
                (call.u64)(sink, SERVER_PORT, line.server_port);
                (call.u64)(sink, CLIENT_PORT, line.client_port);
                (call.text)(sink, REPLY, Text::lent(line.reply));
                (call.text)(sink, DETAIL, Text::lent(line.detail));
                (call.end)(sink);
            }
        } else {
            (call.anomaly)(sink, MALFORMED, chunk.direction, offset);
        }
        at += length + 1;
    }
    unsafe { (*out).consumed = at as u64 };
    OK
}

// After bytes that nobody saw, the next line feed is where lines begin again.
extern "C" fn gap(session: *mut Session, direction: u32, _: u64, _: u64, _: *const Sink, _: *mut DataResult) -> i32 {
    unsafe { (*session).resync[(direction == TO_CLIENT) as usize] = true };
    OK
}

extern "C" fn close(session: *mut Session, _: *const Sink, _: u32) -> i32 {
    drop(unsafe { Box::from_raw(session) });
    OK
}
