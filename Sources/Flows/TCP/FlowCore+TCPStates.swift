import Catalog
import Packets

/// The endpoints' states, sequence spaces and history, as Zeek's conn.log defines them: conn_state, history and payload
/// are read off these, so the order of the steps is that of the definition.
extension FlowCore {
  /// Jumps of sequence numbers in SYN and RST beyond this are not believed.
  private static let farJump: Int32 = 1 << 20

  /// One segment of a session.
  mutating func follow(
    _ segment: inout Segment, _ packet: inout Packet, _ frame: UnsafeRawBufferPointer, previous: Int64
  ) {
    let flow = segment.flow
    let session = segment.session
    let sender = segment.sender
    let receiver = segment.receiver
    if segment.has(.syn), session.pointee.spareSYN != .none,
      spares[session.pointee.spareSYN].pointee.number == packet.number
    {
      // Set aside until it is answered; the session goes on without it.
      return
    }
    // The open session's ordinary segments need few of the checks.
    let plain = !segment.isControl && flow.pointee.marks.contains(.established)
    let believable = check(&segment, &packet, plain: plain, previous: previous)
    sender.pointee.flags |= UInt8(truncatingIfNeeded: segment.flags.rawValue)

    let bit: UInt8 = segment.direction == .toServer ? 1 : 2
    if session.pointee.firstSeen & bit == 0 {
      if segment.direction == .toServer {
        session.pointee.isPartial = !segment.has(.syn) || segment.has(.ack)
      } else if !session.pointee.isPartial {
        session.pointee.isPartial = !segment.has(.syn)
      }
    }
    initialize(segment)
    writeHistory(segment)
    if believable.window { updateWindow(segment, packet.tcp) }
    if segment.has(.syn) { negotiate(segment, packet.tcp) }
    if segment.has(.fin) {
      sender.pointee.finCount &+= sender.pointee.finCount == .max ? 0 : 1
      let last = segment.end &- 1
      if sender.pointee.offset(of: last) >= Int64(bitPattern: sender.pointee.nextOffset),
        !sender.pointee.marks.contains(.ended)
      {
        sender.pointee.finSequence = last
        sender.pointee.marks.insert(.finKnown)
      }
    }
    if segment.has(.rst) { sender.pointee.rstCount &+= sender.pointee.rstCount == .max ? 0 : 1 }
    if segment.has(.ack) {
      if receiver.pointee.state == .inactive {
        // As if its SYN had been seen, so that what it sends next is numbered from 0.
        receiver.pointee.startSequence = segment.acknowledgement &- 1
        receiver.pointee.acknowledged = segment.acknowledgement &- 1
        receiver.pointee.lastSequence = segment.acknowledgement &- 1
      } else if !segment.has(.rst) {
        let ahead = sequenceDistance(segment.acknowledgement, from: receiver.pointee.acknowledged)
        let broken = segment.acknowledgement == 0 && ahead > Self.farJump
        if ahead > 0, !broken { receiver.pointee.acknowledged = segment.acknowledgement }
      }
    }
    let advance = updateLast(segment)
    let (closes, _) = enterState(&segment, advance)
    let firstOfSide = session.pointee.firstSeen & bit == 0
    session.pointee.firstSeen |= segment.direction == .toServer ? 1 : 2
    if firstOfSide || flow.pointee.marks.contains(.provisional) { meet(segment) }

    if segment.has(.ack), believable.acknowledgement { acknowledged(segment) }
    if segment.length > 0, !segment.has(.rst), believable.payload { receive(segment, &packet, frame) }
    finishDirection(segment.flow, segment.session, segment.direction)
    finishDirection(segment.flow, segment.session, segment.direction.opposite)
    if closes { closeDirection(segment) }
  }

  /// Where an endpoint's numbers begin.
  @inline(__always)
  private mutating func initialize(_ segment: Segment) {
    let sender = segment.sender
    switch sender.pointee.state {
    case .inactive:
      let first = segment.has(.syn) ? segment.sequence : segment.sequence &- 1
      // What the peer's acknowledgement told before stands if it agrees.
      sender.pointee.startSequence = first
      sender.pointee.acknowledged = first
      sender.pointee.lastSequence = segment.has(.syn) ? segment.end : segment.sequence
    case .synSent, .synAckSent, .established, .partial:
      guard segment.has(.syn), segment.sequence != sender.pointee.startSequence else { return }
      restart(segment)
    case .reset:
      guard segment.has(.syn), sender.pointee.previousState == .inactive else { return }
      restart(segment)
    case .closed: break
    }
  }

  private mutating func restart(_ segment: Segment) {
    let sender = segment.sender
    // A SYN inside a stream that runs is not believed: its bytes so far would be numbered anew.
    guard sender.pointee.nextOffset == 0, !segment.flow.pointee.marks.contains(.established) else { return }
    releaseBlocks(sender)
    sender.pointee.startSequence = segment.sequence
    sender.pointee.acknowledged = segment.sequence
    sender.pointee.lastSequence = segment.end
  }

  @inline(__always)
  private mutating func writeHistory(_ segment: Segment) {
    let session = segment.session
    let sender = segment.sender
    let direction = segment.direction
    let relative = segment.sequence &- sender.pointee.startSequence
    let control = segment.flags.rawValue & 0x07
    func put(_ letter: UInt8) { session.pointee.history.append(direction == .toServer ? letter : letter | 0x20) }
    switch control {
    case 0:
      if segment.length > 0 {
        _ = session.pointee.history.once(.data, UInt8(ascii: "D"), direction)
      } else if segment.has(.ack) {
        _ = session.pointee.history.once(.ack, UInt8(ascii: "A"), direction)
      }
    case 2:
      let letter = segment.has(.ack) ? UInt8(ascii: "H") : UInt8(ascii: "S")
      if session.pointee.history.once(.syn, letter, direction), relative != sender.pointee.historySYN { put(letter) }
      sender.pointee.historySYN = relative
    case 1:
      let end = relative &+ UInt32(truncatingIfNeeded: segment.length)
      if session.pointee.history.once(.fin, UInt8(ascii: "F"), direction), end != sender.pointee.historyFIN {
        put(UInt8(ascii: "F"))
      }
      sender.pointee.historyFIN = end
    case 4:
      if session.pointee.history.once(.rst, UInt8(ascii: "R"), direction), relative != sender.pointee.historyRST {
        put(UInt8(ascii: "R"))
      }
      sender.pointee.historyRST = relative
    default:
      if control & 5 == 5 {
        _ = session.pointee.history.once(.inconsistent, UInt8(ascii: "I"), direction)
      } else {
        _ = session.pointee.history.once(.multiple, UInt8(ascii: "Q"), direction)
      }
    }
  }

  /// The sender's receive window (RFC 9293 §3.10.7.4, SND.WND of its peer).
  @inline(__always)
  private mutating func updateWindow(_ segment: Segment, _ header: TCPHeader) {
    let sender = segment.sender
    let scale = segment.has(.syn) ? 0 : UInt32(sender.pointee.windowScale)
    let window = UInt32(header.window) << scale
    if window == 0, !segment.has(.rst), segment.receiver.pointee.state != .closed, sender.pointee.state != .reset {
      segment.session.pointee.history.scaled(UInt8(ascii: "W"), segment.direction, count: &sender.pointee.zeroWindows)
    }
    if segment.isControl {
      if segment.has(.syn), !segment.has(.rst) {
        sender.pointee.window = window
        sender.pointee.windowSequence = segment.sequence
        sender.pointee.windowAcknowledgement =
          segment.has(.ack) ? segment.acknowledgement : segment.receiver.pointee.startSequence &+ 1
      }
      return
    }
    guard segment.has(.ack), sender.pointee.state != .closed, sender.pointee.state != .reset else { return }
    guard
      !sender.pointee.marks.contains(.windowSeen)
        || (sequenceDistance(segment.sequence, from: sender.pointee.windowSequence) >= 0
          && sequenceDistance(segment.acknowledgement, from: sender.pointee.windowAcknowledgement) >= 0)
    else { return }
    if sender.pointee.marks.contains(.windowSeen), segment.flow.pointee.marks.contains(.windowKnown) {
      let edge = segment.acknowledgement &+ window
      let granted = sender.pointee.windowAcknowledgement &+ sender.pointee.window
      let advance = sequenceDistance(edge, from: granted)
      // Scaling makes the edge coarse: less than one step back is none.
      if advance < 0, -Int64(advance) >= Int64(1) << Int64(scale) {
        note(.tcpBadWindowUpdate, segment.flow, segment.seen)
      }
    }
    sender.pointee.window = window
    sender.pointee.windowAcknowledgement = segment.acknowledgement
    sender.pointee.windowSequence = segment.sequence
    sender.pointee.marks.insert(.windowSeen)
  }

  /// What SYN and SYN-ACK agree on: window scaling and timestamps (RFC 7323 §2.2, §3.2), fast open (RFC 7413).
  private mutating func negotiate(_ segment: Segment, _ header: TCPHeader) {
    let sender = segment.sender
    let receiver = segment.receiver
    let flow = segment.flow
    if header.options.contains(.windowScale) {
      sender.pointee.marks.insert(.offeredScale)
      sender.pointee.windowScale = min(header.windowScale, 14)
    } else {
      sender.pointee.marks.remove(.offeredScale)
      sender.pointee.windowScale = 0
      if segment.has(.ack) { receiver.pointee.windowScale = 0 }
    }
    if header.options.contains(.timestamps) {
      // One by one: a literal of several is an array where the compiler does not optimize.
      sender.pointee.marks.insert(.offeredTimestamps)
      sender.pointee.marks.insert(.hasTimestamp)
      sender.pointee.timestampRecent = header.timestampValue
    }
    if header.options.contains(.fastOpen) { flow.pointee.marks.insert(.fastOpen) }
    guard segment.has(.ack), receiver.pointee.flags & 2 != 0 else { return }
    if !receiver.pointee.marks.contains(.offeredScale) { sender.pointee.windowScale = 0 }
    flow.pointee.marks.insert(.windowKnown)
    if sender.pointee.marks.contains(.offeredTimestamps), receiver.pointee.marks.contains(.offeredTimestamps) {
      flow.pointee.marks.insert(.timestamps)
    }
  }

  /// How far the segment goes beyond what its sender had sent before.
  @inline(__always)
  private mutating func updateLast(_ segment: Segment) -> Int32 {
    let sender = segment.sender
    let advance = sequenceDistance(segment.end, from: sender.pointee.lastSequence)
    if segment.has(.syn) || segment.has(.rst), advance > Self.farJump || advance < -Self.farJump { return advance }
    if segment.has(.fin), sender.pointee.lastSequence == sender.pointee.startSequence &+ 1 {
      sender.pointee.lastSequence = segment.end
    } else if sender.pointee.state == .reset {
      // What follows a reset is not to be trusted.
    } else if advance > 0 {
      sender.pointee.lastSequence = segment.end
    } else if segment.length > 0 {
      counters.retransmissions &+= 1
      segment.session.pointee.history.scaled(
        UInt8(ascii: "T"), segment.direction, count: &sender.pointee.retransmissions)
    }
    return advance
  }

  /// Moves the sender's state. Returns whether its side closes, and whether it is a rejected attempt.
  @inline(__always)
  private mutating func enterState(_ segment: inout Segment, _ advance: Int32) -> (closes: Bool, rejects: Bool) {
    let sender = segment.sender
    let receiver = segment.receiver
    switch sender.pointee.state {
    case .inactive: return leaveInactive(&segment)
    case .synSent, .synAckSent:
      if segment.has(.syn), segment.has(.ack), segment.direction == .toClient { sender.pointee.enter(.established) }
      if segment.has(.fin) { sender.pointee.enter(.closed) }
      if segment.has(.rst) { sender.pointee.enter(.reset) }
      return (segment.has(.fin) || segment.has(.rst), false)
    case .established, .partial:
      if segment.has(.syn), sender.pointee.state == .partial, receiver.pointee.state == .inactive, !segment.has(.ack) {
        sender.pointee.enter(.synSent)
      }
      if segment.has(.fin), !segment.has(.rst) {
        sender.pointee.enter(.closed)
        // A FIN and then a RST of the peer was an ordinary end.
        if receiver.pointee.state == .reset, receiver.pointee.previousState == .closed {
          receiver.pointee.enter(.closed)
        }
        return (true, false)
      }
      if segment.has(.rst) {
        sender.pointee.enter(.reset)
        return (true, false)
      }
      return (false, false)
    case .closed:
      if segment.has(.rst), receiver.pointee.state != .closed {
        sender.pointee.enter(.reset)
        return (!sender.pointee.marks.contains(.didClose), false)
      }
      return (false, false)
    case .reset: return (false, false)
    }
  }

  /// The first segment of a side.
  private mutating func leaveInactive(_ segment: inout Segment) -> (closes: Bool, rejects: Bool) {
    var sender = segment.sender
    var receiver = segment.receiver
    var closes = false
    var rejects = false
    if segment.has(.syn) {
      if segment.direction == .toServer {
        sender.pointee.enter(segment.has(.ack) ? .synAckSent : .synSent)
      } else {
        if !segment.has(.ack) {
          if receiver.pointee.state == .synAckSent, receiver.pointee.windowAcknowledgement == segment.sequence &+ 1 {
            // SYN and SYN-ACK came in the wrong order: who seemed to open the session answers it.
            flip(&segment)
            sender = segment.sender
            receiver = segment.receiver
            receiver.pointee.enter(.established)
            segment.session.pointee.isPartial = false
          } else {
            note(.tcpSimultaneousOpen, segment.flow, segment.seen)
          }
        }
        if receiver.pointee.state == .synSent { receiver.pointee.enter(.established) }
        sender.pointee.enter(.established)
      }
    }
    if segment.has(.fin) {
      sender.pointee.enter(.closed)
      closes = true
    }
    if segment.has(.rst) {
      sender.pointee.enter(.reset)
      rejects =
        segment.direction == .toServer
        ? receiver.pointee.state == .established
        : receiver.pointee.state == .synSent || receiver.pointee.state == .synAckSent
      closes = true
    }
    guard sender.pointee.state == .inactive else { return (closes, rejects) }
    if segment.direction == .toClient, segment.length == 0, receiver.pointee.state == .synSent {
      // Some hosts acknowledge a SYN before they answer it.
    } else if segment.has(.ack), receiver.pointee.state == .established {
      // The SYN was missed: SYN-ACK and ACK were not.
      sender.pointee.enter(.established)
      segment.session.pointee.isPartial = false
    } else {
      sender.pointee.enter(.partial)
    }
    return (closes, rejects)
  }

  /// Turns client and server about, as long as nobody was told of them.
  private mutating func flip(_ segment: inout Segment) {
    let flow = segment.flow
    guard !flow.pointee.marks.contains(.opened) else { return }
    let session = segment.session
    turnCountersAbout(flow)
    swap(&session.pointee.originator, &session.pointee.responder)
    session.pointee.firstSeen = (session.pointee.firstSeen & 1) << 1 | session.pointee.firstSeen >> 1
    flow.pointee.marks.formSymmetricDifference(.clientIsLow)
    session.pointee.history.append(UInt8(ascii: "^"))
    segment.seen.direction = segment.direction.opposite
    segment.sender = session.sender(segment.direction)
    segment.receiver = session.sender(segment.direction.opposite)
  }

  /// A side of the session closes; when that was the last of it, the session is kept a little for late segments.
  private mutating func closeDirection(_ segment: Segment) {
    let sender = segment.sender
    let receiver = segment.receiver
    guard !sender.pointee.marks.contains(.didClose) else { return }
    sender.pointee.marks.insert(.didClose)
    let complete =
      sender.pointee.state == .reset || receiver.pointee.marks.contains(.didClose)
      || receiver.pointee.state == .inactive
    if complete {
      segment.session.pointee.closedAt = segment.flow.pointee.last
    } else if sender.pointee.previousState == .inactive {
      segment.session.pointee.partialCloseAt = segment.flow.pointee.last
    }
  }
}
