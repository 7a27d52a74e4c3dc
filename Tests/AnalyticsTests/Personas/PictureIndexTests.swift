import Testing

@testable import Analytics

@Suite("Pictures near each other")
struct PictureIndexTests {
  /// SplitMix64: any fixed sequence does.
  private static func hashes(_ count: Int) -> [UInt64] {
    var state: UInt64 = 5
    return (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  @Test("A picture is found up to eight bits away, wherever the bits are, and not nine", arguments: [10, 3_000])
  func distance(count: Int) {
    let hashes = PictureIndexTests.hashes(count)
    let index = PictureIndex(hashes.enumerated().map { ($0.element, $0.offset) })
    // Two bits in each quarter, all eight in one quarter, and eight in a row across two.
    for flipped in [0x0003_0003_0003_0003, 0x00FF_0000_0000_0000, 0x0000_0000_000F_F000] as [UInt64] {
      #expect(flipped.nonzeroBitCount == 8)
      #expect(index.people(near: hashes[7] ^ flipped) == [7])
      #expect(index.people(near: hashes[7] ^ flipped ^ 1 << 63).isEmpty)
    }
  }

  @Test("A look-up finds exactly whom comparing all of them finds")
  func exact() {
    let hashes = PictureIndexTests.hashes(2_000)
    // Pictures in pairs, a few bits apart, so that a look-up finds several.
    let all = hashes + hashes.map { $0 ^ ($0 & 0x0101_0101_0101_0101) }
    let index = PictureIndex(all.enumerated().map { ($0.element, $0.offset) })
    for probe in all.prefix(200) {
      let near = all.indices.filter { (all[$0] ^ probe).nonzeroBitCount <= PictureIndex.distance }
      #expect(index.people(near: probe) == near)
    }
  }

  @Test("Without pictures nobody is near")
  func none() { #expect(PictureIndex().people(near: 0).isEmpty) }
}
