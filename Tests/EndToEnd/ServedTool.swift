// A made-up service that a test talks to.

import Foundation

/// One of the servers in `tools` on a port of its own: it says where it is in one line, and what it did when it is ended.
final class ServedTool {
  private let process = Process()
  private let output = Pipe()
  /// The words of its first line.
  private(set) var greeting: [String] = []

  init(_ name: String, _ arguments: [String]) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    process.executableURL = root.appendingPathComponent("tools/\(name)")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    try process.run()
    try? output.fileHandleForWriting.close()
    greeting = Self.words(output.fileHandleForReading.availableData)
  }

  deinit { if process.isRunning { process.terminate() } }

  /// Ends it; the words of what it says then.
  func end() -> [String] {
    process.terminate()
    let words = Self.words(output.fileHandleForReading.readDataToEndOfFile())
    process.waitUntilExit()
    return words
  }

  private static func words(_ data: Data) -> [String] {
    String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}
