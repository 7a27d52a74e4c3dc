// A daemon of the built program, and a client of it.

import Foundation
import JSON
import RPC

/// `vedette serve` with a socket and a store in a folder of the test's. Killed with the object, if it still runs.
final class RunningDaemon {
  private let process = Process()
  private let errors = Pipe()
  private(set) var log = ""
  let socket: String

  /// Starts it and waits until it says that it is ready, or ends.
  init(in folder: URL, _ arguments: [String] = []) throws {
    socket = folder.appendingPathComponent("v.sock").path
    process.executableURL = productFolder.appendingPathComponent("vedette")
    process.arguments =
      ["serve", "--set", "rpc.unix=\(socket)", "--set", "store.path=\(folder.appendingPathComponent("v.db").path)"]
      + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    try? errors.fileHandleForWriting.close()
    while !log.contains("ready") {
      let more = errors.fileHandleForReading.availableData
      if more.isEmpty { break }
      log += String(decoding: more, as: UTF8.self)
    }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  func client() throws -> RPCClient {
    let client = try RPCClient(unix: socket)
    client.timeoutMilliseconds = 60_000
    return client
  }

  /// Sends a signal and waits for the end.
  /// - Returns: the exit status; negative for the signal that ended it.
  @discardableResult
  func end(_ signal: Int32) -> Int32 {
    kill(process.processIdentifier, signal)
    return wait()
  }

  /// Sends a signal and waits until the log says something; false if the daemon ends first.
  func send(_ signal: Int32, until words: String) -> Bool {
    kill(process.processIdentifier, signal)
    while !log.contains(words) {
      let more = errors.fileHandleForReading.availableData
      if more.isEmpty { return false }
      log += String(decoding: more, as: UTF8.self)
    }
    return true
  }

  func wait() -> Int32 {
    // The pipe is not read to its end: a process that another test starts may hold it open too.
    process.waitUntilExit()
    return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
  }
}

extension RPCClient {
  /// Everything a list has, page after page.
  func all(_ list: String, _ params: [(String, JSONValue)] = []) throws -> [JSONValue] {
    var items: [JSONValue] = []
    var cursor: JSONValue = .null
    repeat {
      let given = cursor.isNull ? params : params + [("cursor", cursor)]
      let page = try call(list, .object(given))
      items += page["items"]?.elements ?? []
      cursor = page["next"] ?? .null
    } while !cursor.isNull
    return items
  }

  /// Waits for so many events whose record is in one of these states.
  func wait(for count: Int, states: [String]) throws {
    var left = count
    while left > 0 {
      let state = try nextNotification().params["record"]?["state"]?.string
      if let state, states.contains(state) { left -= 1 }
    }
  }
}

/// What SQLite has: how many rows, and how many different ids.
func count(_ table: String, _ folder: URL) throws -> String {
  let script =
    "import sqlite3;print(*sqlite3.connect('\(folder.path)/v.db').execute('select count(*), count(distinct id) from \(table)').fetchone())"
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3", "-c", script]
  process.standardOutput = output
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return text.trimmingCharacters(in: .whitespacesAndNewlines)
}
