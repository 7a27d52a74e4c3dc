// swift-tools-version: 6.2
import PackageDescription

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The rooms of the house, in the order in which the data passes them (CONTRIBUTING.md has the map).
let rooms: [Target] = [
  // Contracts and libraries
  .target(name: "VedettePluginABI"),
  .systemLibrary(name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
  .systemLibrary(name: "CLibpcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
  .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
  .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
  .target(name: "JSON", dependencies: ["CSimdjson", "CCrypto"]),
  .target(name: "CSV"),
  .target(
    name: "CImages",
    linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png16"), .linkedLibrary("webp"), .linkedLibrary("gif")]),
  .target(name: "Pictures", dependencies: ["CImages", "JSON"]),
  .target(name: "CPrefetch"),
  .target(name: "CGrowingMemory"),
  .target(name: "CMemoryFile"),
  .target(name: "CIsolation"),
  .target(name: "Catalog"),
  // Rooms
  .target(name: "EventLoop", dependencies: ["CLibuv"]),
  .target(name: "Packets", dependencies: ["Catalog"]),
  .target(name: "Evidence", dependencies: ["Catalog", "JSON", "CSV", "Pictures", "CCrypto", yams]),
  .target(name: "Flows", dependencies: ["CPrefetch", "Catalog", "Packets", "Evidence"]),
  .target(
    name: "PluginHost",
    dependencies: [
      "VedettePluginABI", "CMemoryFile", "CIsolation", "CCrypto", "Catalog", "Evidence", "JSON", "CZlib", "CZstd",
    ]),
  .target(
    name: "Inspection",
    dependencies: ["CPrefetch", "VedettePluginABI", "Catalog", "Evidence", "Flows", "JSON", "PluginHost"]),
  .target(name: "Capture", dependencies: ["CLibpcap", "CZlib", "CZstd", "Packets"]),
  .target(name: "Store", dependencies: ["Catalog", "Evidence", "JSON", grdb]),
  .target(name: "Analytics", dependencies: ["CPrefetch", "CGrowingMemory", "Catalog", "Evidence"]),
  .target(name: "Correlation", dependencies: ["Catalog", "Evidence", "Analytics"]),
  .target(name: "CAllocator"),
  .target(
    name: "PluginCheck",
    dependencies: [
      "CAllocator", "VedettePluginABI", "Catalog", "Packets", "Evidence", "Flows", "PluginHost", "Inspection",
      "Capture",
      "JSON",
    ]),
  .target(name: "CPluginTemplates"),
  .target(name: "PluginTemplates", dependencies: ["CPluginTemplates", "Evidence", "Flows", "PluginCheck"]),
  .target(name: "RPC", dependencies: ["EventLoop", "JSON", logging]),
  .target(
    name: "Engine",
    dependencies: [
      "Catalog", "EventLoop", "JSON", "Pictures", "Packets", "Evidence", "Flows", "PluginHost", "Inspection",
      "Capture", "Store", "Analytics", "Correlation", "RPC", logging, yams,
    ]),
  .executableTarget(
    name: "vedette",
    dependencies: [
      "Capture", "Engine", "Evidence", "JSON", "PluginCheck", "PluginHost", "PluginTemplates", "RPC", "EventLoop",
      argumentParser, logging,
    ]),
]

/// First-party plugins: shared libraries that know `vedette/*.h` and nothing else of the house.
/// JSON, CSV and Pictures with what they wrap are libraries, not rooms.
let dissectors: [Target] = ["dns", "http", "tls"].map { name in
  .target(
    name: "dissector_\(name)", dependencies: name == "tls" ? ["VedettePluginABI", "CCrypto"] : ["VedettePluginABI"],
    path: "plugins/dissectors/\(name)", cSettings: [.unsafeFlags(["-fvisibility=hidden"])])
}
let sources: [Target] = [
  .target(name: "PluginSupport", dependencies: ["VedettePluginABI"], path: "plugins/support"),
  .target(name: "VedettePluginKit", dependencies: ["PluginSupport", "VedettePluginABI"], path: "plugins/kit"),
  .target(name: "HostEvents", dependencies: ["PluginSupport", "JSON"], path: "plugins/processes/host-events"),
  .target(
    name: "EvidenceLines",
    dependencies: ["PersonaRecords", "PluginSupport", "VedettePluginABI", "JSON", "CSV", "Pictures"],
    path: "plugins/sources/evidence/Lines"),
  .target(name: "source_evidence", dependencies: ["EvidenceLines"], path: "plugins/sources/evidence/Entry"),
  .target(
    name: "source_lab", dependencies: ["VedettePluginABI", "PluginSupport", "LabWorld"], path: "plugins/sources/lab"),
  .target(name: "LabWorld", path: "plugins/sources/lab-world"),
  .target(
    name: "WindowsEvents", dependencies: ["HostEvents", "PluginSupport", "VedettePluginABI", "JSON"],
    path: "plugins/processes/winevent/Events"),
  .target(name: "process_winevent", dependencies: ["WindowsEvents"], path: "plugins/processes/winevent/Entry"),
  .target(
    name: "LinuxAudit", dependencies: ["HostEvents", "PluginSupport", "VedettePluginABI", "JSON"],
    path: "plugins/processes/linux-audit/Audit"),
  .target(name: "process_linux_audit", dependencies: ["LinuxAudit"], path: "plugins/processes/linux-audit/Entry"),
  // What a call between host and plugin costs: for tools/bench only.
  .executableTarget(
    name: "plugin-bench", dependencies: ["VedettePluginABI", "PluginHost"],
    path: "tools/bench-support/plugin-bench"),
  .executableTarget(name: "vedette-lab", dependencies: ["LabWorld", argumentParser], path: "plugins/sources/lab-tool"),
]
/// Sources of personas that read files.
let personaFiles: [Target] =
  [
    .target(
      name: "PersonaRecords", dependencies: ["PluginSupport", "JSON", "Pictures"], path: "plugins/personas/records"),
    .target(
      name: "STIXObjects", dependencies: ["PersonaRecords", "PluginSupport", "JSON", "Pictures"],
      path: "plugins/personas/stix-objects"),
    .target(name: "MailMessages", dependencies: ["PluginSupport"], path: "plugins/personas/mail-messages"),
  ]
  + [
    personaSource("stix", "STIXSource", uses: ["STIXObjects"]), personaSource("misp", "MISPSource", uses: ["Pictures"]),
    personaSource("linkedin-export", "LinkedInExportSource", uses: ["CSV"]), personaSource("x-export", "XExportSource"),
    personaSource("mailbox", "MailboxSource", uses: ["MailMessages"]),
    personaSource("mastodon-export", "MastodonExportSource", uses: ["CSV"]),
  ].flatMap { $0 }

/// A source of personas in its own folder: the part that tests see, and the shared library around it.
func personaSource(_ name: String, _ module: String, uses: [Target.Dependency] = []) -> [Target] {
  [
    .target(
      name: module, dependencies: ["PersonaRecords", "PluginSupport", "VedettePluginABI", "JSON"] + uses,
      path: "plugins/personas/\(name)/Source"),
    .target(
      name: "persona_\(name.replacing("-", with: "_"))", dependencies: [.init(stringLiteral: module)],
      path: "plugins/personas/\(name)/Entry"),
  ]
}

/// Sources of personas that ask a service.
let personaPollers: [Target] =
  [
    .target(
      name: "Polling",
      dependencies: ["PluginSupport", "PersonaRecords", "VedettePluginABI", "JSON", "CCrypto", "CCurl", "Pictures"],
      path: "plugins/personas/polling")
  ]
  + [
    personaSource("mastodon", "MastodonSource", uses: ["Polling"]),
    personaSource("bluesky", "BlueskySource", uses: ["Polling"]),
    personaSource("jetstream", "JetstreamSource", uses: ["Polling"]),
    personaSource("taxii", "TAXIISource", uses: ["Polling", "STIXObjects"]),
    personaSource("rest-poller", "RestPollerSource", uses: ["Polling"]),
  ].flatMap { $0 }
let plugins = (dissectors + sources + personaFiles + personaPollers).filter { $0.name.contains("_") }

let tests: [Target] = [
  .target(name: "TestSupport", dependencies: ["Packets"], path: "Tests/Support"),
  .testTarget(name: "CatalogTests", dependencies: ["Catalog", "TestSupport"]),
  .testTarget(name: "JSONTests", dependencies: ["JSON"]),
  .testTarget(name: "CSVTests", dependencies: ["CSV"]),
  .target(name: "PictureSupport", path: "Tests/PictureSupport"),
  .testTarget(name: "PicturesTests", dependencies: ["Pictures", "PictureSupport"]),
  .testTarget(name: "EventLoopTests", dependencies: ["EventLoop"]),
  .testTarget(name: "PacketsTests", dependencies: ["Packets", "TestSupport"]),
  .testTarget(name: "EvidenceTests", dependencies: ["Catalog", "Evidence", "JSON", "Pictures", "PictureSupport"]),
  .target(name: "AllocationCounting", path: "Tests/AllocationCounting"),
  .testTarget(name: "FlowsTests", dependencies: ["Flows", "TestSupport", "AllocationCounting"]),
  // The plugins that these load are built as the products that they are: each exports the same entry.
  .testTarget(name: "PluginHostTests", dependencies: ["PluginHost", "vedette", "TestSupport", "PictureSupport"]),
  .testTarget(name: "InspectionTests", dependencies: ["Inspection", "vedette", "TestSupport"]),
  .testTarget(
    name: "SourcePluginTests",
    dependencies: [
      "PluginSupport", "HostEvents", "EvidenceLines", "WindowsEvents", "LinuxAudit", "VedettePluginABI", "JSON",
      "CSV", "PersonaRecords", "STIXObjects", "STIXSource", "MISPSource", "LinkedInExportSource", "XExportSource",
      "MailMessages", "MailboxSource", "MastodonExportSource", "Pictures", "PictureSupport",
    ]),
  .testTarget(
    name: "PersonaSourceTests",
    dependencies: [
      "Polling", "MastodonSource", "BlueskySource", "TAXIISource", "RestPollerSource", "JetstreamSource",
      "PluginSupport",
      "VedettePluginABI", "JSON", "CCurl", "Pictures", "PictureSupport",
    ]),
  .testTarget(name: "LabWorldTests", dependencies: ["LabWorld", "TestSupport"]),
  .testTarget(name: "CaptureTests", dependencies: ["Capture", "TestSupport"]),
  .testTarget(name: "StoreTests", dependencies: ["Store", grdb]),
  .testTarget(name: "AnalyticsTests", dependencies: ["Analytics", "LabWorld"]),
  .testTarget(name: "CorrelationTests", dependencies: ["Correlation"]),
  .testTarget(name: "RPCTests", dependencies: ["RPC"]),
  .testTarget(name: "PluginKitTests", dependencies: ["VedettePluginKit", "PluginSupport", "VedettePluginABI"]),
  .testTarget(name: "EngineTests", dependencies: ["Engine", "Inspection", "TestSupport"]),
  .testTarget(
    name: "EndToEndTests",
    dependencies: ["vedette", "RPC", "Store", "JSON", "Packets", "TestSupport", "PictureSupport"],
    path: "Tests/EndToEnd"),
]

let package = Package(
  name: "Vedette",
  products: [
    .executable(name: "vedette", targets: ["vedette"]), .executable(name: "vedette-lab", targets: ["vedette-lab"]),
    .library(name: "VedettePluginKit", targets: ["VedettePluginKit", "PluginSupport"]),
  ]
    + plugins.map { .library(name: $0.name, type: .dynamic, targets: [$0.name]) },
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: rooms + dissectors + sources + personaFiles + personaPollers + tests,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11,
  cxxLanguageStandard: .cxx17
)
