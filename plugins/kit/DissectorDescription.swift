/// A declaration, said to the host's describer call by call.

import PluginSupport
import VedettePluginABI

extension DissectorCalls {
  /// The first refusal is kept and returned; what follows it is not asked.
  static func describe(_ declaration: Declaration, _ raw: UnsafePointer<vdt_describer>) -> Int32 {
    var status = VDT_OK
    func ask(_ call: () -> Int32) { if status == VDT_OK { status = call() } }
    func declare(_ field: DeclaredField, _ call: (UnsafePointer<vdt_field>) -> Int32) {
      ask {
        withText(field.name) { name in
          withText(field.unit) { unit in
            withText(field.doc) { doc in
              withText(field.ecs) { ecs in
                var value = vdt_field(
                  size: UInt32(MemoryLayout<vdt_field>.size), id: field.id, type: field.kind.rawValue,
                  flags: field.flags.rawValue, name: name, unit: unit, doc: doc, ecs: ecs)
                return withUnsafePointer(to: &value) { call($0) }
              }
            }
          }
        }
      }
    }
    let d = raw.pointee
    for record in declaration.records {
      ask { withText(record.name) { d.record(raw, record.id, $0) } }
      for field in record.fields { declare(field) { d.field(raw, record.id, $0) } }
    }
    for anomaly in declaration.anomalies {
      ask {
        withText(anomaly.name) { name in
          withText(anomaly.definition) { d.anomaly(raw, anomaly.id, name, anomaly.severity.rawValue, $0) }
        }
      }
      for field in anomaly.fields { declare(field) { d.anomaly_field(raw, anomaly.id, $0) } }
    }
    for field in declaration.flowFields {
      ask { withText(field.name) { d.flow_field(raw, field.id, $0, field.kind.rawValue) } }
    }
    for one in declaration.protocols {
      let transports = one.transports.reduce(UInt32(0)) {
        $0 | ($1 == .tcp ? UInt32(VDT_OVER_TCP) : UInt32(VDT_OVER_UDP))
      }
      ask { withText(one.name) { d.protocol(raw, one.id, $0, transports) } }
      for transport in one.transports {
        for ports in one.ports {
          ask { d.port(raw, one.id, transport.rawValue, ports.lowerBound, ports.upperBound) }
        }
      }
      for name in one.alpn { ask { withText(name) { d.alpn(raw, one.id, $0) } } }
      for name in one.parents { ask { withText(name) { d.parent(raw, one.id, $0) } } }
      for pattern in one.patterns {
        ask {
          pattern.bytes.withUnsafeBytes {
            d.pattern(raw, one.id, pattern.direction.rawValue, pattern.offset, $0.asBytes)
          }
        }
      }
      if let speaker = one.firstSpeaker { ask { d.first_speaker(raw, one.id, speaker.rawValue) } }
    }
    if let bytes = declaration.lookahead { ask { d.lookahead(raw, bytes) } }
    return status
  }
}
