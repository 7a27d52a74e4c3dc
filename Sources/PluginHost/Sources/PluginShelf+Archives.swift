/// Data exports as platforms hand them over: an archive of which each file that a plugin knows is a source of its own.

extension PluginShelf {
  /// Members of one archive that are read.
  private static let mostMembers = 256

  /// The sources that a ``SourceSpec`` of an archive stands for, one for each member that its plugin knows, or that any
  /// plugin knows where none is named; the spec alone where it is no archive. Archives within archives are not opened.
  /// - Parameters:
  ///   - isWanted: asked before each member; what is not wanted any more is found no further.
  ///   - note: told of members that are not read.
  public func expanded(
    _ spec: String, kind: PluginInterface? = nil, isWanted: () -> Bool = { true }, note: (String) -> Void
  ) throws(PluginError) -> [String] {
    let parts = SourceSpec(spec)
    let path = parts?.file ?? spec
    guard !path.isEmpty, path != "-" else { return [spec] }
    let named = parts.flatMap { parts in
      sources().first { $0.identity.name == parts.plugin || $0.identity.id == parts.plugin }
    }
    var found: [String] = []
    let count: Int?
    do throws(InputFault) {
      count = try Archive.scan(path, isWanted: isWanted, note: note) { member, start in
        let file = "\(path)!\(member.name)"
        guard let (plugin, _) = try? recognise(SourceInput(descriptor: -1, name: file, start: start), kind) else {
          return
        }
        guard let named, let parts else { return found.append("\(plugin.identity.name):\(file)") }
        guard plugin.identity.id == named.identity.id else { return }
        found.append(parts.plugin + (parts.parameters.map { "," + $0 } ?? "") + ":" + file)
      }
    } catch {
      throw PluginError(.file, path, error.text)
    }
    guard let count else { return [spec] }
    guard !found.isEmpty else {
      let whose = named.map { "the plugin \($0.identity.name)" } ?? "any source plugin"
      throw PluginError(.unknown, path, "none of its \(count) members is known to \(whose)")
    }
    if found.count > Self.mostMembers {
      note(
        "\(found.count - Self.mostMembers) of its members are not read: at most \(Self.mostMembers) of one archive are")
    }
    return Array(found.prefix(Self.mostMembers))
  }
}
