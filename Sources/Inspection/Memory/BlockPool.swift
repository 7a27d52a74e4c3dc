/// Memory for bytes that dissectors wait on: blocks in powers of two, under one hard cap.

/// Hands out uninitialised blocks of 64 bytes to 32 MiB. A block that is given back is kept for the next taker of its
/// size. What is out plus what is kept never exceeds the capacity. One worker's own.
final class BlockPool {
  private static let smallest = 6
  private static let largest = 25

  let capacity: Int
  /// Bytes that are out, in whole blocks.
  private(set) var used = 0
  private var kept = 0
  /// Heads of the lists of free blocks; a free block begins with the address of the next.
  private var free: [UnsafeMutableRawPointer?]

  init(capacity: Int) {
    self.capacity = capacity
    free = Array(repeating: nil, count: Self.largest + 1)
  }

  deinit { releaseKept() }

  /// The size of the block that ``take(_:)`` gives for so many bytes; nil over the largest.
  static func blockSize(_ bytes: Int) -> Int? {
    guard bytes <= 1 << largest else { return nil }
    var size = 1 << smallest
    while size < bytes { size <<= 1 }
    return size
  }

  /// A block of at least `bytes`, or nil where the cap is reached.
  func take(_ bytes: Int) -> UnsafeMutableRawPointer? {
    guard let size = Self.blockSize(bytes) else { return nil }
    let index = size.trailingZeroBitCount
    if let block = free[index] {
      free[index] = block.load(as: UnsafeMutableRawPointer?.self)
      kept -= size
      used += size
      return block
    }
    if used + kept + size > capacity { releaseKept() }
    guard used + size <= capacity else { return nil }
    used += size
    return .allocate(byteCount: size, alignment: 16)
  }

  /// Gives back a block that was taken with `bytes`.
  func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    guard let size = Self.blockSize(bytes) else { return }
    let index = size.trailingZeroBitCount
    block.storeBytes(of: free[index], as: UnsafeMutableRawPointer?.self)
    free[index] = block
    used -= size
    kept += size
  }

  private func releaseKept() {
    for index in free.indices {
      while let block = free[index] {
        free[index] = block.load(as: UnsafeMutableRawPointer?.self)
        block.deallocate()
      }
    }
    kept = 0
  }
}
