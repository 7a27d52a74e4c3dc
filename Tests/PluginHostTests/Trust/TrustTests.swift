// Which files plugins.trust lets through, and what it says of the others.

import Glibc
import TestSupport
import Testing

@testable import PluginHost

@Suite("Trust in plugins")
struct TrustTests {
  /// A folder of this test's own with a copy of a fixture, and keys to sign it with.
  struct Bench {
    let folder: String
    let file: String
    let key: Ed25519PublicKey
    let other: Ed25519PublicKey

    init(_ name: String) throws {
      folder = FixturePlugins.folder + "/trust-" + name
      mkdir(folder, 0o755)
      file = folder + "/libdissector_frames.so"
      key = try Ed25519PublicKey(reading: Ed25519SigningKey.make(at: folder + "/vendor.pem"))
      other = try Ed25519PublicKey(reading: Ed25519SigningKey.make(at: folder + "/other.pem"))
      try copy("frames", to: file)
    }

    func copy(_ fixture: String, _ defines: [String: String] = [:], to path: String) throws {
      try #require(run("cp '\(try FixturePlugins.build(fixture, defines))' '\(path)'") == 0)
    }

    func sign(with name: String = "vendor") throws {
      _ = try PluginSigning.sign(path: file, key: Ed25519SigningKey(reading: "\(folder)/\(name).pem"))
    }

    /// The digest by another program than ours.
    func sha256() throws -> String {
      try #require(run("sha256sum < '\(file)' | cut -c1-64 | tr -d '\\n' > '\(folder)/sum'") == 0)
      return String(decoding: try KeyFile.read(folder + "/sum"), as: UTF8.self)
    }

    func load(_ change: (inout PluginTrust) -> Void) -> PluginShelf {
      var trust = PluginTrust()
      change(&trust)
      return PluginShelf.load(PluginSearch(folders: [file]), trust: trust)
    }

    /// The one line with which it is refused; nil if it is not.
    func refusal(_ change: (inout PluginTrust) -> Void) throws -> String? {
      let shelf = load(change)
      try #require(shelf.refusals.count + shelf.plugins.count == 1)
      guard let refusal = shelf.refusals.first else { return nil }
      #expect(refusal.kind == .file)
      #expect(refusal.place == file)
      #expect(refusal.words.hasSuffix("; refused"))
      return refusal.words
    }

    func standing(_ change: (inout PluginTrust) -> Void) -> String? { load(change).plugins.first?.standing?.words }
  }

  // MARK: Pins

  @Test("The SHA-256 of a loaded plugin is that of its file")
  func digest() throws {
    let bench = try Bench("digest")
    let sha256 = try bench.sha256()
    let shelf = bench.load { _ in }
    #expect(shelf.plugins.first?.sha256 == sha256)
    #expect(shelf.plugins.first?.standing?.words == "unverified")
  }

  @Test(
    "Where a pin is required, a file that has one is loaded and another is not",
    arguments: ["org.example.frames", "libdissector_frames.so"])
  func pinned(_ name: String) throws {
    let bench = try Bench("pinned-" + name)
    let sha256 = try bench.sha256()
    func rules(_ trust: inout PluginTrust) {
      trust.require = .pin
      trust.pins = [PluginPin(plugin: name, sha256: sha256)]
    }
    #expect(bench.standing(rules) == "pinned")
    try bench.copy("frames", ["CERTAINTY": "43"], to: bench.file)
    let words = try #require(try bench.refusal(rules))
    #expect(words.contains("its SHA-256 is \(try bench.sha256())"))
    #expect(words.contains("plugins.trust.pins"))
  }

  @Test("A plugin without a pin is refused where one is required, before any of its code runs")
  func unpinned() throws {
    let bench = try Bench("unpinned")
    let trace = bench.folder + "/ran"
    try bench.copy("frames", ["AT_LOAD": "if(symlink(\"/\",\"\(trace)\")){}"], to: bench.file)
    #expect(try bench.refusal { $0.require = .pin }?.contains("plugins.trust.pins does not have") == true)
    #expect(access(trace, F_OK) != 0)
    // The trace is one: without the rule its code runs.
    #expect(try bench.refusal { _ in } == nil)
    #expect(access(trace, F_OK) == 0)
  }

  @Test(
    "A pin holds where none is required, by file name and by id",
    arguments: ["org.example.frames", "libdissector_frames.so"])
  func pinHolds(_ name: String) throws {
    let bench = try Bench("holds-" + name)
    let pin = PluginPin(plugin: name, sha256: String(repeating: "0", count: 64))
    #expect(try bench.refusal { $0.pins = [pin] }?.contains("has another for \(name)") == true)
  }

  @Test("Of several pins for one plugin any may be there, and pins of others do not concern it")
  func severalPins() throws {
    let bench = try Bench("several")
    let none = String(repeating: "0", count: 64)
    let pins = [
      PluginPin(plugin: "org.example.frames", sha256: none),
      PluginPin(plugin: "org.example.frames", sha256: try bench.sha256()),
      PluginPin(plugin: "org.example.lines", sha256: none),
    ]
    #expect(bench.standing { $0.pins = pins } == "pinned")
    #expect(bench.standing { $0.pins = [pins[2]] } == "unverified")
  }

  @Test("A file that is pinned for one plugin is not taken for it when it says that it is another")
  func pinOfAnother() throws {
    let bench = try Bench("another")
    let pin = PluginPin(plugin: "org.example.lines", sha256: try bench.sha256())
    let words = try bench.refusal {
      $0.require = .pin
      $0.pins = [pin]
    }
    #expect(words?.contains("is pinned for another plugin, and it is org.example.frames") == true)
    #expect(bench.standing { $0.pins = [pin] } == "unverified")
  }

  // MARK: Signatures

  @Test("A file that a trusted key signed is loaded, and it is told which")
  func signed() throws {
    let bench = try Bench("signed")
    try bench.sign()
    let words = bench.standing {
      $0.require = .signature
      $0.keys = [bench.other, bench.key]
    }
    #expect(words == "signed by \(bench.key.id)")
    #expect(bench.standing { $0.keys = [bench.key] } == "signed by \(bench.key.id)")
  }

  @Test("A file without a signature is refused where one is required, and is not where none is")
  func unsigned() throws {
    let bench = try Bench("unsigned")
    let words = try bench.refusal {
      $0.require = .signature
      $0.keys = [bench.key]
    }
    #expect(words?.contains("has no signature (\(bench.file).sig)") == true)
    #expect(bench.standing { $0.keys = [bench.key] } == "unverified")
  }

  @Test("A pin is no signature, and a signature no pin")
  func notTheOther() throws {
    let bench = try Bench("other")
    let pin = PluginPin(plugin: "org.example.frames", sha256: try bench.sha256())
    #expect(
      try bench.refusal {
        $0.require = .signature
        $0.pins = [pin]
      } != nil)
    try bench.sign()
    #expect(
      try bench.refusal {
        $0.require = .pin
        $0.keys = [bench.key]
      } != nil)
    let both = bench.standing {
      $0.require = .pin
      $0.pins = [pin]
      $0.keys = [bench.key]
    }
    #expect(both == "signed by \(bench.key.id), pinned")
  }

  @Test("A file that was swapped after it was signed is refused, wherever its key is trusted")
  func swapped() throws {
    let bench = try Bench("swapped")
    try bench.sign()
    try bench.copy("frames", ["CERTAINTY": "44"], to: bench.file)
    for require in PluginTrust.Requirement.allCases where require != .pin {
      let words = try bench.refusal {
        $0.require = require
        $0.keys = [bench.key]
      }
      #expect(words?.contains("by \(bench.key.id) does not fit: the file was changed after it was signed") == true)
    }
  }

  @Test("A file that is swapped between the check of its signature and its loading is loaded as it was checked")
  func swappedLater() throws {
    let bench = try Bench("later")
    try bench.sign()
    var trust = PluginTrust()
    trust.require = .signature
    trust.keys = [bench.key]
    let file = try SealedFile(path: bench.file)
    let standing = try trust.judge(file)
    try bench.copy("lines", to: bench.file)
    #expect(try Plugin(file, standing: standing).identity.name == "frames")
    // Whoever looks at the path again sees what lies there now.
    #expect(throws: PluginError.self) { _ = try Plugin(path: bench.file, trust: trust) }
  }

  @Test(
    "A signature by a key that is not trusted is refused where one is required, and counts for nothing where none is")
  func otherKey() throws {
    let bench = try Bench("otherkey")
    try bench.sign(with: "other")
    let words = try bench.refusal {
      $0.require = .signature
      $0.keys = [bench.key]
    }
    #expect(
      words?.contains("is signed by the key \(bench.other.id), which is not trusted: known are \(bench.key.id)") == true
    )
    #expect(bench.standing { $0.keys = [bench.key] } == "unverified")
  }

  @Test("A signature that names a trusted key and is of another is refused")
  func impostor() throws {
    let bench = try Bench("impostor")
    try bench.sign(with: "other")
    try #require(run("sed -i 's/\(bench.other.id)/\(bench.key.id)/' '\(bench.file).sig'") == 0)
    #expect(try bench.refusal { $0.keys = [bench.key] }?.contains("does not fit") == true)
  }

  @Test("A signature over the digest alone, without the words that say what it is for, is none")
  func noDomain() throws {
    let bench = try Bench("domain")
    guard let digest = try SealedFile(path: bench.file).sha256() else {
      Issue.record("no digest")
      return
    }
    let key = try Ed25519SigningKey(reading: bench.folder + "/vendor.pem")
    let made = key.sign(digest)
    let bytes = try #require(made)
    let text =
      "vedette plugin signature 1\nalgorithm: ed25519\nkey: \(bench.key.id)\nsignature: \(Base64Text.encode(bytes))\n"
    try KeyFile.write(Array(text.utf8), to: bench.file + ".sig", mode: 0o644)
    #expect(try bench.refusal { $0.keys = [bench.key] }?.contains("does not fit") == true)
  }

  @Test("A signature that is malformed, too large or no file is refused wherever keys are trusted")
  func malformed() throws {
    let bench = try Bench("malformed")
    let place = bench.file + ".sig"
    for text in ["", "signed by me\n", String(repeating: "x", count: 4097)] {
      unlink(place)
      try KeyFile.write(Array(text.utf8), to: place, mode: 0o644)
      let shelf = bench.load { $0.keys = [bench.key] }
      #expect(shelf.plugins.isEmpty)
      #expect(shelf.refusals.first?.description.contains(place) == true)
    }
    unlink(place)
    mkdir(place, 0o755)
    #expect(bench.load { $0.keys = [bench.key] }.refusals.map(\.description) == ["\(place): is no file"])
  }

  @Test("Where no key is trusted and none required, a signature is not looked at")
  func notLookedAt() throws {
    let bench = try Bench("unlooked")
    try KeyFile.write(Array("anything".utf8), to: bench.file + ".sig", mode: 0o644)
    #expect(bench.standing { _ in } == "unverified")
  }

  @Test("A signature is checked by itself, without the plugin's code")
  func verify() throws {
    let bench = try Bench("verify")
    #expect(throws: PluginError.self) {
      _ = try PluginTrust.verify(SealedFile(path: bench.file), keys: [bench.key])
    }
    try bench.sign()
    let (sha256, key) = try PluginTrust.verify(SealedFile(path: bench.file), keys: [bench.key])
    #expect(sha256 == (try bench.sha256()))
    #expect(key == bench.key)
    #expect(throws: PluginError.self) {
      _ = try PluginTrust.verify(SealedFile(path: bench.file), keys: [bench.other])
    }
  }

  // MARK: Allow-list, and the program's own

  @Test("An id that is not on the allow-list is refused; one that is, or begins like an entry, is loaded")
  func allowed() throws {
    let bench = try Bench("allowed")
    for entry in ["org.example.frames", "org.example.*", "org.*"] {
      #expect(try bench.refusal { $0.allow = ["com.acme.x", entry] } == nil)
    }
    for entry in ["org.example.frame", "org.example.frames.*", "org.exam.*", "example.*"] {
      let words = try bench.refusal { $0.allow = [entry] }
      #expect(words?.contains("its id org.example.frames is not in plugins.trust.allow") == true)
    }
  }

  @Test("A plugin beside the program needs neither pin nor signature, unless all plugins do")
  func firstParty() throws {
    let bench = try Bench("own")
    for require in [PluginTrust.Requirement.pin, .signature] {
      func rules(_ trust: inout PluginTrust) {
        trust.require = require
        trust.program = FileOwnership.Program(folder: bench.folder, owner: geteuid())
      }
      #expect(bench.standing(rules) == "beside the program")
      #expect(
        try bench.refusal {
          rules(&$0)
          $0.includesFirstParty = true
        } != nil)
      #expect(
        try bench.refusal {
          rules(&$0)
          $0.program?.folder += "/elsewhere"
        } != nil)
    }
  }

  @Test("A link beside the program does not make a file elsewhere one of its own")
  func linked() throws {
    let bench = try Bench("linked")
    let folder = bench.folder + "/program"
    mkdir(folder, 0o755)
    let link = folder + "/libdissector_frames.so"
    #expect(symlink(bench.file, link) == 0)
    var trust = PluginTrust()
    trust.require = .signature
    trust.program = FileOwnership.Program(folder: folder, owner: geteuid())
    let shelf = PluginShelf.load(PluginSearch(folders: [link]), trust: trust)
    #expect(shelf.refusals.first?.words.contains("has no signature") == true)
  }

  @Test("A pin holds for a plugin beside the program, too")
  func firstPartyPin() throws {
    let bench = try Bench("ownpin")
    let words = try bench.refusal {
      $0.program = FileOwnership.Program(folder: bench.folder, owner: geteuid())
      $0.pins = [PluginPin(plugin: "org.example.frames", sha256: String(repeating: "0", count: 64))]
    }
    #expect(words?.contains("has another for org.example.frames") == true)
  }

  // MARK: Owner and mode

  @Test("A file in a folder where others can replace it is refused, unless the folder is sticky")
  func folderMode() throws {
    let bench = try Bench("folder")
    for mode: mode_t in [0o777, 0o757] {
      chmod(bench.folder, mode)
      let error = #expect(throws: PluginError.self) { _ = try SealedFile(path: bench.file) }
      #expect(
        error?.words
          == "lies in \(bench.folder), where others than the owner can replace it; refused (chmod go-w the folder)")
    }
    chmod(bench.folder, 0o1777)
    _ = try SealedFile(path: bench.file)
    chmod(bench.folder, 0o755)
  }

  @Test(
    "A file, or a folder, of a user who is neither root nor this one is refused", .enabled(if: geteuid() == 0))
  func owner() throws {
    let bench = try Bench("owner")
    let stranger: uid_t = 65_533
    try #require(chown(bench.file, stranger, 0) == 0)
    let error = #expect(throws: PluginError.self) { _ = try SealedFile(path: bench.file) }
    #expect(error?.words.contains("is owned by uid 65533, which is neither root nor the user of this process") == true)
    try #require(chown(bench.file, 0, 0) == 0)
    try #require(chown(bench.folder, stranger, 0) == 0)
    let other = #expect(throws: PluginError.self) { _ = try SealedFile(path: bench.file) }
    #expect(other?.words.contains("lies in \(bench.folder), which is owned by uid 65533") == true)
    try #require(chown(bench.folder, 0, 0) == 0)
    _ = try SealedFile(path: bench.file)
  }
}
