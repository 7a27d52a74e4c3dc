// The built program, run as a user runs it.

import Foundation
import JSON

/// The folder that holds the products of this build: beside the test bundle.
let productFolder: URL = {
  var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  // swift test runs a bundle within the build folder, or a helper elsewhere that is told its path.
  for argument in CommandLine.arguments where argument.hasSuffix(".xctest") {
    folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
  }
  return folder
}()

struct Run {
  var status: Int32
  var output: String
  var errors: String
  /// Standard output as JSON Lines.
  var records: [JSONValue] {
    get throws { try output.split(separator: "\n").map { try JSONValue(parsing: String($0)) } }
  }
}

/// Runs a product and waits for its end.
func run(_ product: String = "vedette", _ arguments: [String], in folder: URL? = nil) throws -> Run {
  let process = Process()
  process.executableURL = productFolder.appendingPathComponent(product)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
  if let folder { process.currentDirectoryURL = folder }
  process.standardInput = FileHandle.nullDevice
  // Files, not pipes: nothing to be read meanwhile.
  let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-run-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  let out = scratch.appendingPathComponent("out")
  let err = scratch.appendingPathComponent("err")
  for file in [out, err] { try Data().write(to: file) }
  process.standardOutput = try FileHandle(forWritingTo: out)
  process.standardError = try FileHandle(forWritingTo: err)
  try process.run()
  process.waitUntilExit()
  return Run(
    status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
    output: String(decoding: try Data(contentsOf: out), as: UTF8.self),
    errors: String(decoding: try Data(contentsOf: err), as: UTF8.self))
}

/// A folder of its own, gone afterwards.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vedette-test-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
