// Doubles as ECMAScript writes them (ECMA-262 Number::toString, which RFC 8785 §3.2.2.3 asks for).

extension JSONWriter {
  /// A finite double; negative zero is written as 0.
  mutating func number(_ value: Double) {
    let magnitude = value.magnitude
    if value < 0 { byte(UInt8(ascii: "-")) }
    if magnitude < 9_007_199_254_740_992, magnitude == magnitude.rounded(.towardZero) {
      return decimal(UInt64(magnitude), negative: false)
    }
    if magnitude >= 1e-3, magnitude < 1e9, fewDigits(magnitude) { return }
    shortest(magnitude)
  }

  /// Most fractions that are written have few digits. A decimal of at most 15 digits that gives the same double is
  /// the only one of its length that does, and the first found here is the shortest; the product and the quotient
  /// of exact numbers are correctly rounded, so that the comparison is exact.
  private mutating func fewDigits(_ magnitude: Double) -> Bool {
    var power = 10.0
    for places in 1...6 {
      let digits = (magnitude * power).rounded()
      guard digits < 1e15 else { return false }
      if digits / power == magnitude {
        let scale = UInt64(power)
        let (whole, fraction) = UInt64(digits).quotientAndRemainder(dividingBy: scale)
        decimal(whole, negative: false)
        byte(UInt8(ascii: "."))
        // The 1 in front keeps the zeros that lead the fraction; the point is then put over it.
        used &-= 1
        decimal(scale &+ fraction, negative: false)
        base[used &- places &- 1] = UInt8(ascii: ".")
        return true
      }
      power *= 10
    }
    return false
  }

  /// Swift's description has the shortest digits that read back the same, nearest to the value; only the place of
  /// the point and the exponent are set as ECMAScript does. Allocates if there are more than 15 characters.
  private mutating func shortest(_ magnitude: Double) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { digits in
      var length = 0
      var point: Int?
      var exponent = 0
      var text = magnitude.description
      text.withUTF8 { characters in
        var characters = characters[...]
        while let character = characters.popFirst() {
          if character == UInt8(ascii: ".") {
            point = length
          } else if character == UInt8(ascii: "e") {
            exponent = Int(String(decoding: characters, as: UTF8.self)) ?? 0
            break
          } else if length < digits.count {
            digits[length] = character
            length &+= 1
          }
        }
      }
      var first = 0
      var scale = (point ?? length) &+ exponent
      while first < length &- 1, digits[first] == UInt8(ascii: "0") {
        first &+= 1
        scale &-= 1
      }
      while length > first &+ 1, digits[length &- 1] == UInt8(ascii: "0") { length &-= 1 }
      layOut(UnsafeBufferPointer(rebasing: UnsafeBufferPointer(digits)[first..<length]), point: scale)
    }
  }

  /// The digits d₁…dₖ of 0.d₁…dₖ × 10ⁿ, the four forms of ECMA-262 Number::toString.
  private mutating func layOut(_ digits: UnsafeBufferPointer<UInt8>, point n: Int) {
    let k = digits.count
    switch n {
    case 1...21 where k <= n:
      append(UnsafeRawBufferPointer(digits))
      for _ in k..<n { byte(UInt8(ascii: "0")) }
    case 1...21:
      append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[..<n]))
      byte(UInt8(ascii: "."))
      append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[n...]))
    case -5...0:
      byte(UInt8(ascii: "0"))
      byte(UInt8(ascii: "."))
      for _ in n..<0 { byte(UInt8(ascii: "0")) }
      append(UnsafeRawBufferPointer(digits))
    default:
      byte(digits[0])
      if k > 1 {
        byte(UInt8(ascii: "."))
        append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(digits)[1...]))
      }
      byte(UInt8(ascii: "e"))
      byte(n > 0 ? UInt8(ascii: "+") : UInt8(ascii: "-"))
      decimal((n &- 1).magnitude.asUInt64, negative: false)
    }
  }
}

extension UInt {
  fileprivate var asUInt64: UInt64 { UInt64(self) }
}
