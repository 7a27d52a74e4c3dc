/// Whether a text names the organisation, and whether it is the organisation that it names.

import Evidence

struct OrganisationMatcher: Sendable {
  enum Mention: Sendable { case none, own, similar }

  /// The organisation's names as words, without the legal form; longest first.
  let names: [[Word]]
  /// The names and domains squashed (`haldenmaritime`), at least five letters.
  let squashedNames: [String]
  let domains: [String]
  let handles: Set<String>
  /// The leading word of each name, when it is long enough to be told by itself.
  let leadingWords: [String]

  /// Legal forms: a name with or without one is the same company.
  static let legalForms: Set<String> = Set(
    """
    as asa ab gmbh ag inc llc ltd limited corp corporation co company sa srl spa sl slu sau bv nv oy oyj aps kg kgaa ohg se plc
    sas sarl ltda lda ooo oao zao pao tov sro doo zoo sp ооо оао зао пао тов αε επε οε anonim sti as kk holding group
    """.split(whereSeparator: \.isWhitespace).map { TextFolding.shared.base($0) })

  init(_ organisation: Organisation) {
    let stripped = organisation.names.map { OrganisationMatcher.withoutLegalForm(Words.of($0)) }.filter { !$0.isEmpty }
    var unique: [[Word]] = []
    for name in stripped where !unique.contains(where: { $0.map(\.base) == name.map(\.base) }) { unique.append(name) }
    names = unique.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.map(\.base).joined() < $1.map(\.base).joined()
    }
    domains = organisation.domains.map { $0.lowercased() }
    handles = Set(organisation.handles.map { $0.lowercased() })
    let squashed = names.map { $0.map(\.look).joined() } + domains.map { Domains.squashed(Domains.registeredLabel($0)) }
    squashedNames = Set(squashed.filter { $0.utf8.count >= 5 }).sorted()
    leadingWords = Set(names.compactMap { $0.first?.look }.filter { $0.utf8.count >= 4 }).sorted()
  }

  static func withoutLegalForm(_ words: [Word]) -> [Word] {
    var words = words
    while words.count > 1, let last = words.last,
      legalForms.contains(last.base) || last.base.unicodeScalars.count == 1 && last.base.utf8.count == 1
    {
      words.removeLast()
    }
    return words
  }

  /// For a field that holds a company's name and nothing else.
  func employer(_ words: [Word]) -> Mention {
    let bare = OrganisationMatcher.withoutLegalForm(words)
    guard !bare.isEmpty else { return .none }
    for name in names {
      if let at = Words.find(name, in: bare) { return at == 0 && bare.count == name.count ? .own : .similar }
    }
    // The same words in another order, or its leading word in another name.
    for name in names where name.count > 1 {
      if name.allSatisfy({ want in bare.contains { $0.base == want.base } }) { return .similar }
    }
    let joined = bare.map(\.look).joined()
    if squashedNames.contains(joined) { return .own }
    return .none
  }

  /// For a text that may name it among other words.
  func mention(_ words: [Word]) -> Mention {
    for name in names where Words.find(name, in: words) != nil { return .own }
    for name in names where name.count > 1 {
      if name.allSatisfy({ want in words.contains { $0.base == want.base } }) { return .similar }
    }
    return .none
  }

  /// A handle that is the organisation's name or domain as it looks, with something beside it set off or not.
  func isNamed(byHandle handle: String) -> Bool {
    let local = String(handle.utf8.prefix { $0 != UInt8(ascii: "@") }) ?? handle
    let squashed = Domains.squashed(local)
    var isHeld = false
    for name in squashedNames where squashed.holds(name) {
      if name.utf8.count >= 7 { return true }
      isHeld = true
    }
    // A part of it is a name only where the whole holds the name; what punycode stands for is seen in its part alone.
    if !isHeld, !local.holds("xn--") { return false }
    let parts = local.split { $0 == "." || $0 == "_" || $0 == "-" }.map { Domains.squashed(String($0)) }
    return parts.contains { squashedNames.contains($0) }
  }

  func owns(host: String) -> Bool { domains.contains { Domains.isWithin(host, $0) } }

  /// A host that is not the organisation's and looks as if it were.
  func isImitated(by host: String, genericWord: (String) -> Bool) -> Bool {
    guard !owns(host: host) else { return false }
    for label in host.split(separator: ".").dropLast() {
      let text = Domains.squashed(String(label))
      for name in squashedNames {
        // A short name is part of too many words: it counts as a whole label only (and between hyphens, below).
        if name.utf8.count >= 8 ? text.holds(name) : text == name { return true }
        if name.utf8.count >= 8, abs(text.utf8.count - name.utf8.count) <= 2,
          EditDistance.slips(Array(text.utf8), Array(name.utf8), limit: 2) <= (label.hasPrefix("xn--") ? 2 : 1)
        {
          return true
        }
        // Punycode that does not decode: what stands before the last hyphen is all there is to go by.
        if label.hasPrefix("xn--"), name.utf8.count >= 8 {
          let visible = label.dropFirst(4).prefix { $0 != "-" }
          if EditDistance.slips(Array(visible.utf8), Array(name.utf8), limit: 3) <= 3 { return true }
        }
      }
      for word in leadingWords where !genericWord(word) {
        let parts = label.split(separator: "-").map { Domains.squashed(String($0)) }
        if parts.count > 1, parts.contains(word) { return true }
      }
    }
    return false
  }
}
