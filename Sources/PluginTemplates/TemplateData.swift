/// What a new plugin is tested with: a capture or a data file, and the records that are expected of it.

import Evidence
import Flows
import PluginCheck

struct TemplateData {
  private let kind: PluginTemplate.Kind
  private let name: String

  init(_ kind: PluginTemplate.Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  var files: [(path: String, bytes: [UInt8])] {
    switch kind {
    case .dissector:
      [
        ("test/\(name).pcap", ConversationCapture.bytes(Self.conversation)),
        ("test/expected.jsonl", Array(replies.utf8)),
      ]
    case .personaSource:
      [("test/\(name).tsv", Array(Self.personas.utf8)), ("test/expected.jsonl", Array(personaRecords.utf8))]
    case .processSource:
      [("test/\(name).tsv", Array(Self.processes.utf8)), ("test/expected.jsonl", Array(processRecords.utf8))]
    }
  }

  /// The examples of RFC 1413 §4.2 and §4.3, between addresses for documentation (RFC 5737).
  private static var conversation: Conversation {
    var out = Conversation(
      FlowDescription(
        id: FlowID(rawValue: 1), client: IPAddress(ipv4: 0xC000_0201), clientPort: 40_113,
        server: IPAddress(ipv4: 0xC633_6471), serverPort: 113, proto: 6, start: start))
    let turns: [(Direction, String)] = [
      (.toServer, "6193, 23\r\n"), (.toClient, "6193, 23 : USERID : UNIX : stjohns\r\n"),
      (.toServer, "6195, 23\r\n"), (.toClient, "6195, 23 : ERROR : NO-USER\r\n"),
    ]
    for (number, turn) in turns.enumerated() {
      let mark = PacketMark(time: start + Int64(number + 1) * 10_000_000, number: UInt64(number + 1))
      out.add(.bytes(turn.0, Array(turn.1.utf8)), mark)
    }
    for direction in Direction.allCases {
      out.add(.end(direction), PacketMark(time: start + 60_000_000, number: 9))
    }
    return out
  }

  /// 2023-11-14T22:13:20Z.
  private static let start: Int64 = 1_700_000_000_000_000_000

  private var replies: String {
    """
    {"type":"transaction","record":"\(name)","app_proto":"\(name)","fields":{"server_port":6193,"client_port":23,\
    "reply":"USERID","detail":"UNIX : stjohns"}}
    {"type":"transaction","record":"\(name)","app_proto":"\(name)","fields":{"server_port":6195,"client_port":23,\
    "reply":"ERROR","detail":"NO-USER"}}

    """
  }

  private static let processes = """
    1700000000\tweb01\te5b1-0001\t/usr/bin/curl\tcurl -s https://www.example.org
    1700000005\tweb01\te5b1-0002\t/bin/sh\tsh -c id

    """

  private var processRecords: String {
    """
    {"type":"process","time":"2023-11-14T22:13:20.000000000Z","host":"web01","guid":"e5b1-0001","image":"/usr/bin/curl",\
    "command_line":"curl -s https://www.example.org"}
    {"type":"process","time":"2023-11-14T22:13:25.000000000Z","host":"web01","guid":"e5b1-0002","image":"/bin/sh",\
    "command_line":"sh -c id"}

    """
  }

  private static let personas = """
    1700000000\texample-network\ta-0001\tjdoe\tJane Doe
    1700000005\texample-network\ta-0002\tjsmith\tJohn Smith

    """

  private var personaRecords: String {
    """
    {"type":"persona","time":"2023-11-14T22:13:20.000000000Z","platform":"example-network","account_id":"a-0001",\
    "handle":"jdoe","display_name":"Jane Doe"}
    {"type":"persona","time":"2023-11-14T22:13:25.000000000Z","platform":"example-network","account_id":"a-0002",\
    "handle":"jsmith","display_name":"John Smith"}

    """
  }
}
