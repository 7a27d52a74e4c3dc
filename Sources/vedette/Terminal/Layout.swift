/// Text made fit for a terminal: nothing in it acts, and lines break at its width.

#if canImport(Glibc)
  import Glibc
#endif

/// What a terminal would take as a command, and what would turn or hide letters, is shown instead: text from the wire
/// and from accounts is hostile.
///
/// - Parameter limit: scalars shown; what goes beyond is an ellipsis.
func printable(_ text: String, limit: Int = 200) -> String {
  var out = ""
  var count = 0
  var previous: Unicode.Scalar = " "
  for scalar in text.unicodeScalars {
    count += 1
    if count > limit {
      out += "…"
      break
    }
    // Joiners shape letters of Arabic and of the scripts of India; elsewhere they only hide.
    let joins = (0x200C...0x200D).contains(scalar.value) && (0x0600...0x0DFF).contains(previous.value)
    if acts(scalar), !joins {
      out += "\\u{" + String(scalar.value, radix: 16) + "}"
    } else {
      out.unicodeScalars.append(scalar)
    }
    previous = scalar
  }
  return out
}

/// Controls of C0 and C1, of the order of letters, of lines, and what has no width at all.
private func acts(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<32, 127..<160, 0xAD, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B...0x180F, 0x200B...0x200F,
    0x2028...0x202E,
    0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0xE0000...0xE0FFF, 0xE000...0xF8FF:
    true
  default: false
  }
}

/// The columns that a terminal gives to a character: two for the wide ones of East Asia and pictures (UAX #11).
func columns(_ character: Character) -> Int {
  guard let first = character.unicodeScalars.first else { return 0 }
  switch first.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: return 0
  default: break
  }
  switch first.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
    0x1F900...0x1F9FF, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}

func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

/// Breaks text into lines of at most that many columns: at spaces, and within words that are longer than a line.
func wrapped(_ text: String, width: Int) -> [String] {
  let width = max(8, width)
  var lines: [String] = []
  var line = ""
  var used = 0
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    let wide = columns(String(word))
    if !line.isEmpty, used + 1 + wide <= width {
      line += " " + word
      used += 1 + wide
      continue
    }
    if !line.isEmpty {
      lines.append(line)
      (line, used) = ("", 0)
    }
    for character in word {
      let wide = columns(character)
      if used + wide > width {
        lines.append(line)
        (line, used) = ("", 0)
      }
      line.append(character)
      used += wide
    }
  }
  if !line.isEmpty || lines.isEmpty { lines.append(line) }
  return lines
}

/// Wrapped text after a head; further lines are indented to where the first one began.
///
/// - Parameter head: as it is written, colours included; `indent` is how many columns it takes.
func hanging(_ head: String, indent: Int, _ text: String, width: Int) -> String {
  let rows = wrapped(text, width: width - indent)
  let margin = String(repeating: " ", count: indent)
  return rows.enumerated().map { ($0 == 0 ? head : margin) + $1 }.joined(separator: "\n")
}

/// The width to write for: that of the terminal, within reason.
func terminalWidth() -> Int {
  var size = winsize()
  guard StandardOutput.isTerminal, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 60 else { return 100 }
  return min(Int(size.ws_col), 140)
}

/// `1 packet`, `2 packets`, `24,172 packets`.
func counted(_ count: some BinaryInteger, _ one: String, _ many: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// A number with its thousands set apart.
func grouped(_ value: some BinaryInteger) -> String {
  let digits = Array(String(value))
  var out = ""
  for (i, digit) in digits.enumerated() {
    if i > 0, (digits.count - i) % 3 == 0, digits[i - 1] != "-" { out += "," }
    out.append(digit)
  }
  return out
}

/// `84 %`; the space does not break.
func percent(_ score: Double) -> String { "\(Int((min(1, max(0, score)) * 100).rounded()))\u{A0}%" }

extension String {
  /// Filled up with spaces to a width in columns.
  func padded(to width: Int) -> String {
    let used = columns(self)
    return used >= width ? self : self + String(repeating: " ", count: width - used)
  }
}
