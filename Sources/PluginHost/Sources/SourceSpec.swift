/// How a person names a source: which plugin, with what, and what it is to read.

import JSON

/// `PLUGIN:FILE`, `PLUGIN,NAME=VALUE,…:FILE`, or `PLUGIN:NAME=VALUE,…` of a source that needs no file.
struct SourceSpec: Equatable {
  var plugin: String
  /// As written, nil where none are.
  var parameters: String?
  /// Empty where none is named.
  var file: String

  /// Nil: a file's name alone, whose plugin is to be found.
  init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), let end = text.firstIndex(where: { ",:/".contains($0) }),
      text[end] != "/"
    else { return nil }
    plugin = String(text[..<end])
    file = String(text[text.index(after: colon)...])
    if text[end] == "," { parameters = String(text[text.index(after: end)..<colon]) }
  }

  /// The JSON object that a list of parameters stands for, or the object itself. Whole numbers, true and false are what
  /// they look like, all else is text. Nil: neither.
  static func json(of list: String) -> String? {
    if list.hasPrefix("{") { return list }
    var w = JSONWriter()
    w.beginObject()
    for item in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let equals = item.firstIndex(of: "="), equals > item.startIndex else { return nil }
      let value = item[item.index(after: equals)...]
      w.key(String(item[..<equals]))
      switch value {
      case "true": w.value(.bool(true))
      case "false": w.value(.bool(false))
      default: w.value(Int64(value).map { .int($0) } ?? .string(String(value)))
      }
    }
    w.endObject()
    return w.text
  }
}
