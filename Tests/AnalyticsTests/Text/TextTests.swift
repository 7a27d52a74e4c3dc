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
