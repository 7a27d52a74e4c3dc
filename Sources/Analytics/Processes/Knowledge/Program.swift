/// What is known of a program: where it lies, who starts it, and what it normally opens connections for.

struct Program: Sendable {
  /// What kind of program it is, for the sentence that explains.
  enum Kind: Sendable {
    case core, system, service, browser, mail, office, application, agent, developer, database, administration,
      scriptHost, shell, relay, proxyExecution, inert
    var title: String {
      switch self {
      case .core: "a core process of the operating system"
      case .system: "part of the operating system"
      case .service: "a service"
      case .browser: "a browser"
      case .mail: "a mail program"
      case .office: "an office program"
      case .application: "an application"
      case .agent: "a management or security agent"
      case .developer: "a run-time or developer's tool"
      case .database: "a database program"
      case .administration: "an administrator's tool"
      case .scriptHost: "a script host"
      case .shell: "a shell"
      case .relay: "a tool that passes bytes on"
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
    guard let program = named(base, like: image) else { return nil }
    return (program, program.lies(image))
  }

  /// Paths say which system they are of; a bare name may be of either.
  private static func named(_ base: String, like image: String) -> Program? {
    func search(_ table: [String: Program]) -> Program? {
      if let exact = table[base] { return exact }
      // `python3.11` is `python`; but `svchost2.exe` is nobody's.
      let versioned: Set<Kind> = [.developer, .database, .service]
      return table[versionless(base)].flatMap { versioned.contains($0.kind) && $0.folders.isEmpty ? $0 : nil }
    }
    if image.hasPrefix("/") { return search(unixByName) }
    if image.utf8.contains(UInt8(ascii: "\\")) || base.hasSuffix(".exe") { return search(windowsByName) }
    return search(windowsByName) ?? search(unixByName)
  }

  private func lies(_ image: String) -> Bool {
    guard folders.isEmpty else { return Places.lies(image, in: folders) }
    guard let place = Places.open(image) else { return true }
    switch kind {
    // What people fetch and try may lie among their downloads, though not among what is hidden or passing.
    case .browser, .mail, .office, .application, .developer, .administration: return place.score < 0.35
    case .core, .system, .service, .agent, .database, .scriptHost, .shell, .relay, .proxyExecution, .inert:
      return place.score < 0.3
    }
  }

  private static let windowsByName = byName(windows + windowsSoftware)
  private static let unixByName = byName(unix + unixSoftware)

  private static func byName(_ programs: [Program]) -> [String: Program] {
    var table: [String: Program] = [:]
    for program in programs {
      for name in program.names.map({ $0.lowercased() }) where table[name] == nil { table[name] = program }
    }
    return table
  }

  private static func versionless(_ base: String) -> String {
    let ending = base.hasSuffix(".exe") ? ".exe" : ""
    let trimmed = base.dropLast(ending.utf8.count).reversed().drop { $0.isNumber || $0 == "." || $0 == "-" }.reversed()
    return String(trimmed) + ending
  }
}
