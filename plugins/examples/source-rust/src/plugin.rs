//! The plugin's descriptor: who it is, and where its functions are.

use crate::vedette::*;
use crate::{Stream, close, describe, next, open, sniff};
use std::ffi::c_void;
use std::ptr::null;

/// What one instance needs: nothing yet but its host. All that changes belongs in here, nothing into statics.
pub struct Instance {
    pub host: *const Host,
}

static TABLE: Source<Instance, Stream> = Source {
    size: size_of::<Source<Instance, Stream>>() as u32,
    pad: 0,
    sniff: Some(sniff),
    open,
    next,
    close,
    wake: None,
    progress: None,
};

extern "C" fn create(host: *const Host, _: Bytes, out: *mut *mut Instance) -> i32 {
    unsafe { *out = Box::into_raw(Box::new(Instance { host })) };
    OK
}

extern "C" fn destroy(instance: *mut Instance) -> i32 {
    drop(unsafe { Box::from_raw(instance) });
    OK
}

extern "C" fn interface(id: Text) -> *const c_void {
    if unsafe { id.slice() } == crate::INTERFACE.as_bytes() { (&raw const TABLE).cast() } else { null() }
}

static PLUGIN: Plugin<Instance> = Plugin {
    size: size_of::<Plugin<Instance>>() as u32,
    abi_major: 1,
    abi_minor: 0,
    min_minor: 0,
    id: Text::of("org.example.report"),
    name: Text::of("report"),
    version: Text::of("0.1.0"),
    vendor: Text::of("Example"),
    licence: Text::of("Apache-2.0"),
    url: Text::of(""),
    summary: Text::of("Reads reports of lines with tabs."),
    config_schema: Text::of(""),
    describe,
    create,
    destroy,
    interface,
};

#[unsafe(no_mangle)]
pub extern "C" fn vedette_plugin_entry(host_abi: u32) -> *const c_void {
    if host_abi >> 16 == 1 { (&raw const PLUGIN).cast() } else { null() }
}
