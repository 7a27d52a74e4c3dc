/// The parameters of a source: a JSON object, read name by name, with everything else refused.

import JSON
import PluginSupport

/// Reads typed members; `finish` tells of those that nobody asked for.
public struct Parameters {
  private let members: [(String, JSONValue)]
  private var asked: Set<String> = []
  /// What the members belong to, for the words of an error: `endpoints[2].`; empty at the top.
  private let place: String

  /// Empty text stands for an empty object.
  public init(_ text: UnsafeRawBufferPointer) throws(SourceFailure) {
    place = ""
    guard !text.isEmpty else {
      members = []
      return
    }
    do throws(JSONError) {
      guard let object = JSONValue(try JSONReader(maxBytes: 1 << 20, maxDepth: 32).parse(text)).members else {
        throw JSONError(.syntax, at: 0, "expected an object")
      }
      members = object
    } catch {
      throw SourceFailure("parameters: \(error)")
    }
  }

  public init(_ value: JSONValue, place: String) throws(SourceFailure) {
    self.place = place + "."
    guard let object = value.members else { throw SourceFailure("parameter \(place): expected an object") }
    members = object
  }

  public mutating func value(_ name: String) -> JSONValue? {
    asked.insert(name)
    return members.first { $0.0 == name }.flatMap { $0.1.isNull ? nil : $0.1 }
  }

  private func wrong(_ name: String, _ expected: String) -> SourceFailure {
    SourceFailure("parameter \(place)\(name): expected \(expected)")
  }

  /// Text that is not empty, at most 4 KiB.
  public mutating func text(_ name: String) throws(SourceFailure) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.string, !text.isEmpty, text.utf8.count <= 4096 else {
      throw wrong(name, "text, at most 4 KiB")
    }
    return text
  }

  public mutating func required(_ name: String) throws(SourceFailure) -> String {
    guard let text = try text(name) else { throw SourceFailure("parameter \(place)\(name) is missing") }
    return text
  }

  public mutating func choice(_ name: String, _ words: [String]) throws(SourceFailure) -> String? {
    guard let text = try text(name) else { return nil }
    guard words.contains(text) else { throw wrong(name, "one of \(words.joined(separator: ", "))") }
    return text
  }

  /// A list of texts; one text alone is a list of one, and in it commas part further ones where `splits`.
  public mutating func texts(_ name: String, most: Int = 256) throws(SourceFailure) -> [String] {
    guard let value = value(name) else { return [] }
    let texts = value.string.map { [$0] } ?? (value.elements ?? []).compactMap(\.string)
    guard texts.count == (value.elements?.count ?? 1), texts.count <= most,
      texts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 1024 })
    else { throw wrong(name, "at most \(most) texts") }
    return texts
  }

  public mutating func integer(
    _ name: String, _ bounds: ClosedRange<Int64>, _ standard: Int64
  ) throws(SourceFailure) -> Int64 {
    guard let value = value(name) else { return standard }
    guard let number = value.int64, bounds.contains(number) else {
      throw wrong(name, "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }

  public mutating func flag(_ name: String, _ standard: Bool) throws(SourceFailure) -> Bool {
    guard let value = value(name) else { return standard }
    guard let flag = value.bool else { throw wrong(name, "true or false") }
    return flag
  }

  /// An http or https address.
  public mutating func address(_ name: String) throws(SourceFailure) -> WebAddress? {
    guard let text = try text(name) else { return nil }
    guard let address = WebAddress(text) else {
      throw wrong(name, "an http or https address without user and password")
    }
    return address
  }

  public mutating func requiredAddress(_ name: String) throws(SourceFailure) -> WebAddress {
    guard let address = try address(name) else { throw SourceFailure("parameter \(place)\(name) is missing") }
    return address
  }

  /// The members of an object.
  public mutating func mapping(_ name: String) throws(SourceFailure) -> [(String, JSONValue)] {
    guard let value = value(name) else { return [] }
    guard let members = value.members else { throw wrong(name, "an object") }
    return members
  }

  /// - Throws: with the name of a member that means nothing.
  public func finish() throws(SourceFailure) {
    guard let unknown = members.first(where: { !asked.contains($0.0) }) else { return }
    let known = asked.sorted().joined(separator: ", ")
    throw SourceFailure("parameter \(place)\(unknown.0.oneLine(most: 40)) is unknown; known are \(known)")
  }
}
