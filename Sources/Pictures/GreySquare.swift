/// A picture brought down to 32 × 32 shades of grey.

import Glibc

/// Made as Pillow resizes with its Lanczos filter, in whole numbers and one direction after the other, so that a hash of it
/// is the one that others compute.
struct GreySquare: Equatable {
  static let side = 32

  /// Row by row.
  private(set) var greys: [UInt8]

  /// `pixels`: `width` × `height` of them, row by row, at least one.
  init(_ pixels: UnsafeBufferPointer<UInt8>, width: Int, height: Int) {
    let columns = Self.weights(of: width)
    // Rows of 32, as many as the picture has.
    var narrow = [UInt8](repeating: 0, count: Self.side * height)
    for y in 0..<height {
      let row = UnsafeBufferPointer(rebasing: pixels[(y * width)..<((y + 1) * width)])
      for (x, column) in columns.enumerated() {
        var sum = Self.half
        for (at, weight) in column.weights.enumerated() { sum += Int(row[column.first + at]) * weight }
        narrow[y * Self.side + x] = Self.grey(sum)
      }
    }
    greys = [UInt8](repeating: 0, count: Self.side * Self.side)
    for (y, row) in Self.weights(of: height).enumerated() {
      for x in 0..<Self.side {
        var sum = Self.half
        for (at, weight) in row.weights.enumerated() { sum += Int(narrow[(row.first + at) * Self.side + x]) * weight }
        greys[y * Self.side + x] = Self.grey(sum)
      }
    }
  }

  private init(greys: [UInt8]) { self.greys = greys }

  /// No shade differs from another by more than two in 255: compression alone makes as much.
  var isPlain: Bool {
    guard let least = greys.min(), let most = greys.max() else { return true }
    return most - least <= 2
  }

  /// As it is meant to be seen.
  func turned(_ orientation: PictureOrientation) -> GreySquare {
    let last = Self.side - 1
    var turned = greys
    for y in 0..<Self.side {
      for x in 0..<Self.side {
        let (row, column) =
          switch orientation {
          case .upright: (y, x)
          case .mirrored: (y, last - x)
          case .upsideDown: (last - y, last - x)
          case .flipped: (last - y, x)
          case .transposed: (x, y)
          case .turnRight: (last - x, y)
          case .transversed: (last - x, last - y)
          case .turnLeft: (x, last - y)
          }
        turned[y * Self.side + x] = greys[row * Self.side + column]
      }
    }
    return GreySquare(greys: turned)
  }

  // MARK: Weights

  /// Weights have so many bits of fraction.
  private static let fraction = 22
  private static let half = 1 << (fraction - 1)

  private static func grey(_ sum: Int) -> UInt8 { UInt8(max(0, min(255, sum >> fraction))) }

  /// What each of the 32 places takes from a line of `length` pixels: from which on, and how much of each.
  private static func weights(of length: Int) -> [(first: Int, weights: [Int])] {
    let scale = Double(length) / Double(side)
    let widening = max(1, scale)
    let support = 3 * widening
    return (0..<side).map { place in
      let centre = (Double(place) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      let end = min(length, Int(centre + support + 0.5))
      let raw = (first..<end).map { lanczos((Double($0) - centre + 0.5) / widening) }
      let sum = raw.reduce(0, +)
      return (first, raw.map { Int(($0 / sum * Double(1 << fraction)).rounded(.toNearestOrAwayFromZero)) })
    }
  }

  /// The sinc function in a window of three lobes.
  private static func lanczos(_ x: Double) -> Double {
    func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
    return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0
  }
}
