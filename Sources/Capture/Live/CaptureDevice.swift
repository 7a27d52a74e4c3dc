// The interfaces of this machine.

import CLibpcap

/// An interface that can be captured from.
public struct CaptureDevice: Sendable, Equatable {
  public var name: String
  /// The system's words for it, often none.
  public var description: String
  public var isLoopback: Bool
  public var isUp: Bool

  /// All interfaces, in the system's order. Those for which the user lacks the right are missing.
  public static func all() throws(CaptureError) -> [CaptureDevice] {
    var message = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    var list: UnsafeMutablePointer<pcap_if_t>?
    guard pcap_findalldevs(&list, &message) == 0 else { throw CaptureError(.interface, "interfaces", cText(message)) }
    defer { pcap_freealldevs(list) }
    var devices: [CaptureDevice] = []
    var next = list
    while let device = next?.pointee {
      let flags = Int32(bitPattern: device.flags)
      devices.append(
        CaptureDevice(
          name: device.name.map { String(cString: $0) } ?? "",
          description: device.description.map { String(cString: $0) } ?? "",
          isLoopback: flags & PCAP_IF_LOOPBACK != 0, isUp: flags & PCAP_IF_UP != 0))
      next = device.next
    }
    return devices
  }
}
