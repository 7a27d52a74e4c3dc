//! A source that reads lines of five columns with tabs between them: seconds since 1970, then four texts.

mod plugin;
mod vedette;

use plugin::Instance;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use vedette::*;

const INTERFACE: &str = "process-source/1";
const RECORD: u32 = 1;
/// The texts, in the order of their columns. vedette/records.h has all fields of each record.
const TEXTS: [&str; 4] = ["host", "guid", "image", "command_line"];
const LINE_LIMIT: usize = 65536;

pub struct Stream {
    host: *const Host,
    /// The host's, which closes it.
    file: ManuallyDrop<File>,
    /// Number and offset of the first line that is held.
    line: u64,
    offset: u64,
    held: Vec<u8>,
    ended: bool,
    cursor: [u8; 16],
}

extern "C" fn describe(d: *const Describer) -> i32 {
    let call = unsafe { &*d };
    let none = Text::of("");
    (call.record)(d, RECORD, Text::of("process"));
    for (id, name) in (1..).zip(TEXTS) {
        let (size, name) = (size_of::<Field>() as u32, Text::of(name));
        (call.field)(d, RECORD, &Field { size, id, kind: TYPE_TEXT, flags: 0, name, unit: none, doc: none, ecs: none });
    }
    (call.source)(d, Text::of(INTERFACE), SOURCE_FILE);
    (call.blind_spot)(d, Text::of(INTERFACE), Text::of("All that nobody wrote into the report."))
}

/// Seconds and texts of a line; none where there are more or fewer, or the first is no number. Only printable ASCII, so
/// all text of it is UTF-8.
fn split(line: &[u8]) -> Option<(i64, Vec<&[u8]>)> {
    let mut columns = line.split(|c| *c == b'\t');
    let seconds = columns.next()?;
    let texts: Vec<&[u8]> = columns.collect();
    let is_text = |text: &&[u8]| !text.is_empty() && text.iter().all(|c| matches!(c, b' '..=b'~'));
    if texts.len() != TEXTS.len() || !texts.iter().all(is_text) || !seconds.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds: i64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
    (seconds < 9_000_000_000).then_some((seconds, texts))
}

extern "C" fn sniff(start: Bytes, _: Text, certainty: *mut u32, _: *mut Text) -> i32 {
    let start = unsafe { start.slice() };
    let line = start.iter().position(|c| *c == b'\n').map(|feed| &start[..feed]);
    unsafe { *certainty = if line.is_some_and(|line| split(line).is_some()) { 80 } else { 0 } };
    OK
}

// The cursor is the number of the next line and its offset.
extern "C" fn open(instance: *mut Instance, _: Bytes, fd: i32, cursor: Bytes, out: *mut *mut Stream) -> i32 {
    let host = unsafe { (*instance).host };
    if fd < 0 {
        return unsafe { ((*host).fail)(host, E_CONFIG, Text::of("this source reads a file: name one")) };
    }
    let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    let (mut line, mut offset) = (1, 0);
    if let Ok(cursor) = <[u8; 16]>::try_from(unsafe { cursor.slice() }) {
        let place = u128::from_le_bytes(cursor);
        (line, offset) = (place as u64, (place >> 64) as u64);
        // A pipe cannot seek: what the cursor covers is read over.
        if file.seek(SeekFrom::Start(offset)).is_err() {
            let _ = std::io::copy(&mut (&mut *file).take(offset), &mut std::io::sink());
        }
    }
    let stream = Stream { host, file, line, offset, held: Vec::new(), ended: false, cursor: [0; 16] };
    unsafe { *out = Box::into_raw(Box::new(stream)) };
    OK
}

impl Stream {
    /// Reads what there is; false where that fails.
    fn fill(&mut self) -> bool {
        let mut piece = [0; 8192];
        let room = piece.len().min(LINE_LIMIT - self.held.len());
        match self.file.read(&mut piece[..room]) {
            Ok(count) => {
                self.ended = count == 0;
                self.held.extend_from_slice(&piece[..count]);
                true
            }
            Err(error) => error.kind() == ErrorKind::Interrupted,
        }
    }

    fn take(&self, line: &[u8], sink: *const Sink) {
        let call = unsafe { &*sink };
        let Some((seconds, texts)) = split(line) else {
            let words = Text::of("expected seconds and four texts with tabs between");
            (call.reject)(sink, self.line, self.offset, words);
            return;
        };
        (call.begin)(sink, RECORD, seconds * 1_000_000_000);
        for (field, text) in (1..).zip(texts) {
            (call.text)(sink, field, Text::lent(text));
        }
        (call.end)(sink);
    }
}

// One read a call, and the whole lines that it completes, as many as the host asked for.
extern "C" fn next(stream: *mut Stream, sink: *const Sink, max_records: u64, _: u64, out: *mut NextResult) -> i32 {
    let (s, out) = unsafe { (&mut *stream, &mut *out) };
    if !s.held.contains(&b'\n') && !s.ended && s.held.len() < LINE_LIMIT && !s.fill() {
        out.error = FAILED_PERMISSION;
        unsafe { ((*s.host).fail)(s.host, -9, Text::of("the file cannot be read")) };
        return NEXT_FAILED;
    }
    let held = std::mem::take(&mut s.held);
    let mut used = 0;
    for _ in 0..max_records {
        let rest = &held[used..];
        let feed = rest.iter().position(|c| *c == b'\n');
        let is_whole = feed.is_some() || s.ended || rest.len() == LINE_LIMIT;
        if rest.is_empty() || !is_whole {
            break;
        }
        s.take(&rest[..feed.unwrap_or(rest.len())], sink);
        let length = feed.map_or(rest.len(), |feed| feed + 1);
        used += length;
        s.offset += length as u64;
        s.line += feed.is_some() as u64;
    }
    s.held = held[used..].to_vec();
    s.cursor = (u128::from(s.offset) << 64 | u128::from(s.line)).to_le_bytes();
    out.cursor = Bytes::lent(&s.cursor);
    if s.ended && s.held.is_empty() { NEXT_END } else { NEXT_OK }
}

extern "C" fn close(stream: *mut Stream) -> i32 {
    drop(unsafe { Box::from_raw(stream) });
    OK
}
