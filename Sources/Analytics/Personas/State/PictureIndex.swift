/// Finds perceptual hashes near a given one by looking at few of them (multi-index hashing).

/// Of two hashes at most eight bits apart, one of their four quarters differs in one bit or none, or all four in two: so
/// three quarters are looked up by themselves and by all that are one bit away, the fourth by all that are two. The cost
/// does not grow until the pictures are tens of thousands.
struct PictureIndex: Sendable {
  /// Bits that two pictures may be apart, at most.
  static let distance = 8

  /// The values of 16 bits with at most two bits set (1 + 16 + 120), and with at most one.
  private static let near: [UInt16] = (0...UInt16.max).filter { $0.nonzeroBitCount <= PictureIndex.distance / 4 }
  private static let nearer: [UInt16] = near.filter { $0.nonzeroBitCount < PictureIndex.distance / 4 }

  private let hashes: [UInt64]
  private let people: [Int]
  /// Of each quarter, by its value: where in `places` those that have it begin.
  private let starts: [[Int32]]
  private let places: [[Int32]]

  /// Fewer than this are compared one by one.
  private static let few = 512

  init(_ pictures: [(hash: UInt64, person: Int)] = []) {
    hashes = pictures.map(\.hash)
    people = pictures.map(\.person)
    guard pictures.count > PictureIndex.few else {
      (starts, places) = ([], [])
      return
    }
    var starts: [[Int32]] = []
    var places: [[Int32]] = []
    for quarter in 0..<4 {
      var start = [Int32](repeating: 0, count: 65_537)
      for hash in hashes { start[PictureIndex.value(hash, quarter) + 1] += 1 }
      for value in 1..<start.count { start[value] += start[value - 1] }
      var next = start
      var place = [Int32](repeating: 0, count: hashes.count)
      for (at, hash) in hashes.enumerated() {
        let value = PictureIndex.value(hash, quarter)
        place[Int(next[value])] = Int32(truncatingIfNeeded: at)
        next[value] += 1
      }
      starts.append(start)
      places.append(place)
    }
    (self.starts, self.places) = (starts, places)
  }

  private static func value(_ hash: UInt64, _ quarter: Int) -> Int { Int(hash >> UInt64(quarter * 16) & 0xFFFF) }

  /// The people with a picture at most so many bits away, sorted; beyond ``distance`` no more are found.
  func people(near hash: UInt64, within distance: Int = PictureIndex.distance) -> [Int] {
    var found: [Int] = []
    func look(_ at: Int) {
      guard (hashes[at] ^ hash).nonzeroBitCount <= distance, !found.contains(people[at]) else { return }
      found.append(people[at])
    }
    if starts.isEmpty {
      for at in hashes.indices { look(at) }
    } else {
      for quarter in 0..<4 {
        let value = PictureIndex.value(hash, quarter)
        for bits in quarter == 0 ? PictureIndex.near : PictureIndex.nearer {
          let one = value ^ Int(bits)
          for at in starts[quarter][one]..<starts[quarter][one + 1] { look(Int(places[quarter][Int(at)])) }
        }
      }
    }
    return found.sorted()
  }
}
