/// What a picture is known by: the digest of its file, and how it looks.

import CImages
import JSON

/// The hashes of one JPEG, PNG, WebP or GIF (its first image).
///
///     let hashes = try bytes.withUnsafeBytes { (bytes) throws(PictureProblem) in try PictureHashes(bytes) }
///
/// The bytes may be anybody's: whatever they are, decoding ends, and takes at most 40 MB and what `CImages.h` bounds
/// beside them.
public struct PictureHashes: Equatable, Sendable {
  /// The most bytes of a file that are looked at.
  public static let mostBytes = 8 << 20

  /// Of the file's bytes, as 64 hexadecimal digits.
  public var sha256: String
  /// How it looks: ``PerceptualHash``. Nil where it cannot be decoded, and where it is of one colour, which any other
  /// such picture would look like.
  public var perceptual: UInt64?
  /// Why it cannot be decoded.
  public var problem: PictureProblem?
  /// About how much work decoding was, in pixels: some 15 million take a second.
  public var effort = 0

  /// - Throws: where the bytes are too many, or no picture, so that their digest would be one of something else.
  public init(_ bytes: UnsafeRawBufferPointer) throws(PictureProblem) { self = try Self.look(at: bytes).get() }

  public init(_ bytes: [UInt8]) throws(PictureProblem) {
    self = try bytes.withUnsafeBytes { Self.look(at: $0) }.get()
  }

  private static func look(at bytes: UnsafeRawBufferPointer) -> Result<PictureHashes, PictureProblem> {
    guard bytes.count <= mostBytes else {
      return .failure(PictureProblem(.tooLarge, "it has more than \(mostBytes >> 20) MiB"))
    }
    var image = vedette_image()
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let status = vedette_image_decode(start, start == nil ? 0 : bytes.count, &image)
    defer { vedette_image_free(&image) }
    let problem = problem(status, &image)
    if let problem, problem.kind == .unknown { return .failure(problem) }
    var hashes = PictureHashes(sha256: SHA256.hex(bytes), problem: problem)
    // A digest costs a fiftieth of a pixel for each byte.
    hashes.effort = Int(clamping: image.effort) + bytes.count / 50
    if problem == nil, let greys = image.greys {
      let pixels = UnsafeBufferPointer(start: greys, count: Int(image.width) * Int(image.height))
      var square = GreySquare(pixels, width: Int(image.width), height: Int(image.height))
      if let orientation = PictureOrientation(jpeg: bytes) { square = square.turned(orientation) }
      if !square.isPlain { hashes.perceptual = PerceptualHash.of(square) }
    }
    return .success(hashes)
  }

  private init(sha256: String, problem: PictureProblem?) {
    self.sha256 = sha256
    self.problem = problem
  }

  /// The perceptual hash as 16 hexadecimal digits, the form of `avatar_phash`.
  public var perceptualDigits: String? { perceptual.map(PerceptualHash.digits) }

  private static func problem(_ status: Int32, _ image: inout vedette_image) -> PictureProblem? {
    let kind: PictureProblem.Kind
    switch Int(status) {
    case VEDETTE_IMAGE_OK: return nil
    case VEDETTE_IMAGE_UNKNOWN: kind = .unknown
    case VEDETTE_IMAGE_TOO_LARGE: kind = .tooLarge
    case VEDETTE_IMAGE_UNREAD: kind = .unread
    case VEDETTE_IMAGE_NO_MEMORY: kind = .noMemory
    default: kind = .broken
    }
    let words = withUnsafeBytes(of: &image.words) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return PictureProblem(kind, words)
  }
}
