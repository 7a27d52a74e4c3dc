/// The names that Vedette's records have for platforms, whatever the source calls them.

public enum SocialPlatform {
  /// Lower case, without what only some sources write: `Twitter`, `twitter-account` and `x.com` are `x`.
  public static func name(_ word: String) -> String {
    var name = word.lowercased()
    for ending in ["-account", "_account", ".com", ".app", ".social"] where name.hasSuffix(ending) && name != ending {
      name.removeLast(ending.count)
    }
    return switch name {
    case "twitter": "x"
    case "bsky", "atproto": "bluesky"
    case "linked-in", "linked in": "linkedin"
    default: name
    }
  }
}
