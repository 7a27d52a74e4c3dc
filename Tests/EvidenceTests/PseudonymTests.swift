import Evidence
import JSON
import Testing

@Suite("Pseudonyms of persons outside the roster")
struct PseudonymTests {
  private let key = Array("a key of at least sixteen bytes".utf8)

  private var roster: Roster {
    var roster = Roster()
    roster.organisation.domains = ["tarn.example"]
    roster.organisation.handles = ["tarn_news"]
    var person = Person(id: "e1", name: "Ana Ruiz")
    person.emails = ["ana@home.example"]
    person.accounts = [RosterAccount(platform: "linkedin", accountID: "ana", handle: "Ana.Ruiz")]
    roster.people = [person]
    return roster
  }

  private func made() throws -> Pseudonyms { try #require(Pseudonyms(key: key, roster: roster)) }

  private func persona(_ id: String = "jane", handle: String = "Jane.Doe") -> PersonaObservation {
    var o = PersonaObservation(
      head: ObservationHead(id: "record", time: Timestamp(nanoseconds: 1), extra: #"{"note":"Jane"}"#),
      platform: "linkedin", accountID: id, handle: handle, displayName: "Jane Doe")
    o.bio = "Jane keeps bees"
    o.url = "https://janedoe.example/"
    o.links = ["https://janedoe.example/bees"]
    o.location = "Janetown"
    o.employer = "Tarn"
    o.avatarSHA256 = String(repeating: "ab", count: 32)
    return o
  }

  private func text(_ o: Observation) -> String {
    var w = JSONWriter()
    o.write(to: &w)
    return w.text
  }

  // Expected: the first digits of HMAC-SHA-256 by Python's hmac, of the kind, a zero byte and the text.
  @Test("A pseudonym is the beginning of an HMAC-SHA-256")
  func values() throws {
    let pseudonyms = try made()
    #expect(pseudonyms.account("linkedin", "jane") == "p-12d818501a29c8060fe0")
    #expect(pseudonyms.handle("linkedin", "@Jane.Doe") == "p-fc30aaf880c3e552264a")
    #expect(pseudonyms.name("Jane Doe") == "p-c1a864480969bdbc0545")
    guard case .persona(let o) = pseudonyms.shown(.persona(persona())) else { return }
    #expect(o.avatarSHA256 == "2ec5dacec122e990a83ffc3cc443349fbcaad068e39868e25f5a647c12033737")
  }

  @Test("Another key makes other pseudonyms, and one that is too short makes none")
  func keys() throws {
    let other = try #require(Pseudonyms(key: Array("another key of enough bytes".utf8), roster: roster))
    #expect(other.name("Jane Doe") != (try made().name("Jane Doe")))
    #expect(Pseudonyms(key: Array("fifteen bytes!!".utf8), roster: roster) == nil)
  }

  @Test("Nothing of a stranger's names, words and pages is in what is stored; what it claims is")
  func hidden() throws {
    let pseudonyms = try made()
    let written = text(pseudonyms.shown(pseudonyms.entering(.persona(persona()))))
    for word in ["Jane", "jane", "bees", "abab", #""id":"record""#] { #expect(!written.contains(word), "\(word)") }
    #expect(written.contains(#""employer":"Tarn""#))

    var approach = OutreachObservation(
      head: ObservationHead(id: "r", time: Timestamp(nanoseconds: 1)), platform: "linkedin", kind: .directMessage,
      from: Party(accountID: "jane", handle: "Jane.Doe"), to: Party(email: "Jane@Elsewhere.example"))
    approach.text = "I am Jane"
    approach.links = ["http://lure.example/"]
    let told = text(pseudonyms.shown(pseudonyms.entering(.outreach(approach))))
    #expect(!told.lowercased().contains("jane"))
    #expect(told.contains("http://lure.example/"))
    let change = PersonaChangeObservation(
      head: ObservationHead(id: "c", time: Timestamp(nanoseconds: 1)), platform: "linkedin", accountID: "jane",
      field: "display_name")
    var renamed = change
    renamed.from = "Jane Doe"
    guard case .personaChange(let o) = pseudonyms.shown(pseudonyms.entering(.personaChange(renamed))) else { return }
    #expect(o.from == pseudonyms.name("Jane Doe"))
    #expect(o.accountID == pseudonyms.account("linkedin", "jane"))
  }

  @Test("The same account has the same pseudonym in all of its records, and the same record the same id")
  func joined() throws {
    let pseudonyms = try made()
    guard case .persona(let first) = pseudonyms.entering(.persona(persona())),
      case .persona(let again) = pseudonyms.entering(.persona(persona())),
      case .outreach(let approach) = pseudonyms.entering(
        .outreach(
          OutreachObservation(
            head: ObservationHead(id: "r", time: Timestamp(nanoseconds: 2)), platform: "linkedin", kind: .follow,
            from: Party(accountID: "jane"), to: Party(employee: "e1"))))
    else { return }
    #expect(first.accountID == approach.from.accountID)
    #expect(first.head.id == again.head.id)
    #expect(first.head.id.utf8.count == 64)
    // What was stored once is not replaced twice.
    guard case .persona(let past) = pseudonyms.entering(.persona(first), isPast: true) else { return }
    #expect(past.accountID == first.accountID && past.head.id == first.head.id)
  }

  @Test("People of the roster, the organisation's own accounts and addresses stay what they are")
  func known() throws {
    let pseudonyms = try made()
    for o in [persona("ana"), persona("other", handle: "@ANA.ruiz"), persona("x", handle: "tarn_news")] {
      #expect(text(pseudonyms.shown(pseudonyms.entering(.persona(o)))) == text(.persona(o)))
    }
    for party in [Party(email: "ana@home.example"), Party(email: "Desk@tarn.example"), Party(employee: "e1")] {
      let approach = OutreachObservation(
        head: ObservationHead(id: "r", time: Timestamp(nanoseconds: 1)), platform: "mail", kind: .email,
        from: Party(accountID: "jane"), to: party)
      guard case .outreach(let o) = pseudonyms.shown(pseudonyms.entering(.outreach(approach))) else { return }
      #expect(o.to == party)
    }
  }

  @Test("An account is asked for by its pseudonym or by what its platform calls it")
  func asked() throws {
    let pseudonyms = try made()
    let stored = AccountKey(platform: "linkedin", accountID: pseudonyms.account("linkedin", "jane"))
    #expect(pseudonyms.asked(stored) == stored)
    #expect(pseudonyms.asked(AccountKey(platform: "linkedin", accountID: "jane")) == stored)
    let known = AccountKey(platform: "linkedin", accountID: "ana")
    #expect(pseudonyms.asked(known) == known)
  }
}
