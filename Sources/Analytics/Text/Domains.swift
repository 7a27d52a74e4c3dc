/// Host names in links: whose they are, and whose they imitate.

enum Domains {
  /// The host of a URL in lower case, without port and user; nil when there is none.
  static func host(of link: String) -> String? {
    var link = link
    return link.withUTF8 { bytes in
      var start = 0
      var end = bytes.count
      var at = 0
      while at + 2 < end {
        if bytes[at] == 58, bytes[at + 1] == 47, bytes[at + 2] == 47 {
          start = at + 3
          break
        }
        at += 1
      }
      for i in start..<end where bytes[i] == 47 || bytes[i] == 63 || bytes[i] == 35 {
        end = i
        break
      }
      for i in (start..<end).reversed() where bytes[i] == 64 {
        start = i + 1
        break
      }
      for i in start..<end where bytes[i] == 58 {
        end = i
        break
      }
      if end > start, bytes[end - 1] == 46 { end -= 1 }
      let host = bytes[start..<end]
      return host.contains(46) ? String(decoding: host, as: UTF8.self).lowercased() : nil
    }
  }

  private static let generic: Set<String> = [
    "co", "com", "org", "net", "ac", "gov", "edu", "or", "ne", "go", "gob", "gouv",
  ]

  /// The label under which a host was registered (`mail.example.co.uk` → `example`), by the usual shapes of suffixes.
  static func registeredLabel(_ host: some StringProtocol) -> String {
    let labels = host.split(separator: ".")
    guard labels.count >= 2 else { return String(host) }
    let second = labels[labels.count - 2]
    if labels.count >= 3, labels[labels.count - 1].utf8.count == 2, generic.contains(String(second)) {
      return String(labels[labels.count - 3])
    }
    return String(second)
  }

  static func isWithin(_ host: String, _ domain: String) -> Bool { host == domain || host.hasSuffix("." + domain) }

  /// Letters and digits only, as they look, punycode decoded: `xn--…` and hyphens do not hide a name.
  static func squashed(_ label: String) -> String {
    var text = label
    if label.hasPrefix("xn--") { text = punycode(label.dropFirst(4)) ?? String(label.dropFirst(4)) }
    let folding = TextFolding.shared
    var out = FoldedText()
    for scalar in text.unicodeScalars where !scalar.isMark {
      folding.eachLook(scalar) { if $0.isWordPart { out.append($0) } }
    }
    return out.take()
  }

  /// RFC 3492 §6.2; nil when the text is not punycode.
  static func punycode(_ text: some StringProtocol) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count <= 63 else { return nil }
    var out: [UInt32] = []
    var at = 0
    if let hyphen = bytes.lastIndex(of: 45) {
      out = bytes[..<hyphen].map { UInt32($0) }
      at = hyphen + 1
    }
    var n: UInt32 = 128
    var i: UInt32 = 0
    var bias: UInt32 = 72
    var first = true
    while at < bytes.count {
      let old = i
      var w: UInt32 = 1
      var k: UInt32 = 36
      while true {
        guard at < bytes.count else { return nil }
        let c = bytes[at]
        at += 1
        let digit: UInt32
        switch c {
        case 48...57: digit = UInt32(c) - 22
        case 97...122: digit = UInt32(c) - 97
        case 65...90: digit = UInt32(c) - 65
        default: return nil
        }
        let (step, o1) = digit.multipliedReportingOverflow(by: w)
        let (sum, o2) = i.addingReportingOverflow(step)
        if o1 || o2 { return nil }
        i = sum
        let t = k <= bias ? 1 : min(k - bias, 26)
        if digit < t { break }
        let (wider, o3) = w.multipliedReportingOverflow(by: 36 - t)
        if o3 { return nil }
        w = wider
        k += 36
      }
      let count = UInt32(out.count + 1)
      var delta = (i &- old) / (first ? 700 : 2)
      first = false
      delta += delta / count
      var shift: UInt32 = 0
      while delta > 455 {
        delta /= 35
        shift += 36
      }
      bias = shift + 36 * delta / (delta + 38)
      let (grown, o) = n.addingReportingOverflow(i / count)
      guard !o, grown <= 0x10FFFF else { return nil }
      n = grown
      i %= count
      out.insert(n, at: Int(i))
      i += 1
    }
    var scalars = String.UnicodeScalarView()
    for value in out {
      guard let scalar = Unicode.Scalar(value) else { return nil }
      scalars.append(scalar)
    }
    return String(scalars)
  }
}
