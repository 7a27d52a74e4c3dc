import PictureSupport
import Testing

@testable import Pictures

private func distance(_ a: UInt64, _ b: UInt64) -> Int { (a ^ b).nonzeroBitCount }

private func hash(_ bytes: [UInt8]) throws -> UInt64 { try #require(try PictureHashes(bytes).perceptual) }

/// Bits that two hashes of one picture may be apart (`SharedThings.pictureDistance`).
private let near = 6

@Suite("Hashes of pictures")
struct PictureHashesTests {
  /// `str(imagehash.phash(image))` of ImageHash 4.3.2 for scenes 1 to 8 of 120 × 144 pixels.
  static let references: [UInt64] = [
    0xf20f_8f0f_1e1e_18b8, 0xe6f6_14d0_c49c_d98b, 0xf4b0_07cd_374b_494e, 0x83cb_f878_8703_51be,
    0xec6a_1a13_91bd_25b3, 0x966d_e5b3_3269_8899, 0xb9d0_3b84_134c_fbf0, 0xe970_8c5c_9cab_5745,
  ]

  @Test("A picture's hash is the one that ImageHash computes", arguments: Array(references.enumerated()))
  func reference(index: Int, expected: UInt64) throws {
    let found = try hash(PNGFile.scene(UInt64(index + 1)))
    #expect(distance(found, expected) <= 2, "\(PerceptualHash.digits(found))")
  }

  @Test(
    "Files of each kind are read as Pillow and ImageHash read them",
    arguments: [
      ("baseline JPEG", SmallPicture.baseline), ("progressive JPEG", .progressive), ("small JPEG", .smaller),
      ("grey JPEG", .grey), ("JPEG in four inks", .inks), ("JPEG turned by its camera", .turned), ("WebP", .webP),
      ("WebP over white", .webPThrough), ("GIF", .gIF),
    ])
  func kinds(name: String, picture: SmallPicture) throws {
    let hashes = try PictureHashes(picture.bytes)
    #expect(hashes.problem == nil)
    #expect(distance(try #require(hashes.perceptual), picture.phash) <= 2)
  }

  @Test("A picture that is encoded anew, smaller, or brighter, is near the one that it was")
  func alike() throws {
    let original = try hash(PNGFile.scene(2, width: 200, height: 240))
    for copy in [SmallPicture.baseline, .progressive, .smaller, .grey, .inks, .turned, .webP, .gIF] {
      #expect(distance(try hash(copy.bytes), original) <= near)
    }
    #expect(distance(try hash(PNGFile.scene(2, width: 64, height: 64)), original) <= near)
    #expect(distance(try hash(PNGFile.scene(2, width: 311, height: 97, brighter: 30)), original) <= near)
  }

  @Test("Other pictures are far from each other")
  func apart() throws {
    let hashes = try (1...12).map { try hash(PNGFile.scene($0)) }
    for (at, one) in hashes.enumerated() {
      for other in hashes[..<at] { #expect(distance(one, other) >= 20) }
    }
    #expect(distance(try hash(SmallPicture.other.bytes), hashes[1]) >= 20)
  }

  @Test("The digest is that of the file's bytes")
  func digest() throws {
    // printf GIF89a | sha256sum
    let hashes = try PictureHashes(Array("GIF89a".utf8))
    #expect(hashes.sha256 == "610f5ae4d76e332636a17bd357fd6ce99029316a99d320280d4d77a746bf29e8")
    #expect(hashes.perceptual == nil)
  }

  // MARK: PNG

  @Test("All kinds of PNG give one hash: grey, palette, alpha, sixteen bits, interlaced", arguments: [false, true])
  func forms(isInterlaced: Bool) throws {
    let (width, height) = (61, 67)
    let greys = PictureScene(3).pixels(width: width, height: height).map { $0[1] }
    func file(_ colours: PNGFile.Colours, bits: Int = 8, _ sample: (UInt8) -> [UInt8]) -> [UInt8] {
      var png = PNGFile(width: width, height: height)
      png.colours = colours
      png.bits = bits
      png.isInterlaced = isInterlaced
      if colours == .palette { png.palette = (0...255).map { [UInt8($0), UInt8($0), UInt8($0)] } }
      return png.bytes(greys.map(sample))
    }
    let expected = try hash(file(.grey) { [$0] })
    #expect(try hash(file(.rgb) { [$0, $0, $0] }) == expected)
    #expect(try hash(file(.palette) { [$0] }) == expected)
    #expect(try hash(file(.greyAlpha) { [$0, 255] }) == expected)
    #expect(try hash(file(.rgbAlpha) { [$0, $0, $0, 255] }) == expected)
    #expect(try hash(file(.grey, bits: 16) { [$0] }) == expected)
    #expect(try hash(file(.rgbAlpha, bits: 16) { [$0, $0, $0, 255] }) == expected)
  }

  @Test("What a picture lets through is white")
  func overWhite() throws {
    var png = PNGFile(width: 40, height: 40)
    let greys = (0..<1600).map { UInt8($0 % 40 < 20 ? 0 : 200) }
    png.colours = .grey
    let white = try hash(png.bytes(greys.map { [$0 == 0 ? 255 : $0] }))
    png.colours = .greyAlpha
    #expect(try hash(png.bytes(greys.map { $0 == 0 ? [7, 0] : [$0, 255] })) == white)
    png.colours = .palette
    png.palette = [[3, 3, 3], [200, 200, 200]]
    png.opacities = [0, 255]
    #expect(try hash(png.bytes(greys.map { [$0 == 0 ? 0 : 1] })) == white)
  }

  @Test("A picture of one colour has no perceptual hash: every other such picture would look like it")
  func plain() throws {
    let png = PNGFile(width: 50, height: 50)
    let hashes = try PictureHashes(png.bytes([[UInt8]](repeating: [9, 90, 200], count: 2500)))
    #expect(hashes.perceptual == nil)
    #expect(hashes.problem == nil)
  }

  // MARK: Turned pictures

  /// Where the first row and the first column of the file are seen (Exif 2.3, §4.6.4 A), and so where its pixel (0, 0) is:
  /// the pixel of the file that stands in place (row, column) of an upright picture.
  static let orientations: [(value: UInt8, stored: @Sendable (_ row: Int, _ column: Int, _ last: Int) -> (Int, Int))] =
    [
      (1, { row, column, _ in (row, column) }), (2, { row, column, last in (row, last - column) }),
      (3, { row, column, last in (last - row, last - column) }), (4, { row, column, last in (last - row, column) }),
      (5, { row, column, _ in (column, row) }), (6, { row, column, last in (last - column, row) }),
      (7, { row, column, last in (last - column, last - row) }), (8, { row, column, last in (column, last - row) }),
    ]

  @Test("A JPEG is hashed as its camera says that it is to be seen", arguments: 0..<8)
  func orientation(index: Int) throws {
    let (value, stored) = Self.orientations[index]
    // The pixels of the fixture are those of scene 2; what is seen is that, turned.
    let side = 96
    let pixels = PictureScene(2).pixels(width: side, height: side)
    let seen = (0..<side * side).map { place in
      let (row, column) = stored(place / side, place % side, side - 1)
      return pixels[row * side + column]
    }
    for isLittle in [false, true] {
      var file = SmallPicture.baseline.bytes
      file.insert(contentsOf: Self.exif(value, isLittle: isLittle), at: 2)
      #expect(distance(try hash(file), try hash(PNGFile(width: side, height: side).bytes(seen))) <= 4)
    }
  }

  /// A segment APP1 with one entry: Orientation.
  private static func exif(_ value: UInt8, isLittle: Bool) -> [UInt8] {
    let tiff: [UInt8] =
      isLittle
      ? [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0]
      : [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
    let body = Array("Exif".utf8) + [0, 0] + tiff
    return [0xFF, 0xE1, 0, UInt8(body.count + 2)] + body
  }

  // MARK: Hostile files

  @Test("A picture that is cut short anywhere has no perceptual hash, and says so")
  func cutShort() throws {
    let files =
      [
        SmallPicture.baseline, .progressive, .inks, .webP, .gIF,
      ].map(\.bytes) + [PNGFile.scene(1, width: 20, height: 20)]
    for file in files {
      for length in stride(from: 12, to: file.count * 3 / 4, by: 7) {
        let hashes = try PictureHashes(Array(file[..<length]))
        #expect(hashes.perceptual == nil)
        let problem = try #require(hashes.problem)
        #expect(problem.kind == .broken && !problem.words.isEmpty)
      }
    }
  }

  @Test("A picture with a byte that is another one is read, or says why not")
  func changed() throws {
    for file in [SmallPicture.smaller, .webPThrough, .gIF].map(\.bytes) + [PNGFile.scene(1, width: 9, height: 9)] {
      for at in stride(from: 12, to: file.count, by: 3) {
        var changed = file
        changed[at] ^= 0x55
        let hashes = try PictureHashes(changed)
        #expect(hashes.problem?.words.isEmpty != true)
      }
    }
  }

  @Test("What is no picture that is read is said to be none", arguments: ["", "<svg/>", "II*", "\u{ff}\u{d8}", "BM"])
  func unknown(text: String) {
    #expect(throws: PictureProblem(.unknown, "it is no JPEG, PNG, WebP or GIF")) { try PictureHashes(Array(text.utf8)) }
  }

  @Test("Nothing larger than 8 MiB is looked at")
  func bytes() {
    let file = SmallPicture.baseline.bytes + [UInt8](repeating: 0, count: 8 << 20)
    #expect(throws: PictureProblem(.tooLarge, "it has more than 8 MiB")) { try PictureHashes(file) }
  }

  @Test(
    "A picture that says it is enormous is not decoded", arguments: [(65_501, 1), (40_001, 1000), (1 << 30, 1 << 30)])
  func enormous(width: Int, height: Int) throws {
    let hashes = try PictureHashes(PNGFile(width: width, height: height).file([]))
    #expect(hashes.problem?.kind == .tooLarge)
    #expect(hashes.perceptual == nil)
  }

  @Test("A JPEG that says it is enormous is not decoded")
  func enormousJPEG() throws {
    var file = SmallPicture.baseline.bytes
    let frame = try #require((0..<file.count - 9).first { file[$0] == 0xFF && file[$0 + 1] == 0xC0 })
    for at in (frame + 5)..<(frame + 9) { file[at] = 0xFF }
    #expect(try PictureHashes(file).problem?.kind == .tooLarge)
  }

  @Test("An animated WebP is said to be one that is not read")
  func animated() throws {
    #expect(
      try PictureHashes(SmallPicture.webPAnimated.bytes).problem == PictureProblem(.unread, "animated WebP is not read")
    )
  }
}
