/// A command line made ready to be judged: as typed, and with what it hides in base64.

struct CommandLine {
  /// Lower case, runs of spaces as one, without quotes, carets and backticks (which shells drop, and which hide words).
  let words: String
  /// Texts that its base64 arguments hold.
  let hidden: [String]
  /// Whether PowerShell is given its program in base64.
  let encodedPowerShell: Bool

  /// Longer ones are judged by their beginning: attackers hide words behind length, but memory is bounded.
  private static let longest = 32_768

  init(_ text: String, base: String) {
    let text = String(text.prefix(CommandLine.longest))
    words = CommandLine.tidy(text)
    let tokens = text.split { " \t,;|{}()'\"".contains($0) }
    hidden = tokens.lazy.filter { $0.utf8.count >= 16 }.compactMap { CommandLine.decode($0) }.prefix(4).map { $0 }
    let powershell = base.hasPrefix("powershell") || base.hasPrefix("pwsh")
    var encoded = false
    if powershell || words.contains("powershell") {
      for (at, token) in tokens.enumerated() where at + 1 < tokens.count {
        guard let first = token.first, first == "-" || first == "/" || first == "\u{2013}" else { continue }
        let option = token.dropFirst().lowercased()
        // PowerShell takes any unambiguous beginning of a parameter's name, and has the alias -ec.
        if !option.isEmpty, option == "ec" || "encodedcommand".hasPrefix(option), tokens[at + 1].utf8.count >= 16,
          CommandLine.isBase64(tokens[at + 1])
        {
          encoded = true
        }
      }
    }
    encodedPowerShell = encoded
  }

  private static func tidy(_ text: String) -> String {
    var out = ""
    out.reserveCapacity(text.utf8.count)
    var space = true
    for c in text.lowercased().unicodeScalars {
      switch c {
      case "\"", "'", "^", "`": continue
      case " ", "\t", "\r", "\n":
        if !space { out.unicodeScalars.append(" ") }
        space = true
      default:
        out.unicodeScalars.append(c)
        space = false
      }
    }
    return out
  }

  static func isBase64(_ token: some StringProtocol) -> Bool {
    token.utf8.allSatisfy { value($0) != nil || $0 == UInt8(ascii: "=") }
  }

  private static func value(_ c: UInt8) -> UInt32? {
    switch c {
    case 65...90: UInt32(c - 65)
    case 97...122: UInt32(c - 71)
    case 48...57: UInt32(c + 4)
    case 43, 45: 62
    case 47, 95: 63
    default: nil
    }
  }

  /// RFC 4648 §4 and §5, padding optional; the bytes as UTF-16LE (PowerShell's) or UTF-8 text. Nil when it is neither.
  static func decode(_ token: some StringProtocol) -> String? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for c in token.utf8 {
      if c == UInt8(ascii: "=") { break }
      guard let v = value(c) else { return nil }
      bits = bits << 6 | v
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        bits &= (1 << UInt32(held)) - 1
      }
    }
    guard bytes.count >= 6 else { return nil }
    let zeros = stride(from: 1, to: bytes.count, by: 2).reduce(0) { $0 + (bytes[$1] == 0 ? 1 : 0) }
    if zeros * 2 > bytes.count / 2 {
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
      return String(decoding: units, as: UTF16.self)
    }
    // Most long words decode to noise; only text is of interest.
    guard bytes.allSatisfy({ $0 >= 32 && $0 < 127 || $0 == 9 || $0 == 10 || $0 == 13 }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All rules that hold, over what is plain and what is hidden.
  func judge(_ base: String) -> (score: Double, says: [String], attack: [String], shown: String?)? {
    var quiet = 1.0
    var found: [(score: Double, what: String)] = []
    var attack: [String] = []
    var shown: String?
    func count(_ score: Double, _ what: String, _ ids: [String]) {
      guard !found.contains(where: { $0.what == what }) else { return }
      quiet *= 1 - score
      found.append((score, what))
      for id in ids where !attack.contains(id) { attack.append(id) }
    }
    if encodedPowerShell { count(0.7, "run a program that is hidden in base64", ["T1059.001", "T1027.010"]) }
    for rule in CommandLineRule.all where rule.holds(base, words) { count(rule.score, rule.says, rule.attack) }
    for text in hidden {
      let inner = CommandLine.tidy(text)
      for rule in CommandLineRule.all
      where rule.programs.isDisjoint(with: ["whoami"]) && (rule.holds(base, inner) || rule.holds("bash", inner)) {
        count(rule.score, rule.says, rule.attack)
        shown = text
      }
    }
    guard !found.isEmpty else { return nil }
    let says = found.sorted { $0.score != $1.score ? $0.score > $1.score : $0.what < $1.what }.map(\.what)
    return (min(0.97, 1 - quiet), says, attack, shown)
  }
}
