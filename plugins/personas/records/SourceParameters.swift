/// The parameters of a source: a JSON object of known names, each of the type that it has to be.

import JSON
import PluginSupport

/// Reads each parameter once; what nobody knows is refused, for it is most often misspelt.
public struct SourceParameters {
  private let members: [(String, JSONValue)]

  /// - Throws: when the text is no object, or has a member that is not `known`.
  public init(_ text: UnsafeRawBufferPointer, known: [String]) throws(SourceFailure) {
    guard !text.isEmpty else {
      members = []
      return
    }
    let value: JSONValue
    do { value = JSONValue(try JSONReader(maxBytes: 1 << 20, maxDepth: 16).parse(text)) } catch {
      throw SourceFailure("the parameters are \(error)")
    }
    guard let members = value.members else { throw SourceFailure("the parameters are no JSON object") }
    for (name, _) in members where !known.contains(name) {
      throw SourceFailure("no parameter is called `\(name)`; there are: \(known.joined(separator: ", "))")
    }
    self.members = members
  }

  public subscript(name: String) -> JSONValue? { members.first { $0.0 == name && !$0.1.isNull }?.1 }

  public func text(_ name: String) throws(SourceFailure) -> String? {
    guard let value = self[name] else { return nil }
    // A handle of digits looks like a number to whoever wrote the parameters as a list.
    if let number = value.int64 { return String(number) }
    guard let text = value.string else { throw SourceFailure("parameter `\(name)`: expected text") }
    return text.isEmpty ? nil : text
  }

  /// A list of texts: an array, or one text with spaces or semicolons between them.
  public func texts(_ name: String) throws(SourceFailure) -> [String] {
    guard let value = self[name] else { return [] }
    if let text = value.string { return text.split { $0 == " " || $0 == ";" }.map(String.init) }
    guard let elements = value.elements else { throw SourceFailure("parameter `\(name)`: expected a list of texts") }
    var out: [String] = []
    for element in elements {
      guard let text = element.string else { throw SourceFailure("parameter `\(name)`: expected a list of texts") }
      out.append(text)
    }
    return out
  }

  public func time(_ name: String) throws(SourceFailure) -> Int64? {
    guard let text = try text(name) else { return nil }
    guard let time = EventTime(text), time.hasZone else {
      throw SourceFailure("parameter `\(name)`: expected a time as 2026-09-01T01:07:38Z")
    }
    return time.nanoseconds
  }

  public func flag(_ name: String) throws(SourceFailure) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let flag = value.bool else { throw SourceFailure("parameter `\(name)`: expected true or false") }
    return flag
  }
}
