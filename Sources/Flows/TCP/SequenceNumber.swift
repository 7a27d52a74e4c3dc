/// Sequence-number arithmetic modulo 2^32 (RFC 9293 §3.4).

/// How far `a` is ahead of `b`: negative when it is behind.
@inline(__always)
func sequenceDistance(_ a: UInt32, from b: UInt32) -> Int32 { Int32(bitPattern: a &- b) }
