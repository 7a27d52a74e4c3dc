// Frames of an Ethernet interface through the kernel's packet ring (packet(7), TPACKET_V3): blocks in shared memory, no copy.

import CLibpcap
import Glibc
import Packets
import Synchronization

/// The members of a fanout group: rings of one interface among which the kernel spreads frames.
final class FanoutGroup: Sendable {
  /// The group's number, given by the kernel to whoever joins first.
  private let number = Mutex<UInt16?>(nil)

  /// Joins with a ring that is bound already.
  /// - Returns: whether it could.
  func join(_ descriptor: Int32) -> Bool {
    number.withLock { number in
      // A number of our own, which no other program uses, for the first; the others name it.
      let flags = number == nil ? UInt32(PACKET_FANOUT_FLAG_UNIQUEID) : 0
      let wanted = UInt32(number ?? 0) | (UInt32(PACKET_FANOUT_CBPF) | flags) << 16
      guard PacketRing.set(descriptor, PACKET_FANOUT, wanted) else { return false }
      if number == nil {
        var given: UInt32 = 0
        var size = socklen_t(MemoryLayout<UInt32>.size)
        guard getsockopt(descriptor, PacketRing.level, PACKET_FANOUT, &given, &size) == 0 else { return false }
        number = UInt16(truncatingIfNeeded: given)
      }
      var program = FanoutProgram().instructions
      return PacketRing.withProgram(&program) { PacketRing.set(descriptor, PACKET_FANOUT_DATA, $0) }
    }
  }
}

/// A ring of blocks that the kernel fills and hands over one after the other.
///
/// Invariant of the unsafe code: a block is read only while its status says that it is the program's, every offset that
/// stands in it is checked to lie within it, and it is given back only when its frames are no longer handed out.
final class PacketRing: LiveSource {
  static let level: Int32 = 263  // SOL_PACKET
  /// The largest frame and its header fit into a block.
  private static let blockSize = 1 << 20
  /// How long the kernel waits for a block to fill, in milliseconds.
  private static let retireTime: UInt32 = 40

  let linkType = LinkType.ethernet
  let interfaceIndex: UInt32
  private let name: String
  private let isLoopback: Bool
  private let snapLength: Int
  private let descriptor: Int32
  private let memory: UnsafeMutableRawBufferPointer
  private let blocks: Int
  /// The block that is read or comes next.
  private var block = 0
  private var holdsBlock = false
  /// What of the block is still to be handed out.
  private var framesLeft: UInt32 = 0
  private var nextOffset = 0
  /// The interface was said to be down: an error as soon as nothing is left to read.
  private var isDown = false
  private var kernelLosses: UInt64 = 0
  private let lostBefore: UInt64
  /// For expressions that the kernel cannot apply: it has taken VLAN tags out of the frames.
  private var filter: CaptureFilter?

  /// Whether frames of this interface can be had so. Others go through libpcap.
  static func canRead(_ interface: NetworkInterface) -> Bool {
    interface.hardwareType == NetworkInterface.ethernet || interface.hardwareType == NetworkInterface.loopback
  }

  init(
    _ name: String, _ interface: NetworkInterface, options: LiveOptions, group: FanoutGroup?
  ) throws(CaptureError) {
    func failure(_ what: String) -> CaptureError {
      CaptureError(.interface, name, "\(what): \(CaptureError.system(errno))")
    }
    self.name = name
    interfaceIndex = interface.index
    isLoopback = interface.hardwareType == NetworkInterface.loopback
    snapLength = max(1, min(options.snapLength, frameLengthLimit))
    lostBefore = NetworkInterface.lost(name)
    // Protocol 0: nothing comes before it is bound.
    descriptor = socket(AF_PACKET, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else {
      throw CaptureError(
        .interface, name,
        errno == EPERM
          ? "capturing needs the capability CAP_NET_RAW (setcap cap_net_raw=ep on the program, or root)"
          : "no packet socket: \(CaptureError.system(errno))")
    }
    blocks = max(2, options.bufferSize / Self.blockSize)
    var request = tpacket_req3()
    request.tp_block_size = UInt32(Self.blockSize)
    request.tp_block_nr = UInt32(clamping: blocks)
    request.tp_frame_size = 2048
    request.tp_frame_nr = UInt32(clamping: blocks &* (Self.blockSize / 2048))
    request.tp_retire_blk_tov = options.immediate ? 1 : Self.retireTime
    let isSet =
      Self.set(descriptor, PACKET_VERSION, UInt32(2))  // TPACKET_V3
      // Room for a VLAN tag to be put back before each frame.
      && Self.set(descriptor, PACKET_RESERVE, UInt32(4)) && Self.set(descriptor, PACKET_RX_RING, request)
    guard isSet else {
      let error = failure("no packet ring of \(blocks) MiB")
      close(descriptor)
      throw error
    }
    let size = blocks &* Self.blockSize
    guard let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED else {
      let error = failure("the packet ring cannot be mapped")
      close(descriptor)
      throw error
    }
    memory = UnsafeMutableRawBufferPointer(start: base, count: size)
    // From here on deinit gives back what was taken. No frame is let in before the group is joined: it would come to each
    // member.
    var nothing = [sock_filter(code: 0x06, jt: 0, jf: 0, k: 0)]
    guard Self.withProgram(&nothing, { Self.set(descriptor, SO_ATTACH_FILTER, $0, level: SOL_SOCKET) }) else {
      throw failure("no filter can be set")
    }
    var address = sockaddr_ll()
    address.sll_family = UInt16(AF_PACKET)
    address.sll_protocol = UInt16(ETH_P_ALL).bigEndian
    address.sll_ifindex = Int32(bitPattern: interface.index)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_ll>.size)) == 0
      }
    }
    guard isBound else { throw failure("cannot be bound to") }
    if options.promiscuous {
      var membership = packet_mreq()
      membership.mr_ifindex = Int32(bitPattern: interface.index)
      membership.mr_type = UInt16(PACKET_MR_PROMISC)
      guard Self.set(descriptor, PACKET_ADD_MEMBERSHIP, membership) else { throw failure("cannot be made promiscuous") }
    }
    if let group, !group.join(descriptor) { throw failure("the fanout group cannot be joined") }
    try setFilter(options.filter)
  }

  deinit {
    munmap(memory.baseAddress, memory.count)
    close(descriptor)
  }

  // MARK: frames

  func read(into batch: inout [FrameView], limit: Int, state: inout LiveState) throws(CaptureError) {
    if framesLeft == 0 { giveBack() }
    if !holdsBlock, !takeBlock() {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN | POLLERR), revents: 0)
      poll(&waiting, 1, 100)
      if waiting.revents & Int16(POLLERR) != 0 {
        noteError()
        // The kernel still hands over the block that it was filling, when its time is up.
        waiting.revents = 0
        poll(&waiting, 1, 100)
      }
      guard takeBlock() else {
        if isDown {
          isDown = false
          throw CaptureError(.interface, name, "the interface went down")
        }
        return
      }
    }
    readBlock(into: &batch, limit: limit, &state)
    if let filter {
      var counters = CaptureCounters()
      filter.apply(to: &batch, counters: &counters)
    }
  }

  private var blockBase: UnsafeMutableRawPointer? { memory.baseAddress.map { $0 + block &* Self.blockSize } }

  /// Whether the next block is the program's now.
  private func takeBlock() -> Bool {
    guard let base = blockBase, capture_load_acquire(base + 8) & UInt32(TP_STATUS_USER) != 0 else { return false }
    let header = base.load(as: tpacket_block_desc.self).hdr.bh1
    framesLeft = header.num_pkts
    nextOffset = Int(header.offset_to_first_pkt)
    holdsBlock = true
    return true
  }

  private func giveBack() {
    guard holdsBlock, let base = blockBase else { return }
    capture_store_release(base + 8, UInt32(TP_STATUS_KERNEL))
    holdsBlock = false
    block = block &+ 1 == blocks ? 0 : block &+ 1
  }

  private func readBlock(into batch: inout [FrameView], limit: Int, _ state: inout LiveState) {
    guard let base = blockBase else { return }
    let headerLength = MemoryLayout<tpacket3_hdr>.size
    var left = framesLeft
    var offset = nextOffset
    while left > 0, batch.count < limit {
      guard offset >= 48, offset &+ headerLength &+ 20 <= Self.blockSize, offset % 8 == 0 else {
        left = 0
        break
      }
      let header = (base + offset).load(as: tpacket3_hdr.self)
      let start = offset &+ Int(header.tp_mac)
      var length = min(Int(header.tp_snaplen), snapLength)
      guard start &+ length <= Self.blockSize, Int(header.tp_mac) >= headerLength &+ 20 else {
        left = 0
        break
      }
      left &-= 1
      capture_prefetch(base + offset + Int(header.tp_next_offset))
      // sll_pkttype, behind the header: what this host sends over loopback comes in again.
      let packetType = (base + offset + headerLength + 10).load(as: UInt8.self)
      if !(isLoopback && packetType == UInt8(PACKET_OUTGOING)) {
        var bytes = UnsafeMutableRawPointer(base + start)
        var wireLength = header.tp_len
        if header.tp_status & UInt32(TP_STATUS_VLAN_VALID) != 0, length >= 12,
          Int(header.tp_mac) >= headerLength &+ 20 &+ 4
        {
          bytes = Self.putBackTag(header, bytes)
          length &+= 4
          wireLength &+= 4
        }
        state.number &+= 1
        let time = Int64(header.tp_sec) &* 1_000_000_000 &+ Int64(header.tp_nsec)
        batch.append(
          FrameView(
            bytes: UnsafeRawBufferPointer(start: bytes, count: length), time: time, number: state.number,
            wireLength: wireLength, linkType: .ethernet, interface: 0, hasInvalidTime: state.clock.runsBack(to: time)))
      }
      guard header.tp_next_offset > 0 else {
        left = 0
        break
      }
      offset &+= Int(header.tp_next_offset)
    }
    framesLeft = left
    nextOffset = offset
  }

  /// Puts the VLAN tag that the kernel took out back between the addresses and the type; the four bytes before are free.
  private static func putBackTag(_ header: tpacket3_hdr, _ frame: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
    let moved = frame - 4
    memmove(moved, frame, 12)
    let type = header.tp_status & UInt32(TP_STATUS_VLAN_TPID_VALID) != 0 ? header.hv1.tp_vlan_tpid : 0x8100
    moved.storeBytes(of: type.bigEndian, toByteOffset: 12, as: UInt16.self)
    moved.storeBytes(
      of: UInt16(truncatingIfNeeded: header.hv1.tp_vlan_tci).bigEndian, toByteOffset: 14, as: UInt16.self)
    return moved
  }

  private func noteError() {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    if error == ENETDOWN || error == ENODEV || error == ENXIO { isDown = true }
  }

  // MARK: filters and losses

  func setFilter(_ expression: String?) throws(CaptureError) {
    let expression = expression ?? ""
    let isLeftToUs = CaptureFilter.looksAtTags(expression)
    filter = isLeftToUs ? try CaptureFilter(expression, source: name) : nil
    let compiled = try CaptureFilter.compile(
      isLeftToUs ? "" : expression, .ethernet, snapLength: snapLength, source: name)
    var program = compiled
    defer { pcap_freecode(&program) }
    // The same instructions under two names.
    var instructions = UnsafeBufferPointer(start: program.bf_insns, count: Int(program.bf_len)).map {
      sock_filter(code: $0.code, jt: $0.jt, jf: $0.jf, k: $0.k)
    }
    guard Self.withProgram(&instructions, { Self.set(descriptor, SO_ATTACH_FILTER, $0, level: SOL_SOCKET) }) else {
      throw CaptureError(.filter, name, "the filter cannot be set: \(CaptureError.system(errno))")
    }
  }

  func losses() -> (kernel: UInt64, interface: UInt64) {
    var statistics = tpacket_stats_v3()
    var size = socklen_t(MemoryLayout<tpacket_stats_v3>.size)
    // The kernel counts from the last time it was asked.
    if getsockopt(descriptor, Self.level, PACKET_STATISTICS, &statistics, &size) == 0 {
      kernelLosses &+= UInt64(statistics.tp_drops)
    }
    let lost = NetworkInterface.lost(name)
    return (kernelLosses, lost > lostBefore ? lost &- lostBefore : 0)
  }

  // MARK: socket options

  static func set<Value>(_ descriptor: Int32, _ option: Int32, _ value: Value, level: Int32 = level) -> Bool {
    withUnsafeBytes(of: value) {
      setsockopt(descriptor, level, option, $0.baseAddress, socklen_t($0.count)) == 0
    }
  }

  static func withProgram(_ instructions: inout [sock_filter], _ body: (sock_fprog) -> Bool) -> Bool {
    instructions.withUnsafeMutableBufferPointer {
      body(sock_fprog(len: UInt16(clamping: $0.count), filter: $0.baseAddress))
    }
  }
}
