// What the field of a bad checksum looks like.

/// Whether a checksum that does not verify has a value that a sender leaves for its network card to replace.
enum ChecksumForm: UInt8, BitwiseCopyable {
  case unremarkable
  /// The field is zero.
  case zero
  /// The field holds the sum of the pseudo-header alone, with the length or without: what Linux, Windows and the BSDs
  /// hand to a card that will add the rest.
  case pseudoHeaderOnly
}
