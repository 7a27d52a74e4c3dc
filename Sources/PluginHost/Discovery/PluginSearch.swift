/// Where plugins are looked for, and which files there are taken for plugins.

#if canImport(Glibc)
  import Glibc
#endif

/// The folders, in the order of plugin-abi.md: what is found first wins.
public struct PluginSearch: Sendable {
  public var folders: [String]
  /// Those of `folders` that a person named: that one is not there is worth a line.
  public var named: Set<String>

  /// Prefixes of the file names that are looked at: other libraries beside the binary are never loaded.
  public static let prefixes = ["libdissector_", "libsource_", "libprocess_", "libpersona_"]

  public init(folders: [String], named: Set<String> = []) {
    self.folders = folders
    self.named = named
  }

  /// `plugins.path` of the configuration, VEDETTE_PLUGIN_PATH, the user's and the system's folder, the folder
  /// beside the binary.
  public static func standard(configured: [String] = []) -> PluginSearch {
    var folders = configured
    if let path = environment("VEDETTE_PLUGIN_PATH") {
      folders += path.split(separator: ":").map(String.init)
    }
    let named = Set(folders)
    if let data = environment("XDG_DATA_HOME") {
      folders.append(data + "/vedette/plugins")
    } else if let home = environment("HOME") {
      folders.append(home + "/.local/share/vedette/plugins")
    }
    folders += ["/usr/local/lib/vedette/plugins", "/usr/lib/vedette/plugins"]
    if let own = folderOfBinary() { folders.append(own) }
    return PluginSearch(folders: folders, named: named)
  }

  /// The plugin files, in order of the folders and by name within one, and why a folder was not looked into. One that is
  /// not there has none, which is no problem unless it is named. Entries of `folders` that are files are taken as they are.
  public func files() -> (found: [String], problems: [PluginError]) {
    var found: [String] = []
    var problems: [PluginError] = []
    for folder in folders {
      var info = stat()
      guard stat(folder, &info) == 0 else {
        if errno != ENOENT || named.contains(folder) { problems.append(Self.unreadable(folder)) }
        continue
      }
      if info.st_mode & S_IFMT == S_IFREG {
        found.append(folder)
      } else if let names = Self.names(in: folder) {
        found += names.filter(Self.isPluginName).sorted().map { folder + "/" + $0 }
      } else {
        problems.append(Self.unreadable(folder))
      }
    }
    var seen: Set<String> = []
    return (found.filter { seen.insert($0).inserted }, problems)
  }

  private static func unreadable(_ folder: String) -> PluginError {
    PluginError(.file, folder, "plugins are not looked for here: \(systemWords)")
  }

  static func isPluginName(_ name: String) -> Bool {
    name.hasSuffix(".so") && prefixes.contains { name.hasPrefix($0) }
  }

  private static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }

  private static func folderOfBinary() -> String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let text = String(cString: path)
    guard let slash = text.lastIndex(of: "/") else { return nil }
    return String(text[..<slash])
  }
}
