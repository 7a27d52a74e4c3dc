import Testing

@testable import Analytics

@Suite("Handles and nicknames")
struct HandleNameTests {
  @Test(
    "A handle that spells a name is read, whatever stands between and behind",
    arguments: [
      "guilherme.barroso", "barroso_guilherme", "guilhermebarroso93", "guilherme-barroso-1d36",
      "Guilherme.Barroso@fedi.example", "guiIhermebarroso",
    ])
  func spelled(handle: String) {
    let forms = HandleName.forms(of: PersonName("Guilherme Barroso"))
    #expect(HandleName.readings(of: handle).contains { forms.contains($0) })
  }

  @Test("A handle of figures or of two letters spells nobody", arguments: ["4711", "gb", "@", ""])
  func unread(handle: String) { #expect(HandleName.readings(of: handle).isEmpty) }

  @Test("Names in brackets of doubled parts are read in every order they are written")
  func doubled() {
    let forms = HandleName.forms(of: PersonName("Anna-Lena Rautenberg"))
    #expect(HandleName.readings(of: "annalena.rautenberg").contains { forms.contains($0) })
  }

  @Test(
    "Familiar forms stand for one name",
    arguments: [
      ("Bob Fairweather", "Robert Fairweather"), ("Katja Lind", "Ekaterina Lind"), ("Bill Ash", "Guillaume Ash"),
    ])
  func familiar(a: String, b: String) { #expect(PersonName(a).familiar == PersonName(b).familiar) }
}
