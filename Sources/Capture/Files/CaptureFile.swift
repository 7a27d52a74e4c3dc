// A capture file, whatever its format and compression, as a reader of frames.

import Packets

/// Reads a pcap or pcapng file, plain or compressed by gzip or zstd; a FIFO; or standard input as `-`.
///
/// All goes through buffers, a piece of the file at a time that stays in the processor's cache until it has been looked at.
/// With several buffers frames outlive their batch, so that others can work on them while this reads on.
///
///     let file = try CaptureFile("capture.pcap")
///     var batch: [FrameView] = []
///     while try file.nextBatch(&batch) != .end { for frame in batch { … } }
public final class CaptureFile: CaptureReader {
  private enum Parser {
    case pcap(PcapParser)
    case pcapng(PcapngParser)
  }

  public let name: String
  public var keepsFrames: Bool { willReuse != nil }
  /// Where there are several buffers: called with the number of the one that comes next, before its old frames are
  /// overwritten. Until it returns they can be read, and those of the other buffers beyond that.
  public var willReuse: ((_ buffer: Int) -> Void)? {
    get { input.willReuse }
    set { input.willReuse = newValue }
  }
  public private(set) var counters = CaptureCounters()
  /// What was wrong without ending the capture: interfaces whose frames were left out (at most 16, one a link type), and of
  /// a followed file that it was cut or replaced (the last 16).
  public var problems: [CaptureError] {
    if case .pcapng(let parser) = parser { restarts + parser.problems } else { restarts }
  }
  /// Names and secrets that the file brings along (pcapng).
  public var annotations: CaptureAnnotations {
    if case .pcapng(let parser) = parser { parser.annotations } else { CaptureAnnotations() }
  }

  private let input: ByteInput
  private let follow: Bool
  private var parser: Parser?
  private var number: UInt64 = 0
  /// An error that waits until what came before it has been taken.
  private var waiting: CaptureError?
  private var restarts: [CaptureError] = []
  private var hasEnded = false
  private var filter: CaptureFilter?

  /// Opens a file. Its format is seen from its first bytes: those of a plain file now, of a stream when they come.
  ///
  /// - Parameters:
  ///   - follow: the end of the file is not the end; `nextBatch` says idle until more is written. A file that is cut is read
  ///     from its beginning again, and one that takes its name (rotation) is read after it.
  ///   - buffers: with more than one, frames stay readable as ``willReuse`` says; else until the next call of `nextBatch`.
  public init(_ path: String, follow: Bool = false, buffers: Int = 1) throws(CaptureError) {
    name = path
    self.follow = follow
    input = try ByteInput(path: path, follow: follow, buffers: buffers)
    if input.isAtHand { _ = try recognise() }
  }

  public func setFilter(_ expression: String?) throws(CaptureError) {
    if let expression { filter = try CaptureFilter(expression, source: name) } else { filter = nil }
  }

  public func nextBatch(_ batch: inout [FrameView], frameLimit: Int) throws(CaptureError) -> CaptureProgress {
    batch.removeAll(keepingCapacity: true)
    while true {
      if let error = waiting {
        waiting = nil
        hasEnded = true
        throw error
      }
      if hasEnded { return .end }
      if parser == nil {
        guard try recognise() else { return hasEnded ? .end : .idle }
      }
      switch parse(&batch, limit: max(1, frameLimit)) {
      case .full: break
      case .failed(let error): waiting = error
      case .incomplete(let needed):
        if batch.isEmpty {
          guard try getMore(needed) else { return .idle }
          continue
        }
      }
      if let filter { filter.apply(to: &batch, counters: &counters) }
      if batch.isEmpty { continue }
      counters.frames &+= UInt64(batch.count)
      var bytes: UInt64 = 0
      for frame in batch { bytes &+= UInt64(frame.bytes.count) }
      counters.bytes &+= bytes
      return .frames
    }
  }

  private func parse(_ batch: inout [FrameView], limit: Int) -> ParserStop {
    // Taken out while it works, so that it is changed in place.
    let current = parser
    parser = nil
    switch current {
    case .pcap(var pcap):
      let stop = pcap.parse(input, into: &batch, limit: limit, counters: &counters, number: &number)
      parser = .pcap(pcap)
      return stop
    case .pcapng(var pcapng):
      let stop = pcapng.parse(input, into: &batch, limit: limit, counters: &counters, number: &number)
      parser = .pcapng(pcapng)
      return stop
    case nil: return .incomplete(4)
    }
  }

  /// Gets more bytes. False if none have come yet; at the end notes what the end means.
  private func getMore(_ needed: Int) throws(CaptureError) -> Bool {
    switch try refill(needed) {
    case .more, .restarted: return true
    case .idle: return false
    case .end:
      hasEnded = true
      if input.isSkipping {
        waiting = CaptureError(
          .truncated, name, at: input.offset, "the file ends within a block; what came before is kept")
      } else if input.remaining > 0 {
        waiting = CaptureError(
          .truncated, name, at: input.offset,
          "the file ends within a record: \(needed) bytes are due, \(input.remaining) are there; what came before is kept"
        )
      }
      return true
    }
  }

  private func refill(_ needed: Int) throws(CaptureError) -> ByteInput.Refill {
    let unread = input.remaining
    let offset = input.offset
    do {
      let result = try input.refill(needed)
      if case .restarted(let why) = result {
        if restarts.count == 16 { restarts.removeFirst() }
        restarts.append(
          CaptureError(
            .truncated, name, at: offset, unread > 0 ? "\(why); a record of which \(unread) bytes came is lost" : why))
        parser = nil
      }
      return result
    } catch {
      hasEnded = true
      throw error
    }
  }

  /// Sees from the first bytes what the file is. False if they have not come yet, or the file has ended.
  private func recognise() throws(CaptureError) -> Bool {
    while true {
      if input.remaining >= 4, let window = input.window.baseAddress {
        let base = window + input.position
        let magic = base.loadUnaligned(as: UInt32.self)
        if PcapngParser.recognises(magic) {
          parser = .pcapng(PcapngParser())
          return true
        }
        guard let length = PcapParser.headerLength(magic) else {
          hasEnded = true
          throw CaptureError(.foreign, name, at: input.offset, "is neither pcap nor pcapng")
        }
        if input.remaining >= length {
          do {
            parser = .pcap(try PcapParser(base, name: name))
          } catch {
            hasEnded = true
            throw error
          }
          input.position &+= length
          return true
        }
      }
      switch try refill(PcapParser.headerLength) {
      case .more, .restarted: continue
      case .idle: return false
      case .end:
        hasEnded = true
        if input.remaining == 0 { throw CaptureError(.truncated, name, at: 0, "is empty") }
        throw CaptureError(
          input.remaining >= 4 ? .truncated : .foreign, name, at: UInt64(input.remaining),
          input.remaining >= 4 ? "the file ends within its header" : "is neither pcap nor pcapng")
      }
    }
  }
}
