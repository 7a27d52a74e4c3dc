import Testing

@testable import Analytics

@Suite("Names and domains compared")
struct TextTests {
  @Test(
    "Confusables of UTS #39 look the same", arguments: [("раураI", "paypal"), ("ɡооɡle", "google"), ("𝐀dmin", "Admin")])
  func looks(a: String, b: String) {
    #expect(TextFolding.shared.look(a) == TextFolding.shared.look(b))
  }

  @Test(
    "Marks, case and width are set aside",
    arguments: [("Ångström", "angstrom"), ("ÉLODIE", "elodie"), ("Ｆｕｌｌ", "full")])
  func base(a: String, b: String) {
    #expect(TextFolding.shared.base(a) == b)
  }

  @Test(
    "Punycode decodes as in RFC 3492 §7.1",
    arguments: [
      ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"), ("Proprostnemluvesky-uyb24dma41a", "Pročprostěnemluvíčesky"),
      ("mnchen-3ya", "münchen"),
    ])
  func punycode(encoded: String, text: String) {
    #expect(Domains.punycode(encoded) == text)
  }

  @Test(
    "What is no punycode is refused, not trapped on",
    arguments: ["99999999", "--", "a-zzzzzzzzzzzzzzz9999999", "ü", String(repeating: "9", count: 70)])
  func badPunycode(encoded: String) {
    _ = Domains.punycode(encoded)
  }

  @Test(
    "One slip of the hand is told from two",
    arguments: [
      ("barroso", "barrsoo", true), ("barroso", "baroso", true), ("barroso", "barrosso", true),
      ("barroso", "bartoso", true),
      ("barroso", "barroso", false), ("barroso", "brraoso", false), ("", "a", true), ("a", "", true),
      ("ab", "ba", true),
    ])
  func slips(a: String, b: String, one: Bool) {
    #expect(EditDistance.isOne(Array(a.utf8), Array(b.utf8)) == one)
  }

  @Test(
    "Names a letter apart share a hash of what is left without it",
    arguments: [
      ("maria barroso", "maria baroso", true), ("maria barroso", "maria barroco", true),
      ("maria barroso", "maria barrsoo", true), ("maria barroso", "maria barroso", true),
      ("maria barroso", "maria varrozo", false), ("maria barroso", "mario barrosa", false),
    ])
  func deletes(a: String, b: String, shares: Bool) {
    func hashes(_ text: String) -> Set<UInt64> {
      var out: Set<UInt64> = []
      EditDistance.eachDelete(Array(text.utf8)) { out.insert($0) }
      return out
    }
    #expect(hashes(a).isDisjoint(with: hashes(b)) != shares)
  }

  @Test("Of many people those a letter apart are found, and nobody has to be looked for in vain")
  func deletesIndex() {
    var index = DeletesIndex()
    for person in 0..<2_000 { index.add(Array("given\(person) family\(person * 7)".utf8), person) }
    func near(_ name: String) -> Set<Int> {
      var found: Set<Int> = []
      index.each(near: Array(name.utf8)) { found.insert($0) }
      return found
    }
    #expect(near("given1234 famly8638").contains(1_234))
    #expect(near("given1999 family13993").contains(1_999))
    #expect(near("somebody else").isEmpty)
  }

  @Test(
    "The host of a link is found whatever stands around it",
    arguments: [
      ("https://user@Mail.Example.org:8443/a?b#c", "mail.example.org"), ("example.org/x", "example.org"),
      ("https://example.org.", "example.org"),
    ])
  func hosts(link: String, host: String) {
    #expect(Domains.host(of: link) == host)
  }

  @Test(
    "The label that was registered",
    arguments: [("www.example.co.uk", "example"), ("a.b.example", "b"), ("example.com", "example")])
  func labels(host: String, label: String) {
    #expect(Domains.registeredLabel(host) == label)
  }
}
