/// A service of the AT Protocol: the session, and the feeds that the parameters want of it.

import JSON
import PluginSupport
import Polling

/// One service and one account that asks, or none.
final class BlueskyService: PolledService {
  private struct Session {
    var access: String
    var refresh: String
  }

  let server: WebAddress
  let reader = JSONReader(maxBytes: 256 << 20)
  private(set) var feeds: [any Feed] = []
  let picturesHome: WebAddress?
  private let login: (identifier: String, password: String)?
  private var session: Session?
  /// A session that has run out, and may be renewed without the password.
  private var spent: Session?
  /// DID and handle of the account that asks, once it is logged in.
  private(set) var own: (did: String, handle: String)?

  init(_ parameters: inout Parameters, _ host: PollHost) throws(SourceFailure) {
    let identifier = try parameters.text("identifier")
    let password = try host.secret("password", &parameters)
    switch (identifier, password) {
    case (let identifier?, let password?): login = (identifier, password)
    case (nil, nil): login = nil
    default: throw SourceFailure("parameters identifier and password belong together")
    }
    let standard = identifier == nil ? "https://public.api.bsky.app" : "https://bsky.social"
    guard let server = try parameters.address("url") ?? WebAddress(standard) else {
      throw SourceFailure("parameter url is missing")
    }
    self.server = server
    picturesHome = try PollSource.fetchesAvatars(&parameters) ? server : nil
    guard login == nil || server.isPrivate else {
      throw SourceFailure("parameter url: a password is sent over https only")
    }
    if try parameters.flag("notifications", login != nil) {
      guard login != nil else { throw SourceFailure("parameter notifications: they are told to who is logged in") }
      feeds.append(BlueskyNotificationFeed(service: self))
    }
    func names(_ name: String) throws(SourceFailure) -> [String] {
      try parameters.texts(name).map { $0.hasPrefix("@") ? String($0.dropFirst()) : $0 }
    }
    let accounts = try names("accounts")
    // The service takes 25 at a time.
    for start in stride(from: 0, to: accounts.count, by: 25) {
      feeds.append(BlueskyProfileFeed(service: self, accounts: Array(accounts[start...].prefix(25))))
    }
    let pages = Int(try parameters.integer("search_pages", 1...25, 3))
    for words in try parameters.texts("search") {
      feeds.append(BlueskyListFeed(service: self, list: .search, of: words, pages: pages))
    }
    for name in try names("followers_of") {
      feeds.append(BlueskyListFeed(service: self, list: .followers, of: name, pages: .max))
    }
    for name in try names("follows_of") {
      feeds.append(BlueskyListFeed(service: self, list: .follows, of: name, pages: .max))
    }
  }

  func request(_ method: String, _ query: [(String, String)] = []) throws(PollFailure) -> HTTPRequest {
    guard let address = server.at("/xrpc/" + method, query) else {
      throw PollFailure(.format, "\(method) makes no address")
    }
    var request = HTTPRequest(address)
    request.set("Accept", "application/json")
    return request
  }

  func parse(_ answer: HTTPAnswer) throws(PollFailure) -> JSONNode {
    do { return try reader.parse(answer.body) } catch {
      throw PollFailure(.format, "\(answer.address.shown) answered with no JSON: \(error.reason)")
    }
  }

  // MARK: the session

  func authorise(_ request: inout HTTPRequest) {
    if let session { request.set("Authorization", "Bearer \(session.access)") }
  }

  func preparation() throws(PollFailure) -> HTTPRequest? {
    guard let login, session == nil else { return nil }
    if let spent {
      var request = try request("com.atproto.server.refreshSession")
      request.set("Authorization", "Bearer \(spent.refresh)")
      request.body = []
      return request
    }
    var request = try request("com.atproto.server.createSession")
    request.set("Content-Type", "application/json")
    request.body = Array(
      JSONValue.object([("identifier", .string(login.identifier)), ("password", .string(login.password))])
        .description.utf8)
    return request
  }

  func take(preparation answer: HTTPAnswer) throws(PollFailure) {
    let isRefresh = spent != nil
    spent = nil
    guard answer.status == 200 else {
      // What cannot be renewed is begun anew with the password.
      if isRefresh, answer.status < 500 { return }
      let said = words(of: answer).map { ": \($0)" } ?? ""
      throw PollFailure(
        answer.status >= 500 ? .network : .auth,
        "\(answer.address.shown) answered \(answer.status)\(said); check identifier and app password")
    }
    let node = try parse(answer)
    guard let access = node["accessJwt"]?.string, let refresh = node["refreshJwt"]?.string,
      let did = node["did"]?.string, let handle = node["handle"]?.string
    else { throw PollFailure(.format, "\(answer.address.shown) answered with no session") }
    session = Session(access: access, refresh: refresh)
    own = (did, handle)
  }

  func forgetsSession(after answer: HTTPAnswer) -> Bool {
    guard let session, let error = (try? reader.parse(answer.body))?["error"]?.string,
      ["ExpiredToken", "InvalidToken", "AuthMissing"].contains(error)
    else { return false }
    spent = session
    self.session = nil
    return true
  }
}
