/// The lab source: makes a lab story and gives its personas, its processes and its machines. It reads nothing, so any
/// other source can be swapped for it.

import Glibc
import LabWorld
import PluginSupport
import VedettePluginABI

@c(vedette_plugin_entry)
public func entry(_ host: UInt32) -> UnsafePointer<vdt_plugin>? { LabPlugin.plugin.entry(host: host) }

enum LabPlugin {
  static let plugin: SourcePlugin = SourcePlugin(
    id: "org.vedette.source.lab", name: "lab", version: "1.0.0",
    summary: "Makes the personas, processes and machines of a lab story from a seed.",
    interfaces: [.personas, .processes],
    describe: { raw in
      SourceCalls.describe(raw) { describer in
        for record in [EvidenceRecord.persona, .outreach, .process, .connection, .asset] { describer.record(record) }
        for interface in [SourceInterface.personas, .processes] {
          describer.streamSource(interface, parameters: LabParameters.schema)
        }
      }
    },
    create: { host, _, out in
      guard let host, let out else { return VDT_E_ARGUMENT }
      out.pointee = OpaquePointer(Unmanaged.passRetained(LabInstance(host: host)).toOpaque())
      return VDT_OK
    },
    sniff: { _, _, certainty, _ in
      // No file is the lab's.
      certainty?.pointee = 0
      return VDT_OK
    },
    interface: { plugin.interface($0) },
    ownTables: [
      .personas: table { LabPlugin.open($0, $1, $2, $3, $4, \.personas) },
      .processes: table { LabPlugin.open($0, $1, $2, $3, $4, \.hostRecords) },
    ],
    destroy: { instance in
      guard let instance else { return VDT_E_ARGUMENT }
      Unmanaged<LabInstance>.fromOpaque(UnsafeRawPointer(instance)).release()
      return VDT_OK
    })

  private typealias Open =
    @convention(c) (
      OpaquePointer?, vdt_bytes, Int32, vdt_bytes, UnsafeMutablePointer<OpaquePointer?>?
    ) -> Int32

  private static func table(_ open: @escaping Open) -> vdt_source {
    var table = vdt_source()
    table.open = open
    table.next = { raw, sink, max, _, result in
      guard let raw, let sink, let result else { return VDT_E_ARGUMENT }
      return LabPlugin.stream(raw).next(sink, max: max, &result.pointee)
    }
    table.close = { raw in
      guard let raw else { return VDT_E_ARGUMENT }
      Unmanaged<LabStream>.fromOpaque(UnsafeRawPointer(raw)).release()
      return VDT_OK
    }
    table.progress = { raw, progress in
      guard let raw, let progress else { return VDT_E_ARGUMENT }
      LabPlugin.stream(raw).progress(&progress.pointee)
      return VDT_OK
    }
    return table
  }

  private static func stream(_ raw: OpaquePointer) -> LabStream {
    Unmanaged<LabStream>.fromOpaque(UnsafeRawPointer(raw)).takeUnretainedValue()
  }

  /// `part`: which records of the story the interface gives.
  private static func open(
    _ instance: OpaquePointer?, _ parameters: vdt_bytes, _ fd: Int32, _ cursor: vdt_bytes,
    _ out: UnsafeMutablePointer<OpaquePointer?>?, _ part: (LabStory) -> [LabObservation]
  ) -> Int32 {
    guard let instance, let out else { return VDT_E_ARGUMENT }
    let owner = Unmanaged<LabInstance>.fromOpaque(UnsafeRawPointer(instance)).takeUnretainedValue()
    if fd >= 0 { return owner.fail(VDT_E_CONFIG, "the lab reads no file: write lab: without one") }
    var index = 0
    if !cursor.buffer.isEmpty {
      guard let number = Int(String(decoding: cursor.buffer, as: UTF8.self)), number >= 0 else {
        return owner.fail(VDT_E_CONFIG, "the stored cursor is of another form: remove the source and add it again")
      }
      index = number
    }
    do throws(LabParameters.Refusal) {
      let story = LabStory(try LabParameters(parameters.buffer).plan)
      out.pointee = OpaquePointer(Unmanaged.passRetained(LabStream(part(story), from: index)).toOpaque())
      return VDT_OK
    } catch {
      return owner.fail(VDT_E_CONFIG, error.reason)
    }
  }
}
