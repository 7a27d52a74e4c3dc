/// A hash that stays nearly the same when a picture is encoded anew, made smaller or brighter: pHash by the discrete cosine
/// transform (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, §3.2.1).

import Glibc

/// In the form that is most in use, that of the Python package ImageHash (`phash`): of 32 × 32 greys the 8 × 8 lowest
/// frequencies, the constant one among them, each as a bit that says whether it is above the median of the 64. The first
/// frequency is the highest bit, and the horizontal ones come first.
public enum PerceptualHash {
  /// As 16 hexadecimal digits.
  public static func digits(_ hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static let frequencies = 8

  /// `waves[frequency][place]`.
  private static let waves: [[Double]] = (0..<frequencies).map { frequency in
    (0..<GreySquare.side).map { place in
      cos(.pi * Double(frequency) * Double(2 * place + 1) / Double(2 * GreySquare.side))
    }
  }

  static func of(_ square: GreySquare) -> UInt64 {
    let side = GreySquare.side
    // Of each row the horizontal frequencies, and of these the vertical ones.
    var rows = [Double](repeating: 0, count: side * frequencies)
    for y in 0..<side {
      for (u, wave) in waves.enumerated() {
        var sum = 0.0
        for x in 0..<side { sum += wave[x] * Double(square.greys[y * side + x]) }
        rows[y * frequencies + u] = sum
      }
    }
    var strengths: [Double] = []
    for wave in waves {
      for u in 0..<frequencies {
        var sum = 0.0
        for y in 0..<side { sum += wave[y] * rows[y * frequencies + u] }
        // What is there by rounding only is not there.
        strengths.append(abs(sum) < 1e-6 ? 0 : sum)
      }
    }
    let sorted = strengths.sorted()
    let median = (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
    return strengths.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) }
  }
}
