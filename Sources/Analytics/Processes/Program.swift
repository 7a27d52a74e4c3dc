/// What is known of a program: where it lies, who starts it, and what it normally opens connections for.

struct Program: Sendable {
  /// What kind of program it is, for the sentence that explains.
  enum Kind: Sendable {
    case system, service, browser, mail, office, application, agent, developer, database, administration, scriptHost,
      shell, proxyExecution, inert
    var title: String {
      switch self {
      case .system: "part of the operating system"
      case .service: "a service"
      case .browser: "a browser"
      case .mail: "a mail program"
      case .office: "an office program"
      case .application: "an application"
      case .agent: "a management or security agent"
      case .developer: "a developer's tool"
      case .database: "a database program"
      case .administration: "an administrator's tool"
      case .scriptHost: "a script host"
      case .shell: "a shell"
      case .proxyExecution: "a system tool that can run others' code"
      case .inert: "a program without business on the network"
      }
    }
  }

  var names: [String]
  var kind: Kind
  /// Protocols it normally initiates; `*` is any that is not of administration (interfaces.md's names, and those of
  /// SpokenProtocol).
  var speaks: Set<String>
  /// Folders in which it lies, normalised; empty when it may lie anywhere.
  var folders: [String]
  /// ATT&CK's id for running code through it.
  var attack: String?

  init(_ names: [String], _ kind: Kind, speaks: Set<String> = [], in folders: [String] = [], attack: String? = nil) {
    self.names = names
    self.kind = kind
    self.speaks = speaks
    self.folders = folders
    self.attack = attack
  }

  /// Whether opening a connection of this protocol is what it does.
  func usual(_ name: String) -> Bool {
    if speaks.contains(name) { return true }
    guard speaks.contains("*") else { return false }
    return !Program.administration.contains(name)
  }

  /// Protocols with which machines are managed and directories read; "any protocol" does not mean these.
  static let administration: Set<String> = [
    "ldap", "kerberos", "smb", "dcerpc", "winrm", "adws", "rdp", "vnc", "telnet",
  ]

  /// The entry for an image, if its name is known. A known name in the wrong place is not that program.
  static func find(_ image: String) -> (program: Program, inPlace: Bool)? {
    let base = ImageName.base(image)
    guard let program = byName[base] ?? byName[versionless(base)] else { return nil }
    return (program, Places.lies(image, in: program.folders))
  }

  private static let byName: [String: Program] = {
    var table: [String: Program] = [:]
    for program in windows + unix {
      for name in program.names.map({ $0.lowercased() }) where table[name] == nil { table[name] = program }
    }
    return table
  }()

  /// `python3.11` is `python`.
  private static func versionless(_ base: String) -> String {
    let bare = base.hasSuffix(".exe") ? String(base.dropLast(4)) : base
    let trimmed = bare.reversed().drop { $0.isNumber || $0 == "." || $0 == "-" }.reversed()
    return String(trimmed)
  }
}
