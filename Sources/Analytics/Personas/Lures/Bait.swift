/// Links that hide where they lead, or lead to something that runs: in any language.

enum Bait {
  /// What runs when it is opened, or carries what does past a mail filter.
  private static let running: Set<String> = [
    "docm", "dotm", "xlsm", "xll", "pptm", "iso", "img", "vhd", "vhdx", "exe", "scr", "pif", "msi", "msix", "appx",
    "js",
    "jse", "vbs", "vbe", "wsf", "hta", "lnk", "url", "chm", "one", "bat", "cmd", "ps1", "jar", "apk", "dmg", "svg",
    "zip",
    "rar", "7z",
  ]

  static func isBait(_ link: String) -> Bool {
    guard let host = Domains.host(of: link) else { return false }
    if host.hasPrefix("xn--") || host.holds(".xn--") || isAddress(host) || hasUser(link) { return true }
    return runs(link)
  }

  /// Numbers for a name: nobody's page is found by them.
  private static func isAddress(_ host: String) -> Bool {
    let labels = host.split(separator: ".")
    return labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
  }

  /// `https://bank.example@elsewhere.example/`: what stands before the @ is not where it leads.
  private static func hasUser(_ link: String) -> Bool {
    guard link.holds("://") else { return false }
    let authority = rest(of: link).utf8.prefix { $0 != slash && $0 != question && $0 != hash }
    return authority.contains(UInt8(ascii: "@"))
  }

  private static func runs(_ link: String) -> Bool {
    let path = rest(of: link).utf8.drop { $0 != slash }.prefix { $0 != question && $0 != hash }
    guard let dot = path.lastIndex(of: UInt8(ascii: ".")) else { return false }
    return running.contains(Substring(path[path.index(after: dot)...]).lowercased())
  }

  private static let slash = UInt8(ascii: "/")
  private static let question = UInt8(ascii: "?")
  private static let hash = UInt8(ascii: "#")

  /// What follows `://`, or all of it.
  private static func rest(of link: String) -> Substring {
    let bytes = link.utf8
    var at = bytes.startIndex
    while let colon = bytes[at...].firstIndex(of: UInt8(ascii: ":")) {
      if bytes[colon...].starts(with: "://".utf8) { return link[bytes.index(colon, offsetBy: 3)...] }
      at = bytes.index(after: colon)
    }
    return link[...]
  }
}
