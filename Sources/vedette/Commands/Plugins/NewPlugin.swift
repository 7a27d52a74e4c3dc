/// `vedette plugin new`: a folder with a plugin that builds and passes its tests.

import ArgumentParser
import PluginHost
import PluginTemplates

#if canImport(Glibc)
  import Glibc
#endif

extension PluginTemplate.Kind: ExpressibleByArgument {}
extension PluginTemplate.Language: ExpressibleByArgument {}

struct NewPlugin: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Make a folder with a plugin of your own, ready to build and test.",
    discussion: """
      The folder needs nothing of Vedette to build: the ABI's headers, and for Swift the kit, are copied into it. Its tests \
      need this program (make test VEDETTE=PATH, if it is not in the PATH). Nothing is ever overwritten.
      """)

  @Option(help: "What it is to be.") var kind: PluginTemplate.Kind
  @Option(help: "The language it is written in.") var language: PluginTemplate.Language
  @Argument(help: "Its name, and that of the folder: letters a-z and digits.") var name: String

  func run() throws {
    let template: PluginTemplate
    do throws(PluginTemplate.NameError) {
      template = try PluginTemplate(kind, language, name: name)
    } catch {
      throw Failure.usage("\(name): \(error.words)")
    }
    if let other = PluginShelf.load(.standard()).plugin(named: name) {
      throw Failure.usage("\(name): there is a plugin of that name already (\(other.identity.id)); choose another")
    }
    guard mkdir(name, 0o777) == 0 else {
      throw Failure.usage("\(name): \(String(cString: strerror(errno))); nothing was written")
    }
    for file in template.files { try write(file.bytes, to: "\(name)/\(file.path)") }
    StandardOutput.write(
      """
      \(name): a \(kind.rawValue) in \(language.rawValue), \(template.files.count) files. Next:

          cd \(name)
          make test
          vedette plugin info ./\(template.library)

      """)
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let parts = path.split(separator: "/")
    for count in 1..<parts.count { mkdir(parts[..<count].joined(separator: "/"), 0o777) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure.refused("\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    guard bytes.withUnsafeBytes({ writeAll(descriptor, $0) }) else {
      throw Failure.refused("\(path): cannot be written to its end")
    }
  }
}
