/// Who is who among the processes of all hosts, built from process and connection observations.

import Evidence

/// How a connection or an event names a process.
struct ProcessName {
  var host: String
  var pid: Int64?
  var guid: String?
  var image: String?
  var time: Timestamp
}

/// Built once for a resolution; `entries` is then in order of host and start.
struct ProcessTable {
  struct Entry {
    var host: String
    var process: KnownProcess
    var end: Timestamp?
    /// Where the image came from a record that gives a whole path.
    var base: String
  }

  private(set) var entries: [Entry] = []
  private var byGUID: [GUIDKey: Int] = [:]
  private var byPID: [PIDKey: [Int]] = [:]

  /// Entries that came without a number, by host and in the order of the times at which they were told.
  private var unnumbered: [String: [(time: Timestamp, at: Int)]] = [:]

  private struct GUIDKey: Hashable {
    var host: String
    var guid: String
  }
  private struct PIDKey: Hashable {
    var host: String
    var pid: Int64
  }
  /// Two logs tell of one start within this (nanoseconds), clocks corrected.
  private static let sameStart: Int64 = 10 * 1_000_000_000

  /// Takes a start, a snapshot or an end; call in order of corrected time, those with a guid first.
  mutating func add(_ o: ProcessObservation, host: String, shown: String, time: Timestamp) {
    if o.event == .end {
      if let at = find(ProcessName(host: host, pid: o.pid, guid: o.guid, image: o.image, time: time)) {
        entries[at].end = time
        entries[at].process.evidence.append(o.head.id)
        return
      }
    }
    let start = o.event == .start ? time : nil
    if let at = twin(o, host: host, time: time) {
      merge(o, into: at, start: start)
      return
    }
    let entity = ProcessEntity(
      host: shown, pid: o.pid, guid: o.guid, image: o.image, commandLine: o.commandLine, user: o.user)
    var entry = Entry(
      host: host,
      process: KnownProcess(entity: entity, parent: o.parent, start: start, signer: o.signer, evidence: [o.head.id]),
      base: ImageName.base(o.image))
    if o.event == .end { entry.end = time } else { entry.end = o.end }
    insert(entry, told: time)
  }

  /// The entry that a name means, made if there is none, with what the name adds.
  mutating func settle(_ name: ProcessName, shown: String) -> Int? {
    if let at = find(name) {
      adopt(name, at)
      return at
    }
    guard name.pid != nil || name.guid != nil else { return nil }
    let image = name.image ?? ""
    let entity = ProcessEntity(host: shown, pid: name.pid, guid: name.guid, image: image)
    insert(Entry(host: name.host, process: KnownProcess(entity: entity), base: ImageName.base(image)), told: name.time)
    return entries.count - 1
  }

  /// Says that one process is named by both: found when two logs tell of one connection.
  mutating func unite(_ guided: Int, _ numbered: Int) {
    guard guided != numbered, entries[guided].process.entity.pid == nil, let pid = entries[numbered].process.entity.pid,
      entries[numbered].process.entity.guid == nil, entries[guided].host == entries[numbered].host,
      ImageName.agree(entries[guided].base, entries[numbered].base)
    else { return }
    entries[guided].process.entity.pid = pid
    absorb(entries[numbered].process, into: guided)
    // The number now leads to the process that is known better.
    let key = PIDKey(host: entries[guided].host, pid: pid)
    byPID[key] = (byPID[key] ?? []).map { $0 == numbered ? guided : $0 }
    replaced[numbered] = guided
  }

  /// Entries that turned out to be another.
  private(set) var replaced: [Int: Int] = [:]
  func current(_ at: Int) -> Int { replaced[at] ?? at }

  func find(_ name: ProcessName) -> Int? {
    if let guid = name.guid, let at = byGUID[GUIDKey(host: name.host, guid: guid)] {
      // Sysmon for Linux gives a child that has not yet run a program of its own its parent's GUID: the number is right.
      guard let pid = name.pid, let other = entries[at].process.entity.pid, pid != other else { return at }
      return find(ProcessName(host: name.host, pid: pid, guid: nil, image: name.image, time: name.time)) ?? at
    }
    guard let pid = name.pid, let list = byPID[PIDKey(host: name.host, pid: pid)] else { return nil }
    let base = name.image.map(ImageName.base) ?? ""
    var best: (at: Int, rank: (Int, Int64))?
    for at in list {
      let entry = entries[at]
      if let guid = name.guid, let other = entry.process.entity.guid, guid != other { continue }
      guard ImageName.agree(entry.base, base) else { continue }
      // Latest start not after the time (clocks of two logs differ a little); of an unknown start last.
      let start = entry.process.start
      let alive =
        (start.map { $0 <= name.time.advanced(by: ProcessTable.sameStart) } ?? true)
        && (entry.end.map { $0.advanced(by: ProcessTable.sameStart) >= name.time } ?? true)
      guard alive else { continue }
      let rank = (start == nil ? 1 : 0, start.map { name.time - $0 } ?? 0)
      if let best, best.rank <= rank { continue }
      best = (at, rank)
    }
    return best?.at
  }

  private func twin(_ o: ProcessObservation, host: String, time: Timestamp) -> Int? {
    if let guid = o.guid {
      if let at = byGUID[GUIDKey(host: host, guid: guid)] { return at }
      return nil
    }
    guard o.event != .end, let pid = o.pid else { return nil }
    let base = ImageName.base(o.image)
    let list = byPID[PIDKey(host: host, pid: pid)] ?? []
    let numbered = list.first { at in
      guard ImageName.agree(entries[at].base, base) else { return false }
      // The same pid may run another program by exec without a new process: the image then differs.
      if o.event == .snapshot || o.event == nil { return true }
      guard let start = entries[at].process.start else { return false }
      return (start - time).magnitude <= UInt64(ProcessTable.sameStart)
        && (o.commandLine == nil || entries[at].process.entity.commandLine.map { $0 == o.commandLine } ?? true
          || entries[at].process.entity.guid != nil)
    }
    if let numbered { return numbered }
    // A log that gives GUIDs but no numbers tells of the same start in the same words.
    guard o.event == .start, let words = o.commandLine else { return nil }
    return toldNear(time, host).filter { at in
      let entry = entries[at]
      guard entry.process.entity.pid == nil, entry.base == base, let start = entry.process.start else { return false }
      return (start - time).magnitude <= UInt64(ProcessTable.sameStart)
        && entry.process.entity.commandLine.map { ProcessTable.sameWords($0, words) } == true
    }.min {
      let (a, b) = (entries[$0].process.start ?? time, entries[$1].process.start ?? time)
      return ((a - time).magnitude, $0) < ((b - time).magnitude, $1)
    }
  }

  /// Entries without a number that were told of within `sameStart` of a moment. Valid while entries are added in order.
  private func toldNear(_ time: Timestamp, _ host: String) -> [Int] {
    guard let list = unnumbered[host] else { return [] }
    let from = time.advanced(by: -ProcessTable.sameStart)
    let to = time.advanced(by: ProcessTable.sameStart)
    var (low, high) = (0, list.count)
    while low < high {
      let middle = low + (high - low) / 2
      if list[middle].time < from { low = middle + 1 } else { high = middle }
    }
    return list[low...].prefix { $0.time <= to }.map(\.at)
  }

  private static func sameWords(_ a: String, _ b: String) -> Bool {
    a == b || a.split(separator: " ") == b.split(separator: " ")
  }

  private mutating func merge(_ o: ProcessObservation, into at: Int, start: Timestamp?) {
    let other = KnownProcess(
      entity: ProcessEntity(
        host: entries[at].process.entity.host, pid: o.pid, guid: o.guid, image: o.image, commandLine: o.commandLine,
        user: o.user), parent: o.parent, start: start, signer: o.signer, evidence: [o.head.id])
    absorb(other, into: at)
    if let end = o.end { entries[at].end = end }
  }

  private mutating func absorb(_ other: KnownProcess, into at: Int) {
    var process = entries[at].process
    if process.entity.pid == nil, let pid = other.entity.pid {
      process.entity.pid = pid
      byPID[PIDKey(host: entries[at].host, pid: pid), default: []].append(at)
    }
    if ImageName.better(other.entity.image, than: process.entity.image) { process.entity.image = other.entity.image }
    process.entity.commandLine = ProcessTable.longer(process.entity.commandLine, other.entity.commandLine)
    process.entity.user = process.entity.user ?? other.entity.user
    process.signer = process.signer ?? other.signer
    process.start = process.start ?? other.start
    if var parent = process.parent, let second = other.parent {
      parent.pid = parent.pid ?? second.pid
      parent.guid = parent.guid ?? second.guid
      parent.image = parent.image ?? second.image
      parent.commandLine = parent.commandLine ?? second.commandLine
      process.parent = parent
    } else {
      process.parent = process.parent ?? other.parent
    }
    process.evidence += other.evidence
    entries[at].process = process
    entries[at].base = ImageName.base(process.entity.image)
  }

  private mutating func adopt(_ name: ProcessName, _ at: Int) {
    if let image = name.image, ImageName.better(image, than: entries[at].process.entity.image) {
      entries[at].process.entity.image = image
      entries[at].base = ImageName.base(image)
    }
    if entries[at].process.entity.pid == nil, let pid = name.pid {
      entries[at].process.entity.pid = pid
      byPID[PIDKey(host: name.host, pid: pid), default: []].append(at)
    }
  }

  private mutating func insert(_ entry: Entry, told time: Timestamp) {
    entries.append(entry)
    let at = entries.count - 1
    if let guid = entry.process.entity.guid { byGUID[GUIDKey(host: entry.host, guid: guid)] = at }
    if let pid = entry.process.entity.pid {
      byPID[PIDKey(host: entry.host, pid: pid), default: []].append(at)
    } else {
      unnumbered[entry.host, default: []].append((time, at))
    }
  }

  /// A log may cut a command line (auditd keeps the first word of an argument); the longer one tells more.
  private static func longer(_ a: String?, _ b: String?) -> String? {
    guard let a else { return b }
    guard let b else { return a }
    return b.utf8.count > a.utf8.count ? b : a
  }

  /// Fills in what is known of each parent that the table itself holds.
  mutating func completeParents() {
    for at in entries.indices {
      guard var parent = entries[at].process.parent, parent.image == nil || parent.commandLine == nil else { continue }
      let time = entries[at].process.start ?? Timestamp(nanoseconds: .max)
      let name = ProcessName(
        host: entries[at].host, pid: parent.pid, guid: parent.guid, image: parent.image, time: time)
      guard let found = find(name), found != at else { continue }
      let entity = entries[current(found)].process.entity
      parent.pid = parent.pid ?? entity.pid
      parent.guid = parent.guid ?? entity.guid
      parent.image = parent.image ?? (entity.image.isEmpty ? nil : entity.image)
      parent.commandLine = parent.commandLine ?? entity.commandLine
      entries[at].process.parent = parent
    }
  }
}
