/// Pictures of accounts on their way into records: their hashes, and what of them could not be read.

import Pictures
import PluginSupport

/// What was found out about one picture. A record goes on without it.
public struct AvatarReading {
  public var hashes: PictureHashes?
  /// Why not all is known of it.
  public var problem: String?

  public init(_ hashes: PictureHashes) {
    self.hashes = hashes
    problem = hashes.problem?.words
  }

  public init(problem: String) { self.problem = problem }
}

/// Reads pictures, counts those that cannot be read by why, and has a warning for the first.
public struct AvatarPictures {
  private var beside: SourcePictures?
  private var counts = SkipCounts()
  private var warning: String?
  private var hasWarned = false
  /// Pixels since the last question.
  private var effort = 0
  private var budget = PictureBudget(pixels: mostOfDocument)

  /// The work of one call, in pixels, after which it is time to return: some two or three seconds.
  public static let effortOfCall = 40_000_000
  /// So many pixels count as one byte of a document, of which a call reads 8 MiB.
  public static let pixelsOfByte = effortOfCall >> 23
  /// The most work that is done on the pictures of one document whose parts are told together.
  private static let mostOfDocument = 60_000_000

  public init() {}

  /// Another document begins.
  public mutating func beginDocument() { budget = PictureBudget(pixels: Self.mostOfDocument) }

  /// The work since this was last asked, in pixels.
  public mutating func takeEffort() -> Int {
    defer { effort = 0 }
    return effort
  }

  /// What lies beside the input.
  public mutating func begin(_ beside: SourcePictures) { self.beside = beside }

  /// A picture that the input itself holds.
  public mutating func read(
    at place: Place, _ picture: () throws(PictureProblem) -> PictureHashes
  ) -> AvatarReading {
    let reading: AvatarReading
    do { reading = AvatarReading(try budget.read(picture)) } catch { reading = AvatarReading(problem: error.words) }
    return counted(reading, at: place)
  }

  /// What a file that gave no picture counts as: it was looked for, and may have been read.
  private static let effortOfFailure = 50_000

  /// A picture in a file that the input names.
  public mutating func read(file name: String, at place: Place) -> AvatarReading {
    let reading: AvatarReading
    do {
      guard let beside else { throw SourcePictureFailure("this input has no files beside it") }
      let bytes = try beside.read(name)
      do throws(PictureProblem) {
        reading = AvatarReading(try budget.read { () throws(PictureProblem) in try PictureHashes(bytes) })
      } catch {
        effort += Self.effortOfFailure
        reading = AvatarReading(problem: error.words)
      }
    } catch {
      effort += Self.effortOfFailure
      reading = AvatarReading(problem: "\(error)")
    }
    return counted(reading, at: place)
  }

  private mutating func counted(_ reading: AvatarReading, at place: Place) -> AvatarReading {
    effort += reading.hashes?.effort ?? 0
    if let problem = reading.problem { note(problem, at: place) }
    return reading
  }

  /// Notes what is wrong with a picture without being in the way of its record.
  public mutating func note(_ problem: String, at place: Place) {
    counts.skip("picture: \(problem)")
    guard !hasWarned else { return }
    hasWarned = true
    warning = "line \(place.line): a picture is left out: \(problem); others are counted at the end"
  }

  /// Pictures that could not be read, by why.
  public var skipped: [(kind: String, count: UInt64)] { counts.list }

  public mutating func takeWarning() -> String? {
    defer { warning = nil }
    return warning
  }
}

extension PersonaRecord {
  /// Takes a picture's hashes where none are known, and what is wrong with it.
  public mutating func take(_ reading: AvatarReading) {
    avatarSHA256 = avatarSHA256 ?? reading.hashes?.sha256
    avatarPHash = avatarPHash ?? reading.hashes?.perceptualDigits
    extra.keep("avatar_problem", reading.problem)
  }
}
