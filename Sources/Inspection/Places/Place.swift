/// Where the versions of dissectors live in an inspector: each that is loaded has a place, a bit of the masks that probes use.

import PluginHost

/// One version of a dissector plugin, with this worker's instance of it.
struct Place {
  let dissector: Dissector
  /// Which of the versions that were ever here: unlike a place's number it is never another's.
  let version: UInt16
  /// It gets no new sessions, and goes when its last one has ended, or at this capture time at the latest; nil while it is asked.
  var drainsUntil: Int64?
  /// What became of the state of the version that it replaces.
  var state = StateHandover.none
}

/// What became of the state of an instance when another version of its plugin took its place.
public enum StateHandover: Sendable, Hashable {
  /// There was none to hand over.
  case none
  /// The new version goes on with it.
  case taken
  /// The new version does not know it, or one of them failed: it begins anew. The words say why.
  case refused(String)
}

/// Constants of places.
enum Places {
  /// As many as a mask has bits.
  static let most = 64
  /// Versions that one inspector may have had: their numbers are part of ``AnomalyKey``.
  static let mostVersions = 1 << 15
  /// Figures of versions that are gone are remembered of so many.
  static let mostGone = 256
}
