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
    if host.hasPrefix("xn--") || host.contains(".xn--") || isAddress(host) || hasUser(link) { return true }
    return runs(link)
  }

  /// Numbers for a name: nobody's page is found by them.
  private static func isAddress(_ host: String) -> Bool {
    let labels = host.split(separator: ".")
    return labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
  }

  /// `https://bank.example@elsewhere.example/`: what stands before the @ is not where it leads.
  private static func hasUser(_ link: String) -> Bool {
    guard link.contains("://") else { return false }
    let authority = rest(of: link).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    return authority.contains("@")
  }

  private static func runs(_ link: String) -> Bool {
    let path = rest(of: link).drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
    guard let dot = path.lastIndex(of: ".") else { return false }
    return running.contains(path[path.index(after: dot)...].lowercased())
  }

  private static func rest(of link: String) -> Substring {
    var colon = link.startIndex
    while colon < link.endIndex {
      if link[colon...].hasPrefix("://") { return link[link.index(colon, offsetBy: 3)...] }
      colon = link.index(after: colon)
    }
    return link[...]
  }
}
