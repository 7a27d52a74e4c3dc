// How decoders write into a packet: findings, places, and forgetting the packet before.

import Catalog

extension Packet {
  /// Notes an anomaly at that offset.
  @inline(never)
  public mutating func raise(_ kind: AnomalyKind, at offset: Int) {
    anomalies.append(kind, offset: offset, captured: false)
  }

  /// Notes an anomaly that lies in bytes being missing: where the capture cut the frame, that explains it.
  @inline(never)
  public mutating func raiseMissing(_ kind: AnomalyKind, at offset: Int) {
    anomalies.append(kind, offset: offset, captured: isCut)
  }

  /// Notes that a region has not the `length` bytes that it should: where the wire had them, the capture explains it.
  @inline(never)
  mutating func raiseShort(_ kind: AnomalyKind, _ region: Region, needs length: Int) {
    anomalies.append(kind, offset: region.offset, captured: region.wireCount >= length)
  }

  /// Lets checksums be made for other addresses than the header's, which they are at first.
  mutating func prepareChecksumAddresses() {
    if hasChecksumAddresses { return }
    hasChecksumAddresses = true
    checksumSource = source
    checksumDestination = destination
  }

  /// Sets where the payload is.
  @inline(__always)
  mutating func setPayload(_ region: Region) {
    payloadOffset = UInt32(truncatingIfNeeded: min(region.offset, region.end))
    payloadLength = UInt32(truncatingIfNeeded: region.count)
    wirePayloadLength = UInt32(truncatingIfNeeded: region.wireCount)
  }

  /// Forgets all that is above the link layer, anomalies included.
  @inline(__always)
  mutating func forgetNetwork() {
    version = 0
    source = .zero
    destination = .zero
    ipProtocol = 0
    isFragment = false
    moreFragments = false
    dontFragment = false
    fragmentOffset = 0
    networkLength = 0
    announcedLength = 0
    ipChecksum = .absent
    hasARP = false
    isIncomplete = false
    hasChecksumAddresses = false
    extensions = []
    forgetTransport()
    anomalies.removeAll()
  }

  /// Forgets all that is above the network layer; anomalies stay.
  @inline(__always)
  mutating func forgetTransport() {
    transport = .none
    transportOffset = 0
    sourcePort = 0
    destinationPort = 0
    payloadOffset = 0
    payloadLength = 0
    wirePayloadLength = 0
    icmpType = 0
    icmpCode = 0
    hasQuoted = false
    transportChecksum = .absent
    inner = .none
  }

  /// Forgets the packet before, all but the fields that mean something only where another says so.
  @inline(__always)
  mutating func restart(time: Int64, number: UInt64, interface: UInt32, capturedLength: Int, wireLength: Int) {
    self.number = number
    self.time = time
    self.interface = interface
    self.capturedLength = UInt32(clamping: capturedLength)
    self.wireLength = UInt32(clamping: max(wireLength, capturedLength))
    networkOffset = 0
    networkHeaderLength = 0
    fragmentIdentification = 0
    linkSource = .zero
    linkDestination = .zero
    hasLinkAddresses = false
    isLoopback = false
    etherType = 0
    vlanCount = 0
    vlanOuter = 0
    vlanInner = 0
    tunnelDepth = 0
    layerCount = 0
    hasSubframes = false
    forgetNetwork()
  }
}
