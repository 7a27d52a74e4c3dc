/// Links between pages in the header of an answer (RFC 8288).

public enum LinkHeader {
  /// The target of the first link with a relation, as written: `<https://…?max_id=1>; rel="next"`.
  public static func target(_ header: String, relation: String) -> String? {
    var rest = Substring(header)
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      let target = rest[rest.index(after: open)..<close]
      rest = rest[rest.index(after: close)...]
      // The parameters of this link: up to a comma that stands in no quoted text.
      var quoted = false
      var end = rest.startIndex
      while end < rest.endIndex, quoted || rest[end] != "," {
        if rest[end] == "\"" { quoted.toggle() }
        end = rest.index(after: end)
      }
      for parameter in rest[..<end].split(separator: ";") {
        let halves = parameter.split(separator: "=", maxSplits: 1)
        guard halves.count == 2, halves[0].filter({ $0 != " " }).lowercased() == "rel" else { continue }
        let relations = halves[1].filter { $0 != "\"" }.split(separator: " ")
        if relations.contains(where: { $0.lowercased() == relation }) { return String(target) }
      }
      rest = rest[end...]
    }
    return nil
  }
}
