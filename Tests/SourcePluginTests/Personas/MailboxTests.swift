import PluginSupport
import Testing

@testable import MailboxSource

private func read(_ text: String, _ parameters: String = "") -> SourceRun {
  RecordingHost.run(MailboxPlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

private let own = #"{"own_domains":["example.org"],"report_addresses":["phish@example.org"]}"#

/// A notification as the platforms write them: a name in From, a profile's link in the HTML.
private func notification(
  from: String = "Jane Doe <invitations@linkedin.com>",
  subject: String = "I'd like to add you to my professional network",
  results: String? = "dkim=pass header.d=linkedin.com",
  link: String = "https://www.linkedin.com/comm/in/jane-doe-1a2b?midToken=A",
  more: String = ""
) -> String {
  let field = results.map { "Authentication-Results: mx.example.org; \($0)\n" } ?? ""
  return """
    \(field)From: \(from)
    To: Sam Poe <sam@example.org>
    Subject: \(subject)
    Date: Tue, 1 Sep 2026 01:07:38 +0000
    Message-ID: <m1@linkedin.com>
    \(more)Content-Type: text/html; charset=utf-8

    <p>Hi Sam</p><a href="\(link)">Jane Doe</a> <a href="https://www.linkedin.com/comm/psettings/">Unsubscribe</a>
    <a href="https://lure.example/job">job</a>
    """
}

private func mbox(_ messages: String...) -> String {
  messages.map { "From sender@example.net Tue Sep  1 01:07:38 2026\n\($0)\n\n" }.joined()
}

private let stranger = """
  Authentication-Results: mx.example.org; dkim=pass header.d=example.net; spf=pass smtp.mailfrom=example.net
  From: "Sam Poe" <ceo.sam@example.net>
  Reply-To: other@example.com
  To: Ann <ann@example.org>, Bob <bob@example.org>, out@example.com
  Subject: Urgent
  Date: Tue, 1 Sep 2026 01:07:38 +0000
  Message-ID: <m2@example.net>

  See https://lure.example/pay.
  >From the desk of Sam
  """

@Suite("The mailbox source")
struct MailboxTests {
  @Test("An invitation that LinkedIn signed is a connection request of the account that its link leads to")
  func invitation() {
    let run = read(notification())
    #expect(run.rejected.isEmpty)
    #expect(run.records.map(\.type) == ["persona", "outreach"])
    #expect(run.records[0]["account_id"] == "jane-doe-1a2b")
    #expect(run.records[0]["display_name"] == "Jane Doe")
    let request = run.records[1]
    #expect(request["platform"] == "linkedin")
    #expect(request["kind"] == "connection_request")
    #expect(request["from_account_id"] == "jane-doe-1a2b")
    #expect(request["to_email"] == "sam@example.org")
    #expect(request.all("links") == ["https://lure.example/job"])
    #expect(request["extra"]?.contains(#""sender_verified":true"#) == true)
    #expect(request.time == 1_788_224_858_000_000_000)
  }

  @Test("Without results of a server it is taken, and says that nobody vouches for it")
  func unverified() {
    let run = read(notification(results: nil))
    #expect(run.records[1]["extra"]?.contains(#""sender_verified":false"#) == true)
  }

  @Test(
    "A mail that only claims to be the platform's is mail from a stranger",
    arguments: [
      "dkim=fail header.d=linkedin.com", "dkim=pass header.d=evil.example", "dmarc=fail header.from=linkedin.com",
    ])
  func claimed(_ results: String) {
    let run = read(notification(results: results), own)
    let mail = run.records.last
    #expect(mail?["platform"] == "email")
    #expect(mail?["kind"] == "email")
    #expect(mail?["extra"]?.contains(#""claims_platform":"linkedin""#) == true)
    #expect(mail?["extra"]?.contains(#""sender_verified":false"#) == true)
  }

  @Test(
    "What a notification tells of is read from its template, its sender, or its subject in many languages",
    arguments: [
      ("messages-noreply@linkedin.com", "Jane hat Ihnen eine Nachricht gesendet", "", "direct_message"),
      ("notifications-noreply@linkedin.com", "Jane Doe souhaite rejoindre votre réseau", "", "connection_request"),
      ("notifications-noreply@linkedin.com", "Джейн приглашает вас", "", "connection_request"),
      ("notifications-noreply@linkedin.com", "招待: Jane", "", "connection_request"),
      (
        "notifications-noreply@linkedin.com", "x", "X-LinkedIn-Template: email_m2m_invite_single_01\n",
        "connection_request"
      ),
      ("notifications-noreply@linkedin.com", "x", "X-LinkedIn-Template: email_member_message_v2\n", "direct_message"),
      ("inmail-hit-reply@linkedin.com", "A role", "", "direct_message"),
      ("notifications-noreply@linkedin.com", "Jane mentioned you in a comment", "", "mention"),
    ])
  func kinds(_ sender: String, _ subject: String, _ more: String, _ kind: String) {
    let run = read(notification(from: "Jane Doe <\(sender)>", subject: subject, more: more))
    #expect(run.records.last?["kind"] == kind)
  }

  @Test("Digests and accepted invitations are no approaches, and a notification without a profile's link is refused")
  func others() {
    let digest = read(notification(from: "LinkedIn <news@linkedin.com>", subject: "Top jobs for you"))
    #expect(digest.records.isEmpty)
    #expect(digest.log == ["left out: 1 linkedin notification that is no approach"])
    let accepted = read(notification(subject: "Jane Doe accepted your invitation"))
    #expect(accepted.log == ["left out: 1 linkedin notification of an accepted invitation"])
    let nobody = read(notification(link: "https://www.linkedin.com/comm/feed/"))
    #expect(nobody.records.isEmpty)
    #expect(nobody.rejected.count == 1)
  }

  @Test("A follow on X carries the handle, behind a redirection too; the platform's name is nobody's")
  func follow() {
    let text = notification(
      from: "X <notify@x.com>", subject: "Jane (@jdoe) followed you", results: "dkim=pass header.d=x.com",
      link: "https://x.com/i/redirect?url=https%3A%2F%2Fx.com%2Fjdoe%3Fcn%3Da&t=1")
    let run = read(text)
    #expect(run.records.map(\.type) == ["outreach"])
    #expect(run.records[0]["platform"] == "x")
    #expect(run.records[0]["kind"] == "follow")
    #expect(run.records[0]["from_handle"] == "jdoe")
  }

  @Test("Mail from a stranger is an approach to each of the own people, and the sender's name a persona")
  func mail() {
    let run = read(mbox(stranger), own)
    #expect(run.records.map(\.type) == ["persona", "outreach", "outreach"])
    #expect(run.records[0]["platform"] == "email")
    #expect(run.records[0]["display_name"] == "Sam Poe")
    #expect(run.records.map { $0["to_email"] } == [nil, "ann@example.org", "bob@example.org"])
    #expect(run.records[1].all("links") == ["https://lure.example/pay"])
    #expect(run.records[1]["text"] == "Urgent\n\nSee https://lure.example/pay.\nFrom the desk of Sam")
    for part in [#""reply_to":"other@example.com""#, #""dkim":"pass""#, #""sender_verified":true"#] {
      #expect(run.records[1]["extra"]?.contains(part) == true)
    }
  }

  @Test("Mail of the own people and automatic answers are left out, and counted")
  func leftOut() {
    let internalMail = "From: ann@example.org\nTo: bob@example.org\nDate: 1 Sep 2026 00:00 +0000\n\nx"
    let away = stranger.replacing("Reply-To:", with: "Auto-Submitted: auto-replied\nReply-To:")
    let run = read(mbox(internalMail, away), own)
    #expect(run.records.isEmpty && run.rejected.isEmpty)
    #expect(run.log.count == 1)
  }

  @Test("Mail under an own domain that the server found forged is an approach")
  func forged() {
    let text = stranger.replacing("header.d=example.net", with: "header.d=evil.example").replacing(
      "ceo.sam@example.net", with: "sam@example.org")
    let run = read(text, own)
    #expect(run.records.last?["extra"]?.contains(#""claims_own_domain":true"#) == true)
    let unsigned = stranger.replacing("dkim=pass header.d=example.net; ", with: "").replacing(
      "ceo.sam@example.net", with: "sam@example.org")
    #expect(read(unsigned, own).records.isEmpty)
  }

  @Test("An employee's report with the message attached is that approach, reported")
  func reportAttached() {
    let report = """
      From: Sam <sam@example.org>
      To: phish@example.org
      Subject: suspicious
      Date: Wed, 2 Sep 2026 00:00:00 +0000
      Content-Type: multipart/mixed; boundary=z

      --z
      Content-Type: text/plain

      is this real?
      --z
      Content-Type: message/rfc822

      \(notification(results: "dkim=pass header.d=linkedin.com"))
      --z--
      """
    let run = read(mbox(report), own)
    let record = run.records.last
    #expect(record?["kind"] == "connection_request")
    #expect(record?["outcome"] == "reported")
    #expect(record?["reported_by"] == "sam@example.org")
    // Results within an attachment are whatever the sender wrote.
    #expect(record?["extra"]?.contains(#""sender_verified":false"#) == true)
    #expect(record?.time == 1_788_224_858_000_000_000)
  }

  @Test(
    "A report with the message forwarded in the text is understood as mail programs write it",
    arguments: [
      """
      ---------- Forwarded message ---------
      From: Jane Doe <jane@lure.example>
      Date: Tue, Sep 1, 2026 at 1:07 AM
      Subject: A role
      To: <sam@example.org>

      See https://lure.example/x
      """,
      """
      > Von: Jane Doe [mailto:jane@lure.example]
      > Gesendet: 01.09.2026 01:07
      > An: Sam Poe
      > Betreff: A role
      >
      > See https://lure.example/x
      """,
      """
      *De :* Jane Doe <jane@lure.example>
      *Envoyé :* 2026-09-01 01:07
      *Objet :* A role

      See https://lure.example/x
      """,
    ])
  func reportInline(_ forwarded: String) {
    let run = read(
      "From: sam@example.org\nTo: phish@example.org\nDate: Wed, 2 Sep 2026 00:00:00 +0000\n\nlook\n\n" + forwarded, own)
    #expect(run.rejected.isEmpty)
    let record = run.records.last
    #expect(record?["from_handle"] == "jane@lure.example")
    #expect(record?["to_email"] == "sam@example.org")
    #expect(record?["outcome"] == "reported")
    #expect(record?["text"] == "A role\n\nSee https://lure.example/x")
    #expect(record?.time == 1_788_224_820_000_000_000)
  }

  @Test("A report without its message, and a message without sender or time, are refused with their places")
  func refusals() {
    let run = read(
      mbox("To: phish@example.org\nFrom: sam@example.org\n\nlook!", "Subject: x\n\ny", stranger), own)
    #expect(run.rejected.map(\.line) == [1, 7])
    #expect(run.records.count == 3)
  }

  @Test("Only a line behind an empty one, with a sender and a time, begins a message")
  func separators() {
    let text = mbox(
      stranger.replacing(">From the", with: "From the") + "\n\nFrom here on it is over\n>>From x", stranger)
    let run = read(text, own)
    #expect(run.records.count == 6)
    #expect(run.records[1]["text"]?.hasSuffix("From here on it is over\n>From x") == true)
  }

  @Test("A restart after any record misses and doubles nothing")
  func restarts() {
    let text = mbox(notification(), "Subject: x\n\ny", stranger, "no header at all", stranger)
    RecordingHost.expectRestarts(MailboxPlugin.plugin, over: Array(text.utf8), parameters: own)
    RecordingHost.expectRestarts(MailboxPlugin.plugin, over: Array(stranger.utf8), parameters: own)
  }

  @Test("A message longer than memory should hold is read to its end")
  func long() {
    let body = String(repeating: String(repeating: "A", count: 76) + "\n", count: 40_000)
    let text = stranger + "\n" + body
    let run = read(mbox(text, stranger), own)
    #expect(run.records.count == 6)
    #expect(run.log.count == 1)
    #expect((run.records[1]["text"]?.utf8.count ?? 0) <= 300_000)
  }

  @Test("Mailboxes and messages are recognised, other text is not")
  func sniff() {
    #expect(RecordingHost.sniff(MailboxPlugin.source, mbox(stranger)) == 92)
    #expect(RecordingHost.sniff(MailboxPlugin.source, stranger) == 88)
    #expect(RecordingHost.sniff(MailboxPlugin.source, "a: b\n") == 0)
    #expect(RecordingHost.sniff(MailboxPlugin.source, "type=SYSCALL msg=audit(1:2): x=1\n") == 0)
  }
}
