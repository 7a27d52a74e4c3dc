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
    if image.hasPrefix("/"), isKernelThread(base) {
      return signal(
        analytic, 0.85, process,
        "\(name(process)) is a file with the name of a thread of the kernel, and the kernel's threads have no file.",
        attack: ["T1036.004"])
    }
    if let (program, inPlace) = Program.find(image), !inPlace {
      let usual = program.folders.first ?? "a folder where only administrators can write"
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
      kind == .scriptHost || kind == .shell || kind == .relay
      || kind == .proxyExecution && base != "msiexec.exe" && base != "rundll32.exe"
    let place = Places.open(process.entity.image)
    // Some programs install themselves into a user's application data: only strangers there are odd.
    let dropped =
      !isInstaller(base) && place.map { $0.score >= 0.3 || Program.find(process.entity.image) == nil } ?? false
    // Browsers start the helpers of their extensions by a shell.
    let extensions = ["chrome-extension://", "--parent-window=", "chrome.nativemessaging"]
    let words = process.entity.commandLine?.lowercased() ?? ""
    if LineageRule.browsers.contains(parent), extensions.contains(where: words.holds) { return nil }
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
    let what = listed(Array(verdict.says.prefix(3)))
    var reason = "\(name(process)) was told to \(what): \(excerpt(text))"
    if let shown = verdict.shown { reason += " (decoded: \(excerpt(shown)))" }
    reason += "; ordinary work seldom asks for that."
    return signal("process.suspicious_command_line", verdict.score, process, reason, attack: verdict.attack)
  }

  /// `a`, `a and b`, `a, b and c`.
  private func listed(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// Names of Linux's kernel threads, with which programs that hide call themselves.
  private func isKernelThread(_ base: String) -> Bool {
    let name =
      base.hasPrefix("[") ? base.dropFirst().prefix { $0 != "]" && $0 != "/" } : base.prefix { $0 != "/" && $0 != ":" }
    return base.hasPrefix("[") || Self.kernelThreads.contains(String(name))
  }
  private static let kernelThreads: Set<String> = [
    "kworker", "kthreadd", "ksoftirqd", "kswapd0", "khugepaged", "kdevtmpfs", "kauditd", "khungtaskd", "kcompactd0",
    "kintegrityd", "kblockd", "rcu_sched", "rcu_preempt", "rcu_bh", "rcu_gp", "oom_reaper", "kthrotld",
    "kworkerds",
  ]

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
  func isInstaller(_ base: String) -> Bool {
    base.contains("setup") || base.contains("install") || base.contains("update") || base.hasPrefix("dismhost")
  }
}
