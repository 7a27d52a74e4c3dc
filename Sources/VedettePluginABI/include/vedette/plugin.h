/// Vedette plugin ABI, version 1: all of it.
///
/// A plugin is one shared library that exports one function (entry.h). Through it the host reads
/// what the plugin is, lets it describe what it emits (describe.h), makes instances, and asks for
/// interfaces by id: dissector.h, source.h, and if it likes reconfigure.h, metrics.h, state.h, selftest.h.
/// What a plugin finds it tells the host through a sink (sink.h); what it may ask of the host is in host.h,
/// host-secret.h, host-state.h and host-pictures.h. Each header compiles alone as C11 and C++17 and is seen
/// from Swift as the module VedettePluginABI.
///
/// Threads. Every function names the thread it is called on: [main] the host's loading thread;
/// [worker] one packet worker's thread, never two at once for one instance; [source] the source's
/// own thread; [any] any thread at any time that its comment allows.
///
/// Lifetimes. What is passed in is valid for the call. What is returned through an out-parameter is
/// valid until the next call on the same session, stream or instance. Descriptor and interface tables are
/// valid until the image is unmapped, the vdt_host until destroy returns. The receiver copies.
///
/// A plugin keeps all mutable data in its instance, starts no thread that outlives it, installs no
/// signal handler, writes to no standard stream and never calls exit.
#ifndef VEDETTE_PLUGIN_H
#define VEDETTE_PLUGIN_H

#include "vedette/types.h"

#include "vedette/describe.h"
#include "vedette/dissector.h"
#include "vedette/entry.h"
#include "vedette/host-pictures.h"
#include "vedette/host-secret.h"
#include "vedette/host-state.h"
#include "vedette/host.h"
#include "vedette/metrics.h"
#include "vedette/reconfigure.h"
#include "vedette/records.h"
#include "vedette/selftest.h"
#include "vedette/sink.h"
#include "vedette/source.h"
#include "vedette/state.h"

#endif
