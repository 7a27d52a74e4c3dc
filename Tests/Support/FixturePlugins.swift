// Plugins that tests build themselves, from Tests/Fixtures/plugins and the ABI's headers alone.

import Glibc
import Synchronization

/// Builds fixture plugins with the C compiler into a folder of this process.
public enum FixturePlugins {
  private static let built = Mutex<[String: String]>([:])

  /// This process's own folder for plugins and data of tests.
  public static let folder: String = {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(root)/vedette-fixtures-\(getpid())"
    mkdir(path, 0o755)
    atexit { _ = run("rm -rf '\(FixturePlugins.folder)'") }
    return path
  }()

  /// The path of a plugin built from `Tests/Fixtures/plugins/SOURCE.c` with `-D` definitions, with the headers of this tree
  /// unless `include` names others, and with more `options` of the compiler.
  public static func build(
    _ source: String, _ defines: [String: String] = [:], include: String? = nil, options more: String = "",
    compiler named: String? = nil
  ) throws -> String {
    let options = defines.sorted { $0.key < $1.key }.map {
      $0.value.isEmpty ? "-D\($0.key)" : "-D\($0.key)=\($0.value)"
    }
    let key = ([source] + options + [include ?? "", more, named ?? ""]).joined(separator: " ")
    return try built.withLock { built in
      if let path = built[key] { return path }
      let path = "\(folder)/libdissector_\(source)_\(built.count).so"
      let repository = Corpus.repository
      let compiler = named ?? (run("command -v clang >/dev/null") == 0 ? "clang" : "cc")
      let command =
        "\(compiler) -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -fvisibility=hidden "
        + options.map { "'\($0)'" }.joined(separator: " ")
        + " -I'\(include ?? repository + "/Sources/VedettePluginABI/include")'"
        + " '\(repository)/Tests/Fixtures/plugins/\(source).c' -o '\(path)' \(more)"
      guard run(command) == 0 else { throw Corpus.Unreadable(description: "\(source).c: cannot be built") }
      chmod(path, 0o755)
      built[key] = path
      return path
    }
  }

  /// Writes a file of test data and gives its path.
  public static func write(_ text: String, to name: String) throws -> String {
    let path = "\(folder)/\(name)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw Corpus.Unreadable(description: "\(path): cannot be written") }
    close(descriptor)
    try append(Array(text.utf8), to: path)
    return path
  }
}
