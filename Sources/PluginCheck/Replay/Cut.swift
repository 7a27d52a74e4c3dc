/// How the bytes of a conversation are cut when it is told.

/// Lengths of pieces, one after the other.
enum Cut: Sendable, CustomStringConvertible {
  /// As they are.
  case whole
  /// Pieces of one length.
  case pieces(Int)
  /// Pieces of 1 to 64 bytes, or now and then of up to 2,048.
  case random(UInt64)

  var description: String {
    switch self {
    case .whole: "whole"
    case .pieces(1): "one byte at a time"
    case .pieces(let size): "in pieces of \(size)"
    case .random(let seed): "in random pieces (seed \(seed))"
    }
  }

  /// The lengths for one conversation.
  func lengths() -> Lengths { Lengths(self) }

  struct Lengths {
    private let cut: Cut
    private var random: SplitMix
    init(_ cut: Cut) {
      self.cut = cut
      if case .random(let seed) = cut { random = SplitMix(seed) } else { random = SplitMix(0) }
    }

    /// The next piece's length, at most `left`.
    mutating func next(_ left: Int) -> Int {
      switch cut {
      case .whole: left
      case .pieces(let size): min(left, size)
      case .random: min(left, random.below(8) == 0 ? 1 + random.below(2048) : 1 + random.below(64))
      }
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed, everywhere.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 ..< `bound`; 0 where there is nothing to choose from.
  mutating func below(_ bound: Int) -> Int { bound > 1 ? Int(next() % UInt64(bound)) : 0 }
}
