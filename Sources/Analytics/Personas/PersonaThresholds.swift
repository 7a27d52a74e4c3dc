/// Where persona analytics draws lines that are a matter of judgement: what many share and so tells nothing, how near
/// is the same, how long is long.

public struct PersonaThresholds: Sendable, Equatable {
  /// A picture, biography, link or wording on more accounts than this is stock, and tells nothing.
  public var stockAccounts = 40
  /// A picture of a person of the roster on more accounts than this is nobody's own.
  public var faceAccounts = 8
  /// A biography on more accounts than this is nobody's own.
  public var bioAccounts = 4
  /// Accounts with links to one host from which on it is a service.
  public var serviceAccounts = 8
  /// People of the roster who must show a host as their page for it to be the organisation's: an account of a colleague
  /// may be taken over, three are not.
  public var pagePeople = 3
  /// Pictures at most so many bits apart are the same picture, encoded anew (0…12: of those further apart more and more
  /// are not found).
  public var pictureDistance = 6
  /// The same, for pictures of people of the roster (0…8).
  public var facePictureDistance = 8
  /// Messages and biographies of fewer words are said by many.
  public var wordingWords = 6

  /// Of accounts that share something: one of fewer days is young; from `campaignGrownDays` on it is not young any
  /// more, and between the two less and less so.
  public var campaignYoungDays = 60.0
  public var campaignGrownDays = 240.0
  /// An account with at most so many posts is empty, and with at most `somePosts` nearly so.
  public var fewPosts = 5
  public var somePosts = 20

  /// Approaches within so many days are a burst.
  public var burstDays = 3
  /// Links within so many days are one.
  public var linkBurstDays = 2
  /// Who approached others so many days before its first foreign link was in touch without any.
  public var quietDays = 1
  /// Who was seen so many days before it was known before.
  public var knownDays = 7
  /// Who approached nobody for so many days slept.
  public var dormantDays = 30
  /// Who appears so many days before or after a person of that name begins is likely that person.
  public var joiningDays = 30

  /// Accounts of a platform, or with approaches to a department, from which on it is known what is usual there.
  public var usualAccounts = 20
  /// Approaches on a platform from which on its hours are known.
  public var habitApproaches = 240

  public init() {}
}
