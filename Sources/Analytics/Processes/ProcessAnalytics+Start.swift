/// What the start of a process tells: its path, its parent and its command line.

import Evidence

extension ProcessAnalytics {
  func unusualPath(_ process: KnownProcess) -> Signal? {
    let image = process.entity.image
    let base = ImageName.base(image)
    guard image.contains("\\") || image.contains("/"), !ImageName.unknown(base) else { return nil }
    let analytic = "process.unusual_path"
    if image.unicodeScalars.contains(where: { $0.value == 0x202E || $0.value == 0x2066 || $0.value == 0x202D }) {
      return signal(
        analytic, 0.9, process,
        "\(name(process)) hides its ending by turning the order of its letters around; names of programs are written one way.",
        attack: ["T1036.002"])
    }
    if doubleEnding(base) {
      return signal(
        analytic, 0.8, process,
        "\(name(process)) is a program with the ending of a document before its own; programs have one ending.",
        attack: ["T1036.007"])
    }
    if let (program, inPlace) = Program.find(image), !inPlace {
      let usual = program.folders.first ?? "elsewhere"
      return signal(
        analytic, 0.85, process,
        "\(name(process)) has the name of \(program.kind.title) but runs from \(folder(image)); the real one lies in \(usual).",
        attack: ["T1036.005"])
    }
    guard let place = Places.open(image), !isInstaller(base) else { return nil }
    return signal(
      analytic, place.score, process,
      "\(name(process)) runs from \(place.title), where anybody can put a program; programs are installed elsewhere.",
      attack: ["T1204.002"])
  }

  func unusualParent(_ process: KnownProcess) -> Signal? {
    guard let parentImage = process.parent?.image, !parentImage.isEmpty, parentImage != "-" else { return nil }
    let base = ImageName.base(process.entity.image)
    let parent = ImageName.base(parentImage)
    let analytic = "process.unusual_parent"
    if let parents = LineageRule.only[base], !parents.contains(parent), !ImageName.unknown(parent),
      Program.find(process.entity.image)?.inPlace == true
    {
      return signal(
        analytic, 0.75, process,
        "\(name(process)) was started by \(parent); only \(parents.sorted().joined(separator: " or ")) starts it.",
        attack: ["T1055.012", "T1036"])
    }
    let kind = Program.find(process.entity.image)?.program.kind
    let interprets =
      kind == .scriptHost || kind == .shell
      || kind == .proxyExecution && base != "msiexec.exe" && base != "rundll32.exe"
    let dropped = Places.open(process.entity.image) != nil && !isInstaller(base)
    var best: LineageRule?
    for rule in LineageRule.all where rule.parents.contains(parent) {
      let holds =
        switch rule.child {
        case .interpreter: interprets
        case .dropped: dropped
        }
      if holds, rule.score > best?.score ?? 0 { best = rule }
    }
    guard let best else { return nil }
    return signal(
      analytic, best.score, process, "\(name(process)) was started by \(parent), which \(best.says).",
      attack: best.attack)
  }

  func suspiciousCommandLine(_ process: KnownProcess) -> Signal? {
    guard let text = process.entity.commandLine, !text.isEmpty else { return nil }
    let base = ImageName.base(process.entity.image)
    guard let verdict = CommandLine(text, base: base).judge(base) else { return nil }
    let what = verdict.says.prefix(3).joined(separator: " and ")
    var reason = "\(name(process)) was started with words that \(what): \(excerpt(text))"
    if let shown = verdict.shown { reason += " (decoded: \(excerpt(shown)))" }
    reason += "; ordinary work seldom needs them."
    return signal("process.suspicious_command_line", verdict.score, process, reason, attack: verdict.attack)
  }

  private func excerpt(_ text: String) -> String {
    let line = String(text.split { $0.isNewline || $0 == "\t" }.joined(separator: " ").prefix(121))
    return line.count > 120 ? line.prefix(120) + "…" : line
  }

  private static let documents = [
    ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".txt", ".jpg", ".png", ".zip", ".rtf", ".html",
  ]
  private static let programs = [".exe", ".scr", ".com", ".pif", ".bat", ".cmd"]
  private func doubleEnding(_ base: String) -> Bool {
    guard let ending = Self.programs.first(where: base.hasSuffix) else { return false }
    let rest = base.dropLast(ending.utf8.count)
    return Self.documents.contains { rest.hasSuffix($0) || rest.hasSuffix($0 + " ") }
  }

  /// Installers unpack to temporary folders and run from the downloads: what they are for.
  private func isInstaller(_ base: String) -> Bool {
    base.contains("setup") || base.contains("install") || base.contains("update") || base.hasPrefix("dismhost")
  }
}
