import Glibc
import Testing

@testable import PluginSupport

private func time(_ text: String) -> EventTime? { EventTime(text) }

@Suite("What source plugins share")
struct SupportTests {
  @Test(
    "Times are read as RFC 3339 and its cousins say",
    arguments: [
      // Seconds by date -u -d … +%s.
      ("1970-01-01T00:00:00Z", 0, true), ("2000-02-29T12:00:00Z", 951_825_600_000_000_000, true),
      ("2022-05-11 18:10:26.027", 1_652_292_626_027_000_000, false),
      ("2022-05-11T20:10:26,5+02:00", 1_652_292_626_500_000_000, true),
      ("2022-05-11T12:40:26.123456789987-0530", 1_652_292_626_123_456_789, true),
      ("2022-05-11 20:10:26 +0200", 1_652_292_626_000_000_000, true),
      ("2022-05-11 18:10:26 UTC", 1_652_292_626_000_000_000, true),
      ("1969-12-31T23:59:59.5Z", -500_000_000, true), ("1900-03-01T00:00:00Z", -2_203_891_200_000_000_000, true),
    ])
  func times(text: String, nanoseconds: Int64, hasZone: Bool) {
    #expect(time(text) == EventTime(nanoseconds: nanoseconds, hasZone: hasZone))
  }

  @Test(
    "What is no time is none",
    arguments: [
      "", "2022-05-11", "2022-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2022-13-01T00:00:00Z", "2022-00-01T00:00:00Z",
      "2022-05-11T24:00:00Z", "2022-05-11T00:60:00Z", "2022-05-11T00:00:00.Z", "2022-05-11T00:00:00Zx",
      "2022-05-11T00:00:00+2:00", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "20a2-05-11T00:00:00Z",
    ])
  func noTimes(text: String) { #expect(time(text) == nil) }

  @Test(
    "Time since 1970 is in the unit that its size tells",
    arguments: [
      (1_652_292_626, 1_652_292_626_000_000_000), (1_652_292_626_027, 1_652_292_626_027_000_000),
      (1_652_292_626_027_000, 1_652_292_626_027_000_000), (1, nil), (.infinity, nil), (-.nan, nil), (1e300, nil),
      (9.9e10, nil), (9.9e13, nil), (9.9e16, nil),
    ] as [(Double, Int64?)])
  func epochs(number: Double, nanoseconds: Int64?) { #expect(EventTime(epoch: number)?.nanoseconds == nanoseconds) }

  @Test("Numbers are decimal, or hexadecimal with 0x, within 64 bits")
  func numbers() {
    #expect(Digits.number("0x1a4") == 420)
    #expect(Digits.number("18446744073709551615") == .max)
    for text in ["", "0x", "-1", "18446744073709551616", "0x10000000000000000", "1e3", "٣"] {
      #expect(Digits.number(text) == nil, Comment(rawValue: text))
    }
  }

  @Test("Addresses are IPv4 or IPv6, a zone is left out")
  func addresses() {
    #expect(AddressBytes("192.0.2.1")?.octets == [192, 0, 2, 1])
    #expect(AddressBytes("fe80::1%eth0")?.octets == [0xfe, 0x80] + [UInt8](repeating: 0, count: 13) + [1])
    #expect(AddressBytes("0:0:0:0:0:0:0:0")?.isUnspecified == true)
    for text in ["", "1.2.3", "1.2.3.4.5", "::g", "example.org", "1.2.3.4\0"] {
      #expect(AddressBytes(text) == nil, Comment(rawValue: text))
    }
  }

  /// Lines of an input through a pipe that is filled in two parts, and what came between.
  private func lines(_ parts: [String], limit: Int = 1 << 20, start: Place = .start) -> [String] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return [] }
    // A program that another test starts meanwhile must not keep the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reader = LineReader(descriptor: ends[0], start: start, limit: limit)
    var seen: [String] = []
    func drain() {
      while true {
        switch reader.next(wait: 0) {
        case .line(let bytes, let place):
          seen.append("\(place.line)@\(place.offset) " + String(decoding: bytes, as: UTF8.self))
        case .tooLong(let place): seen.append("\(place.line)@\(place.offset) too long")
        case .waiting:
          seen.append("waiting")
          return
        case .end, .failed: return
        }
      }
    }
    for part in parts {
      var part = part
      part.withUTF8 { _ = write(ends[1], $0.baseAddress, $0.count) }
      drain()
    }
    close(ends[1])
    drain()
    close(ends[0])
    return seen
  }

  @Test("Lines come whole with their places, however the pipe cuts them; the last needs no end")
  func lineReader() {
    #expect(lines(["ab\r\n\ncd", "ef\ng"]) == ["1@0 ab", "2@4 ", "waiting", "3@5 cdef", "waiting", "4@10 g"])
    #expect(lines(["\u{feff}a\nb"]) == ["1@0 a", "waiting", "2@5 b"])
  }

  @Test("A line over the limit is read over, and the next one is whole")
  func longLines() {
    let long = String(repeating: "x", count: 5000)
    #expect(lines([long + "\nok\n"], limit: 1000) == ["1@0 too long", "2@5001 ok", "waiting"])
    #expect(lines([long, long + "\nok\n"], limit: 1000) == ["waiting", "1@0 too long", "2@10001 ok", "waiting"])
    #expect(lines([long], limit: 1000) == ["waiting", "1@0 too long"])
  }

  @Test("What cannot seek is read over up to the cursor")
  func skipping() {
    #expect(lines(["one\ntw", "o\nthree\n"], start: Place(line: 3, offset: 8)) == ["waiting", "3@8 three", "waiting"])
  }

  @Test("A waiting reader is woken, once")
  func waking() {
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reader = LineReader(descriptor: ends[0])
    reader.wake()
    reader.wake()
    guard case .waiting = reader.next(wait: 600_000) else {
      Issue.record("not woken")
      return
    }
    _ = write(ends[1], "a\n", 2)
    guard case .line = reader.next(wait: 600_000) else {
      Issue.record("no line")
      return
    }
    close(ends[0])
    close(ends[1])
  }

  @Test("A cursor reads back as it was written, and nothing else is one")
  func cursors() {
    let place = Place(line: 12, offset: 3456)
    #expect(Array(place.cursor.utf8).withUnsafeBytes { Place(cursor: $0) } == place)
    for text in ["", "lines/1", "lines/1 5", "lines/2 5 6", "lines/1 5 0", "lines/1 -5 1", "lines/1 5 6 7"] {
      #expect(Array(text.utf8).withUnsafeBytes { Place(cursor: $0) } == nil, Comment(rawValue: text))
    }
  }
}
