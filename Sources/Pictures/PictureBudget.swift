/// A bound on the work that is done on pictures that come together.

/// Small files may hold large pictures: what decoding costs is not seen before. Whoever reads pictures of somebody else's
/// document, request or list gives them a budget in all.
public struct PictureBudget: Sendable {
  /// Pixels; the picture that uses it up is still read.
  private var left: Int

  public init(pixels: Int) { left = pixels }

  /// Reads a picture, or refuses to where those before it were too much work.
  public mutating func read(
    _ picture: () throws(PictureProblem) -> PictureHashes
  ) throws(PictureProblem) -> PictureHashes {
    guard left > 0 else { throw PictureProblem(.tooLarge, "the pictures that came before it were too much work") }
    let hashes = try picture()
    left -= hashes.effort
    return hashes
  }
}
