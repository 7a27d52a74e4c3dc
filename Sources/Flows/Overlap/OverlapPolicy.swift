/// Which copy stands when two segments or two fragments cover the same bytes.
///
/// After Shankar and Paxson, "Active Mapping" (2003), Novak, "Target-Based Fragmentation Reassembly" (2005), and Novak and
/// Sturges, "Target-Based TCP Stream Reassembly" (2007): each names how a family of operating systems decides, by where
/// the two copies begin and end. The same system may decide otherwise for fragments than for segments.
public enum OverlapPolicy: String, Sendable, CaseIterable, BitwiseCopyable {
  /// The copy that came first.
  case first
  /// The copy that came last.
  case last
  /// The earlier copy, unless the later one begins before it.
  case bsd
  /// Fragments: the later copy, unless it begins before the earlier one. Segments: as `bsd`.
  case bsdRight = "bsd-right"
  /// The earlier copy, unless the later one begins before it, or begins with it and (of segments only) ends after it.
  case linux
  /// Fragments: the earlier copy, unless the later one begins before it and does not end before it. Segments: the later
  /// copy, unless the earlier one ends after it, or begins before it and ends with it.
  case solaris
  /// Fragments: the earlier copy, unless the later one begins before it and ends after it. Segments: as `bsd`.
  case windows

  /// Whether the later fragment replaces the earlier one where both have bytes; the ranges are offsets, ends excluded.
  @inline(__always)
  func laterFragmentWins(earlier: Range<Int>, later: Range<Int>) -> Bool {
    let before = later.lowerBound < earlier.lowerBound
    return switch self {
    case .first: false
    case .last: true
    case .bsd: before
    case .bsdRight: !before
    case .linux: later.lowerBound <= earlier.lowerBound
    case .solaris: before && later.upperBound >= earlier.upperBound
    case .windows: before && later.upperBound > earlier.upperBound
    }
  }

  /// As ``laterFragmentWins(earlier:later:)``, of segments.
  @inline(__always)
  func laterSegmentWins(earlier: Range<Int>, later: Range<Int>) -> Bool {
    let before = later.lowerBound < earlier.lowerBound
    let longer = later.upperBound > earlier.upperBound
    return switch self {
    case .first: false
    case .last: true
    case .bsd, .bsdRight, .windows: before
    case .linux: before || (later.lowerBound == earlier.lowerBound && longer)
    case .solaris: longer || (later.upperBound == earlier.upperBound && later.lowerBound <= earlier.lowerBound)
    }
  }
}
