/// A service that the parameters describe: how it is asked, how its pages follow each other, what is made of it.

import JSON
import PluginSupport
import Polling

/// How pages are turned.
struct RestPaging: Sendable {
  enum Kind: String, CaseIterable { case none, page, offset, cursor, link }
  var kind = Kind.none
  /// The member of the query that asks for a page.
  var parameter = ""
  /// The number of the first page, or the first offset.
  var start = 0
  var sizeParameter: String?
  var size = 100
  /// Where an answer has the token, or the address, of the next page.
  var next: RestPath?
  /// Where an answer says whether there is more; nil: it does not.
  var more: RestPath?
  var most = 1000

  init(_ value: JSONValue?) throws(SourceFailure) {
    guard let value else { return }
    var parameters = try Parameters(value, place: "paging")
    let kinds = Kind.allCases.map(\.rawValue)
    kind = try parameters.choice("kind", kinds).flatMap { Kind(rawValue: $0) } ?? .none
    parameter = try parameters.text("parameter") ?? (kind == .cursor ? "cursor" : kind.rawValue)
    start = Int(try parameters.integer("start", 0...1_000_000, kind == .page ? 1 : 0))
    sizeParameter = try parameters.text("size_parameter")
    size = Int(try parameters.integer("size", 1...100_000, 100))
    most = Int(try parameters.integer("most", 1...20_000, 1000))
    func path(_ name: String) throws(SourceFailure) -> RestPath? {
      guard let text = try parameters.text(name) else { return nil }
      guard let path = RestPath(text) else { throw SourceFailure("parameter paging.\(name) is no path") }
      return path
    }
    next = try path("next")
    more = try path("more")
    guard kind != .cursor || next != nil else {
      throw SourceFailure("parameter paging.next is missing: where an answer has the cursor of the next page")
    }
    try parameters.finish()
  }
}

/// What only is new since the last round.
struct RestSince: Sendable {
  enum Form: String, CaseIterable {
    case rfc3339, epoch
    case epochMilliseconds = "epoch_ms"
    case value
  }
  /// The member of the query.
  var parameter: String
  /// Where an element has what the next round begins behind.
  var field: RestPath
  var form = Form.rfc3339
  /// Of the first round.
  var start: String?

  init?(_ value: JSONValue?) throws(SourceFailure) {
    guard let value else { return nil }
    var parameters = try Parameters(value, place: "since")
    parameter = try parameters.required("parameter")
    guard let field = RestPath(try parameters.required("field")) else {
      throw SourceFailure("parameter since.field is no path")
    }
    self.field = field
    form = try parameters.choice("form", Form.allCases.map(\.rawValue)).flatMap { Form(rawValue: $0) } ?? .rfc3339
    start = try parameters.text("start")
    try parameters.finish()
  }
}

final class RestService: PolledService {
  let address: WebAddress
  private let method: String
  private let body: [UInt8]?
  private let headers: [(String, String)]
  private let token: String?
  private let tokenHeader: String
  private let tokenQuery: String?
  let paging: RestPaging
  let since: RestSince?
  let items: RestPath
  let key: RestPath?
  let mappings: [RestMapping]
  let timeFormat: RestTimeFormat
  let reader = JSONReader(maxBytes: 256 << 20)
  let spacing: UInt64
  private(set) var feeds: [any Feed] = []

  init(_ parameters: inout Parameters, _ host: PollHost) throws(SourceFailure) {
    address = try parameters.requiredAddress("url")
    method = try parameters.choice("method", ["GET", "POST"]) ?? "GET"
    let content = parameters.value("body")
    body = content.map { Array(($0.string ?? $0.description).utf8) }
    guard method == "POST" || body == nil else { throw SourceFailure("parameter body: only a POST has one") }
    var headers: [(String, String)] = []
    for (name, value) in try parameters.mapping("headers") {
      guard let value = value.string, !name.isEmpty, (name + value).utf8.allSatisfy({ $0 > 0x1f && $0 != 0x7f }) else {
        throw SourceFailure("parameter headers: expected names and texts of one line")
      }
      headers.append((name, value))
    }
    if body != nil, !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
      headers.append(
        ("Content-Type", content?.string == nil ? "application/json" : "application/x-www-form-urlencoded"))
    }
    self.headers = headers
    let secret = try host.secret("token", &parameters)
    tokenHeader = try parameters.text("token_header") ?? "Authorization"
    let scheme = try parameters.text("token_scheme") ?? (tokenHeader == "Authorization" ? "Bearer" : "")
    token = secret.map { scheme.isEmpty || scheme == "none" ? $0 : "\(scheme) \($0)" }
    tokenQuery = try parameters.text("token_query").flatMap { name in secret.map { "\(name)=\(WebAddress.encoded($0))" }
    }
    guard token == nil || address.isPrivate else {
      throw SourceFailure("parameter url: a token is sent over https only")
    }
    paging = try RestPaging(parameters.value("paging"))
    since = try RestSince(parameters.value("since"))
    func path(_ name: String) throws(SourceFailure) -> RestPath? {
      guard let text = try parameters.text(name) else { return nil }
      guard let path = RestPath(text) else { throw SourceFailure("parameter \(name) is no path") }
      return path
    }
    guard let whole = RestPath("") else { throw SourceFailure("parameter items is no path") }
    items = try path("items") ?? whole
    key = try path("key")
    var format = RestTimeFormat(pattern: try parameters.text("time_format"))
    guard format.pattern.map(RestTimeFormat.isKnown) ?? true else {
      throw SourceFailure("parameter time_format: known are %Y %m %d %e %H %I %p %M %S %f %b %z and %%")
    }
    if let zone = try parameters.text("time_zone") {
      guard let offset = RestTimeFormat.offset(zone) else {
        throw SourceFailure("parameter time_zone: expected an offset such as +02:00, or UTC")
      }
      format.offset = offset
    }
    timeFormat = format
    var mappings: [RestMapping] = []
    for (at, value) in (parameters.value("records")?.elements ?? []).enumerated() {
      mappings.append(try RestMapping(value, place: "records[\(at)]", format: format))
    }
    guard !mappings.isEmpty, mappings.count <= 32 else {
      throw SourceFailure("parameter records: expected 1 to 32 mappings to records")
    }
    self.mappings = mappings
    var spacing: UInt64 = 0
    if let limit = parameters.value("rate_limit") {
      var limits = try Parameters(limit, place: "rate_limit")
      let requests = UInt64(try limits.integer("requests", 1...1_000_000, 1))
      let seconds = UInt64(try limits.integer("per", 1...86_400, 1))
      try limits.finish()
      spacing = (seconds * 1000 + requests - 1) / requests
    }
    self.spacing = spacing
    feeds = [RestFeed(service: self)]
  }

  func request(_ address: WebAddress) -> HTTPRequest {
    var request = HTTPRequest(address)
    request.set("Accept", "application/json")
    for (name, value) in headers { request.set(name, value) }
    request.body = body ?? (method == "POST" ? [] : nil)
    return request
  }

  func authorise(_ request: inout HTTPRequest) {
    guard let token else { return }
    guard let tokenQuery else { return request.set(tokenHeader, token) }
    let mark = request.address.text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
    if let address = WebAddress(request.address.text + mark + tokenQuery) { request.address = address }
  }
}
