import Testing

@testable import Analytics

@Suite("Bait")
struct BaitTests {
  @Test(
    "Links that hide where they lead, or lead to what runs",
    arguments: [
      "https://files.example/a/Brief.docm", "http://203.0.113.9/login", "https://xn--mnchen-3ya.example/",
      "https://bank.example@elsewhere.test/", "https://x.example/setup.ISO?y=1", "https://a.xn--p1ai/x",
    ])
  func bait(link: String) { #expect(Bait.isBait(link)) }

  @Test(
    "Ordinary links are none",
    arguments: [
      "https://www.example.org/index.html", "https://example.org/report.pdf#page=2", "mailto:a@b.example", "",
      "https://example.org/?q=a.exe", "https://example.org",
    ])
  func ordinary(link: String) { #expect(!Bait.isBait(link)) }
}
