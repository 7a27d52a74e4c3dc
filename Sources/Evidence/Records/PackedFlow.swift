/// A flow record in less than half of its memory, for whoever keeps many and is asked for few.

/// The texts that packed flows have in common, by number. Packed flows are of use only with the words that they were packed with.
public struct FlowWords {
  fileprivate var states = NumberedTexts(limit: 1 << 8)
  fileprivate var histories = NumberedTexts(limit: 1 << 14)
  fileprivate var protocols = NumberedTexts(limit: 1 << 12)

  public init() {}
}

/// Texts by number. Nothing is taken out, so there is a bound; who sends packets decides how many different ones there are.
private struct NumberedTexts {
  private let limit: Int
  private var all: [String] = []
  private var numbers: [String: UInt16] = [:]
  /// The latest that was asked for: records of one kind come in runs.
  private var latest = (text: "", number: UInt16?.none)

  init(limit: Int) { self.limit = limit }

  subscript(number: UInt16) -> String { Int(number) < all.count ? all[Int(number)] : "" }

  /// Nil where there is no room for another one, or where it is so long that it is hardly shared.
  mutating func number(of text: String) -> UInt16? {
    if let number = latest.number, latest.text == text { return number }
    guard let number = numbers[text] ?? add(text) else { return nil }
    latest = (text, number)
    return number
  }

  private mutating func add(_ text: String) -> UInt16? {
    guard all.count < limit, text.utf8.count <= 64, let number = UInt16(exactly: all.count) else { return nil }
    all.append(text)
    numbers[text] = number
    return number
  }
}

/// Gives back the very record that was packed. Most have IPv4 addresses and counters of 32 bits, and need nothing but this; the
/// others keep beside it what does not fit.
public struct PackedFlow: Sendable {
  public let id: FlowID
  private let origin: RecordOrigin
  private let beside: Beside
  private let start: Timestamp
  /// IPv4 only.
  private var source: UInt32 = 0
  private var destination: UInt32 = 0
  private var firstPacket: UInt32 = 0
  private var toServer = Side()
  private var toClient = Side()
  /// From start to end in nanoseconds, of 48 bits.
  private var durationLow: UInt32 = 0
  private var durationHigh: UInt16 = 0
  private var sourcePort: UInt16 = 0
  private var destinationPort: UInt16 = 0
  private var history: UInt16 = 0
  private var appProto: UInt16 = 0
  private var marks: Marks = []
  private var connState: UInt8 = 0
  private var proto: UInt8 = 0
  private var flagsToServer: UInt8 = 0
  private var flagsToClient: UInt8 = 0

  public init(_ flow: FlowRecord, _ words: inout FlowWords) {
    id = flow.id
    origin = flow.origin
    start = flow.start
    let isIPv4 = flow.sourceIP.isIPv4 && flow.destinationIP.isIPv4
    guard let firstPacket = UInt32(exactly: flow.firstPacket), let toServer = Side(flow.toServer),
      let toClient = Side(flow.toClient), flow.end >= start, flow.end - start < 1 << 48,
      let appProto = words.protocols.number(of: flow.appProto)
    else {
      beside = .whole(Whole(flow))
      return
    }
    if let tcp = flow.tcp {
      guard let state = words.states.number(of: tcp.connState), let history = words.histories.number(of: tcp.history)
      else {
        beside = .whole(Whole(flow))
        return
      }
      connState = UInt8(truncatingIfNeeded: state)
      self.history = history
      flagsToServer = tcp.flagsToServer
      flagsToClient = tcp.flagsToClient
      marks.insert(.tcp)
      if tcp.midstream { marks.insert(.midstream) }
      if tcp.lossy { marks.insert(.lossy) }
    }
    if isIPv4 {
      source = UInt32(truncatingIfNeeded: flow.sourceIP.low)
      destination = UInt32(truncatingIfNeeded: flow.destinationIP.low)
      beside = flow.box.map(Beside.rare) ?? .nothing
    } else {
      beside = .wide(Wide(source: flow.sourceIP, destination: flow.destinationIP, rare: flow.box))
    }
    self.firstPacket = firstPacket
    self.toServer = toServer
    self.toClient = toClient
    self.appProto = appProto
    let duration = UInt64(truncatingIfNeeded: flow.end - start)
    durationLow = UInt32(truncatingIfNeeded: duration)
    durationHigh = UInt16(truncatingIfNeeded: duration >> 32)
    if let port = flow.sourcePort {
      sourcePort = port
      marks.insert(.sourcePort)
    }
    if let port = flow.destinationPort {
      destinationPort = port
      marks.insert(.destinationPort)
    }
    if flow.isOneWay { marks.insert(.oneWay) }
    marks.reason = flow.reason
    marks.appProtoBy = flow.appProtoBy
    proto = flow.proto.rawValue
  }

  /// The record.
  /// - Parameter words: those that it was packed with.
  public func record(_ words: FlowWords) -> FlowRecord {
    var addresses = (source: IPAddress(ipv4: source), destination: IPAddress(ipv4: destination))
    var rare: FlowRecord.Box?
    switch beside {
    case .nothing: break
    case .rare(let box): rare = box
    case .wide(let wide):
      addresses = (wide.source, wide.destination)
      rare = wide.rare
    case .whole(let whole): return whole.record
    }
    var flow = FlowRecord(
      id: id, origin: origin, start: start,
      end: start.advanced(by: Int64(durationHigh) << 32 | Int64(durationLow)), firstPacket: UInt64(firstPacket),
      sourceIP: addresses.source, sourcePort: marks.contains(.sourcePort) ? sourcePort : nil,
      destinationIP: addresses.destination, destinationPort: marks.contains(.destinationPort) ? destinationPort : nil,
      proto: TransportProtocol(rawValue: proto))
    flow.isOneWay = marks.contains(.oneWay)
    flow.toServer = toServer.wide
    flow.toClient = toClient.wide
    if marks.contains(.tcp) {
      var tcp = TCPSummary()
      tcp.connState = words.states[UInt16(connState)]
      tcp.history = words.histories[history]
      tcp.flagsToServer = flagsToServer
      tcp.flagsToClient = flagsToClient
      tcp.midstream = marks.contains(.midstream)
      tcp.lossy = marks.contains(.lossy)
      flow.tcp = tcp
    }
    flow.reason = marks.reason
    flow.appProto = words.protocols[appProto]
    flow.appProtoBy = marks.appProtoBy
    flow.box = rare
    return flow
  }
}

extension PackedFlow {
  /// What few flows need.
  private enum Beside: Sendable {
    case nothing
    case rare(FlowRecord.Box)
    case wide(Wide)
    /// The rest of the packed flow says nothing then.
    case whole(Whole)
  }

  private final class Wide: Sendable {
    let source: IPAddress
    let destination: IPAddress
    let rare: FlowRecord.Box?

    init(source: IPAddress, destination: IPAddress, rare: FlowRecord.Box?) {
      self.source = source
      self.destination = destination
      self.rare = rare
    }
  }

  private final class Whole: Sendable {
    let record: FlowRecord
    init(_ record: FlowRecord) { self.record = record }
  }

  private struct Side: BitwiseCopyable {
    private var packets: UInt32 = 0
    private var bytes: UInt32 = 0
    private var ipBytes: UInt32 = 0
    private var payload: UInt32 = 0
    private var missed: UInt32 = 0

    init() {}

    /// Nil where a counter has more than 32 bits.
    init?(_ side: FlowSide) {
      guard let packets = UInt32(exactly: side.packets), let bytes = UInt32(exactly: side.bytes),
        let ipBytes = UInt32(exactly: side.ipBytes), let payload = UInt32(exactly: side.payload),
        let missed = UInt32(exactly: side.missed)
      else { return nil }
      self.packets = packets
      self.bytes = bytes
      self.ipBytes = ipBytes
      self.payload = payload
      self.missed = missed
    }

    var wide: FlowSide {
      var side = FlowSide()
      side.packets = UInt64(packets)
      side.bytes = UInt64(bytes)
      side.ipBytes = UInt64(ipBytes)
      side.payload = UInt64(payload)
      side.missed = UInt64(missed)
      return side
    }
  }

  private struct Marks: OptionSet, BitwiseCopyable {
    var rawValue: UInt16
    static let sourcePort = Marks(rawValue: 1 << 0)
    static let destinationPort = Marks(rawValue: 1 << 1)
    static let oneWay = Marks(rawValue: 1 << 2)
    static let tcp = Marks(rawValue: 1 << 3)
    static let midstream = Marks(rawValue: 1 << 4)
    static let lossy = Marks(rawValue: 1 << 5)

    /// In bits 8 to 11.
    var reason: FlowEndReason {
      get { FlowEndReason(rawValue: UInt8(rawValue >> 8 & 15)) ?? .timeout }
      set { rawValue = rawValue & ~0x0F00 | UInt16(newValue.rawValue) << 8 }
    }

    /// In bits 12 to 15, counted from 1; 0 for none.
    var appProtoBy: ProtocolEvidence? {
      get { UInt8(exactly: Int(rawValue >> 12) - 1).flatMap(ProtocolEvidence.init) }
      set { rawValue = rawValue & ~0xF000 | (newValue.map { UInt16($0.rawValue) + 1 } ?? 0) << 12 }
    }
  }
}
