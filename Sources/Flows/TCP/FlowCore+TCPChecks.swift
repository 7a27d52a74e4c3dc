import Catalog
import Packets

/// What a segment says that a sound session would not. Everything here looks at the session as it was before the segment.
extension FlowCore {
  /// What of a segment may enter the streams.
  struct Belief {
    var acknowledgement = true
    /// The window goes with the acknowledgement, or the acknowledgement is at least a sign of where the session is.
    var window = true
    var payload = true
  }

  @inline(__always)
  mutating func check(_ segment: inout Segment, _ packet: inout Packet, plain: Bool, previous: Int64) -> Belief {
    var belief = Belief()
    if !plain { checkControl(segment, &packet, previous: previous, &belief) }
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    guard receiver.pointee.state != .inactive || sender.pointee.state != .inactive else { return belief }
    if segment.has(.ack), receiver.pointee.state != .inactive { checkAcknowledgement(segment, &belief) }
    if packet.tcp.options.rawValue & TCPOptionSet.sack.rawValue != 0, flow.pointee.marks.contains(.established) {
      checkSelective(segment, packet.tcp)
    }
    if packet.tcp.options.rawValue & TCPOptionSet.timestamps.rawValue != 0 {
      checkTimestamp(segment, packet.tcp, &belief)
    }
    if segment.length > 0, sender.pointee.state != .inactive { checkData(segment, &belief) }
    if sender.pointee.state == .reset { checkAfterReset(segment) }
    if packet.tcp.flags.rawValue & TCPFlags.urg.rawValue != 0, packet.tcp.urgentPointer != 0 {
      countUrgent(segment)
    }
    return belief
  }

  // MARK: - Every segment

  /// One urgent byte (RFC 6093 §3.1: hosts take the one that the pointer marks out of the stream), unless it came before.
  private mutating func countUrgent(_ segment: Segment) {
    let sender = segment.sender
    guard segment.length > 0, sequenceDistance(segment.end, from: sender.pointee.lastSequence) > 0,
      sender.pointee.urgentCount < .max
    else { return }
    sender.pointee.urgentCount &+= 1
    if Int(sender.pointee.urgentCount) &+ Int(segment.receiver.pointee.urgentCount) == options.urgentLimit &+ 1 {
      note(.tcpUrgentLimit, segment.flow, segment.seen)
    }
  }

  /// Where no window is known, an acknowledgement farther than this beyond what was seen is not believed.
  private static let believableAdvance: Int32 = 16 << 20
  /// So many acknowledgements in a row that no window allows tell of capture loss.
  private static let insistence: UInt8 = 3

  /// RFC 9293 §3.10.7.4: an acknowledgement is of bytes sent. What the capture missed is no reason to doubt one that the
  /// sender's window allows.
  @inline(__always)
  private mutating func checkAcknowledgement(_ segment: Segment, _ belief: inout Belief) {
    let sender = segment.sender
    let receiver = segment.receiver
    let ahead = sequenceDistance(segment.acknowledgement, from: receiver.pointee.lastSequence)
    if ahead > 0 {
      let flow = segment.flow
      let known = sender.pointee.marks.contains(.windowSeen) || sender.pointee.flags & 2 != 0
      let allowed = sender.pointee.windowAcknowledgement &+ sender.pointee.window
      let beyond = sequenceDistance(segment.acknowledgement, from: allowed)
      if segment.has(.rst) {
        if !flow.pointee.marks.contains(.lossy) { note(.tcpRstInvalidAck, flow, segment.seen) }
        belief.acknowledgement = false
      } else if known, beyond > 0, receiver.pointee.finCount == 0 || ahead > 1 {
        if !flow.pointee.marks.contains(.lossy), flow.pointee.marks.contains(.established) {
          note(.tcpInvalidAck, flow, segment.seen)
        }
        belief.acknowledgement = false
        belief.window = insists(sender, ahead)
      } else if ahead > Self.believableAdvance {
        belief.acknowledgement = false
        belief.window = false
      } else {
        sender.pointee.doubtful = 0
      }
      return
    }
    sender.pointee.doubtful = 0
    let behind = sequenceDistance(receiver.pointee.acknowledged, from: segment.acknowledgement)
    if behind > 0 {
      let before = sequenceDistance(segment.acknowledgement, from: receiver.pointee.startSequence)
      let far = Int64(behind) > max(Int64(sender.pointee.window), 1 << 20)
      if far || (before < 0 && receiver.pointee.nextOffset < 1 << 31) {
        note(segment.has(.rst) ? .tcpRstInvalidAck : .tcpInvalidAck, segment.flow, segment.seen)
        belief.acknowledgement = false
        belief.window = false
      }
    }
  }

  /// Whether a host has acknowledged what no window allowed so often, and nothing else between, that it is the capture that
  /// lacks the bytes. A host drops one such segment, its window with it, and goes on as before (RFC 9293 §3.10.7.4).
  private func insists(_ sender: UnsafeMutablePointer<TCPEndpoint>, _ ahead: Int32) -> Bool {
    guard ahead <= Self.believableAdvance else { return false }
    sender.pointee.doubtful &+= 1
    guard sender.pointee.doubtful >= Self.insistence else { return false }
    sender.pointee.doubtful = 0
    return true
  }

  /// Selective acknowledgements (RFC 2018) are of bytes sent, too. They release nothing: the receiver may take them back (§8).
  private mutating func checkSelective(_ segment: Segment, _ header: TCPHeader) {
    let sender = segment.sender
    guard sender.pointee.marks.contains(.windowSeen), segment.flow.pointee.marks.contains(.windowKnown),
      !segment.flow.pointee.marks.contains(.lossy), !segment.has(.rst)
    else { return }
    let edge = sender.pointee.windowAcknowledgement &+ sender.pointee.window
    for i in 0..<Int(min(header.sackCount, 4)) {
      let right = header.sackBlocks[i].right
      guard sequenceDistance(right, from: segment.receiver.pointee.lastSequence) > 0,
        sequenceDistance(right, from: edge) > 0
      else { continue }
      note(.tcpInvalidAck, segment.flow, segment.seen)
      return
    }
  }

  /// PAWS (RFC 7323 §5): a timestamp older than the last one that was in order.
  @inline(__always)
  private mutating func checkTimestamp(_ segment: Segment, _ header: TCPHeader, _ belief: inout Belief) {
    let sender = segment.sender
    if segment.has(.syn) { return }
    if sender.pointee.state == .inactive {
      // The first that answers a SYN, and no SYN itself: it echoes the SYN's timestamp, and has none if that had none.
      guard segment.receiver.pointee.state == .synSent, segment.has(.rst) || segment.has(.fin) else { return }
      if !segment.receiver.pointee.marks.contains(.offeredTimestamps)
        || header.timestampEcho != segment.receiver.pointee.timestampRecent
      {
        note(.tcpInvalidTimestamp, segment.flow, segment.seen)
      }
      return
    }
    if segment.flow.pointee.marks.contains(.timestamps), sender.pointee.marks.contains(.hasTimestamp),
      !segment.has(.rst)
    {
      let age = sequenceDistance(header.timestampValue, from: sender.pointee.timestampRecent)
      if age < 0, sequenceDistance(segment.sequence, from: sender.pointee.acknowledged) >= 0,
        segment.end != segment.sequence
      {
        note(.tcpInvalidTimestamp, segment.flow, segment.seen)
        belief.payload = false
        return
      }
    } else if segment.has(.rst) || segment.has(.fin), segment.receiver.pointee.flags & 2 != 0,
      !segment.flow.pointee.marks.contains(.established), !segment.flow.pointee.marks.contains(.timestamps)
    {
      if header.timestampEcho != segment.receiver.pointee.timestampRecent {
        note(.tcpInvalidTimestamp, segment.flow, segment.seen)
      }
      return
    }
    // TS.Recent follows the segments at the left edge of the window (RFC 7323 §4.3).
    if sequenceDistance(segment.sequence, from: sender.pointee.acknowledged) <= 0
      || !sender.pointee.marks.contains(.hasTimestamp)
    {
      if !sender.pointee.marks.contains(.hasTimestamp)
        || sequenceDistance(header.timestampValue, from: sender.pointee.timestampRecent) > 0
      {
        sender.pointee.timestampRecent = header.timestampValue
        sender.pointee.marks.insert(.hasTimestamp)
      }
    }
  }

  @inline(__always)
  private mutating func checkData(_ segment: Segment, _ belief: inout Belief) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    let marks = flow.pointee.marks
    if sender.pointee.offset(of: segment.sequence) < -1, !segment.has(.rst) {
      // Before the first byte of the stream.
      note(.tcpCloseWrongSeq, flow, segment.seen)
      belief.payload = false
      return
    }
    if segment.has(.rst) { return }
    if sender.pointee.state == .synSent || sender.pointee.state == .synAckSent, !segment.has(.rst),
      !marks.contains(.fastOpen), !marks.contains(.midstream),
      // It acknowledged a SYN-ACK before: the capture has one side of the session only.
      !(receiver.pointee.state == .inactive && sender.pointee.flags & 0x10 != 0)
    {
      note(.tcpDataBeforeEstablished, flow, segment.seen)
    }
    guard segment.length > 1, marks.contains(.established) else { return }
    if sequenceDistance(segment.end, from: sender.pointee.acknowledged) <= 0 {
      note(.tcpOverlapBeforeBase, flow, segment.seen)
    } else if receiver.pointee.marks.contains(.windowSeen), marks.contains(.windowKnown), !marks.contains(.lossy) {
      let edge = receiver.pointee.windowAcknowledgement &+ receiver.pointee.window
      let data = segment.sequence &+ UInt32(truncatingIfNeeded: segment.length)
      if sequenceDistance(data, from: edge) > 0 { note(.tcpOutOfWindow, flow, segment.seen) }
    }
    if sender.pointee.marks.contains(.finKnown),
      sequenceDistance(segment.end, from: sender.pointee.finSequence &+ 1) > 0, !segment.has(.fin)
    {
      note(.tcpCloseWrongSeq, flow, segment.seen)
    }
  }

  /// A host that took back a session with a RST, and goes on with it, did not send that RST.
  private mutating func checkAfterReset(_ segment: Segment) {
    let sender = segment.sender
    if segment.has(.fin) { note(.tcpFinAfterReset, segment.flow, segment.seen) }
    guard !segment.isControl || segment.has(.fin), sender.pointee.marks.contains(.resetAccepted),
      !sender.pointee.marks.contains(.injectionReported)
    else { return }
    let newData = segment.length > 0 && sequenceDistance(segment.end, from: sender.pointee.lastSequence) > 0
    let newAcknowledgement =
      segment.has(.ack) && sequenceDistance(segment.acknowledgement, from: segment.receiver.pointee.acknowledged) > 0
    if newData || newAcknowledgement {
      sender.pointee.marks.insert(.injectionReported)
      note(.tcpRstInjection, segment.flow, segment.seen)
    }
  }

  // MARK: - Handshake and end

  private mutating func checkControl(
    _ segment: Segment, _ packet: inout Packet, previous: Int64, _ belief: inout Belief
  ) {
    if segment.has(.syn) {
      checkSYN(segment)
    } else if !segment.flow.pointee.marks.contains(.established) {
      checkHandshakeEnd(segment)
    }
    if segment.has(.fin) { checkFIN(segment, previous: previous) }
    if segment.has(.rst) { checkRST(segment, previous: previous) }
  }

  private mutating func checkSYN(_ segment: Segment) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    let seen = segment.seen
    guard segment.has(.ack) else {
      if sender.pointee.state == .inactive { return }
      if flow.pointee.marks.contains(.established)
        || sender.pointee.state == .established && segment.direction == .toClient
      {
        if segment.direction == .toClient {
          note(.tcpHandshakeWrongDirection, flow, seen)
        } else if sender.pointee.nextOffset > 0 || segment.sequence != sender.pointee.startSequence {
          note(.tcpSynResendDifferent, flow, seen)
        }
      }
      return
    }
    if segment.direction == .toServer {
      // It opened the session, by SYN or by SYN-ACK; a SYN-ACK of it now answers nothing.
      if sender.pointee.state != .inactive, sender.pointee.state != .synAckSent,
        receiver.pointee.flags & 2 == 0 || flow.pointee.marks.contains(.established)
      {
        note(.tcpHandshakeWrongDirection, flow, seen)
      }
      return
    }
    let acknowledges = sequenceDistance(segment.acknowledgement, from: receiver.pointee.startSequence &+ 1)
    let sent = sequenceDistance(segment.acknowledgement, from: receiver.pointee.lastSequence)
    let fits =
      receiver.pointee.state == .inactive || receiver.pointee.state == .partial || (acknowledges >= 0 && sent <= 0)
    if sender.pointee.flags & 2 == 0 || sender.pointee.state == .inactive {
      if !fits { note(.tcpHandshakeWrongSeq, flow, seen) }
      return
    }
    if segment.sequence != sender.pointee.startSequence
      || segment.acknowledgement != receiver.pointee.startSequence &+ 1 && !fits
    {
      note(.tcpSynackResendDifferent, flow, seen)
      if !fits { note(.tcpHandshakeWrongSeq, flow, seen) }
      countVariant(segment)
    }
  }

  private mutating func countVariant(_ segment: Segment) {
    segment.session.pointee.handshakeVariants &+= 1
    if Int(segment.session.pointee.handshakeVariants) == options.handshakeVariantLimit &+ 1 {
      note(.tcpSynFlood, segment.flow, segment.seen)
    }
  }

  /// The segment that ends the handshake, or what comes in its place.
  private mutating func checkHandshakeEnd(_ segment: Segment) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    guard segment.has(.ack), !segment.has(.rst) else { return }
    if segment.direction == .toClient {
      if sender.pointee.flags & 2 != 0, receiver.pointee.flags == 2, segment.length == 0, !segment.has(.fin),
        !flow.pointee.marks.contains(.fastOpen)
      {
        note(.tcpHandshakeWrongDirection, flow, segment.seen)
      }
      return
    }
    guard receiver.pointee.flags & 2 != 0, receiver.pointee.state != .inactive else { return }
    let acknowledges = sequenceDistance(segment.acknowledgement, from: receiver.pointee.startSequence &+ 1)
    let sent = sequenceDistance(segment.acknowledgement, from: receiver.pointee.lastSequence)
    var fits = acknowledges >= 0 && sent <= 0
    if sender.pointee.flags & 2 != 0, sender.pointee.state != .inactive {
      let ahead = sequenceDistance(segment.sequence, from: sender.pointee.startSequence &+ 1)
      // A keep-alive of a session that has said nothing yet is one byte behind.
      if ahead < -1 || Int64(ahead) > max(Int64(receiver.pointee.window), 1 << 16) { fits = false }
    }
    if fits {
      flow.pointee.marks.insert(.established)
    } else if !flow.pointee.marks.contains(.lossy) {
      note(.tcpHandshakeWrongSeq, flow, segment.seen)
    }
  }

  private mutating func checkFIN(_ segment: Segment, previous: Int64) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    if Int(sender.pointee.finCount) &+ 1 >= options.stormLimit, segment.seen.time &- previous < TimerWheel.second {
      note(.tcpFinStorm, flow, segment.seen)
    }
    switch sender.pointee.state {
    case .synSent, .synAckSent:
      if receiver.pointee.state == .inactive || receiver.pointee.state == .synSent {
        note(.tcpFinWrongSeq, flow, segment.seen)
      }
    case .closed:
      if sequenceDistance(segment.end, from: sender.pointee.lastSequence) > 0 {
        note(.tcpFinWrongSeq, flow, segment.seen)
      }
    case .established, .partial:
      if sequenceDistance(segment.end, from: sender.pointee.lastSequence) <= 0 {
        note(.tcpFinWrongSeq, flow, segment.seen)
      } else if receiver.pointee.marks.contains(.windowSeen), flow.pointee.marks.contains(.windowKnown),
        !flow.pointee.marks.contains(.lossy)
      {
        let edge = receiver.pointee.windowAcknowledgement &+ receiver.pointee.window
        if sequenceDistance(segment.end &- 1, from: edge) > 0 { note(.tcpFinWrongSeq, flow, segment.seen) }
      }
    case .inactive, .reset: break
    }
  }

  private mutating func checkRST(_ segment: Segment, previous: Int64) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    if segment.length > 0 { note(.tcpRstWithData, flow, segment.seen) }
    if Int(sender.pointee.rstCount) &+ 1 >= options.stormLimit, segment.seen.time &- previous < TimerWheel.second {
      note(.tcpRstStorm, flow, segment.seen)
    }
    // RFC 9293 §3.10.7.3: in SYN-SENT a RST is taken if it acknowledges the SYN; later (§3.10.7.4) if it is in the window.
    if sender.pointee.state == .inactive {
      let fits = segment.has(.ack) && segment.acknowledgement == receiver.pointee.lastSequence
      if receiver.pointee.state == .synSent, fits { sender.pointee.marks.insert(.resetAccepted) }
    } else if sender.pointee.state != .reset {
      let ahead = sequenceDistance(segment.sequence, from: sender.pointee.acknowledged)
      let edge = receiver.pointee.windowAcknowledgement &+ receiver.pointee.window
      if ahead >= 0, ahead <= 1 || sequenceDistance(segment.sequence, from: edge) <= 0 {
        sender.pointee.marks.insert(.resetAccepted)
      }
    }
  }
}
