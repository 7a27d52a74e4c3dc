/// What a person's pictures are known by: the portrait in the directory, the face that customers know, and so what an
/// impostor copies.

import Pictures

extension Roster {
  /// The most pixels of one text's pictures that are decoded: of 64 MiB of JPEG there are a quarter as many.
  static let mostPicturePixels = 500_000_000
}

/// The hashes of a person's pictures; the pictures themselves are not kept.
public struct PersonPictures: Sendable, Hashable {
  /// SHA-256 of files, 64 hexadecimal digits in lower case.
  public private(set) var sha256: [String] = []
  /// Perceptual hashes (`PerceptualHash` of Pictures).
  public private(set) var perceptual: [UInt64] = []
  /// The most of each: older ones give way.
  public static let most = 16

  public init() {}

  public var isEmpty: Bool { sha256.isEmpty && perceptual.isEmpty }

  /// Adds a digest; false where it is none.
  @discardableResult
  public mutating func add(sha256 text: String) -> Bool {
    let digest = text.lowercased()
    guard digest.utf8.count == 64, digest.utf8.allSatisfy({ $0 &- 0x30 <= 9 || $0 &- 0x61 <= 5 }) else { return false }
    if !sha256.contains(digest) { sha256 = (sha256 + [digest]).suffix(Self.most) }
    return true
  }

  /// Adds a perceptual hash in at most 16 hexadecimal digits; false where it is none.
  @discardableResult
  public mutating func add(perceptual text: String) -> Bool {
    guard (1...16).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "+"), let hash = UInt64(text, radix: 16)
    else { return false }
    add(perceptual: hash)
    return true
  }

  public mutating func add(_ hashes: PictureHashes) {
    add(sha256: hashes.sha256)
    if let hash = hashes.perceptual { add(perceptual: hash) }
  }

  /// Adds another's: an older picture stays, for whoever pretends to be somebody uses old pictures too.
  public mutating func add(_ newer: PersonPictures) {
    for digest in newer.sha256 { add(sha256: digest) }
    for hash in newer.perceptual { add(perceptual: hash) }
  }

  private mutating func add(perceptual hash: UInt64) {
    if !perceptual.contains(hash) { perceptual = (perceptual + [hash]).suffix(Self.most) }
  }

  /// As they are told of and stored.
  var perceptualDigits: [String] { perceptual.map(PerceptualHash.digits) }
}
