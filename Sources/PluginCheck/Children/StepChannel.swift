/// How a step tells its parent what it found: lines of JSON on a descriptor that the plugin does not know of.

import JSON

#if canImport(Glibc)
  import Glibc
#endif

/// A line of the channel.
enum StepMessage {
  case finding(Finding)
  case figure(Figure)
  case skipped(String)
  /// What is about to be done, so that the parent can say where a crash or a hang was.
  case place(String)
  /// The last line of a step that came to its end.
  case done

  init?(_ line: String) {
    guard let value = try? JSONValue(parsing: line) else { return nil }
    if let text = value["fault"]?.string {
      self = .finding(Finding(.fault, text))
    } else if let text = value["remark"]?.string {
      self = .finding(Finding(.remark, text))
    } else if let name = value["figure"]?.string, let unit = value["unit"]?.string, let number = value["value"] {
      let amount: Double
      switch number {
      case .double(let d): amount = d
      case .int(let i): amount = Double(i)
      case .uint(let u): amount = Double(u)
      default: return nil
      }
      self = .figure(Figure(name, amount, unit))
    } else if let text = value["skipped"]?.string {
      self = .skipped(text)
    } else if let text = value["at"]?.string {
      self = .place(text)
    } else if value["done"]?.bool == true {
      self = .done
    } else {
      return nil
    }
  }
}

/// The child's end. One thread.
final class StepChannel {
  private var faults = 0
  private var remarks = 0
  /// Findings of one severity that a step may tell; more are counted.
  private static let limit = 12

  init() {}

  func fault(_ text: String) {
    faults += 1
    if faults <= Self.limit { send("fault", text) }
  }
  func remark(_ text: String) {
    remarks += 1
    if remarks <= Self.limit { send("remark", text) }
  }
  func at(_ place: String) { send("at", place) }
  func skip(_ reason: String) { send("skipped", reason) }

  func figure(_ name: String, _ value: Double, _ unit: String) {
    var w = JSONWriter()
    w.beginObject()
    w.member("figure", name)
    w.member("value", value)
    w.member("unit", unit)
    w.endObject()
    write(&w)
  }

  func done() {
    if faults > Self.limit { send("fault", "and \(faults - Self.limit) more faults") }
    if remarks > Self.limit { send("remark", "and \(remarks - Self.limit) more remarks") }
    var w = JSONWriter()
    w.beginObject()
    w.member("done", true)
    w.endObject()
    write(&w)
  }

  private func send(_ key: String, _ text: String) {
    var w = JSONWriter()
    w.beginObject()
    w.member(key, text)
    w.endObject()
    write(&w)
  }

  private func write(_ w: inout JSONWriter) {
    w.newline()
    w.withBytes { bytes in
      var rest = bytes
      while !rest.isEmpty {
        let n = Glibc.write(ChildProcess.reportDescriptor, rest.baseAddress, rest.count)
        if n < 0, errno == EINTR { continue }
        guard n > 0 else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[n...])
      }
    }
  }
}
