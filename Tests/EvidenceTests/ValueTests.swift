import Evidence
import JSON
import Testing

@Suite struct TimestampTests {
  @Test(
    "An address is written as a dotted quad and RFC 5952's text",
    arguments: [
      "0.0.0.0", "9.10.99.100", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "2001:db8:0:1:1:1:1:1",
      "fe80::223:55ff:fe9c:7326",
    ])
  func address(text: String) { #expect(IPAddress(text)?.description == text) }

  @Test(
    "RFC 3339 times are read to the nanosecond, with any offset",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600_000_000_000),
      ("1985-04-12T23:20:50.52Z", 482_196_050_520_000_000), ("1996-12-19T16:39:57-08:00", 851_042_397_000_000_000),
      ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130_000_000), ("2026-09-01", 1_788_220_800_000_000_000),
    ] as [(String, Int64)])
  func read(text: String, nanoseconds: Int64) { #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds) }

  @Test(
    "Text that is no time is refused",
    arguments: ["", "2026-13-01T00:00:00Z", "2026-02-30", "2026-01-01T25:00:00Z", "yesterday", "2026-01-01T00:00:00"])
  func refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test(
    "What is written is read back",
    arguments: [0, 1, -1, 1_788_220_800_123_456_789, -8_000_000_000_000_000_000] as [Int64])
  func roundTrip(nanoseconds: Int64) {
    let time = Timestamp(nanoseconds: nanoseconds)
    #expect(time.rfc3339.utf8.count == 30)
    #expect(Timestamp(rfc3339: time.rfc3339) == time)
  }
}

@Suite struct IPAddressTests {
  @Test(
    "Addresses are written as RFC 5952 says",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
      ("fe80::1%eth0", "fe80::1"), ("[::1]", "::1"),
    ])
  func written(text: String, expected: String) { #expect(IPAddress(text)?.description == expected) }

  @Test("Text that is no address is refused", arguments: ["", "1.2.3", "256.1.1.1", "g::1", "1.2.3.4.5", "::1::"])
  func refused(text: String) { #expect(IPAddress(text) == nil) }
}

@Suite struct ObservationTests {
  private func read(_ text: String) throws -> Observation {
    try Observation(JSONReader().parse(text), source: "test")
  }

  @Test("The same record has the same id whatever the order of its members, and `id` itself does not count")
  func identity() throws {
    let one = try read(#"{"type":"asset","time":"2026-01-01T00:00:00Z","host":"a"}"#)
    let other = try read(#"{"host":"a","type":"asset","time":"2026-01-01T00:00:00Z"}"#)
    #expect(one.id == other.id)
    #expect(one.id.utf8.count == 64)
    #expect(try read(#"{"id":"mine","type":"asset","time":"2026-01-01T00:00:00Z","host":"a"}"#).id == "mine")
  }

  @Test("Unknown fields are kept under extra")
  func extra() throws {
    let one = try read(#"{"type":"asset","time":"2026-01-01T00:00:00Z","host":"a","rack":7,"extra":{"row":"b"}}"#)
    let extra = try JSONValue(parsing: one.head.extra)
    #expect(extra["rack"]?.int64 == 7)
    #expect(extra["row"]?.string == "b")
  }

  @Test(
    "A record that lacks a field, or has one of the wrong type, is refused with the field's name",
    arguments: [
      (
        #"{"type":"persona","time":"2026-01-01T00:00:00Z","platform":"x","account_id":"1","display_name":"n"}"#,
        "handle"
      ),
      (#"{"type":"persona","time":7,"platform":"x","account_id":"1","handle":"h","display_name":"n"}"#, "time"),
      (#"{"type":"process","time":"2026-01-01T00:00:00Z","host":"h","image":"i"}"#, "pid"),
      (
        #"{"type":"connection","time":"2026-01-01T00:00:00Z","host":"h","pid":1,"proto":"tcp","dest_ip":"x","dest_port":1}"#,
        "dest_ip"
      ),
      (
        #"{"type":"outreach","time":"2026-01-01T00:00:00Z","platform":"x","kind":"follow","from":{},"to":{"email":"a@b"}}"#,
        "from"
      ),
      (#"{"type":"ghost","time":"2026-01-01T00:00:00Z"}"#, "type"),
    ])
  func refused(text: String, field: String) throws {
    let error = #expect(throws: ObservationError.self) { try read(text) }
    #expect(error?.field == field)
  }

  @Test("What is written is read back the same")
  func roundTrip() throws {
    let text =
      #"{"type":"outreach","id":"o1","source":"test","time":"2026-01-01T00:00:00.000000000Z","platform":"x","kind":"email","from":{"handle":"a"},"to":{"employee":"e1"},"text":"hi","links":["http://l.example"],"outcome":"reported","reported_by":"e1"}"#
    var writer = JSONWriter()
    try read(text).write(to: &writer)
    #expect(writer.text == text)
  }
}

@Suite struct RosterTests {
  @Test("Each section is read, and hosts of people are assets that they own")
  func read() throws {
    let (roster, problems) = try Roster.read(
      """
      organisation: {names: [Acme], domains: [ACME.example]}
      people:
        - {id: e1, name: Ana, hosts: [WS1], sensitivity: high, accounts: [{platform: x, handle: ana}]}
      assets: [{host: SRV, ips: [10.0.0.1, "2001:db8::1"], owner: e1}]
      relations: [{kind: vendor, name: Parts, until: 2027-01-01}]
      """)
    #expect(problems.isEmpty)
    #expect(roster.organisation.domains == ["acme.example"])
    #expect(roster.people.first?.sensitivity == .high)
    #expect(roster.assets.map(\.host).sorted() == ["SRV", "WS1"])
    #expect(roster.assets.allSatisfy { $0.owner == "e1" })
    #expect(roster.relations.first?.until == Timestamp(rfc3339: "2027-01-01"))
  }

  @Test("What cannot be used is told with its line and left out")
  func problems() throws {
    let (roster, problems) = try Roster.read(
      "people:\n  - {name: Nobody}\n  - {id: e1, name: A}\n  - {id: e1, name: B}\n")
    #expect(roster.people.map(\.name) == ["A"])
    #expect(problems.map(\.line) == [2, 4])
  }

  @Test("Text that is no mapping is refused as a whole", arguments: ["[1, 2]", "{a: ", "just words"])
  func refused(text: String) { #expect(throws: RosterError.self) { try Roster.read(text) } }
}
