/// Asks web services, one question at a time, without ever holding its caller longer than the caller wants to wait.

import CCurl

/// What a client keeps to.
public struct HTTPLimits: Sendable {
  /// The most bytes of an answer's body, decompressed.
  public var bodyBytes = 16 << 20
  /// The most bytes of all its headers.
  public var headerBytes = 64 << 10
  /// For a connection, milliseconds.
  public var connectMilliseconds = 10_000
  /// For a whole answer, milliseconds.
  public var totalMilliseconds = 60_000
  public var redirects = 5
  /// A file of certificates to trust besides none of the system's; empty: the system's.
  public var certificates = ""

  public init() {}
}

/// A client over libcurl. TLS is verified; redirects are followed within the same origin only, so that a token never
/// reaches another. One thread at a time, but `wake`.
///
/// Unsafe core: `curl` lives as long as the client, and `transfer`, which libcurl's callbacks write to, as
/// long as the transfer is added to `multi`.
public final class HTTPClient {
  public enum Step {
    /// The answer is not there yet.
    case waiting
    case answer(HTTPAnswer)
    case failed(PollFailure)
  }

  private let curl = CurlHandles()
  private var multi: UnsafeMutableRawPointer? { curl.multi }
  private var easy: UnsafeMutableRawPointer? { curl.easy }
  private var words: UnsafeMutablePointer<CChar> { curl.words }
  private let limits: HTTPLimits
  private let agent: String
  private var transfer: Transfer?

  public init(agent: String, limits: HTTPLimits = HTTPLimits()) {
    self.agent = agent
    self.limits = limits
  }

  deinit { cancel() }

  /// Ends a wait, or the next one. Any thread.
  public func wake() { curl.wake() }

  /// Whether an answer is waited for.
  public var isBusy: Bool { transfer != nil }

  /// Asks; a question before is given up.
  public func ask(_ request: HTTPRequest) {
    cancel()
    transfer = Transfer(request, limits)
    begin()
  }

  /// Gives up what is asked.
  public func cancel() {
    if transfer?.isAdded == true, let multi, let easy { curl_multi_remove_handle(multi, easy) }
    transfer = nil
  }

  /// Goes on for at most `wait` milliseconds.
  public func advance(wait: UInt64) -> Step {
    guard let multi, easy != nil else {
      transfer = nil
      return .failed(PollFailure(.network, "libcurl could not be started: no memory"))
    }
    let end = steadyMilliseconds() &+ min(wait, 3_600_000)
    while true {
      guard let transfer else { return .waiting }
      if let failure = transfer.failure {
        cancel()
        return .failed(failure)
      }
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      var left: Int32 = 0
      if let message = curl_multi_info_read(multi, &left) {
        if let step = finish(vedette_curl_result(message)) { return step }
        continue
      }
      let now = steadyMilliseconds()
      if curl.takeWake() || now >= end { return .waiting }
      curl_multi_poll(multi, nil, 0, Int32(clamping: end - now), nil)
    }
  }

  // MARK: a transfer

  private func begin() {
    guard let multi, let easy, let transfer else { return }
    curl_easy_reset(easy)
    words.pointee = 0
    transfer.reset()
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    let request = transfer.request
    var options = CurlOptions(easy)
    options.connection(request.address, limits, words: words)
    options.text(CURLOPT_USERAGENT, agent)
    options.text(CURLOPT_ACCEPT_ENCODING, "")
    options.number(CURLOPT_FOLLOWLOCATION, 0)
    options.number(
      CURLOPT_TIMEOUT_MS, min(request.mostMilliseconds ?? limits.totalMilliseconds, limits.totalMilliseconds))
    if request.isPublicOnly { options.note(vedette_curl_set_public_only(easy, transfer.wasPrivate)) }
    if let body = request.body {
      options.number(CURLOPT_POST, 1)
      options.note(vedette_curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
      body.withUnsafeBytes {
        options.pointer(CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
      }
    }
    transfer.list = request.headers.reduce(nil) { list, header in
      let line = "\(header.name): \(header.value)"
      // What holds a line end would be two headers.
      guard !line.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return list }
      return curl_slist_append(list, line) ?? list
    }
    options.pointer(CURLOPT_HTTPHEADER, transfer.list)
    options.pointer(CURLOPT_WRITEDATA, context)
    options.pointer(CURLOPT_HEADERDATA, context)
    options.note(
      vedette_curl_set_sink(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
        Transfer.of(context)?.take(body: UnsafeRawBufferPointer(start: bytes, count: size &* count)) ?? 0
      })
    options.note(
      vedette_curl_set_sink(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
        Transfer.of(context)?.take(header: UnsafeRawBufferPointer(start: bytes, count: size &* count)) ?? 0
      })
    if let failure = options.failure {
      transfer.failure = failure
      return
    }
    transfer.isAdded = curl_multi_add_handle(multi, easy) == CURLM_OK
    if !transfer.isAdded { transfer.failure = PollFailure(.network, "libcurl takes no transfer: no memory") }
  }

  /// Nil: a redirect is followed.
  private func finish(_ result: CURLcode) -> Step? {
    guard let multi, let easy, let transfer else { return .waiting }
    var status = 0
    vedette_curl_get_number(easy, CURLINFO_RESPONSE_CODE, &status)
    curl_multi_remove_handle(multi, easy)
    transfer.isAdded = false
    let place = transfer.request.address
    guard result == CURLE_OK else {
      self.transfer = nil
      if transfer.wasPrivate.pointee != 0 {
        return .failed(
          PollFailure(.permission, "\(place.shown) is not on the public Internet, and so is not asked"))
      }
      if let refused = transfer.refused { return .failed(PollFailure(.format, "\(place.shown) \(refused)")) }
      let detail = words.pointee == 0 ? String(cString: curl_easy_strerror(result)) : String(cString: words)
      return .failed(PollFailure(.network, "\(place.shown): \(detail)"))
    }
    let answer = HTTPAnswer(status: status, headers: transfer.headers, body: transfer.body, address: place)
    guard [301, 302, 303, 307, 308].contains(status), let location = answer.header("location") else {
      self.transfer = nil
      return .answer(answer)
    }
    if let failure = follow(location, from: place, transfer) {
      self.transfer = nil
      return .failed(failure)
    }
    return nil
  }

  private func follow(_ location: String, from place: WebAddress, _ transfer: Transfer) -> PollFailure? {
    guard let next = WebAddress(location, relativeTo: place) else {
      return PollFailure(.format, "\(place.shown) redirects to what is no address")
    }
    guard next.hasOrigin(of: place) else {
      return PollFailure(
        .permission,
        "\(place.shown) redirects to \(next.scheme)://\(next.host):\(next.port), another origin, which is not followed: "
          + "put that address into the parameters if it is right")
    }
    transfer.redirects += 1
    guard transfer.redirects <= limits.redirects, transfer.request.body == nil else {
      return PollFailure(.format, "\(place.shown) redirects \(transfer.redirects) times, or what is posted")
    }
    transfer.request.address = next
    begin()
    return nil
  }
}

/// What one question has brought so far. Written to by libcurl's callbacks, within `advance`.
private final class Transfer {
  var request: HTTPRequest
  private let limits: HTTPLimits
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var list: UnsafeMutablePointer<curl_slist>? {
    willSet { curl_slist_free_all(list) }
  }
  var isAdded = false
  var redirects = 0
  var failure: PollFailure?
  /// Why no more is taken.
  var refused: String?
  /// 1 where libcurl was kept from an address that is not public.
  let wasPrivate = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  private var headerBytes = 0

  init(_ request: HTTPRequest, _ limits: HTTPLimits) {
    self.request = request
    self.limits = limits
    wasPrivate.initialize(to: 0)
  }

  deinit {
    curl_slist_free_all(list)
    wasPrivate.deallocate()
  }

  static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  func reset() {
    headers = []
    body = []
    headerBytes = 0
    refused = nil
    wasPrivate.pointee = 0
  }

  /// The bytes taken; fewer than given end the transfer.
  func take(body bytes: UnsafeRawBufferPointer) -> Int {
    let most = min(request.mostBytes ?? limits.bodyBytes, limits.bodyBytes)
    guard body.count + bytes.count <= most else {
      let remedy = request.mostBytes == nil ? ": ask for smaller pages" : ""
      refused = "answered with more than \(most) bytes\(remedy)"
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  func take(header line: UnsafeRawBufferPointer) -> Int {
    headerBytes += line.count
    guard headerBytes <= limits.headerBytes else {
      refused = "answered with more than \(limits.headerBytes) bytes of headers"
      return 0
    }
    // Another status line: what came before was an interim answer (RFC 9110 §15.2).
    if line.starts(with: "HTTP/".utf8) {
      headers = []
      return line.count
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return line.count }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
    let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
    headers.append((name, String(decoding: value[value.startIndex..<end], as: UTF8.self)))
    return line.count
  }
}
