import PluginSupport
import Testing

@testable import LinkedInExportSource
@testable import XExportSource

private func linkedIn(_ text: String, _ parameters: String = "") -> SourceRun {
  RecordingHost.run(LinkedInExportPlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

private func x(_ text: String, _ parameters: String = "") -> SourceRun {
  RecordingHost.run(XExportPlugin.plugin, over: Array(text.utf8), parameters: parameters)
}

private let connections = """
  Notes:
  "When exporting your connection data, you may notice that some of the email addresses are missing."

  First Name,Last Name,URL,Email Address,Company,Position,Connected On
  Jane,"Doe, PhD",https://www.linkedin.com/in/jane-doe-1a2b,j@example.net,Northwind,Head of Talent,01 Sep 2026
  ,,,,,,02 Sep 2026
  Ann,Lee,,,Firm,Role,02 Sep 2026
  Zoë,Œ,https://www.linkedin.com/in/zo%C3%AB,,,,03 Sep 2026

  """
private let invitations = """
  From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl
  Jane Doe,Sam Poe,"9/1/26, 1:07 AM","Hi Sam, see https://example.net/a.",INCOMING,https://www.linkedin.com/in/jane-doe-1a2b,https://www.linkedin.com/in/sam
  Sam Poe,Ann Lee,"9/2/26, 1:07 PM",,OUTGOING,https://www.linkedin.com/in/sam,https://www.linkedin.com/in/ann
  Jane Doe,Sam Poe,someday,,INCOMING,https://www.linkedin.com/in/jane-doe-1a2b,https://www.linkedin.com/in/sam
  """
private let messages = """
  CONVERSATION ID,CONVERSATION TITLE,FROM,SENDER PROFILE URL,TO,RECIPIENT PROFILE URLS,DATE,SUBJECT,CONTENT,FOLDER
  2-a,,Jane Doe,https://www.linkedin.com/in/jane-doe-1a2b,Sam Poe,https://www.linkedin.com/in/sam,2026-09-01 01:07:38 UTC,A role,"Read
  https://example.net/role",INBOX
  2-a,,Sam Poe,https://www.linkedin.com/in/sam,Jane Doe,https://www.linkedin.com/in/jane-doe-1a2b,2026-09-01 02:00:00 UTC,,No.,INBOX
  2-b,,LinkedIn Member,,Sam Poe,https://www.linkedin.com/in/sam,2026-09-01 03:00:00 UTC,,x,INBOX
  """
private let sam = #"{"owner":"E42","owner_account":"https://www.linkedin.com/in/sam"}"#

@Suite("LinkedIn's data export")
struct LinkedInExportTests {
  @Test("A connection is a persona with employer and title, dated by the day of the connection or of the export")
  func connection() {
    let run = linkedIn(connections)
    #expect(run.records.map { $0["account_id"] } == ["jane-doe-1a2b", "zoë"])
    let jane = run.records[0]
    #expect(jane["display_name"] == "Jane Doe, PhD")
    #expect(jane["employer"] == "Northwind")
    #expect(jane["title"] == "Head of Talent")
    #expect(jane["url"] == "https://www.linkedin.com/in/jane-doe-1a2b")
    #expect(jane.time == 1_788_220_800_000_000_000)
    #expect(run.rejected.map(\.line) == [7])
    #expect(run.log == ["left out: 1 connection whose account is gone"])
    let dated = linkedIn(connections, #"{"exported_at":"2026-09-05T00:00:00Z"}"#)
    #expect(Set(dated.records.map(\.time)) == [1_788_566_400_000_000_000])
  }

  @Test("An invitation that came in is a connection request to the owner; one that went out is not")
  func invitation() {
    let run = linkedIn(invitations, sam)
    #expect(run.records.map(\.type) == ["persona", "outreach"])
    let request = run.records[1]
    #expect(request["kind"] == "connection_request")
    #expect(request["from_account_id"] == "jane-doe-1a2b")
    #expect(request["to_employee"] == "E42")
    #expect(request.all("links") == ["https://example.net/a"])
    #expect(request.time == 1_788_224_820_000_000_000)
    #expect(run.rejected.map(\.line) == [4])
    #expect(run.log == ["left out: 1 invitation that the owner sent"])
    #expect(linkedIn(invitations).records[1]["to_handle"] == "sam")
  }

  @Test("A message to the owner is an approach; the owner's own are not")
  func message() {
    let run = linkedIn(messages, sam)
    #expect(run.records.map(\.type) == ["persona", "outreach"])
    #expect(run.records[1]["text"] == "A role\n\nRead\nhttps://example.net/role")
    #expect(run.records[1].all("links") == ["https://example.net/role"])
    #expect(run.records[1].time == 1_788_224_858_000_000_000)
    #expect(run.records[0]["display_name"] == "Jane Doe")
    #expect(run.log.count == 1)
  }

  @Test("A restart after any record misses and doubles nothing", arguments: [connections, invitations, messages])
  func restarts(_ text: String) {
    RecordingHost.expectRestarts(LinkedInExportPlugin.plugin, over: Array(text.utf8), parameters: sam)
  }

  @Test("Each of the three files is recognised, other tables are refused in words")
  func sniff() {
    for text in [connections, invitations, messages] {
      #expect(RecordingHost.sniff(LinkedInExportPlugin.source, text) == 95)
    }
    #expect(RecordingHost.sniff(LinkedInExportPlugin.source, "type,time,platform\n") == 0)
    let run = linkedIn("a,b\n1,2\n")
    #expect(run.records.isEmpty)
    #expect(run.rejected.count == 1)
  }
}

private let followers = """
  window.YTD.follower.part0 = [ {
    "follower" : { "accountId" : "12", "userLink" : "https://twitter.com/intent/user?user_id=12" }
  }, { "follower" : { "accountId" : 5 } }, { "follower" : { "accountId" : "13" } } ]
  """
private let directMessages = """
  window.YTD.direct_messages.part0 = [ { "dmConversation" : { "conversationId" : "12-77", "messages" : [
    { "messageCreate" : { "recipientId" : "77", "reactions" : [ ], "urls" : [ { "url" : "https://t.co/a",
      "expanded" : "https://example.net/role", "display" : "example.net/role" } ], "text" : "see https://t.co/a",
      "mediaUrls" : [ ], "senderId" : "12", "id" : "900", "createdAt" : "2026-09-01T01:07:38.000Z" } },
    { "messageCreate" : { "recipientId" : "12", "text" : "no", "senderId" : "77", "id" : "901",
      "createdAt" : "2026-09-01T01:08:38.000Z" } },
    { "joinConversation" : { "initiatingUserId" : "12" } },
    { "messageCreate" : { "recipientId" : "77", "text" : "x", "senderId" : "12", "id" : "902", "createdAt" : "then" } }
  ] } } ]
  """

@Suite("X's data export")
struct XExportTests {
  private let owner = #"{"owner":"E42","owner_account":"77","exported_at":"2026-09-01T01:07:38Z"}"#

  @Test("A follower approached the owner, at the time of the export, for X tells no other")
  func follower() {
    let run = x(followers, owner)
    #expect(run.records.map { $0["from_account_id"] } == ["12", "13"])
    #expect(run.records.map { $0["kind"] } == ["follow", "follow"])
    #expect(run.records[0]["to_employee"] == "E42")
    #expect(run.records[0].time == 1_788_224_858_000_000_000)
    #expect(run.rejected.map(\.line) == [3])
  }

  @Test("Without the export's time, or anyone who is followed, that is said once")
  func undated() {
    let run = x(followers, #"{"owner":"E42"}"#)
    #expect(run.records.isEmpty)
    #expect(run.rejected.count == 2)
    #expect(run.rejected[0].text.contains("exported_at"))
    #expect(run.log.count == 1)
  }

  @Test("Whom the owner follows is told where the owner's account is")
  func following() {
    let text = #"window.YTD.following.part0 = [{"following":{"accountId":"9"}}]"#
    let run = x(text, owner)
    #expect(run.records.map { $0["from_handle"] } == ["77"])
    #expect(run.records.map { $0["to_account_id"] } == ["9"])
    #expect(x(text, #"{"exported_at":"2026-09-01T01:07:38Z"}"#).records.isEmpty)
  }

  @Test("A direct message carries the links behind t.co; the owner's own messages are left out")
  func message() {
    let run = x(directMessages, owner)
    #expect(run.records.count == 1)
    #expect(run.records[0].all("links") == ["https://example.net/role"])
    #expect(run.records[0]["to_employee"] == "E42")
    #expect(run.records[0]["text"] == "see https://t.co/a")
    #expect(run.rejected.map(\.line) == [8])
    #expect(run.log == ["left out: 1 message that the owner sent"])
  }

  @Test("A restart after any record misses and doubles nothing", arguments: [followers, directMessages])
  func restarts(_ text: String) {
    RecordingHost.expectRestarts(XExportPlugin.plugin, over: Array(text.utf8), parameters: owner)
  }

  @Test("The files are recognised")
  func sniff() {
    #expect(RecordingHost.sniff(XExportPlugin.source, followers) == 95)
    #expect(RecordingHost.sniff(XExportPlugin.source, directMessages) == 95)
    #expect(RecordingHost.sniff(XExportPlugin.source, "window.YTD.ad.part0 = []") == 20)
    #expect(RecordingHost.sniff(XExportPlugin.source, "[]") == 0)
  }
}
