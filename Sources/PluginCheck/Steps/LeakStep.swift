/// Whether a plugin gives back what it takes: memory after each round of the same work.

import CAllocator

struct LeakStep {
  let channel: StepChannel
  /// Rounds before the first measure: caches and tables of the first ones are no leak.
  var warmUp = 3
  var rounds = 8

  /// Makes the same round again and again. What grows in each of them by the same is not given back.
  func run(_ name: String, _ round: () throws -> Void) rethrows {
    for _ in 0..<warmUp {
      channel.at(name)
      try round()
    }
    var sizes: [Int] = []
    sizes.reserveCapacity(rounds + 1)
    sizes.append(vedette_allocated_bytes())
    for _ in 0..<rounds {
      channel.at(name)
      try round()
      sizes.append(vedette_allocated_bytes())
    }
    let growth = zip(sizes.dropFirst(), sizes).map { $0 - $1 }
    // A table that doubles now and then is no leak; what grows each time is.
    if growth.allSatisfy({ $0 > 0 }) {
      channel.fault("\(name): \(growth.min() ?? 0) bytes or more are not given back in each round")
    }
  }
}
