// What the system says of an interface by its name, now.

import Glibc

/// Asked anew each time: interfaces come and go.
struct NetworkInterface {
  let index: UInt32
  /// Whether it is up and has a carrier.
  let isUp: Bool
  /// ARPHRD_*: what its frames begin with.
  let hardwareType: UInt16

  static let ethernet: UInt16 = 1
  static let loopback: UInt16 = 772

  /// Nil if there is none of that name.
  init?(_ name: String) {
    let index = if_nametoindex(name)
    guard index != 0, name.utf8.count < Int(IFNAMSIZ) else { return nil }
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let flags = Self.ask(descriptor, UInt(SIOCGIFFLAGS), name),
      let hardware = Self.ask(descriptor, UInt(SIOCGIFHWADDR), name)
    else { return nil }
    self.index = index
    isUp = flags & UInt16(IFF_UP) != 0 && flags & UInt16(IFF_RUNNING) != 0
    hardwareType = hardware
  }

  /// The first 16 bits of the answer: the flags, or the family of the hardware address.
  private static func ask(_ descriptor: Int32, _ request: UInt, _ name: String) -> UInt16? {
    // struct ifreq: 16 bytes of name, then a union of 24.
    var room = [UInt8](repeating: 0, count: 40)
    room.replaceSubrange(0..<name.utf8.count, with: name.utf8)
    return room.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress, ioctl(descriptor, request, base) == 0 else { return nil }
      return base.loadUnaligned(fromByteOffset: 16, as: UInt16.self)
    }
  }

  /// Frames that the interface had no room for since it was made.
  static func lost(_ name: String) -> UInt64 {
    guard !name.contains("/") else { return 0 }
    var sum: UInt64 = 0
    for counter in ["rx_missed_errors", "rx_fifo_errors"] {
      let descriptor = open("/sys/class/net/\(name)/statistics/\(counter)", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      var text = [UInt8](repeating: 0, count: 32)
      let count = read(descriptor, &text, text.count)
      guard count > 0 else { continue }
      sum &+= UInt64(String(decoding: text[..<count].prefix { (48...57).contains($0) }, as: UTF8.self)) ?? 0
    }
    return sum
  }
}
