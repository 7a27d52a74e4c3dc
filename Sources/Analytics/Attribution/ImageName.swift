/// Paths of programs as the logs of different systems write them.

public enum ImageName {
  /// The last component in lower case: `C:\Windows\System32\lsass.exe` and `/usr/bin/lsass.exe` are `lsass.exe`.
  public static func base(_ image: String) -> String { shown(image).lowercased() }

  /// The last component as it is written.
  public static func shown(_ image: String) -> String {
    // Linux says so of a program whose file is gone, as after each upgrade.
    let image = image.hasSuffix(" (deleted)") ? String(image.dropLast(10)) : image
    let last = image.utf8.lastIndex { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "/") }
    return last.map { String(image[image.utf8.index(after: $0)...]) } ?? image
  }

  /// The path in lower case with `\` as separator and the volume as `c:`, so that `\device\harddiskvolume2\windows`,
  /// `\??\C:\Windows` and `C:/Windows` compare equal. Unix paths keep their slashes.
  public static func normal(_ image: String) -> String {
    var path = image.lowercased()
    if path.hasPrefix("\\??\\") { path.removeFirst(4) }
    if path.hasPrefix("\\systemroot\\") { path = "c:\\windows\\" + path.dropFirst(12) }
    if path.hasPrefix("\\device\\harddiskvolume") {
      let rest = path.dropFirst("\\device\\harddiskvolume".count).drop { $0.isNumber }
      return "c:" + rest
    }
    if path.utf8.count > 2, path.dropFirst().first == ":" { return path.replacing("/", with: "\\") }
    return path
  }

  /// Whether two base names may be of one program: the same, or one unknown.
  static func agree(_ a: String, _ b: String) -> Bool { a == b || unknown(a) || unknown(b) }

  static func unknown(_ base: String) -> Bool {
    base.isEmpty || base == "-" || base.hasPrefix("<unknown") || base.hasPrefix("&lt;unknown")
  }

  /// Whether `a` tells more than `b`: a known name over none, a whole path over a bare name, a drive over a device.
  static func better(_ a: String, than b: String) -> Bool { rank(a) > rank(b) }

  private static func rank(_ image: String) -> Int {
    if unknown(base(image)) { return 0 }
    if image.hasPrefix("/") || image.dropFirst().first == ":" { return 3 }
    return image.utf8.contains(UInt8(ascii: "\\")) ? 2 : 1
  }
}
