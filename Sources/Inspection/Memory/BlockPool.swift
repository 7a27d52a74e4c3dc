/// Memory for bytes that dissectors wait on: blocks in powers of two, under one hard cap.

/// Hands out uninitialised blocks of 64 bytes to 32 MiB. A block that is given back is kept for the next taker of its
/// size. What is out plus what is kept never exceeds the capacity. One worker's own.
final class BlockPool {
  private static let smallest = 6
  private static let largest = 25

  let capacity: Int
  /// Bytes that are out, in whole blocks.
  var used: Int { state.pointee.used }

  private struct State {
    var used = 0
    var kept = 0
    /// Heads of the lists of free blocks; a free block begins with the address of the next.
    var free: [UnsafeMutableRawPointer?]
  }

  /// Behind a pointer, for each access to a property of a class is checked. Initialized by `init`, deinitialized by `deinit`.
  private let state: UnsafeMutablePointer<State>

  init(capacity: Int) {
    self.capacity = capacity
    state = .allocate(capacity: 1)
    state.initialize(to: State(free: Array(repeating: nil, count: Self.largest + 1)))
  }

  deinit {
    Self.releaseKept(&state.pointee)
    state.deinitialize(count: 1)
    state.deallocate()
  }

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
    if let block = state.pointee.free[index] {
      state.pointee.free[index] = block.load(as: UnsafeMutableRawPointer?.self)
      state.pointee.kept -= size
      state.pointee.used += size
      return block
    }
    if state.pointee.used + state.pointee.kept + size > capacity { Self.releaseKept(&state.pointee) }
    guard state.pointee.used + size <= capacity else { return nil }
    state.pointee.used += size
    return .allocate(byteCount: size, alignment: 16)
  }

  /// Gives back a block that was taken with `bytes`.
  func give(_ block: UnsafeMutableRawPointer, _ bytes: Int) {
    guard let size = Self.blockSize(bytes) else { return }
    let index = size.trailingZeroBitCount
    block.storeBytes(of: state.pointee.free[index], as: UnsafeMutableRawPointer?.self)
    state.pointee.free[index] = block
    state.pointee.used -= size
    state.pointee.kept += size
  }

  private static func releaseKept(_ state: inout State) {
    for index in state.free.indices {
      while let block = state.free[index] {
        state.free[index] = block.load(as: UnsafeMutableRawPointer?.self)
        block.deallocate()
      }
    }
    state.kept = 0
  }
}
