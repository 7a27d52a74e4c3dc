/// A TAXII 2.1 server (OASIS, 10 June 2021): its API root and the collections that are read.

import JSON
import PluginSupport
import Polling

final class TAXIIService: PolledService {
  static let mediaType = "application/taxii+json;version=2.1"
  /// A cursor has room for the marks of so many.
  private static let mostCollections = 32

  private enum Stage { case discovery, collections, ready }

  let reader = JSONReader(maxBytes: 256 << 20)
  private let server: WebAddress
  private var root: WebAddress
  private let wantedRoot: String?
  private let wanted: [String]
  private let credentials: String?
  let start: String?
  let pageSize: Int
  private var stage = Stage.discovery
  private(set) var feeds: [any Feed] = []
  let learnsFeeds = true

  init(_ parameters: inout Parameters, _ host: PollHost) throws(SourceFailure) {
    let address = try parameters.requiredAddress("url")
    guard let server = WebAddress(address.text.hasSuffix("/") ? address.text : address.text + "/") else {
      throw SourceFailure("parameter url: expected an address without a query")
    }
    self.server = server
    root = server
    wantedRoot = try parameters.text("api_root")
    wanted = try parameters.texts("collections", most: Self.mostCollections)
    let user = try parameters.text("user")
    let password = try host.secret("password", &parameters)
    let token = try host.secret("token", &parameters)
    switch (user, password, token) {
    case (let user?, let password?, nil):
      guard !user.utf8.contains(UInt8(ascii: ":")) else {
        throw SourceFailure("parameter user: a colon cannot be in it")
      }
      credentials = "Basic " + Base64Text.encode(Array("\(user):\(password)".utf8))
    case (nil, nil, let token?): credentials = "Bearer \(token)"
    case (nil, nil, nil): credentials = nil
    default: throw SourceFailure("parameters: give user and password, or token, or none of them")
    }
    guard credentials == nil || server.isPrivate else {
      throw SourceFailure("parameter url: a password or token is sent over https only")
    }
    start = try parameters.text("added_after")
    guard start == nil || moment(start) != nil else {
      throw SourceFailure("parameter added_after: expected a time as 2026-01-01T00:00:00Z")
    }
    pageSize = Int(try parameters.integer("page_size", 1...10_000, 500))
  }

  func request(_ address: WebAddress) -> HTTPRequest {
    var request = HTTPRequest(address)
    request.set("Accept", Self.mediaType)
    if let credentials { request.set("Authorization", credentials) }
    return request
  }

  func parse(_ answer: HTTPAnswer) throws(PollFailure) -> JSONNode {
    do { return try reader.parse(answer.body) } catch {
      throw PollFailure(.format, "\(answer.address.shown) answered with no JSON: \(error.reason)")
    }
  }

  // MARK: what has to be known first

  func preparation() throws(PollFailure) -> HTTPRequest? {
    switch stage {
    case .discovery: return request(server)
    case .collections:
      guard let address = root.at(path(root) + "collections/") else {
        throw PollFailure(.format, "the API root makes no address")
      }
      return request(address)
    case .ready: return nil
    }
  }

  /// The address with a slash at its end.
  private func path(_ address: WebAddress) -> String { address.text.hasSuffix("/") ? address.text : address.text + "/" }

  func take(preparation answer: HTTPAnswer) throws(PollFailure) {
    let place = answer.address.shown
    guard answer.status == 200 else {
      let kind: PollFailure.Kind =
        answer.status >= 500 ? .network : [401, 403].contains(answer.status) ? .auth : .format
      let said = words(of: answer).map { ": \($0)" } ?? ""
      throw PollFailure(kind, "\(place) answered \(answer.status)\(said)")
    }
    let node = try parse(answer)
    switch stage {
    case .discovery:
      // An API root (§4.2) has `versions`, discovery (§4.1) has `api_roots`.
      if node["versions"] == nil || node["api_roots"] != nil { try choose(node, at: answer.address) }
      stage = .collections
    case .collections:
      try learn(node, place)
      stage = .ready
    case .ready: break
    }
  }

  private func choose(_ node: JSONNode, at place: WebAddress) throws(PollFailure) {
    let roots = (node["api_roots"]?.elements).map { $0.compactMap(\.string) } ?? []
    let choice: String?
    if let wantedRoot {
      choice = wantedRoot
    } else {
      choice = node["default"]?.string ?? (roots.count == 1 ? roots.first : nil)
    }
    guard let choice else {
      let known = roots.prefix(8).map { $0.oneLine(most: 100) }.joined(separator: ", ")
      throw PollFailure(.format, "\(place.shown) tells of no standard API root; name one as api_root: \(known)")
    }
    guard let address = WebAddress(choice, relativeTo: place) else {
      throw PollFailure(.format, "\(place.shown) tells of an API root that is no address")
    }
    // What lets in is meant for the server that was named.
    guard address.hasOrigin(of: server) else {
      throw PollFailure(
        .permission,
        "\(place.shown) has its API root at \(address.scheme)://\(address.host), another origin: "
          + "put that into the parameters as url if it is right")
    }
    root = address
  }

  private func learn(_ node: JSONNode, _ place: String) throws(PollFailure) {
    var found: Set<String> = []
    feeds = []
    for collection in node["collections"]?.elements ?? node.elements where node["collections"] != nil {
      guard let id = collection["id"]?.string, !id.isEmpty, id.utf8.count <= 128 else { continue }
      let names = [id, collection["alias"]?.string, collection["title"]?.string].compactMap { $0 }
      guard wanted.isEmpty || names.contains(where: wanted.contains) else { continue }
      found.formUnion(names)
      guard collection["can_read"]?.bool != false else {
        if wanted.isEmpty { continue }
        throw PollFailure(.auth, "\(place): the collection \(id) may not be read by this user")
      }
      guard let address = root.at(path(root) + "collections/\(WebAddress.encoded(id))/objects/") else { continue }
      feeds.append(TAXIICollectionFeed(service: self, id: id, address: address))
    }
    if let missing = wanted.first(where: { !found.contains($0) }) {
      throw PollFailure(.format, "\(place) has no collection '\(missing.oneLine(most: 60))'")
    }
    guard feeds.count <= Self.mostCollections else {
      throw PollFailure(
        .format, "\(place) has \(feeds.count) collections, a source reads \(Self.mostCollections): name them")
    }
  }
}

/// Base64 (RFC 4648 §4) of a user's name and password.
enum Base64Text {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start...].prefix(3)
      var word: UInt32 = 0
      for byte in group { word = word << 8 | UInt32(byte) }
      word <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        out.append(place <= group.count ? digits[Int(word >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
