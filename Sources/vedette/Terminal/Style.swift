/// Colour where there is a terminal that wants it, plain text elsewhere.

import Catalog

#if canImport(Glibc)
  import Glibc
#endif

struct Style {
  let isColoured: Bool

  /// Colour on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb.
  static let standardOutput = Style(
    isColoured: StandardOutput.isTerminal && getenv("NO_COLOR") == nil
      && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false)

  func bold(_ text: String) -> String { sgr("1", text) }
  func dim(_ text: String) -> String { sgr("2", text) }
  func persona(_ text: String) -> String { sgr("35", text) }
  func network(_ text: String) -> String { sgr("36", text) }
  func process(_ text: String) -> String { sgr("33", text) }

  func severity(_ severity: Severity, _ text: String) -> String {
    switch severity {
    case .critical: sgr("1;41;97", text)
    case .high: sgr("1;31", text)
    case .medium: sgr("1;33", text)
    case .low: sgr("34", text)
    case .info: sgr("2", text)
    }
  }

  private func sgr(_ code: String, _ text: String) -> String { isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}

/// What a terminal would take as a command is shown instead: text from the wire and from accounts is hostile.
func printable(_ text: String, limit: Int = 200) -> String {
  var out = ""
  var count = 0
  for scalar in text.unicodeScalars {
    count += 1
    if count > limit {
      out += "…"
      break
    }
    switch scalar.value {
    case 0..<32, 127..<160, 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF:
      out += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

/// Breaks text into lines of at most that many characters, at spaces where there are any.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = String(word)
    } else {
      line += line.isEmpty ? String(word) : " " + word
    }
  }
  if !line.isEmpty || lines.isEmpty { lines.append(line) }
  return lines
}

/// The width to write for: that of the terminal, within reason.
func terminalWidth() -> Int {
  var size = winsize()
  guard StandardOutput.isTerminal, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 60 else { return 100 }
  return min(Int(size.ws_col), 140)
}
