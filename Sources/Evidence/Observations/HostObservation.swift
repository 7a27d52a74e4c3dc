/// What hosts tell: processes, connections they make, and the assets themselves.

/// The process that started another.
public struct ParentProcess: Sendable, Hashable {
  public var pid: Int64?
  public var guid: String?
  public var image: String?
  public var commandLine: String?
  public init(pid: Int64? = nil, guid: String? = nil, image: String? = nil, commandLine: String? = nil) {
    self.pid = pid
    self.guid = guid
    self.image = image
    self.commandLine = commandLine
  }
}

/// A process that started, ended or was seen. `pid` or `guid` is set.
public struct ProcessObservation: Sendable, Hashable {
  public enum Event: String, CaseIterable, Sendable { case start, end, snapshot }

  public var head: ObservationHead
  public var host: String
  public var pid: Int64?
  public var guid: String?
  public var image: String
  public var commandLine: String?
  public var cwd: String?
  public var user: String?
  public var logon: String?
  public var parent: ParentProcess?
  public var end: Timestamp?
  public var sha256: String?
  public var signer: String?
  public var event: Event?

  public init(head: ObservationHead, host: String, pid: Int64?, guid: String?, image: String) {
    self.head = head
    self.host = host
    self.pid = pid
    self.guid = guid
    self.image = image
  }
}

/// A connection as the host's own log tells it: source and destination as logged. `pid` or `guid` is set.
public struct ConnectionObservation: Sendable, Hashable {
  public var head: ObservationHead
  public var host: String
  public var pid: Int64?
  public var guid: String?
  public var image: String?
  public var proto: TransportProtocol
  public var destinationIP: IPAddress
  public var destinationPort: UInt16
  /// Nil where the source cannot tell, as auditd's connect.
  public var sourceIP: IPAddress?
  public var sourcePort: UInt16?
  /// The host's process opened it (true) or accepted it (false).
  public var initiated: Bool?
  public var destinationName: String?

  public init(
    head: ObservationHead, host: String, pid: Int64?, guid: String?, proto: TransportProtocol,
    destinationIP: IPAddress, destinationPort: UInt16
  ) {
    self.head = head
    self.host = host
    self.pid = pid
    self.guid = guid
    self.proto = proto
    self.destinationIP = destinationIP
    self.destinationPort = destinationPort
  }
}

/// A machine, its addresses and its owner, from `since` until `until`.
public struct AssetObservation: Sendable, Hashable {
  public var head: ObservationHead
  public var host: String
  public var ips: [IPAddress] = []
  public var macs: [MACAddress] = []
  public var names: [String] = []
  /// An employee id of the roster.
  public var owner: String?
  public var since: Timestamp?
  public var until: Timestamp?

  public init(head: ObservationHead, host: String) {
    self.head = head
    self.host = host
  }
}
