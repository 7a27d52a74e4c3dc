/// A logarithm that is the same to the last bit on every machine, which libm does not promise.

func log2(_ x: Double) -> Double {
  // Most are asked of a count of few things.
  if x >= 0, x < Double(logarithms.count), x == x.rounded(.down) { return logarithms[Int(x)] }
  return series(x)
}

private let logarithms: [Double] = (0..<256).map { series(Double($0)) }

private func series(_ x: Double) -> Double {
  // The binary exponent, and a series for the rest.
  guard x > 0 else { return 0 }
  var y = (x.significand - 1) / (x.significand + 1)
  let square = y * y
  var sum = 0.0
  var k = 1.0
  while k < 40 {
    let more = sum + y / k
    // Terms only get smaller: from one on that adds nothing, none does.
    if more == sum { break }
    sum = more
    y *= square
    k += 2
  }
  return Double(x.exponent) + 2 * sum * 1.4426950408889634
}
