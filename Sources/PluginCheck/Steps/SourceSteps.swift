/// The steps that have a source read data.

import Evidence
import JSON
import PluginHost

#if canImport(Glibc)
  import Glibc
#endif

/// What came of reading an input to its end.
struct ReadOutcome: Equatable {
  var lines: [String] = []
  var rejects: [String] = []
  /// The cursors that were given, each with how many records had come by then.
  var cursors: [(at: Int, cursor: [UInt8])] = []
  var refusals = ""
  var failure: String?

  static func == (a: ReadOutcome, b: ReadOutcome) -> Bool {
    a.lines == b.lines && a.rejects == b.rejects && a.refusals == b.refusals && a.failure == b.failure
  }
}

struct SourceSteps {
  let plugin: Plugin
  let request: CheckRequest
  let channel: StepChannel

  private var interfaces: [PluginInterface] {
    plugin.interfaces.filter { $0 == .personaSource || $0 == .processSource }
  }

  /// The inputs, each at most 8 MiB; nil and words where there are none.
  private func inputs() throws(PluginError) -> [(name: String, bytes: [UInt8])]? {
    guard plugin.description.sources.contains(where: \.readsFiles) else { return nil }
    guard !request.data.isEmpty else { return nil }
    var out: [(String, [UInt8])] = []
    for path in request.data {
      // Through the host's own opening, which decompresses.
      let input = try SourceInput(path: path)
      out.append((path.split(separator: "/").last.map(String.init) ?? path, input.readAll(limit: 8 << 20)))
    }
    return out
  }

  /// Without data: said, and nil.
  private func inputsOrSkip() throws(PluginError) -> [(name: String, bytes: [UInt8])]? {
    if let inputs = try inputs() { return inputs }
    channel.skip(
      plugin.description.sources.contains(where: \.readsFiles)
        ? "give a data file of its format with --data" : "it reads no file, so there is nothing to give it")
    return nil
  }

  // MARK: Reading

  /// Reads bytes to their end through a descriptor.
  ///
  /// - Parameters:
  ///   - cut: how a pipe gives them; nil for a regular file.
  ///   - max: records that each call asks for.
  func read(
    _ bytes: [UInt8]?, name: String, _ interface: PluginInterface, cut: Cut?, max: Int = 4096, cursor: [UInt8] = []
  ) throws(PluginError) -> ReadOutcome {
    var feeder: PipeFeeder?
    var input: SourceInput?
    if let bytes {
      let descriptor: Int32
      if let cut {
        guard let pipe = PipeFeeder(bytes, cut) else {
          throw PluginError(.file, name, "no pipe can be made")
        }
        feeder = pipe
        descriptor = pipe.descriptor
      } else {
        descriptor = Self.file(of: bytes)
      }
      guard descriptor >= 0 else { throw PluginError(.file, name, "no room for a copy of it") }
      input = SourceInput(descriptor: descriptor, name: name, start: Array(bytes.prefix(SourceInput.sniffedBytes)))
    }
    defer { feeder?.finish() }
    let source = try SourceInstance(
      plugin, interface: interface, name: plugin.identity.name, input: input, parameters: request.parameters,
      cursor: cursor, config: request.config)
    defer { source.close() }
    var outcome = ReadOutcome()
    var quiet = 0
    while true {
      let batch = try source.next(max: max, wait: 100)
      for observation in batch.observations {
        var w = JSONWriter()
        observation.write(to: &w)
        outcome.lines.append(w.text)
      }
      outcome.rejects += batch.rejects.map(\.description)
      if let cursor = batch.cursor { outcome.cursors.append((outcome.lines.count, cursor)) }
      if batch.observations.count > max * 2 {
        throw PluginError(
          .contract, plugin.identity.id, "gave \(batch.observations.count) records where \(max) were asked for")
      }
      _ = source.progress()
      switch batch.status {
      case .more:
        quiet = 0
        continue
      case .idle, .limited:
        // A pipe is fed meanwhile; a source without a file that waits has told what it has.
        quiet = batch.observations.isEmpty ? quiet + 1 : 0
        if let feeder, !feeder.isDone || quiet < 50 {
          poll(nil, 0, 1)
          continue
        }
      case .end: break
      case .failed(_, let words): outcome.failure = words
      }
      break
    }
    outcome.refusals = source.refusals.total > 0 ? source.refusals.description : ""
    return outcome
  }

  /// A descriptor of a file without a name that holds the bytes.
  private static func file(of bytes: [UInt8]) -> Int32 {
    var name = Array("/tmp/vedette-check-XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { return -1 }
    unlink(name)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var at = 0
    while at < bytes.count {
      let n = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + at }, bytes.count - at) }
      guard n > 0 else {
        close(descriptor)
        return -1
      }
      at += n
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  @discardableResult
  private func judge(_ outcome: ReadOutcome, _ place: String) -> Bool {
    if !outcome.refusals.isEmpty { channel.fault("\(place): of what it emitted was refused: \(outcome.refusals)") }
    return outcome.refusals.isEmpty
  }

  // MARK: records

  func records() throws(PluginError) {
    if plugin.description.sources.contains(where: \.readsFiles) {
      try sniffs()
      guard !request.data.isEmpty else {
        channel.skip("give a data file of its format with --data")
        channel.remark("no data was given: most checks were not made")
        return
      }
    }
    var records = 0
    var rejects = 0
    let inputs = try inputs()
    for interface in interfaces {
      for (name, bytes) in inputs.map({ $0.map { ($0.name, Optional($0.bytes)) } }) ?? [("without a file", nil)] {
        let place = "\(interface.rawValue), \(name)"
        channel.at(place)
        let outcome = try read(bytes, name: name, interface, cut: nil)
        judge(outcome, place)
        if let words = outcome.failure { channel.fault("\(place): it fails: \(words)") }
        for words in outcome.rejects.prefix(3) { channel.remark("\(place): refused \(words)") }
        records += outcome.lines.count
        rejects += outcome.rejects.count
        if bytes != nil, outcome.cursors.isEmpty {
          channel.remark("\(place): gives no cursor, so a restart reads all of it again")
        }
      }
    }
    channel.figure("records", Double(records), "")
    channel.figure("rejected", Double(rejects), "")
    if records == 0 { channel.fault("reads nothing from the data that it was given") }
  }

  /// Knows its own data, and nobody else's.
  private func sniffs() throws(PluginError) {
    let strange: [(String, [UInt8])] = [
      ("nothing", []), ("zeros", [UInt8](repeating: 0, count: 65_536)), ("one line end", [0x0A]),
      (
        "noise",
        {
          var random = SplitMix(7)
          return (0..<65_536).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }()
      ),
      ("prose", Array("The quick brown fox jumps over the lazy dog.\n".utf8)),
    ]
    for interface in interfaces {
      for (name, bytes) in strange {
        channel.at("sniff of \(name)")
        let (certainty, _) = try plugin.sniffed(bytes, name: name, interface)
        if certainty > 0 { channel.fault("is \(certainty) of 100 sure that \(name) is its own") }
      }
      for path in request.data {
        channel.at("sniff of \(path)")
        let input = try SourceInput(path: path)
        let (certainty, words) = try plugin.sniffed(input.start, name: path, interface)
        if certainty == 0 {
          channel.remark(
            "\(path): is not recognised\(words.map { ": \($0)" } ?? ""), so a person has to name the plugin")
        }
      }
      var claimed = 0
      for path in request.corpusFiles() {
        channel.at("sniff of \(path)")
        guard let input = try? SourceInput(path: path) else { continue }
        if try plugin.sniffed(input.start, name: path, interface).certainty >= 50 { claimed += 1 }
      }
      if request.corpus != nil { channel.figure("files of the corpus claimed", Double(claimed), "") }
    }
  }

  // MARK: cuts, resuming

  func cuts() throws(PluginError) {
    guard let inputs = try inputsOrSkip() else { return }
    for interface in interfaces {
      for (name, all) in inputs {
        let bytes = Self.wholeLines(all, limit: 16 << 10)
        let place = "\(interface.rawValue), \(name)"
        channel.at(place)
        let reference = try read(bytes, name: name, interface, cut: nil)
        judge(reference, place)
        for cut in [Cut.whole, .pieces(1), .random(request.seed)] {
          channel.at("\(place), through a pipe \(cut)")
          let other = try read(bytes, name: name, interface, cut: cut)
          if other != reference { report(place, "through a pipe \(cut)", other, reference) }
        }
        for max in [1, 7] {
          channel.at("\(place), \(max) records a call")
          let other = try read(bytes, name: name, interface, cut: nil, max: max)
          if other != reference { report(place, "when asked for \(max) records a call", other, reference) }
        }
        try resume(bytes, name, interface, place, reference)
      }
    }
  }

  private func report(_ place: String, _ how: String, _ other: ReadOutcome, _ reference: ReadOutcome) {
    let at = zip(other.lines, reference.lines).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let words =
      at.map { "record \($0 + 1) is \(other.lines[$0]) instead of \(reference.lines[$0])" }
      ?? "\(other.lines.count) records and \(other.rejects.count) rejects instead of \(reference.lines.count) and "
      + "\(reference.rejects.count)"
    channel.fault("\(place): read \(how) it is another result: \(words)")
  }

  /// A stream that is opened again at a cursor gives all that had not come: twice is allowed, never is not.
  private func resume(
    _ bytes: [UInt8], _ name: String, _ interface: PluginInterface, _ place: String, _ reference: ReadOutcome
  ) throws(PluginError) {
    let cursors = try read(bytes, name: name, interface, cut: nil, max: 7).cursors
    let step = max(1, cursors.count / 8)
    for index in stride(from: 0, to: cursors.count, by: step) {
      let (count, cursor) = cursors[index]
      channel.at("\(place), again from the cursor after \(count) records")
      for cut in [nil, Cut.whole] {
        let rest = try read(bytes, name: name, interface, cut: cut, cursor: cursor)
        let missing = Set(reference.lines.dropFirst(count)).subtracting(rest.lines)
        if let one = missing.first {
          channel.fault(
            "\(place): opened at the cursor that it gave after \(count) records, it leaves out \(missing.count) of those "
              + "behind it: \(one)")
          return
        }
      }
    }
  }

  /// The first lines, up to a limit: half a line would be another input.
  private static func wholeLines(_ bytes: [UInt8], limit: Int) -> [UInt8] {
    guard bytes.count > limit, let end = bytes.prefix(limit).lastIndex(of: 0x0A) else { return bytes }
    return Array(bytes[...end])
  }

  // MARK: gaps: ends in the middle

  func gaps() throws(PluginError) {
    guard let inputs = try inputsOrSkip() else { return }
    var random = SplitMix(request.seed)
    for interface in interfaces {
      for (name, all) in inputs where !all.isEmpty {
        let bytes = Self.wholeLines(all, limit: 32 << 10)
        for _ in 0..<8 {
          let end = random.below(bytes.count)
          let place = "\(interface.rawValue), \(name) that ends after \(end) bytes"
          channel.at(place)
          let short = Array(bytes[..<end])
          let reference = try read(short, name: name, interface, cut: nil)
          judge(reference, place)
          let other = try read(short, name: name, interface, cut: .random(request.seed))
          if other != reference { report(place, "through a pipe", other, reference) }
        }
        channel.at("\(interface.rawValue), an empty input")
        judge(try read([], name: name, interface, cut: nil), "an empty input")
      }
    }
  }

  // MARK: mutations

  func mutations() throws(PluginError) {
    guard let inputs = try inputsOrSkip() else { return }
    let watch = StopWatch()
    var iteration: UInt64 = 0
    while watch.seconds < Double(request.seconds) {
      var random = SplitMix(request.seed &* 0x9E37_79B9 &+ iteration)
      let (name, all) = inputs[random.below(inputs.count)]
      let interface = interfaces[random.below(interfaces.count)]
      // A stretch of lines from anywhere.
      let from = all.count > 16 << 10 ? random.below(all.count - (16 << 10)) : 0
      var bytes = Array(all[from..<min(all.count, from + 16 << 10)])
      for _ in 0..<1 + random.below(8) { bytes = Conversation.changed(bytes, &random) }
      let place = "\(interface.rawValue), \(name), mutation \(iteration) of seed \(request.seed)"
      channel.at(place)
      let reference = try read(bytes, name: name, interface, cut: nil)
      judge(reference, place)
      if iteration % 4 == 0 {
        let other = try read(bytes, name: name, interface, cut: .random(random.next()))
        if other != reference { report(place, "through a pipe", other, reference) }
      }
      iteration &+= 1
    }
    channel.figure("mutated inputs", Double(iteration), "")
  }

  // MARK: leaks, speed

  func leaks() throws(PluginError) {
    let inputs = try inputs()
    var leaks = LeakStep(channel: channel)
    if inputs == nil {
      // What reads no file makes as much as it likes, each time.
      leaks.warmUp = 2
      leaks.rounds = 3
    }
    for interface in interfaces {
      for (name, all) in inputs.map({ $0.map { ($0.name, Optional($0.bytes)) } }) ?? [("without a file", nil)] {
        if plugin.description.sources.contains(where: { $0.interface == interface && $0.readsFiles }), all == nil {
          continue
        }
        let bytes = all.map { Self.wholeLines($0, limit: 32 << 10) }
        var failure: PluginError?
        leaks.run("\(interface.rawValue), \(name), read and closed") {
          do throws(PluginError) { _ = try read(bytes, name: name, interface, cut: nil) } catch { failure = error }
        }
        if let failure { throw failure }
      }
    }
  }

  /// Everything once, for the step that looks at what is left behind.
  func runOnce() throws(PluginError) {
    let inputs = try inputs()
    for interface in interfaces {
      for (name, bytes) in inputs.map({ $0.map { ($0.name, Optional($0.bytes)) } }) ?? [("without a file", nil)] {
        if plugin.description.sources.contains(where: { $0.interface == interface && $0.readsFiles }), bytes == nil {
          continue
        }
        channel.at(name)
        _ = try read(bytes, name: name, interface, cut: nil)
      }
    }
  }

  func speed() throws(PluginError) {
    guard let inputs = try inputsOrSkip() else { return }
    for (name, bytes) in inputs where !bytes.isEmpty {
      channel.at(name)
      let watch = StopWatch(ofThread: true)
      var records = 0
      var total = 0
      repeat {
        records += try read(bytes, name: name, interfaces[0], cut: nil).lines.count
        total += bytes.count
      } while watch.seconds < 0.4
      channel.figure("time a byte", watch.seconds * 1e9 / Double(total), "ns")
      if records > 0 { channel.figure("time a record", watch.seconds * 1e6 / Double(records), "µs") }
    }
  }
}
