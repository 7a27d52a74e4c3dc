/// Colour where there is a terminal that wants it, plain text elsewhere.

import Catalog

#if canImport(Glibc)
  import Glibc
#endif

struct Style {
  let isColoured: Bool

  /// Colour on a terminal, unless NO_COLOR is set to anything (no-color.org) or the terminal is dumb.
  static let standardOutput = Style(
    isColoured: StandardOutput.isTerminal && getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
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
