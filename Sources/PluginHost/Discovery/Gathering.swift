/// From the files of a search to plugins: which are looked at, who describes them, and which of several counts.

/// One search under way.
struct Gathering {
  let trust: PluginTrust
  let child: DescribingChild?
  let cache: DescriptionCache?
  private(set) var plugins: [Plugin] = []
  private(set) var refusals: [PluginError]
  private(set) var shadowed: [(path: String, by: String)] = []

  /// A file that was checked, and of which it is known, or still to be asked, what it says.
  private enum Found {
    case known(CheckedFile, PluginProfile)
    case sealed(SealedFile, PluginStanding)
  }

  /// - Parameter cache: asked only where `trust` has no rule.
  init(
    _ files: [String], trust: PluginTrust, child: DescribingChild?, cache: DescriptionCache?, refusals: [PluginError]
  ) {
    self.trust = trust
    self.child = child
    self.cache = trust.isWithoutRules && child != nil ? cache : nil
    self.refusals = refusals
    let entries = child.flatMap { self.cache?.entries(of: $0.program) } ?? []
    let found = look(at: files, entries)
    let sealed = found.compactMap { if case .sealed(let file, _) = $0 { file } else { nil } }
    let answers = child?.describe(sealed)
    keep(sealed, answers, beside: entries)
    var asked = 0
    for one in found {
      do throws(PluginError) {
        switch one {
        case .known(let file, let profile):
          try add(Plugin(file, profile: profile, standing: trust.standing(of: file.origin), cache: cache))
        case .sealed(let file, let standing):
          let answer = answers?[asked]
          asked += 1
          try add(try plugin(file, standing, answer))
        }
      } catch {
        self.refusals.append(error)
      }
    }
  }

  /// Checks each file, and whether it is trusted, before any of its code runs, in a child or here.
  private mutating func look(at files: [String], _ entries: [DescriptionCache.Entry]) -> [Found] {
    var known: [FileIdentity: String] = [:]
    for entry in entries { known[entry.file] = entry.description }
    var found: [Found] = []
    for path in files {
      do throws(PluginError) {
        let file = try CheckedFile(path: path)
        if let text = known[file.identity], !file.isSealed,
          let profile = try? PluginProfile(parsing: text, path: path)
        {
          found.append(.known(file, profile))
        } else {
          let copy = try SealedFile(file)
          found.append(.sealed(copy, try trust.judge(copy)))
        }
      } catch {
        refusals.append(error)
      }
    }
    return found
  }

  /// A plugin of a file that the child could load and that may be used under the id that it gave there.
  private func plugin(
    _ file: SealedFile, _ judged: PluginStanding, _ answer: DescribingChild.Answer?
  ) throws(PluginError) -> Plugin {
    switch answer {
    case .refused(let error)?: throw error
    case .described(let json)?:
      let profile = try PluginProfile(parsing: json, path: file.path)
      return Plugin(file, profile: profile, standing: try trust.admit(profile.identity.id, file, judged))
    case nil:
      let plugin = try Plugin(file, standing: judged)
      _ = try trust.admit(plugin.identity.id, file, judged)
      return plugin
    }
  }

  private mutating func add(_ plugin: Plugin) throws(PluginError) {
    if let first = plugins.first(where: { $0.identity.id == plugin.identity.id }) {
      shadowed.append((plugin.path, first.path))
    } else if let first = plugins.first(where: { $0.identity.name == plugin.identity.name }) {
      throw PluginError(
        .description, plugin.path,
        "\(plugin.identity.id) is called '\(plugin.identity.name)' as is \(first.identity.id), which came first")
    } else {
      plugins.append(plugin)
    }
  }

  private func keep(
    _ files: [SealedFile], _ answers: [DescribingChild.Answer]?, beside known: [DescriptionCache.Entry]
  ) {
    guard let cache, let child, let answers else { return }
    var new: [DescriptionCache.Entry] = []
    for (file, answer) in zip(files, answers) {
      guard let identity = file.identity, case .described(let text) = answer else { continue }
      new.append(DescriptionCache.Entry(file: identity, description: text))
    }
    cache.keep(new, beside: known, of: child.program)
  }
}
