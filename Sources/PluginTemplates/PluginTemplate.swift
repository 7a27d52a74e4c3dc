/// A folder to begin a plugin with: an example of this house under the name that its author chose.

import CPluginTemplates
import PluginCheck

/// What a new plugin is to be.
public struct PluginTemplate: Sendable {
  public enum Kind: String, CaseIterable, Sendable {
    case dissector
    case personaSource = "persona-source"
    case processSource = "process-source"
  }
  public enum Language: String, CaseIterable, Sendable { case c, cpp, swift, rust }

  /// Why a name will not do, and which would.
  public struct NameError: Error, Sendable { public var words: String }

  public let kind: Kind
  public let language: Language
  /// Lower-case letters and digits.
  public let name: String

  /// The longest name: with what is put before it, an id has at most 64 bytes.
  static let longestName = 32
  /// Names that a template's own files have.
  private static let taken = ["plugin", "test", "vedette", "include", "sources", "src", "target"]

  public init(_ kind: Kind, _ language: Language, name: String) throws(NameError) {
    guard let first = name.utf8.first, (0x61...0x7A).contains(first),
      name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
    else { throw NameError(words: "a plugin's name begins with a letter and has only a-z and 0-9") }
    guard name.utf8.count <= Self.longestName else {
      throw NameError(words: "a plugin's name has at most \(Self.longestName) letters")
    }
    guard !Self.taken.contains(name) else { throw NameError(words: "that name has another meaning in the folder") }
    self.kind = kind
    self.language = language
    self.name = name
  }

  /// The library that the folder builds.
  public var library: String {
    switch kind {
    case .dissector: "libdissector_\(name).so"
    case .personaSource: "libpersona_\(name).so"
    case .processSource: "libprocess_\(name).so"
    }
  }

  /// All files of the folder, by their path in it.
  public var files: [(path: String, bytes: [UInt8])] {
    let isDissector = kind == .dissector
    var out: [(path: String, bytes: [UInt8])] = []
    for file in EmbeddedFile.all {
      let example = "examples/\(isDissector ? "dissector" : "source")-\(language.rawValue)/"
      if file.path.hasPrefix(example) {
        out.append((renamed(String(file.path.dropFirst(example.count))), Array(renamed(file.text).utf8)))
        continue
      }
      switch (file.path, language) {
      case (isDissector ? "examples/README.dissector.md" : "examples/README.source.md", _):
        out.append(("README.md", Array(renamed(file.text).utf8)))
      case ("examples/gitignore", _): out.append((".gitignore", file.bytes))
      case ("examples/ci.yml", _):
        out.append((".github/workflows/ci.yml", Array(workflow(file.text).utf8)))
      case (_, .c), (_, .cpp):
        if file.path.hasPrefix("abi/include/vedette/") {
          out.append((String(file.path.dropFirst("abi/".count)), file.bytes))
        }
      case (_, .swift):
        for (folder, module) in [
          ("abi/", "VedettePluginABI"), ("support/", "PluginSupport"), ("kit/", "VedettePluginKit"),
        ]
        where file.path.hasPrefix(folder) {
          out.append(("Sources/\(module)/\(file.path.dropFirst(folder.count))", file.bytes))
        }
      case (_, .rust): break
      }
    }
    return out + TemplateData(kind, name).files
  }

  private func workflow(_ text: String) -> String {
    guard language == .swift else { return text }
    return text.replacing("runs-on: ubuntu-24.04", with: "runs-on: ubuntu-24.04\n    container: swift:6.3-noble")
      .replacing(
        "curl --fail", with: "apt-get update && apt-get install --yes curl make binutils\n          curl --fail"
      )
      .replacing("sudo ", with: "")
  }

  // MARK: Names

  private func renamed(_ text: String) -> String {
    let example = kind == .dissector ? "ident" : "report"
    var out = text
    if kind == .personaSource { for (from, to) in Self.personaWords { out = out.replacing(from, with: to) } }
    let capital = name.prefix(1).uppercased() + name.dropFirst()
    out = out.replacingWord(example, with: name)
    out = out.replacingWord(example.prefix(1).uppercased() + example.dropFirst(), with: capital)
    return out.replacingWord(example.uppercased(), with: name.uppercased())
  }

  /// What a source of processes says, and one of personas says instead.
  private static let personaWords: [(String, String)] = [
    ("PROCESS_SOURCE", "PERSONA_SOURCE"), ("RECORD_PROCESS", "RECORD_PERSONA"),
    ("process-source/1", "persona-source/1"),
    ("process_report", "persona_report"), ("[.processes]", "[.personas]"), ("[.process]", "[.persona]"),
    ("record(.process,", "record(.persona,"), ("\"process\"", "\"persona\""), ("\"host\"", "\"platform\""),
    ("\"guid\"", "\"account_id\""), ("\"image\"", "\"handle\""), ("\"command_line\"", "\"display_name\""),
    (".host, .guid, .image, .commandLine", ".platform, .accountID, .handle, .displayName"),
  ]
}

extension String {
  /// Every place where the word stands by itself: no letter before it, no small letter behind it.
  fileprivate func replacingWord(_ word: String, with other: String) -> String {
    let text = Array(utf8)
    let pattern = Array(word.utf8)
    var out: [UInt8] = []
    var at = 0
    while at < text.count {
      let end = at + pattern.count
      let isThere = end <= text.count && text[at..<end].elementsEqual(pattern)
      let before = at > 0 ? text[at - 1] : 0x20
      let behind = end < text.count ? text[end] : 0x20
      if isThere, !(0x41...0x5A).contains(before), !(0x61...0x7A).contains(before), !(0x61...0x7A).contains(behind) {
        out += other.utf8
        at = end
      } else {
        out.append(text[at])
        at += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

/// A file that is within this program.
struct EmbeddedFile {
  let path: String
  let bytes: [UInt8]
  var text: String { String(decoding: bytes, as: UTF8.self) }

  static var all: [EmbeddedFile] {
    (0..<vedette_template_count()).map { index in
      let file = vedette_template_at(index)
      return EmbeddedFile(
        path: String(cString: file.path), bytes: Array(UnsafeBufferPointer(start: file.bytes, count: file.length)))
    }
  }
}
