/// A Mastodon server: what it is called, who asks it, and the feeds that the parameters want of it.

import JSON
import PluginSupport
import Polling

/// One server and one token. Shared by its feeds.
final class MastodonService: PolledService {
  private enum Stage { case instance, olderInstance, account, ready }

  let server: WebAddress
  private let token: String?
  private var stage = Stage.instance
  private(set) var feeds: [any Feed] = []
  let context: MastodonContext
  let picturesHome: WebAddress?

  init(_ parameters: inout Parameters, _ host: PollHost) throws(SourceFailure) {
    server = try parameters.requiredAddress("url")
    token = try host.secret("token", &parameters)
    guard token == nil || server.isPrivate else {
      throw SourceFailure("parameter url: a token is sent over https only")
    }
    picturesHome = try PollSource.fetchesAvatars(&parameters) ? server : nil
    let domain = try parameters.text("domain")
    context = MastodonContext(domain: domain ?? server.host)
    if domain != nil { stage = token == nil ? .ready : .account }
    func name(_ text: String) throws(SourceFailure) -> String {
      let name = text.hasPrefix("@") ? String(text.dropFirst()) : text
      guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
        throw SourceFailure("'\(text.oneLine(most: 40))' is no account: write name@domain")
      }
      return name
    }
    if try parameters.flag("notifications", token != nil) {
      guard token != nil else { throw SourceFailure("parameter notifications: they are told to who has a token") }
      feeds.append(NotificationFeed(service: self))
      context.hearsNotifications = true
    }
    for text in try parameters.texts("accounts") { feeds.append(AccountFeed(service: self, account: try name(text))) }
    let pages = Int(try parameters.integer("search_pages", 1...25, 3))
    for text in try parameters.texts("search") {
      feeds.append(SearchFeed(service: self, words: text, pages: token == nil ? 1 : pages))
    }
    let refresh = try parameters.integer("refresh_days", 0...365, 7)
    let followed = try parameters.texts("followers_of", most: 24)
    for text in followed { feeds.append(FollowerFeed(service: self, account: try name(text), refreshDays: refresh)) }
  }

  func request(_ path: String, _ query: [(String, String)] = []) throws(PollFailure) -> HTTPRequest {
    guard let address = server.at(path, query) else { throw PollFailure(.format, "\(path) makes no address") }
    return HTTPRequest(address)
  }

  func authorise(_ request: inout HTTPRequest) {
    request.set("Accept", "application/json")
    if let token { request.set("Authorization", "Bearer \(token)") }
  }

  // MARK: what has to be known first

  func preparation() throws(PollFailure) -> HTTPRequest? {
    var request: HTTPRequest
    switch stage {
    case .instance: request = try self.request("/api/v2/instance")
    case .olderInstance: request = try self.request("/api/v1/instance")
    case .account: request = try self.request("/api/v1/accounts/verify_credentials")
    case .ready: return nil
    }
    authorise(&request)
    return request
  }

  func take(preparation answer: HTTPAnswer) throws(PollFailure) {
    let place = answer.address.shown
    guard answer.status < 500 else { throw PollFailure(.network, "\(place) answered \(answer.status)") }
    let node = answer.status == 200 ? try? context.reader.parse(answer.body) : nil
    switch stage {
    case .instance, .olderInstance:
      let name = node?["domain"]?.string ?? node?["uri"]?.string
      if stage == .instance, name == nil {
        stage = .olderInstance
        return
      }
      // Version 1 of this has an address on some servers. One that tells nothing is called as it is asked.
      if let name, !name.isEmpty { context.domain = WebAddress(name)?.host ?? name.lowercased() }
      stage = token == nil ? .ready : .account
    case .account:
      guard answer.status == 200 else {
        let said = words(of: answer).map { ": \($0)" } ?? ""
        throw PollFailure(
          [401, 403].contains(answer.status) ? .auth : .format,
          "\(place) answered \(answer.status)\(said); check the token, which needs read:accounts")
      }
      guard let node, let id = node["id"]?.string, let name = node["acct"]?.string else {
        throw PollFailure(.format, "\(place) answered with no account")
      }
      context.ownID = id
      context.ownName = context.fullName(name)
      stage = .ready
    case .ready: break
    }
  }
}

/// What reading an answer needs to know of the server.
final class MastodonContext {
  let reader = JSONReader(maxBytes: 256 << 20)
  /// What the server's own accounts have behind the @.
  var domain: String
  /// Of the token's account.
  var ownID: String?
  var ownName: String?
  /// The token's account hears of its followers by notification.
  var hearsNotifications = false

  init(domain: String) { self.domain = domain }

  /// `name@domain` of an `acct`, which has no domain where the account is the server's own.
  func fullName(_ acct: String) -> String {
    acct.utf8.contains(UInt8(ascii: "@")) ? acct : "\(acct)@\(domain)"
  }

  func parse(_ answer: HTTPAnswer) throws(PollFailure) -> JSONNode {
    do { return try reader.parse(answer.body) } catch {
      throw PollFailure(.format, "\(answer.address.shown) answered with no JSON: \(error.reason)")
    }
  }

  /// The elements of an answer that is a list.
  func list(_ answer: HTTPAnswer, _ member: String? = nil) throws(PollFailure) -> JSONNode {
    var node: JSONNode? = try parse(answer)
    if let member { node = node?[member] }
    guard let node, node.kind == .array else {
      throw PollFailure(.format, "\(answer.address.shown) answered with no list\(member.map { " of \($0)" } ?? "")")
    }
    return node
  }
}
