/// What the Community IDs of flows that signals may name are made of.

import Evidence

/// Flows by id, a row of sixteen bytes each where their addresses are of IPv4.
struct NamedFlows {
  /// The endpoints themselves, or where they are among the wide ones.
  private struct Row: BitwiseCopyable {
    enum Form: UInt8 {
      /// The flow itself has not come yet.
      case unknown
      case narrow, wide
    }
    var form = Form.unknown
    var isOneWay = false
    var proto: UInt8 = 0
    /// Bit 0: there is a source port; bit 1: there is a destination port.
    var ports: UInt8 = 0
    var sourcePort: UInt16 = 0
    var destinationPort: UInt16 = 0
    /// IPv4, or in `source` the place among the wide ones.
    var source: UInt32 = 0
    var destination: UInt32 = 0
  }

  private var table = DenseTable<FlowID, Row>()
  /// Those of IPv6.
  private var wide: [CommunityID.Endpoints] = []

  var count: Int { table.count }

  func place(of flow: FlowID) -> Int? { table.place(of: flow) }
  func prefetch(_ flow: FlowID) { table.prefetch(flow) }

  /// Adds a flow that is not yet there.
  mutating func append(_ flow: FlowID) { table.append(flow, Row()) }

  subscript(place: Int) -> CommunityID.Endpoints? {
    get {
      let row = table.rows[place]
      switch row.form {
      case .unknown: return nil
      case .wide: return wide[Int(row.source)]
      case .narrow:
        return CommunityID.Endpoints(
          source: IPAddress(ipv4: row.source), sourcePort: row.ports & 1 != 0 ? row.sourcePort : nil,
          destination: IPAddress(ipv4: row.destination),
          destinationPort: row.ports & 2 != 0 ? row.destinationPort : nil,
          proto: TransportProtocol(rawValue: row.proto), isOneWay: row.isOneWay)
      }
    }
    set {
      guard let newValue else {
        table.rows[place] = Row()
        return
      }
      guard newValue.source.isIPv4, newValue.destination.isIPv4 else { return widen(place, newValue) }
      var row = Row()
      row.form = .narrow
      row.isOneWay = newValue.isOneWay
      row.proto = newValue.proto
      row.ports = (newValue.sourcePort != nil ? 1 : 0) | (newValue.destinationPort != nil ? 2 : 0)
      row.sourcePort = newValue.sourcePort ?? 0
      row.destinationPort = newValue.destinationPort ?? 0
      row.source = UInt32(truncatingIfNeeded: newValue.source.low)
      row.destination = UInt32(truncatingIfNeeded: newValue.destination.low)
      table.rows[place] = row
    }
  }

  private mutating func widen(_ place: Int, _ endpoints: CommunityID.Endpoints) {
    if table.rows[place].form == .wide {
      wide[Int(table.rows[place].source)] = endpoints
    } else if let number = UInt32(exactly: wide.count) {
      var row = Row()
      row.form = .wide
      row.source = number
      table.rows[place] = row
      wide.append(endpoints)
    }
  }
}
