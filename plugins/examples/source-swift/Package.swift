// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "process_report",
  products: [.library(name: "process_report", type: .dynamic, targets: ["process_report"])],
  targets: [
    .target(name: "VedettePluginABI"),
    .target(name: "PluginSupport", dependencies: ["VedettePluginABI"]),
    .target(name: "VedettePluginKit", dependencies: ["PluginSupport", "VedettePluginABI"]),
    .target(
      name: "process_report", dependencies: ["VedettePluginKit"],
      linkerSettings: [
        // Its own Swift runtime within it, and only the entry to be seen from outside.
        .unsafeFlags(["-static-stdlib", "-Xlinker", "--gc-sections", "-Xlinker", "--version-script=exports.map"])
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
