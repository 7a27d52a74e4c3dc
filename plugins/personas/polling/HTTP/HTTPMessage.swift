/// A question to a web service, its answer, and why there is none.

/// What is asked.
public struct HTTPRequest: Equatable, Sendable {
  public var address: WebAddress
  /// In the order in which they are sent. Names and values without line ends: others are left out.
  public var headers: [(name: String, value: String)] = []
  /// A body makes it a POST.
  public var body: [UInt8]?
  /// The most bytes of an answer, and milliseconds for it, where that is less than the client's own.
  public var mostBytes: Int?
  public var mostMilliseconds: Int?
  /// The address comes from somebody else: only the public Internet is asked, and nothing of this machine or its networks.
  public var isPublicOnly = false

  public init(_ address: WebAddress) { self.address = address }

  public mutating func set(_ name: String, _ value: String) {
    headers.removeAll { $0.name.lowercased() == name.lowercased() }
    headers.append((name, value))
  }

  public static func == (a: HTTPRequest, b: HTTPRequest) -> Bool {
    a.address == b.address && a.body == b.body && a.mostBytes == b.mostBytes && a.isPublicOnly == b.isPublicOnly
      && a.mostMilliseconds == b.mostMilliseconds && a.headers.elementsEqual(b.headers) { $0 == $1 }
  }
}

/// What came back.
public struct HTTPAnswer: Sendable {
  public var status: Int
  /// Names in lower case, in the order of the answer.
  public var headers: [(name: String, value: String)]
  /// Decompressed.
  public var body: [UInt8]
  /// Where it came from, after redirects.
  public var address: WebAddress

  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8], address: WebAddress) {
    self.status = status
    self.headers = headers
    self.body = body
    self.address = address
  }

  /// The value of a header; of several of the same name, joined by commas (RFC 9110 §5.3). The name in lower case.
  public func header(_ name: String) -> String? {
    let values = headers.filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

/// Why a source cannot go on, in the ABI's kinds.
public struct PollFailure: Error, Equatable, Sendable {
  public enum Kind: Sendable {
    /// Not let in: a person has to mend the token or its rights.
    case auth
    /// Worth another try.
    case network
    /// What came is not what the platform is known to send.
    case format
    /// Not allowed by the source's own rules.
    case permission
  }

  public var kind: Kind
  /// One line: what, where and what to do.
  public var words: String

  public init(_ kind: Kind, _ words: String) {
    self.kind = kind
    self.words = words
  }
}
