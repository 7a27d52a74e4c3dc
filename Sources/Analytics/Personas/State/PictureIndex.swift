/// Finds perceptual hashes near a given one by looking at few of them (multi-index hashing).

/// Of two hashes at most eight bits apart, one of their four quarters differs in one bit or none, or all four in two: so
/// three quarters are looked up by themselves and by all that are one bit away, the fourth by all that are two. The cost
/// does not grow until the pictures are tens of thousands.
struct PictureIndex: Sendable {
  /// Bits that two pictures may be apart, at most.
  static let distance = 8

  /// The values of 16 bits with at most two bits set (1 + 16 + 120), and with at most one.
  private static let near: [UInt16] = (0...UInt16.max).filter { $0.nonzeroBitCount <= distance / 4 }
  private static let nearer: [UInt16] = near.filter { $0.nonzeroBitCount < PictureIndex.distance / 4 }

  private let hashes: [UInt64]
  private let people: [Int]
  /// Of each quarter, by its value: where in `ordered` those that have it begin; quarter after quarter, as `ordered` is.
  private let starts: [Int32]
  /// The hashes, and whose they are, by the values of each quarter.
  private let ordered: [(hash: UInt64, person: Int)]
  /// Values of a quarter, and one more for where the last one ends.
  private static let row = 65_537

  /// Fewer than this are compared one by one.
  private static let few = 512

  init(_ pictures: [(hash: UInt64, person: Int)] = []) {
    hashes = pictures.map(\.hash)
    people = pictures.map(\.person)
    guard pictures.count > PictureIndex.few else {
      (starts, ordered) = ([], [])
      return
    }
    var starts: [Int32] = []
    var ordered: [(hash: UInt64, person: Int)] = []
    for quarter in 0..<4 {
      var start = [Int32](repeating: 0, count: PictureIndex.row)
      for hash in hashes { start[PictureIndex.value(hash, quarter) + 1] += 1 }
      start[0] = Int32(truncatingIfNeeded: ordered.count)
      for value in 1..<start.count { start[value] += start[value - 1] }
      ordered += pictures
      var next = start
      for picture in pictures {
        let value = PictureIndex.value(picture.hash, quarter)
        ordered[Int(next[value])] = picture
        next[value] += 1
      }
      starts += start
    }
    (self.starts, self.ordered) = (starts, ordered)
  }

  private static func value(_ hash: UInt64, _ quarter: Int) -> Int { Int(hash >> UInt64(quarter * 16) & 0xFFFF) }

  /// The people with a picture at most so many bits away, sorted; beyond ``distance`` no more are found.
  func people(near hash: UInt64, within distance: Int = PictureIndex.distance) -> [Int] {
    var found: [Int] = []
    guard !starts.isEmpty else {
      for (at, other) in hashes.enumerated() where (other ^ hash).nonzeroBitCount <= distance {
        if !found.contains(people[at]) { found.append(people[at]) }
      }
      return found.sorted()
    }
    starts.withUnsafeBufferPointer { starts in
      ordered.withUnsafeBufferPointer { ordered in
        for quarter in 0..<4 {
          let row = quarter * PictureIndex.row
          let value = PictureIndex.value(hash, quarter)
          for bits in quarter == 0 ? PictureIndex.near : PictureIndex.nearer {
            let one = row + (value ^ Int(bits))
            var at = Int(starts[one])
            let end = Int(starts[one + 1])
            while at < end {
              if (ordered[at].hash ^ hash).nonzeroBitCount <= distance, !found.contains(ordered[at].person) {
                found.append(ordered[at].person)
              }
              at += 1
            }
          }
        }
      }
    }
    return found.sorted()
  }
}
