/// Pictures that tests make themselves: ellipses over a gradient, the same for the same number at any size.

/// Whole numbers only, so that what a reference tool said of a scene holds on every machine.
public struct PictureScene: Sendable {
  private struct Ellipse {
    var x, y, width, height: Int
    var colour: [Int]
  }

  private let base: [Int]
  private let slope: [Int]
  private let ellipses: [Ellipse]

  public init(_ number: UInt64) {
    var state = number &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    base = (0..<3).map { _ in next(160) + 40 }
    slope = (0..<3).map { _ in next(120) - 60 }
    ellipses = (0..<9).map { _ in
      Ellipse(
        x: next(256), y: next(256), width: next(70) + 20, height: next(70) + 20,
        colour: [next(256), next(256), next(256)])
    }
  }

  /// Red, green and blue of each pixel, row by row; `brighter`: so much more light.
  public func pixels(width: Int, height: Int, brighter: Int = 0) -> [[UInt8]] {
    (0..<height).flatMap { row in
      (0..<width).map { column in
        let (x, y) = (column * 256 / width, row * 256 / height)
        var colour = (0..<3).map { base[$0] + Self.floored(slope[$0] * y, 256) }
        for e in ellipses {
          let (dx, dy) = (x - e.x, y - e.y)
          let (w, h) = (e.width * e.width, e.height * e.height)
          if dx * dx * h + dy * dy * w <= w * h { colour = e.colour }
        }
        return colour.map { UInt8(max(0, min(255, $0 + brighter))) }
      }
    }
  }

  private static func floored(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
}

/// A PNG (ISO/IEC 15948), its data in stored blocks: nothing of a library that decodes it.
public struct PNGFile {
  public enum Colours: UInt8, Sendable {
    case grey = 0
    case rgb = 2
    case palette = 3
    case greyAlpha = 4
    case rgbAlpha = 6
  }

  public var width: Int
  public var height: Int
  public var colours = Colours.rgb
  /// Of a sample.
  public var bits = 8
  public var isInterlaced = false
  /// With `palette`: red, green and blue of each number, and how much each lets through.
  public var palette: [[UInt8]] = []
  public var opacities: [UInt8] = []

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The file. `pixels`: samples of each, row by row, one byte each; with sixteen bits each is written twice.
  public func bytes(_ pixels: [[UInt8]]) -> [UInt8] {
    var data: [UInt8] = []
    // First column and row, and the steps, of the seven passes (§8.2).
    let passes =
      isInterlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    for (x, y, stepX, stepY) in passes where x < width {
      for row in stride(from: y, to: height, by: stepY) {
        data.append(0)
        for column in stride(from: x, to: width, by: stepX) {
          for sample in pixels[row * width + column] { data += bits == 16 ? [sample, sample] : [sample] }
        }
      }
    }
    return file(data)
  }

  /// The file with its rows as they are to be packed, filters among them.
  public func file(_ data: [UInt8]) -> [UInt8] {
    var out: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    var header = Self.big(UInt32(truncatingIfNeeded: width)) + Self.big(UInt32(truncatingIfNeeded: height))
    header += [UInt8(bits), colours.rawValue, 0, 0, isInterlaced ? 1 : 0]
    out += Self.chunk("IHDR", header)
    if !palette.isEmpty { out += Self.chunk("PLTE", palette.flatMap { $0 }) }
    if !opacities.isEmpty { out += Self.chunk("tRNS", opacities) }
    // zlib (RFC 1950) around stored blocks (RFC 1951 §3.2.4).
    var packed: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: max(data.count, 1), by: 65_535) {
      let block = data[start..<min(start + 65_535, data.count)]
      let length = UInt16(block.count)
      packed += [start + 65_535 >= data.count ? 1 : 0, UInt8(length & 255), UInt8(length >> 8)]
      packed += [UInt8(~length & 255), UInt8(~length >> 8)]
      packed += block
    }
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in data {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    out += Self.chunk("IDAT", packed + Self.big(b << 16 | a))
    return out + Self.chunk("IEND", [])
  }

  private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var crc: UInt32 = .max
    for byte in body { crc = table[Int((crc ^ UInt32(byte)) & 255)] ^ crc >> 8 }
    return big(UInt32(data.count)) + body + big(~crc)
  }

  /// Annex D.
  private static let table: [UInt32] = (0..<256).map { (byte: UInt32) in
    (0..<8).reduce(byte) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  private static func big(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}

extension PNGFile {
  /// A scene as a PNG of 24 bits a pixel.
  public static func scene(_ number: UInt64, width: Int = 120, height: Int = 144, brighter: Int = 0) -> [UInt8] {
    PNGFile(width: width, height: height)
      .bytes(PictureScene(number).pixels(width: width, height: height, brighter: brighter))
  }
}
