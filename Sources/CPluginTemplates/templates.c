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
#embed "../../plugins/examples/dissector-swift/Makefile"
};
static const unsigned char file40[] = {
#embed "../../plugins/examples/dissector-swift/Package.swift"
};
static const unsigned char file41[] = {
#embed "../../plugins/examples/dissector-swift/exports.map"
};
static const unsigned char file42[] = {
#embed "../../plugins/examples/dissector-swift/Sources/dissector_ident/Ident.swift"
};
static const unsigned char file43[] = {
#embed "../../plugins/examples/source-c/Makefile"
};
static const unsigned char file44[] = {
#embed "../../plugins/examples/source-c/plugin.c"
};
static const unsigned char file45[] = {
#embed "../../plugins/examples/source-c/report.c"
};
static const unsigned char file46[] = {
#embed "../../plugins/examples/source-c/report.h"
};
static const unsigned char file47[] = {
#embed "../../plugins/examples/source-swift/Makefile"
};
static const unsigned char file48[] = {
#embed "../../plugins/examples/source-swift/Package.swift"
};
static const unsigned char file49[] = {
#embed "../../plugins/examples/source-swift/exports.map"
};
static const unsigned char file50[] = {
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
    {"examples/dissector-swift/Makefile", file39, sizeof file39},
    {"examples/dissector-swift/Package.swift", file40, sizeof file40},
    {"examples/dissector-swift/exports.map", file41, sizeof file41},
    {"examples/dissector-swift/Sources/dissector_ident/Ident.swift", file42, sizeof file42},
    {"examples/source-c/Makefile", file43, sizeof file43},
    {"examples/source-c/plugin.c", file44, sizeof file44},
    {"examples/source-c/report.c", file45, sizeof file45},
    {"examples/source-c/report.h", file46, sizeof file46},
    {"examples/source-swift/Makefile", file47, sizeof file47},
    {"examples/source-swift/Package.swift", file48, sizeof file48},
    {"examples/source-swift/exports.map", file49, sizeof file49},
    {"examples/source-swift/Sources/process_report/Report.swift", file50, sizeof file50},
};

size_t vedette_template_count(void) {
    return sizeof templates / sizeof *templates;
}

vedette_template vedette_template_at(size_t index) {
    return templates[index];
}
