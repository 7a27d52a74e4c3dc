//! The plugin ABI 1.0 of Vedette (vedette/*.h) as Rust sees it: the structs and constants that this plugin uses.
//! Structs are the C headers' own, field by field; the sizes are checked when this is compiled.
#![allow(dead_code)]

use std::ffi::c_void;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub ptr: *const u8,
    pub len: u64,
}

/// UTF-8. The same layout as bytes.
pub type Text = Bytes;

impl Bytes {
    pub const fn of(text: &'static str) -> Text {
        Bytes { ptr: text.as_ptr(), len: text.len() as u64 }
    }

    pub fn lent(bytes: &[u8]) -> Bytes {
        Bytes { ptr: bytes.as_ptr(), len: bytes.len() as u64 }
    }

    /// # Safety
    /// The bytes are the host's, and valid for the call that they were passed to.
    pub unsafe fn slice<'call>(self) -> &'call [u8] {
        if self.len == 0 {
            return &[];
        }
        unsafe { std::slice::from_raw_parts(self.ptr, self.len as usize) }
    }
}

pub const OK: i32 = 0;
pub const E_ARGUMENT: i32 = -1;
pub const E_CONFIG: i32 = -8;
pub const TYPE_U64: u32 = 1;
pub const TYPE_TEXT: u32 = 5;
pub const TO_CLIENT: u32 = 1;
pub const TCP: u32 = 6;
pub const OVER_TCP: u32 = 1;
pub const SEVERITY_LOW: u32 = 1;
pub const TIME_UNKNOWN: i64 = -0x7fff_ffff_ffff_ffff;
pub const FLOW_MIDSTREAM: u32 = 1;
pub const PROBE_NO: i32 = 0;
pub const PROBE_YES: i32 = 1;
pub const PROBE_NEED_MORE: i32 = 2;
pub const SOURCE_FILE: u32 = 1;
pub const NEXT_OK: i32 = 0;
pub const NEXT_END: i32 = 3;
pub const NEXT_FAILED: i32 = 4;
pub const FAILED_PERMISSION: u32 = 4;

#[repr(C)]
pub struct Field {
    pub size: u32,
    pub id: u32,
    pub kind: u32,
    pub flags: u32,
    pub name: Text,
    pub unit: Text,
    pub doc: Text,
    pub ecs: Text,
}

#[repr(C)]
pub struct Describer {
    pub size: u32,
    pub pad: u32,
    pub context: *mut c_void,
    pub fail: extern "C" fn(*const Describer, i32, Text) -> i32,
    pub record: extern "C" fn(*const Describer, u32, Text) -> i32,
    pub field: extern "C" fn(*const Describer, u32, *const Field) -> i32,
    pub anomaly: extern "C" fn(*const Describer, u32, Text, u32, Text) -> i32,
    pub anomaly_field: extern "C" fn(*const Describer, u32, *const Field) -> i32,
    pub flow_field: extern "C" fn(*const Describer, u32, Text, u32) -> i32,
    pub protocol: extern "C" fn(*const Describer, u32, Text, u32) -> i32,
    pub parent: extern "C" fn(*const Describer, u32, Text) -> i32,
    pub port: extern "C" fn(*const Describer, u32, u32, u16, u16) -> i32,
    pub alpn: extern "C" fn(*const Describer, u32, Text) -> i32,
    pub pattern: extern "C" fn(*const Describer, u32, u32, u32, Bytes) -> i32,
    pub first_speaker: extern "C" fn(*const Describer, u32, u32) -> i32,
    pub lookahead: extern "C" fn(*const Describer, u64) -> i32,
    pub source: extern "C" fn(*const Describer, Text, u32) -> i32,
    pub parameters: extern "C" fn(*const Describer, Text, Text) -> i32,
    pub rate_limit: extern "C" fn(*const Describer, Text, u64, u64, Text) -> i32,
    pub blind_spot: extern "C" fn(*const Describer, Text, Text) -> i32,
}

#[repr(C)]
pub struct Host {
    pub size: u32,
    pub abi: u32,
    pub name: Text,
    pub version: Text,
    pub context: *mut c_void,
    pub log: extern "C" fn(*const Host, u32, Text) -> i32,
    pub fail: extern "C" fn(*const Host, i32, Text) -> i32,
    pub now_ns: extern "C" fn(*const Host) -> i64,
    pub interface: extern "C" fn(*const Host, Text) -> *const c_void,
}

#[repr(C)]
pub struct Sink {
    pub size: u32,
    pub pad: u32,
    pub context: *mut c_void,
    pub begin: extern "C" fn(*const Sink, u32, i64) -> i32,
    pub u64: extern "C" fn(*const Sink, u32, u64) -> i32,
    pub i64: extern "C" fn(*const Sink, u32, i64) -> i32,
    pub f64: extern "C" fn(*const Sink, u32, f64) -> i32,
    pub flag: extern "C" fn(*const Sink, u32, u32) -> i32,
    pub text: extern "C" fn(*const Sink, u32, Text) -> i32,
    pub bytes: extern "C" fn(*const Sink, u32, Bytes) -> i32,
    pub ip: extern "C" fn(*const Sink, u32, Bytes) -> i32,
    pub mac: extern "C" fn(*const Sink, u32, Bytes) -> i32,
    pub time: extern "C" fn(*const Sink, u32, i64) -> i32,
    pub end: extern "C" fn(*const Sink) -> i32,
    pub cancel: extern "C" fn(*const Sink) -> i32,
    pub anomaly: extern "C" fn(*const Sink, u32, u32, u64) -> i32,
    pub begin_anomaly: extern "C" fn(*const Sink, u32, u32, u64) -> i32,
    pub flow_text: extern "C" fn(*const Sink, u32, Text) -> i32,
    pub flow_u64: extern "C" fn(*const Sink, u32, u64) -> i32,
    pub when: extern "C" fn(*const Sink, u32, u64, *mut i64, *mut u64) -> i32,
    pub expect: extern "C" fn(*const Sink, Bytes, u16, u32, Text, u32) -> i32,
    pub child: extern "C" fn(*const Sink, *const c_void) -> i32,
    pub reject: extern "C" fn(*const Sink, u64, u64, Text) -> i32,
}

#[repr(C)]
pub struct Flow {
    pub size: u32,
    pub flags: u32,
    pub transport: u32,
    pub protocol: u32,
    pub client_ip: Bytes,
    pub server_ip: Bytes,
    pub client_port: u16,
    pub server_port: u16,
    pub vlan: u16,
    pub pad: u16,
    pub depth: u32,
    pub start: i64,
    pub alpn: Text,
}

#[repr(C)]
pub struct Chunk {
    pub size: u32,
    pub direction: u32,
    pub flags: u32,
    pub pad: u32,
    pub offset: u64,
    pub bytes: Bytes,
}

#[repr(C)]
pub struct ProbeResult {
    pub size: u32,
    pub certainty: u32,
    pub protocol: u32,
    pub pad: u32,
    pub need: u64,
}

#[repr(C)]
pub struct DataResult {
    pub size: u32,
    pub anomaly: u32,
    pub consumed: u64,
    pub need: u64,
    pub offset: u64,
    pub protocol: Text,
    pub switch_to_server: u64,
    pub switch_to_client: u64,
    pub switch_flags: u32,
    pub pad: u32,
}

pub type Data<S> = extern "C" fn(*mut S, *const Chunk, *const Sink, *mut DataResult) -> i32;

/// `I`: the plugin's instance; `S`: its session.
#[repr(C)]
pub struct Dissector<I, S> {
    pub size: u32,
    pub pad: u32,
    pub probe: extern "C" fn(*mut I, *const Flow, u32, Bytes, *mut ProbeResult) -> i32,
    pub open: extern "C" fn(*mut I, *const Flow, *mut *mut S) -> i32,
    pub data: Data<S>,
    pub gap: extern "C" fn(*mut S, u32, u64, u64, *const Sink, *mut DataResult) -> i32,
    pub datagram: Option<Data<S>>,
    pub close: extern "C" fn(*mut S, *const Sink, u32) -> i32,
}

#[repr(C)]
pub struct NextResult {
    pub size: u32,
    pub error: u32,
    pub retry_ms: u64,
    pub cursor: Bytes,
}

/// `I`: the plugin's instance; `S`: its stream.
#[repr(C)]
pub struct Source<I, S> {
    pub size: u32,
    pub pad: u32,
    pub sniff: Option<extern "C" fn(Bytes, Text, *mut u32, *mut Text) -> i32>,
    pub open: extern "C" fn(*mut I, Bytes, i32, Bytes, *mut *mut S) -> i32,
    pub next: extern "C" fn(*mut S, *const Sink, u64, u64, *mut NextResult) -> i32,
    pub close: extern "C" fn(*mut S) -> i32,
    pub wake: Option<extern "C" fn(*mut S) -> i32>,
    pub progress: Option<extern "C" fn(*mut S, *mut c_void) -> i32>,
}

#[repr(C)]
pub struct Plugin<I> {
    pub size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub min_minor: u32,
    pub id: Text,
    pub name: Text,
    pub version: Text,
    pub vendor: Text,
    pub licence: Text,
    pub url: Text,
    pub summary: Text,
    pub config_schema: Text,
    pub describe: extern "C" fn(*const Describer) -> i32,
    pub create: extern "C" fn(*const Host, Bytes, *mut *mut I) -> i32,
    pub destroy: extern "C" fn(*mut I) -> i32,
    pub interface: extern "C" fn(Text) -> *const c_void,
}

// Tables and the descriptor hold pointers to what never changes.
unsafe impl<I> Sync for Plugin<I> {}

// Sizes of the C headers of ABI 1.0, on a machine of 64 bits.
const _: () = {
    assert!(size_of::<Field>() == 80 && size_of::<Describer>() == 152 && size_of::<Host>() == 80);
    assert!(size_of::<Sink>() == 176 && size_of::<Flow>() == 88 && size_of::<Chunk>() == 40);
    assert!(size_of::<ProbeResult>() == 24 && size_of::<DataResult>() == 72 && size_of::<NextResult>() == 32);
    assert!(size_of::<Dissector<u8, u8>>() == 56 && size_of::<Source<u8, u8>>() == 56);
    assert!(size_of::<Plugin<u8>>() == 176);
};
