/// Sentences: what was seen, and what would have been usual.

import Evidence

struct PersonaReasons {
  let world: PersonaWorld
  let index: RosterIndex
  /// A name that the account bore, as it is told.
  let nameOf: (String) -> String

  private var organisation: String { index.roster.organisation.names.first ?? "the organisation" }
  private func text(_ number: Int32) -> String { world.texts[number] ?? "" }
  private func people(_ numbers: [Int]) -> String {
    // Namesakes of each other are told once.
    let names = numbers.map { index.roster.people[$0].name }.uniqued()
    return names.prefix(2).joined(separator: " and ") + (names.count > 2 ? " and others" : "")
  }
  private func count(_ n: Int, _ one: String, _ many: String) -> String { n == 1 ? "one \(one)" : "\(n) \(many)" }

  private func span(_ approaches: [Approach]) -> String {
    guard let first = approaches.first, let last = approaches.last else { return "" }
    let hours = (last.time - first.time) / 3_600_000_000_000
    return hours < 48 ? count(max(1, Int(hours)), "hour", "hours") : "\(hours / 24) days"
  }

  /// What was seen, as a clause about "it".
  func seen(_ analytic: PersonaAnalytic, _ f: PersonaFindings) -> String {
    switch analytic {
    case .affiliationClaim:
      if f[.claimEmployer] > 0 { return "names \(organisation) as its employer and is not on the roster" }
      return "says in its profile that it belongs to \(organisation) and is not on the roster"
    case .brand: return "bears the name of \(organisation) itself and is none of its known accounts"
    case .lookalike:
      var what: [String] = []
      if f.match != .none { what.append(f.match.words(people(f.matched))) }
      if f[.handleAlike] > 0 { what.append("spells the name of \(people(f.matched)) in its handle") }
      if f[.singleNamed] > 0 { what.append("wrote one message to one person in a sensitive role") }
      if f[.faceCopied] > 0 {
        what.append("shows the picture of \(f.copiedFrom.map { index.roster.people[$0].name } ?? "a colleague")")
      }
      if f[.bioCopied] > 0 { what.append("copies the biography word for word") }
      return what.isEmpty ? "resembles a person on the roster" : what.joined(separator: ", ")
    case .newAccount:
      let age = f.ageDays.map { count(max(1, Int($0)), "day", "days") } ?? "little time"
      return "was \(age) old when it was first seen at work"
        + (f[.relationYoung] > 0 ? ", though it speaks for a company on record" : "")
    case .changed:
      var what: [String] = []
      if f[.nameReplaced] > 0, let old = f.previous, let new = f.latest {
        what.append("changed its name from \(nameOf(text(old.name))) to \(nameOf(text(new.name)))")
      }
      if f[.faceReplaced] > 0 { what.append("changed its picture") }
      if f[.claimAcquired] > 0 { what.append("took on \(organisation) as its employer") }
      if f.dormantDays > 0, f[.dormant] > 0 { what.append("woke after \(f.dormantDays) quiet days") }
      if what.isEmpty { what.append("changed its profile") }
      if f[.changedThenApproached] > 0 { what.append("then turned to the organisation's people") }
      return what.joined(separator: ", ")
    case .takeover:
      return
        "kept its face and, quiet before, suddenly sent links in \(count(f.linkedApproaches, "message", "messages"))"
    case .outreach:
      var text =
        "made \(count(f.approaches.count, "approach", "approaches")) to \(count(f.distinctTargets, "person", "people")) in \(span(f.approaches))"
      if f.departments > 2, f[.departments] > 0.4 { text += " of \(f.departments) departments" }
      if f[.oddHours] > 0.5 { text += ", mostly at hours when the platform sleeps" }
      if f[.single] > 0 {
        text = "sent one message to one person in a sensitive role"
      } else if f[.sensitive] >= 0.5 {
        text += ", most of them in sensitive roles"
      }
      if f.reported > 0 { text += ", and was reported \(f.reported == 1 ? "once" : "\(f.reported) times")" }
      return text
    case .lure:
      if f.lureHost == nil, f[.bait] > 0 {
        return
          "sent links to what runs when it is opened, or that hide where they lead, in \(count(f.linkedApproaches, "message", "messages"))"
      }
      if let host = f.lureHost { return "sent links to \(host), which imitates \(organisation)" }
      return
        "sent links that belong neither to its employer nor to its own page in \(count(f.linkedApproaches, "message", "messages"))"
    case .campaign:
      let what =
        switch f.sharedWhat {
        case .avatar, .picture: "picture"
        case .bio, .bioWording: "biography"
        case .link: "link"
        case .host: "place that its links lead to"
        case .wording: "wording"
        }
      return
        "shares a \(what) with \(count(f.sharedWith, "other account", "other accounts")), which together do what each alone does too little of"
    }
  }

  /// What would have been usual.
  func usual(_ analytic: PersonaAnalytic, _ f: PersonaFindings) -> String {
    switch analytic {
    case .affiliationClaim: "the accounts of \(organisation)'s people are on its roster"
    case .brand: "the organisation's own accounts are listed by their handles"
    case .lookalike: "namesakes have a face, an employer and a story of their own"
    case .newAccount: "accounts that approach its people are mostly years old"
    case .changed: "people who rename themselves keep their first name, their picture or their trade"
    case .takeover: "an account keeps to the way in which it has written before"
    case .outreach:
      f.usualReach.map { "an account of this platform reaches \(count(Int($0), "person", "people")) over weeks" }
        ?? "others reach a handful of people over weeks"
    case .lure: "those who write for a company link to that company"
    case .campaign: "pictures and links are shared by the staff of one company or by nobody"
    }
  }

  func reason(_ analytic: PersonaAnalytic, _ f: PersonaFindings, _ name: String) -> String {
    "\(name) \(seen(analytic, f)); usually \(usual(analytic, f))."
  }

  /// One sentence for all: the strongest first.
  func summary(_ analytics: [PersonaAnalytic], _ f: PersonaFindings, _ name: String) -> String {
    guard let first = analytics.first else {
      return "\(name) shows nothing of what impostors show; such accounts are usual."
    }
    return name + " " + analytics.prefix(4).map { seen($0, f) }.joined(separator: "; it ")
      + "; usually \(usual(first, f))."
  }
}
