// A libFuzzer target for the decoder: the first bytes choose link type, mode and wire length, the rest is the frame.
//
// Whatever the bytes, decoding ends without a trap, and what Flows relies on holds: payload and inner packet lie within
// the frame, and the packets inside of it come to an end.

/// Link types with a decoder, and one without.
private let linkTypes: [UInt32] = [
  1, 0, 9, 12, 50, 51, 101, 104, 105, 108, 113, 119, 127, 163, 166, 192, 219, 228, 229, 239, 276, 195,
]

private func require(_ condition: Bool, _ promise: StaticString) {
  guard condition else { fatalError("\(promise)") }
}

/// Checks a decoded packet and all packets inside of it. `bytes` are those that it was decoded from.
private func follow(_ packet: inout Packet, _ bytes: UnsafeRawBufferPointer, _ decoder: inout PacketDecoder) {
  var inner = 0
  repeat {
    let end = Int(packet.payloadOffset) + Int(packet.payloadLength)
    require(packet.transport == .none || end <= bytes.count, "the payload lies within the bytes")
    require(
      packet.transport == .none || packet.payloadLength <= packet.wirePayloadLength, "no more is there than on the wire"
    )
    require(
      packet.inner == .none || Int(packet.innerOffset) + Int(packet.innerLength) <= bytes.count,
      "the inner packet lies within the bytes")
    require(packet.anomalies.count <= PacketAnomalies.capacity, "anomalies are bounded")
    require(Int(packet.layerCount) <= decoder.options.depth, "layers are bounded")
    for index in 0..<packet.anomalies.count {
      require(!packet.anomalies[index].kind.id.isEmpty, "anomalies have names")
    }
    require(Int(packet.tunnelDepth) <= decoder.options.tunnelDepth, "tunnels are bounded")
    // Each frame of an aggregate has a header of 14 bytes, and tunnels of its own.
    require(
      inner <= (decoder.options.tunnelDepth + 2) * (bytes.count / 14 + 1), "the packets inside come to an end")
    inner += 1
  } while decoder.decodeInner(bytes, into: &packet)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDecode(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 4 else { return 0 }
  // A copy of its own size, so that the address sanitizer sees a read beyond its end.
  let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: count - 4, alignment: 1)
  defer { frame.deallocate() }
  frame.copyBytes(from: UnsafeRawBufferPointer(start: start + 4, count: count - 4))
  let bytes = UnsafeRawBufferPointer(frame)
  let mode: [ChecksumMode] = [.validate, .ignore, .auto]
  var decoder = PacketDecoder(
    options: DecoderOptions(
      checksums: mode[Int(start[1] & 3) % 3], depth: start[1] & 4 == 0 ? 16 : 255,
      tunnelDepth: start[1] & 8 == 0 ? 4 : 255))
  let linkType = LinkType(rawValue: linkTypes[Int(start[0]) % linkTypes.count])
  let cut = Int(start[2]) << 8 | Int(start[3])
  var packet = Packet()
  // Twice, so that nothing of the packet before may matter.
  decoder.decode(bytes, linkType: linkType, time: 1, number: 1, wireLength: frame.count + cut, into: &packet)
  follow(&packet, bytes, &decoder)
  decoder.decode(bytes, linkType: linkType, time: 1, number: 2, wireLength: frame.count + cut, into: &packet)
  if packet.isFragment {
    var whole = packet
    decoder.decodeDefragmented(bytes, into: &whole)
    follow(&whole, bytes, &decoder)
  }
  follow(&packet, bytes, &decoder)
  decoder.decodeNetwork(bytes, into: &packet)
  follow(&packet, bytes, &decoder)
  return 0
}
