// Made by tools/generate-templates from the folders that it names. The files themselves are embedded when
// this is compiled, so this changes only when one comes or goes.
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
#embed "../../Sources/VedettePluginABI/include/vedette/host-pictures.h"
};
static const unsigned char file6[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/host-secret.h"
};
static const unsigned char file7[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/host-state.h"
};
static const unsigned char file8[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/host.h"
};
static const unsigned char file9[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/metrics.h"
};
static const unsigned char file10[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/plugin.h"
};
static const unsigned char file11[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/reconfigure.h"
};
static const unsigned char file12[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/records.h"
};
static const unsigned char file13[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/selftest.h"
};
static const unsigned char file14[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/sink.h"
};
static const unsigned char file15[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/source.h"
};
static const unsigned char file16[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/state.h"
};
static const unsigned char file17[] = {
#embed "../../Sources/VedettePluginABI/include/vedette/types.h"
};
static const unsigned char file18[] = {
#embed "../../plugins/support/EvidenceFields.swift"
};
static const unsigned char file19[] = {
#embed "../../plugins/support/Place.swift"
};
static const unsigned char file20[] = {
#embed "../../plugins/support/RecordSink.swift"
};
static const unsigned char file21[] = {
#embed "../../plugins/support/Calls/Describer.swift"
};
static const unsigned char file22[] = {
#embed "../../plugins/support/Calls/Source.swift"
};
static const unsigned char file23[] = {
#embed "../../plugins/support/Calls/SourceCalls.swift"
};
static const unsigned char file24[] = {
#embed "../../plugins/support/Calls/SourceDeclaration.swift"
};
static const unsigned char file25[] = {
#embed "../../plugins/support/Calls/SourcePictures.swift"
};
static const unsigned char file26[] = {
#embed "../../plugins/support/Calls/SourcePlugin.swift"
};
static const unsigned char file27[] = {
#embed "../../plugins/support/Documents/DocumentInput.swift"
};
static const unsigned char file28[] = {
#embed "../../plugins/support/Documents/DocumentSource.swift"
};
static const unsigned char file29[] = {
#embed "../../plugins/support/Documents/JSONCutter.swift"
};
static const unsigned char file30[] = {
#embed "../../plugins/support/Documents/LineCutter.swift"
};
static const unsigned char file31[] = {
#embed "../../plugins/support/Documents/MixedSource.swift"
};
static const unsigned char file32[] = {
#embed "../../plugins/support/Documents/OutputQueue.swift"
};
static const unsigned char file33[] = {
#embed "../../plugins/support/Documents/PieceReader.swift"
};
static const unsigned char file34[] = {
#embed "../../plugins/support/Input/FileSource.swift"
};
static const unsigned char file35[] = {
#embed "../../plugins/support/Input/FileStream.swift"
};
static const unsigned char file36[] = {
#embed "../../plugins/support/Input/InputDescriptor.swift"
};
static const unsigned char file37[] = {
#embed "../../plugins/support/Lines/LineInput.swift"
};
static const unsigned char file38[] = {
#embed "../../plugins/support/Lines/LineReader.swift"
};
static const unsigned char file39[] = {
#embed "../../plugins/support/Lines/LineSource.swift"
};
static const unsigned char file40[] = {
#embed "../../plugins/support/Text/AddressText.swift"
};
static const unsigned char file41[] = {
#embed "../../plugins/support/Text/Base64.swift"
};
static const unsigned char file42[] = {
#embed "../../plugins/support/Text/ByteSearch.swift"
};
static const unsigned char file43[] = {
#embed "../../plugins/support/Text/Charset.swift"
};
static const unsigned char file44[] = {
#embed "../../plugins/support/Text/Digits.swift"
};
static const unsigned char file45[] = {
#embed "../../plugins/support/Text/EventTime+Text.swift"
};
static const unsigned char file46[] = {
#embed "../../plugins/support/Text/EventTime.swift"
};
static const unsigned char file47[] = {
#embed "../../plugins/support/Text/WrittenTime.swift"
};
static const unsigned char file48[] = {
#embed "../../plugins/kit/Bytes.swift"
};
static const unsigned char file49[] = {
#embed "../../plugins/kit/Declaration.swift"
};
static const unsigned char file50[] = {
#embed "../../plugins/kit/Dissector.swift"
};
static const unsigned char file51[] = {
#embed "../../plugins/kit/DissectorCalls.swift"
};
static const unsigned char file52[] = {
#embed "../../plugins/kit/DissectorDescription.swift"
};
static const unsigned char file53[] = {
#embed "../../plugins/kit/Instance.swift"
};
static const unsigned char file54[] = {
#embed "../../plugins/kit/LineSourcePlugin.swift"
};
static const unsigned char file55[] = {
#embed "../../plugins/kit/OptionalCalls.swift"
};
static const unsigned char file56[] = {
#embed "../../plugins/kit/Plugin.swift"
};
static const unsigned char file57[] = {
#embed "../../plugins/kit/Sink.swift"
};
static const unsigned char file58[] = {
#embed "../../plugins/examples/README.dissector.md"
};
static const unsigned char file59[] = {
#embed "../../plugins/examples/README.source.md"
};
static const unsigned char file60[] = {
#embed "../../plugins/examples/ci.yml"
};
static const unsigned char file61[] = {
#embed "../../plugins/examples/gitignore"
};
static const unsigned char file62[] = {
#embed "../../plugins/examples/dissector-c/Makefile"
};
static const unsigned char file63[] = {
#embed "../../plugins/examples/dissector-c/ident.c"
};
static const unsigned char file64[] = {
#embed "../../plugins/examples/dissector-c/ident.h"
};
static const unsigned char file65[] = {
#embed "../../plugins/examples/dissector-c/plugin.c"
};
static const unsigned char file66[] = {
#embed "../../plugins/examples/dissector-cpp/Makefile"
};
static const unsigned char file67[] = {
#embed "../../plugins/examples/dissector-cpp/ident.cpp"
};
static const unsigned char file68[] = {
#embed "../../plugins/examples/dissector-cpp/ident.hpp"
};
static const unsigned char file69[] = {
#embed "../../plugins/examples/dissector-cpp/plugin.cpp"
};
static const unsigned char file70[] = {
#embed "../../plugins/examples/dissector-rust/Cargo.lock"
};
static const unsigned char file71[] = {
#embed "../../plugins/examples/dissector-rust/Cargo.toml"
};
static const unsigned char file72[] = {
#embed "../../plugins/examples/dissector-rust/Makefile"
};
static const unsigned char file73[] = {
#embed "../../plugins/examples/dissector-rust/rustfmt.toml"
};
static const unsigned char file74[] = {
#embed "../../plugins/examples/dissector-rust/src/lib.rs"
};
static const unsigned char file75[] = {
#embed "../../plugins/examples/dissector-rust/src/plugin.rs"
};
static const unsigned char file76[] = {
#embed "../../plugins/examples/dissector-rust/src/vedette.rs"
};
static const unsigned char file77[] = {
#embed "../../plugins/examples/dissector-swift/Makefile"
};
static const unsigned char file78[] = {
#embed "../../plugins/examples/dissector-swift/Package.swift"
};
static const unsigned char file79[] = {
#embed "../../plugins/examples/dissector-swift/exports.map"
};
static const unsigned char file80[] = {
#embed "../../plugins/examples/dissector-swift/Sources/dissector_ident/Ident.swift"
};
static const unsigned char file81[] = {
#embed "../../plugins/examples/source-c/Makefile"
};
static const unsigned char file82[] = {
#embed "../../plugins/examples/source-c/plugin.c"
};
static const unsigned char file83[] = {
#embed "../../plugins/examples/source-c/report.c"
};
static const unsigned char file84[] = {
#embed "../../plugins/examples/source-c/report.h"
};
static const unsigned char file85[] = {
#embed "../../plugins/examples/source-cpp/Makefile"
};
static const unsigned char file86[] = {
#embed "../../plugins/examples/source-cpp/plugin.cpp"
};
static const unsigned char file87[] = {
#embed "../../plugins/examples/source-cpp/report.cpp"
};
static const unsigned char file88[] = {
#embed "../../plugins/examples/source-cpp/report.hpp"
};
static const unsigned char file89[] = {
#embed "../../plugins/examples/source-rust/Cargo.lock"
};
static const unsigned char file90[] = {
#embed "../../plugins/examples/source-rust/Cargo.toml"
};
static const unsigned char file91[] = {
#embed "../../plugins/examples/source-rust/Makefile"
};
static const unsigned char file92[] = {
#embed "../../plugins/examples/source-rust/rustfmt.toml"
};
static const unsigned char file93[] = {
#embed "../../plugins/examples/source-rust/src/lib.rs"
};
static const unsigned char file94[] = {
#embed "../../plugins/examples/source-rust/src/plugin.rs"
};
static const unsigned char file95[] = {
#embed "../../plugins/examples/source-rust/src/vedette.rs"
};
static const unsigned char file96[] = {
#embed "../../plugins/examples/source-swift/Makefile"
};
static const unsigned char file97[] = {
#embed "../../plugins/examples/source-swift/Package.swift"
};
static const unsigned char file98[] = {
#embed "../../plugins/examples/source-swift/exports.map"
};
static const unsigned char file99[] = {
#embed "../../plugins/examples/source-swift/Sources/process_report/Report.swift"
};

static const vedette_template templates[] = {
    {"abi/abi.c", file0, sizeof file0},
    {"abi/include/module.modulemap", file1, sizeof file1},
    {"abi/include/vedette/describe.h", file2, sizeof file2},
    {"abi/include/vedette/dissector.h", file3, sizeof file3},
    {"abi/include/vedette/entry.h", file4, sizeof file4},
    {"abi/include/vedette/host-pictures.h", file5, sizeof file5},
    {"abi/include/vedette/host-secret.h", file6, sizeof file6},
    {"abi/include/vedette/host-state.h", file7, sizeof file7},
    {"abi/include/vedette/host.h", file8, sizeof file8},
    {"abi/include/vedette/metrics.h", file9, sizeof file9},
    {"abi/include/vedette/plugin.h", file10, sizeof file10},
    {"abi/include/vedette/reconfigure.h", file11, sizeof file11},
    {"abi/include/vedette/records.h", file12, sizeof file12},
    {"abi/include/vedette/selftest.h", file13, sizeof file13},
    {"abi/include/vedette/sink.h", file14, sizeof file14},
    {"abi/include/vedette/source.h", file15, sizeof file15},
    {"abi/include/vedette/state.h", file16, sizeof file16},
    {"abi/include/vedette/types.h", file17, sizeof file17},
    {"support/EvidenceFields.swift", file18, sizeof file18},
    {"support/Place.swift", file19, sizeof file19},
    {"support/RecordSink.swift", file20, sizeof file20},
    {"support/Calls/Describer.swift", file21, sizeof file21},
    {"support/Calls/Source.swift", file22, sizeof file22},
    {"support/Calls/SourceCalls.swift", file23, sizeof file23},
    {"support/Calls/SourceDeclaration.swift", file24, sizeof file24},
    {"support/Calls/SourcePictures.swift", file25, sizeof file25},
    {"support/Calls/SourcePlugin.swift", file26, sizeof file26},
    {"support/Documents/DocumentInput.swift", file27, sizeof file27},
    {"support/Documents/DocumentSource.swift", file28, sizeof file28},
    {"support/Documents/JSONCutter.swift", file29, sizeof file29},
    {"support/Documents/LineCutter.swift", file30, sizeof file30},
    {"support/Documents/MixedSource.swift", file31, sizeof file31},
    {"support/Documents/OutputQueue.swift", file32, sizeof file32},
    {"support/Documents/PieceReader.swift", file33, sizeof file33},
    {"support/Input/FileSource.swift", file34, sizeof file34},
    {"support/Input/FileStream.swift", file35, sizeof file35},
    {"support/Input/InputDescriptor.swift", file36, sizeof file36},
    {"support/Lines/LineInput.swift", file37, sizeof file37},
    {"support/Lines/LineReader.swift", file38, sizeof file38},
    {"support/Lines/LineSource.swift", file39, sizeof file39},
    {"support/Text/AddressText.swift", file40, sizeof file40},
    {"support/Text/Base64.swift", file41, sizeof file41},
    {"support/Text/ByteSearch.swift", file42, sizeof file42},
    {"support/Text/Charset.swift", file43, sizeof file43},
    {"support/Text/Digits.swift", file44, sizeof file44},
    {"support/Text/EventTime+Text.swift", file45, sizeof file45},
    {"support/Text/EventTime.swift", file46, sizeof file46},
    {"support/Text/WrittenTime.swift", file47, sizeof file47},
    {"kit/Bytes.swift", file48, sizeof file48},
    {"kit/Declaration.swift", file49, sizeof file49},
    {"kit/Dissector.swift", file50, sizeof file50},
    {"kit/DissectorCalls.swift", file51, sizeof file51},
    {"kit/DissectorDescription.swift", file52, sizeof file52},
    {"kit/Instance.swift", file53, sizeof file53},
    {"kit/LineSourcePlugin.swift", file54, sizeof file54},
    {"kit/OptionalCalls.swift", file55, sizeof file55},
    {"kit/Plugin.swift", file56, sizeof file56},
    {"kit/Sink.swift", file57, sizeof file57},
    {"examples/README.dissector.md", file58, sizeof file58},
    {"examples/README.source.md", file59, sizeof file59},
    {"examples/ci.yml", file60, sizeof file60},
    {"examples/gitignore", file61, sizeof file61},
    {"examples/dissector-c/Makefile", file62, sizeof file62},
    {"examples/dissector-c/ident.c", file63, sizeof file63},
    {"examples/dissector-c/ident.h", file64, sizeof file64},
    {"examples/dissector-c/plugin.c", file65, sizeof file65},
    {"examples/dissector-cpp/Makefile", file66, sizeof file66},
    {"examples/dissector-cpp/ident.cpp", file67, sizeof file67},
    {"examples/dissector-cpp/ident.hpp", file68, sizeof file68},
    {"examples/dissector-cpp/plugin.cpp", file69, sizeof file69},
    {"examples/dissector-rust/Cargo.lock", file70, sizeof file70},
    {"examples/dissector-rust/Cargo.toml", file71, sizeof file71},
    {"examples/dissector-rust/Makefile", file72, sizeof file72},
    {"examples/dissector-rust/rustfmt.toml", file73, sizeof file73},
    {"examples/dissector-rust/src/lib.rs", file74, sizeof file74},
    {"examples/dissector-rust/src/plugin.rs", file75, sizeof file75},
    {"examples/dissector-rust/src/vedette.rs", file76, sizeof file76},
    {"examples/dissector-swift/Makefile", file77, sizeof file77},
    {"examples/dissector-swift/Package.swift", file78, sizeof file78},
    {"examples/dissector-swift/exports.map", file79, sizeof file79},
    {"examples/dissector-swift/Sources/dissector_ident/Ident.swift", file80, sizeof file80},
    {"examples/source-c/Makefile", file81, sizeof file81},
    {"examples/source-c/plugin.c", file82, sizeof file82},
    {"examples/source-c/report.c", file83, sizeof file83},
    {"examples/source-c/report.h", file84, sizeof file84},
    {"examples/source-cpp/Makefile", file85, sizeof file85},
    {"examples/source-cpp/plugin.cpp", file86, sizeof file86},
    {"examples/source-cpp/report.cpp", file87, sizeof file87},
    {"examples/source-cpp/report.hpp", file88, sizeof file88},
    {"examples/source-rust/Cargo.lock", file89, sizeof file89},
    {"examples/source-rust/Cargo.toml", file90, sizeof file90},
    {"examples/source-rust/Makefile", file91, sizeof file91},
    {"examples/source-rust/rustfmt.toml", file92, sizeof file92},
    {"examples/source-rust/src/lib.rs", file93, sizeof file93},
    {"examples/source-rust/src/plugin.rs", file94, sizeof file94},
    {"examples/source-rust/src/vedette.rs", file95, sizeof file95},
    {"examples/source-swift/Makefile", file96, sizeof file96},
    {"examples/source-swift/Package.swift", file97, sizeof file97},
    {"examples/source-swift/exports.map", file98, sizeof file98},
    {"examples/source-swift/Sources/process_report/Report.swift", file99, sizeof file99},
};

size_t vedette_template_count(void) {
    return sizeof templates / sizeof *templates;
}

vedette_template vedette_template_at(size_t index) {
    return templates[index];
}
