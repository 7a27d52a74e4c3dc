import Testing

@testable import LabWorld

@Suite("The lab's personas")
struct LabPersonasTests {
  private static func rows(_ truth: [UInt8]) -> [[Substring]] {
    String(decoding: truth, as: UTF8.self).split(separator: "\n").dropFirst().map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
  }

  @Test("The truth has a label for every account that is seen or that approaches somebody")
  func truthIsWhole() {
    let story = LabStory(LabPlan())
    let rows = Self.rows(story.truth)
    #expect(rows.allSatisfy { $0.count == 5 && ["benign", "malicious"].contains($0[3]) })
    let known = Set(rows.map { "\($0[0]) \($0[1])" })
    let handles = Set(rows.map { "\($0[0]) \($0[2])" })
    #expect(known.count == rows.count)
    for observation in story.personas {
      switch observation {
      case .persona(let persona): #expect(known.contains("\(persona.platform) \(persona.accountID)"))
      case .outreach(let outreach):
        if let id = outreach.from.accountID {
          #expect(known.contains("\(outreach.platform) \(id)"))
        } else if let handle = outreach.from.handle, !handles.contains("\(outreach.platform) \(handle)") {
          Issue.record("\(handle) is nobody's handle")
        }
      default: Issue.record("no persona and no outreach: \(observation)")
      }
    }
  }

  @Test("A larger world has every family, and about the share of malicious accounts that was asked for")
  func families() {
    var plan = LabPlan()
    plan.people = 180
    plan.outsiders = 2000
    let rows = Self.rows(LabPersonas(plan).truth)
    let families = Set(rows.map { String($0[4]) })
    for family in [
      "employee", "employee-unlisted", "employee-promoted", "new-hire", "official", "recruiter", "vendor", "partner",
      "marketing", "sales-team", "alumnus", "stale-profile", "contractor", "intern", "namesake", "near-name",
      "newcomer",
      "renamed", "fan-club", "parody", "press", "stranger", "family", "fabricated", "lookalike", "compromised",
      "takeover",
      "campaign", "one-shot", "brand",
    ] { #expect(families.contains(family), "\(family)") }
    let malicious = rows.count { $0[3] == "malicious" }
    #expect((90...150).contains(malicious))
  }

  @Test("Times are written as RFC 3339 has them")
  func times() {
    // 2026-04-23T13:05:01.250Z and a leap day, by `date -u -d … +%s`.
    #expect(rfc3339(1_776_949_501_250_000_000) == "2026-04-23T13:05:01.250Z")
    #expect(rfc3339(1_709_210_096_000_000_000) == "2024-02-29T12:34:56.000Z")
    #expect(rfc3339(0) == "1970-01-01T00:00:00.000Z")
  }

  @Test("Chance is SplitMix64 and xoshiro256**, as their authors publish them")
  func generator() {
    // The first value of xoshiro256** is rotl(s1 * 5, 7) * 9; s1 of seed 0 is SplitMix64's second output.
    let s1: UInt64 = 0x6e78_9e6a_a1b9_65f4
    let product = s1 &* 5
    #expect(LabRandom(seed: 0).next() == (product << 7 | product >> 57) &* 9)
  }

  @Test(
    "Base64 is that of RFC 4648, section 10",
    arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foobar", "Zm9vYmFy")])
  func base64Vectors(plain: String, encoded: String) { #expect(base64(Array(plain.utf8)) == encoded) }

  @Test("The checksum is that of RFC 1071, section 3")
  func checksum() {
    // 0001 f203 f4f5 f6f7 sum to ddf2.
    #expect(internetChecksum([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]) == 0x220d)
  }

  @Test("IPv6 addresses are written as RFC 5952 has them")
  func addresses() {
    #expect(LabAddress(v6: 0x20, host: 0x100b).text == "2001:db8:20::100b")
    #expect(LabAddress(203, 0, 113, 214).text == "203.0.113.214")
  }
}
