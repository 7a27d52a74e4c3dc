import Testing

@testable import Analytics

@Suite("How messages are worded")
struct WordingTests {
  private let templates = [
    "Hello {0}, the department asked me to share the revised scheme before Friday, please confirm that you can open it",
    "Dear {0}, I have been following your work for some time and would be glad to tell you about a role in our team",
    "{0}, the supplier is still waiting for an answer about the open invoice from last month, could you look at it today",
    "Sehr geehrte {0}, für einen unserer Kunden suchen wir jemanden mit Ihrer Erfahrung und würden gern mit Ihnen sprechen",
    "Hola {0}, estamos preparando el encuentro anual y nos gustaría contar con su opinión sobre los temas de este año",
    "Добрый день {0}, мы готовим ежегодную встречу и хотели бы узнать ваше мнение о темах, которые важны в этом году",
  ]

  @Test("One template with other names is worded alike more often than not")
  func names() throws {
    let people = ["Ada", "Björn", "Chidi", "Dara", "Ελένη", "Farid", "Guo", "Иван"]
    var alike = 0
    var pairs = 0
    for template in templates {
      let said = try people.map { try #require(Wording(template.replacing("{0}", with: $0))) }
      for (i, a) in said.enumerated() {
        for b in said.dropFirst(i + 1) {
          pairs += 1
          if a.shared(b) >= 2 { alike += 1 }
        }
      }
    }
    #expect(alike * 2 > pairs)
  }

  @Test("Texts that have nothing in common share no two bands")
  func unlike() throws {
    let a = try #require(Wording("We met at the fair last spring and talked about looms and dyes"))
    let b = try #require(Wording("Your parcel could not be delivered, choose another day for it here"))
    #expect(a.shared(b) < 2)
  }

  @Test("Case, marks, figures and links change nothing")
  func folded() throws {
    let a = try #require(Wording("Please pay the INVOICE 4711 by Friday, thank you https://one.example/a"))
    let b = try #require(Wording("please pay the invoice 9932 by friday, thank you http://other.test/b/c?d=e"))
    #expect(a == b)
  }

  @Test(
    "A greeting says nothing of who wrote it", arguments: ["", "Hi!", "Thanks for the talk", "https://a.example/b"])
  func short(text: String) { #expect(Wording(text) == nil) }

  @Test("Words without spaces between them are words")
  func ideographs() { #expect(Wording("この請求書を至急確認していただけますか") != nil) }
}
