// Made by tools/generate-templates from the folders that it names. The files themselves are embedded when this is
// compiled, so this changes only when one comes or goes.
// clang-format off
#include "CPluginTemplates.h"

#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char file0[] = {
#embed "../../Sources/VedettePluginABI/abi.c"
};
static const unsigned char file1[] = {
#embed "../../Sources/VedettePluginABI/include/module.modulemap"
};
static const unsigned char file2[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/describe.h"
};
static const unsigned char file3[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/dissector.h"
};
static const unsigned char file4[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/entry.h"
};
static const unsigned char file5[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/host.h"
};
static const unsigned char file6[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/optional.h"
};
static const unsigned char file7[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/plugin.h"
};
static const unsigned char file8[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/records.h"
};
static const unsigned char file9[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/sink.h"
};
static const unsigned char file10[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/source.h"
};
static const unsigned char file11[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/types.h"
};
static const unsigned char file12[] = {
#embed "../../plugins/support/Describer.swift"
};
static const unsigned char file13[] = {
#embed "../../plugins/support/EvidenceFields.swift"
};
static const unsigned char file14[] = {
#embed "../../plugins/support/LineReader.swift"
};
static const unsigned char file15[] = {
#embed "../../plugins/support/LineSource.swift"
};
static const unsigned char file16[] = {
#embed "../../plugins/support/Place.swift"
};
static const unsigned char file17[] = {
#embed "../../plugins/support/RecordSink.swift"
};
static const unsigned char file18[] = {
#embed "../../plugins/support/SourcePlugin.swift"
};
static const unsigned char file19[] = {
#embed "../../plugins/support/SourceStream.swift"
};
static const unsigned char file20[] = {
#embed "../../plugins/support/Text/AddressText.swift"
};
static const unsigned char file21[] = {
#embed "../../plugins/support/Text/Digits.swift"
};
static const unsigned char file22[] = {
#embed "../../plugins/support/Text/EventTime.swift"
};
static const unsigned char file23[] = {
#embed "../../plugins/kit/Bytes.swift"
};
static const unsigned char file24[] = {
#embed "../../plugins/kit/Declaration.swift"
};
static const unsigned char file25[] = {
#embed "../../plugins/kit/Dissector.swift"
};
static const unsigned char file26[] = {
#embed "../../plugins/kit/DissectorCalls.swift"
};
static const unsigned char file27[] = {
#embed "../../plugins/kit/DissectorDescription.swift"
};
static const unsigned char file28[] = {
#embed "../../plugins/kit/LineSourcePlugin.swift"
};
static const unsigned char file29[] = {
#embed "../../plugins/kit/Plugin.swift"
};
static const unsigned char file30[] = {
#embed "../../plugins/kit/Sink.swift"
};
static const unsigned char file31[] = {
#embed "../../plugins/examples/README.dissector.md"
};
static const unsigned char file32[] = {
#embed "../../plugins/examples/README.source.md"
};
static const unsigned char file33[] = {
#embed "../../plugins/examples/ci.yml"
};
static const unsigned char file34[] = {
#embed "../../plugins/examples/gitignore"
};
static const unsigned char file35[] = {
#embed "../../plugins/examples/dissector-c/Makefile"
};
static const unsigned char file36[] = {
#embed "../../plugins/examples/dissector-c/ident.c"
};
static const unsigned char file37[] = {
#embed "../../plugins/examples/dissector-c/ident.h"
};
static const unsigned char file38[] = {
#embed "../../plugins/examples/dissector-c/plugin.c"
};
static const unsigned char file39[] = {
#embed "../../plugins/examples/dissector-cpp/Makefile"
};
static const unsigned char file40[] = {
#embed "../../plugins/examples/dissector-cpp/ident.cpp"
};
static const unsigned char file41[] = {
#embed "../../plugins/examples/dissector-cpp/ident.hpp"
};
static const unsigned char file42[] = {
#embed "../../plugins/examples/dissector-cpp/plugin.cpp"
};
static const unsigned char file43[] = {
#embed "../../plugins/examples/dissector-rust/Cargo.lock"
};
static const unsigned char file44[] = {
#embed "../../plugins/examples/dissector-rust/Cargo.toml"
};
static const unsigned char file45[] = {
#embed "../../plugins/examples/dissector-rust/Makefile"
};
static const unsigned char file46[] = {
#embed "../../plugins/examples/dissector-rust/rustfmt.toml"
};
static const unsigned char file47[] = {
#embed "../../plugins/examples/dissector-rust/src/lib.rs"
};
static const unsigned char file48[] = {
#embed "../../plugins/examples/dissector-rust/src/plugin.rs"
};
static const unsigned char file49[] = {
#embed "../../plugins/examples/dissector-rust/src/vedette.rs"
};
static const unsigned char file50[] = {
#embed "../../plugins/examples/dissector-swift/Makefile"
};
static const unsigned char file51[] = {
#embed "../../plugins/examples/dissector-swift/Package.swift"
};
static const unsigned char file52[] = {
#embed "../../plugins/examples/dissector-swift/exports.map"
};
static const unsigned char file53[] = {
#embed "../../plugins/examples/dissector-swift/Sources/dissector_ident/Ident.swift"
};
static const unsigned char file54[] = {
#embed "../../plugins/examples/source-c/Makefile"
};
static const unsigned char file55[] = {
#embed "../../plugins/examples/source-c/plugin.c"
};
static const unsigned char file56[] = {
#embed "../../plugins/examples/source-c/report.c"
};
static const unsigned char file57[] = {
#embed "../../plugins/examples/source-c/report.h"
};
static const unsigned char file58[] = {
#embed "../../plugins/examples/source-cpp/Makefile"
};
static const unsigned char file59[] = {
#embed "../../plugins/examples/source-cpp/plugin.cpp"
};
static const unsigned char file60[] = {
#embed "../../plugins/examples/source-cpp/report.cpp"
};
static const unsigned char file61[] = {
#embed "../../plugins/examples/source-cpp/report.hpp"
};
static const unsigned char file62[] = {
#embed "../../plugins/examples/source-rust/Cargo.lock"
};
static const unsigned char file63[] = {
#embed "../../plugins/examples/source-rust/Cargo.toml"
};
static const unsigned char file64[] = {
#embed "../../plugins/examples/source-rust/Makefile"
};
static const unsigned char file65[] = {
#embed "../../plugins/examples/source-rust/rustfmt.toml"
};
static const unsigned char file66[] = {
#embed "../../plugins/examples/source-rust/src/lib.rs"
};
static const unsigned char file67[] = {
#embed "../../plugins/examples/source-rust/src/plugin.rs"
};
static const unsigned char file68[] = {
#embed "../../plugins/examples/source-rust/src/vedette.rs"
};
static const unsigned char file69[] = {
#embed "../../plugins/examples/source-swift/Makefile"
};
static const unsigned char file70[] = {
#embed "../../plugins/examples/source-swift/Package.swift"
};
static const unsigned char file71[] = {
#embed "../../plugins/examples/source-swift/exports.map"
};
static const unsigned char file72[] = {
#embed "../../plugins/examples/source-swift/Sources/process_report/Report.swift"
};

static const vedette_template templates[] = {
    {"abi/abi.c", file0, sizeof file0},
    {"abi/include/module.modulemap", file1, sizeof file1},
    {"abi/include/vedette/describe.h", file2, sizeof file2},
    {"abi/include/vedette/dissector.h", file3, sizeof file3},
    {"abi/include/vedette/entry.h", file4, sizeof file4},
    {"abi/include/vedette/host.h", file5, sizeof file5},
    {"abi/include/vedette/optional.h", file6, sizeof file6},
    {"abi/include/vedette/plugin.h", file7, sizeof file7},
    {"abi/include/vedette/records.h", file8, sizeof file8},
    {"abi/include/vedette/sink.h", file9, sizeof file9},
    {"abi/include/vedette/source.h", file10, sizeof file10},
    {"abi/include/vedette/types.h", file11, sizeof file11},
    {"support/Describer.swift", file12, sizeof file12},
    {"support/EvidenceFields.swift", file13, sizeof file13},
    {"support/LineReader.swift", file14, sizeof file14},
    {"support/LineSource.swift", file15, sizeof file15},
    {"support/Place.swift", file16, sizeof file16},
    {"support/RecordSink.swift", file17, sizeof file17},
    {"support/SourcePlugin.swift", file18, sizeof file18},
    {"support/SourceStream.swift", file19, sizeof file19},
    {"support/Text/AddressText.swift", file20, sizeof file20},
    {"support/Text/Digits.swift", file21, sizeof file21},
    {"support/Text/EventTime.swift", file22, sizeof file22},
    {"kit/Bytes.swift", file23, sizeof file23},
    {"kit/Declaration.swift", file24, sizeof file24},
    {"kit/Dissector.swift", file25, sizeof file25},
    {"kit/DissectorCalls.swift", file26, sizeof file26},
    {"kit/DissectorDescription.swift", file27, sizeof file27},
    {"kit/LineSourcePlugin.swift", file28, sizeof file28},
    {"kit/Plugin.swift", file29, sizeof file29},
    {"kit/Sink.swift", file30, sizeof file30},
    {"examples/README.dissector.md", file31, sizeof file31},
    {"examples/README.source.md", file32, sizeof file32},
    {"examples/ci.yml", file33, sizeof file33},
    {"examples/gitignore", file34, sizeof file34},
    {"examples/dissector-c/Makefile", file35, sizeof file35},
    {"examples/dissector-c/ident.c", file36, sizeof file36},
    {"examples/dissector-c/ident.h", file37, sizeof file37},
    {"examples/dissector-c/plugin.c", file38, sizeof file38},
    {"examples/dissector-cpp/Makefile", file39, sizeof file39},
    {"examples/dissector-cpp/ident.cpp", file40, sizeof file40},
    {"examples/dissector-cpp/ident.hpp", file41, sizeof file41},
    {"examples/dissector-cpp/plugin.cpp", file42, sizeof file42},
    {"examples/dissector-rust/Cargo.lock", file43, sizeof file43},
    {"examples/dissector-rust/Cargo.toml", file44, sizeof file44},
    {"examples/dissector-rust/Makefile", file45, sizeof file45},
    {"examples/dissector-rust/rustfmt.toml", file46, sizeof file46},
    {"examples/dissector-rust/src/lib.rs", file47, sizeof file47},
    {"examples/dissector-rust/src/plugin.rs", file48, sizeof file48},
    {"examples/dissector-rust/src/vedette.rs", file49, sizeof file49},
    {"examples/dissector-swift/Makefile", file50, sizeof file50},
    {"examples/dissector-swift/Package.swift", file51, sizeof file51},
    {"examples/dissector-swift/exports.map", file52, sizeof file52},
    {"examples/dissector-swift/Sources/dissector_ident/Ident.swift", file53, sizeof file53},
    {"examples/source-c/Makefile", file54, sizeof file54},
    {"examples/source-c/plugin.c", file55, sizeof file55},
    {"examples/source-c/report.c", file56, sizeof file56},
    {"examples/source-c/report.h", file57, sizeof file57},
    {"examples/source-cpp/Makefile", file58, sizeof file58},
    {"examples/source-cpp/plugin.cpp", file59, sizeof file59},
    {"examples/source-cpp/report.cpp", file60, sizeof file60},
    {"examples/source-cpp/report.hpp", file61, sizeof file61},
    {"examples/source-rust/Cargo.lock", file62, sizeof file62},
    {"examples/source-rust/Cargo.toml", file63, sizeof file63},
    {"examples/source-rust/Makefile", file64, sizeof file64},
    {"examples/source-rust/rustfmt.toml", file65, sizeof file65},
    {"examples/source-rust/src/lib.rs", file66, sizeof file66},
    {"examples/source-rust/src/plugin.rs", file67, sizeof file67},
    {"examples/source-rust/src/vedette.rs", file68, sizeof file68},
    {"examples/source-swift/Makefile", file69, sizeof file69},
    {"examples/source-swift/Package.swift", file70, sizeof file70},
    {"examples/source-swift/exports.map", file71, sizeof file71},
    {"examples/source-swift/Sources/process_report/Report.swift", file72, sizeof file72},
};

size_t vedette_template_count(void) {
    return sizeof templates / sizeof *templates;
}

vedette_template vedette_template_at(size_t index) {
    return templates[index];
}
