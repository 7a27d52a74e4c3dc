/// Which names mean the same machine.

/// Hosts are compared by short name, without regard to case: `WORKSTATION5` is `workstation5.corp.example`. Two names
/// that are both qualified, and differently, are two machines though their first label is one; a short name then
/// belongs to the first of them in order.
public struct HostNames: Sendable {
  private var qualified: [String: Set<String>] = [:]
  private var shown: [String: String] = [:]

  public init() {}

  /// Takes a name into account. Keys are only right once all names are.
  public mutating func note(_ name: String) {
    let whole = HostNames.tidy(name)
    guard !whole.isEmpty else { return }
    let short = HostNames.short(whole)
    if short.utf8.count < whole.utf8.count { qualified[short, default: []].insert(whole) }
    // The longest form is the most telling one; of equal ones the first in order, so that arrival does not matter.
    if let old = shown[whole], old <= name { return }
    shown[whole] = name
  }

  /// What two names of one machine have in common.
  public func key(_ name: String) -> String {
    let whole = HostNames.tidy(name)
    let short = HostNames.short(whole)
    guard let forms = qualified[short], forms.count > 1 else { return short }
    guard short.utf8.count < whole.utf8.count else { return forms.min() ?? short }
    return whole
  }

  /// The machine's name as its logs write it, qualified if any does.
  public func display(_ name: String) -> String {
    let key = key(name)
    if let form = shown[key], qualified[key] == nil { return form }
    if let whole = qualified[key]?.min(), let form = shown[whole] { return form }
    return name
  }

  /// The first label in lower case; an address is its own short name.
  public static func short(_ name: String) -> String {
    let whole = tidy(name)
    guard let dot = whole.utf8.firstIndex(of: UInt8(ascii: ".")), dot > whole.startIndex else { return whole }
    if whole.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || (48...57).contains($0) }) { return whole }
    return String(whole[..<dot])
  }

  private static func tidy(_ name: String) -> String {
    var lower = name.lowercased()
    while lower.hasSuffix(".") { lower.removeLast() }
    return lower
  }
}

/// Machines by number, so that tables of many records hash no names. Ask it once all names are noted.
struct HostNumbers {
  private let names: HostNames
  private var byName: [String: Int] = [:]
  private var byKey: [String: Int] = [:]
  private var keys: [String] = []

  init(_ names: HostNames = HostNames()) { self.names = names }

  var count: Int { keys.count }

  mutating func number(_ name: String) -> Int {
    if let known = byName[name] { return known }
    let key = names.key(name)
    let number = byKey[key] ?? keys.count
    if number == keys.count {
      byKey[key] = number
      keys.append(key)
    }
    byName[name] = number
    return number
  }

  /// What all names of a machine have in common (`HostNames.key`), by one of them.
  mutating func key(of name: String) -> String {
    let number = number(name)
    return keys[number]
  }

  /// The same by the machine's number.
  func key(_ number: Int) -> String { keys[number] }
}
