/// What a source says of itself, as calls on the host's describer.

import VedettePluginABI

/// Declares records and sources. The first refusal is kept and returned; what follows it is not asked.
public struct Describer {
  private let describer: UnsafePointer<vdt_describer>
  private(set) var status: Int32 = VDT_OK

  init(_ describer: UnsafePointer<vdt_describer>) { self.describer = describer }

  private mutating func ask(_ call: (UnsafePointer<vdt_describer>) -> Int32) {
    if status == VDT_OK { status = call(describer) }
  }

  /// A well-known record with all of its fields.
  public mutating func record(_ record: EvidenceRecord) {
    ask { d in withText(record.name) { d.pointee.record(d, record.rawValue, $0) } }
    for field in record.fields {
      ask { d in
        withText(field.name) { name in
          withText(field.ecs) { ecs in
            var value = vdt_field()
            value.size = UInt32(MemoryLayout<vdt_field>.size)
            value.id = field.rawValue
            value.type = field.type.code
            value.flags =
              (field.isList ? UInt32(VDT_FIELD_LIST) : 0) | (field.isSensitive ? UInt32(VDT_FIELD_SENSITIVE) : 0)
            value.name = name
            value.ecs = ecs
            return d.pointee.field(d, record.rawValue, &value)
          }
        }
      }
    }
  }

  /// An interface of the source, the JSON Schema of its parameters, and what it cannot see.
  public mutating func source(
    _ interface: SourceInterface, _ mode: SourceMode, parameters: String = "", rateLimits: [RequestRate] = [],
    blindSpots: [String] = []
  ) {
    ask { d in withText(interface.rawValue) { d.pointee.source(d, $0, mode.flags) } }
    if !parameters.isEmpty {
      ask { d in withText(interface.rawValue) { id in withText(parameters) { d.pointee.parameters(d, id, $0) } } }
    }
    for spot in blindSpots {
      ask { d in withText(interface.rawValue) { id in withText(spot) { d.pointee.blind_spot(d, id, $0) } } }
    }
    for limit in rateLimits {
      ask { d in
        withText(interface.rawValue) { id in
          withText(limit.of) { d.pointee.rate_limit(d, id, limit.requests, limit.milliseconds, $0) }
        }
      }
    }
  }
}

/// The interfaces that a source may offer.
public enum SourceInterface: String, CaseIterable, Sendable {
  case personas = "persona-source/1"
  case processes = "process-source/1"
}

/// Calls with a text of the ABI, valid for the call.
public func withText<R>(_ text: String, _ body: (vdt_str) -> R) -> R {
  var text = text
  return text.withUTF8 { body(UnsafeRawBufferPointer($0).asText) }
}
