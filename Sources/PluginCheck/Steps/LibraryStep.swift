/// Whether a plugin is one file that any machine's loader can load.

import PluginHost
import VedettePluginABI

#if canImport(Glibc)
  import Glibc
#endif

struct LibraryStep {
  let request: CheckRequest
  let channel: StepChannel

  func run() {
    let image: LibraryImage
    do throws(LibraryImage.Fault) {
      image = try LibraryImage(path: request.file)
    } catch {
      switch error {
      case .unreadable(let words): channel.fault("cannot be read: \(words)")
      case .notELF(let words): channel.fault(words)
      }
      return
    }
    checkName()
    let isOurs = Self.liesBesideThisProgram(request.file)
    if !isOurs, let path = image.searchPaths.first {
      channel.remark(
        "has a RUNPATH (\(path)), by which another library than the system's may be loaded: link without it")
    }
    if image.wantsExecutableStack { channel.fault("asks for an executable stack: link with -z noexecstack") }
    let runtime = image.needed.filter { $0.hasPrefix("libswift") || $0 == "libFoundation.so" }
    if let first = runtime.first {
      if isOurs {
        channel.remark("shares the Swift runtime of this program, with which it was built")
      } else {
        channel.fault("needs \(first): a Swift plugin carries its runtime; link with -static-stdlib")
      }
    }
    if !isOurs { for name in missing() { channel.fault("needs \(name), which the loader does not find") } }
    guard image.exports.contains(VDT_ENTRY_NAME) else {
      channel.fault("exports no \(VDT_ENTRY_NAME)")
      return
    }
    let others = image.exports.filter { $0 != VDT_ENTRY_NAME && !$0.hasPrefix("_") }
    if !others.isEmpty, !isOurs {
      channel.remark(
        "exports \(others.count) symbols besides its entry (\(others.prefix(3).joined(separator: ", "))): they may meet "
          + "those of others; build with -fvisibility=hidden")
    }
    channel.figure("libraries needed", Double(image.needed.count), "")
  }

  private func checkName() {
    let name = request.file.split(separator: "/").last.map(String.init) ?? request.file
    guard PluginSearch.prefixes.contains(where: name.hasPrefix), name.hasSuffix(".so") else {
      let known = PluginSearch.prefixes.map { $0 + "NAME.so" }.joined(separator: ", ")
      channel.remark("is called \(name), which no search for plugins takes: call it \(known)")
      return
    }
  }

  /// What the loader would not find for it, leaving out what only its own RUNPATH leads to.
  ///
  /// The loader calls what it is asked about by the empty name, and either lists what is missing or stops at the first.
  private func missing() -> [String] {
    guard let own = try? LibraryImage(path: "/proc/self/exe"), let loader = own.interpreter else { return [] }
    let path = request.file.contains("/") ? request.file : "./" + request.file
    channel.at("asking the loader")
    guard
      let child = ChildProcess.start(loader, arguments: ["--inhibit-rpath", "", "--list", path], inheritsOutput: false)
    else { return [] }
    // A page or two each: less than what a pipe holds.
    let listed = Self.read(child.output).split(separator: "\n").filter { $0.hasSuffix("=> not found") }
      .compactMap { $0.split { $0 == " " || $0 == "\t" }.first.map(String.init) }
    let stopped = Self.read(child.errors).split(separator: "\n").compactMap { line -> String? in
      guard let words = line.firstRange(of: "shared libraries: "),
        let end = line[words.upperBound...].firstIndex(of: ":")
      else { return nil }
      return String(line[words.upperBound..<end])
    }
    _ = child.wait()
    return listed + stopped
  }

  private static func read(_ descriptor: Int32) -> String {
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += piece[..<count]
    }
  }

  /// Built and installed with this program: such a plugin may share its runtime.
  static func liesBesideThisProgram(_ file: String) -> Bool {
    func folder(_ path: String) -> String? {
      guard let resolved = realpath(path, nil) else { return nil }
      defer { free(resolved) }
      let text = String(cString: resolved)
      return text.lastIndex(of: "/").map { String(text[..<$0]) }
    }
    return folder("/proc/self/exe") != nil && folder("/proc/self/exe") == folder(file)
  }
}
