/// What people write: biographies and messages, in our own words.

struct Phrases {
  let random: LabRandom
  /// The language of the house: most of what is written to its people is written in it.
  let tongue: String

  private static let hobbies = [
    "Long runs, short meetings.", "Gardener of unruly tomatoes.", "Choir on Tuesdays.", "Amateur astronomer.",
    "Two kids, one dog, no sleep.", "I restore old radios.", "Sourdough and spreadsheets.",
    "Sailing when the wind allows.",
    "Chess, badly.", "Views are mine.", "Collects maps.", "Coffee first.", "Learning the cello at forty.",
    "Hiking boots by the door.", "Board games and bad puns.",
  ]
  private static let foreign: [String: [String]] = [
    "de": ["Am liebsten draußen unterwegs.", "Technik, Kaffee, Fahrrad.", "Hier privat."],
    "fr": ["Curieux de tout, expert en rien.", "La montagne avant tout.", "Mes propos n'engagent que moi."],
    "es": ["Aprendiendo cada día.", "Amante del mar y de los libros.", "Opiniones propias."],
    "pl": ["Rower, góry i dobra kawa.", "Piszę prywatnie.", "Zawsze w drodze."],
    "cs": ["Knihy, kolo, káva.", "Názory jsou moje."],
    "tr": ["Deniz, kitap ve kahve.", "Görüşler bana aittir."],
    "nl": ["Fietsen door weer en wind.", "Op persoonlijke titel."],
    "no": ["Ski om vinteren, båt om sommeren.", "Egne meninger."],
    "el": ["Θάλασσα και βιβλία.", "Προσωπικές απόψεις."],
    "uk": ["Гори, кава, книжки.", "Думки мої власні."],
    "ar": ["أحب القراءة والسفر.", "الآراء شخصية."],
    "zh": ["喜欢摄影和徒步。", "观点仅代表个人。"],
    "ja": ["写真と山歩きが好きです。", "発言は個人の見解です。"],
    "hi": ["किताबें और चाय।", "विचार मेरे अपने हैं।"],
  ]
  static let companies = [
    "Harrowgate Logistics", "Bluefen Energy", "Castor Dental", "Mirefield Council", "Pellucid Labs", "Quarrystone Bank",
    "Rimefrost Foods", "Saltmarsh Media", "Tern Aviation", "Umbel Pharma", "Verdigris Paint", "Wickerby Schools",
    "Yarrow Insurance", "Zephyr Rail", "Ostrava Steelworks", "Atelier Lune", "Fjordkraft Data", "Hanse Glaswerk",
    "Costa Verde Fruit", "Anatolia Textiles", "Deccan Software", "Kansai Motors", "Nile Ceramics", "Dnipro Agro",
  ]
  static let trades = [
    "Nurse", "Teacher", "Data Analyst", "Bus Driver", "Software Developer", "Warehouse Lead", "Architect", "Chef",
    "Project Manager", "Electrician", "Product Designer", "Accountant", "Paralegal", "Photographer", "Civil Engineer",
  ]

  func hobby(_ language: String) -> String {
    if let own = Self.foreign[language], random.chance(0.6) { return random.pick(own) }
    return random.pick(Self.hobbies)
  }

  func work(_ title: String, _ company: String) -> String {
    switch random.below(4) {
    case 0: "\(title) at \(company)."
    case 1: "\(title), \(company)"
    case 2: "\(company) · \(title)"
    default: "Working as \(title.lowercased()) for \(company)."
    }
  }

  /// A text of a kind, in the house's language or in English.
  private func text(_ kind: KeyPath<LabTongue, [String]>) -> String {
    let own = LabTongue.all[tongue]
    return random.pick((random.chance(0.7) ? own ?? .english : .english)[keyPath: kind])
  }

  /// `{0}` is the first name of who is written to, `{1}` the company or the person who writes.
  static func filled(_ text: String, _ name: String, _ other: String = "") -> String {
    var out = ""
    var rest = text[...]
    while let brace = rest.firstIndex(of: "{") {
      out += rest[..<brace]
      rest = rest[brace...]
      out += rest.hasPrefix("{0}") ? name : other
      rest = rest.dropFirst(3)
    }
    return out + rest
  }

  /// An approach without a purpose.
  func greeting(_ name: String) -> String { Self.filled(text(\.greetings), name) }
  func recruiting(_ name: String, _ company: String) -> String { Self.filled(text(\.recruiting), name, company) }
  func selling(_ name: String, _ company: String) -> String { Self.filled(text(\.selling), name, company) }

  /// What someone writes who wants a click.
  func lure(_ name: String) -> String { Self.filled(lureTemplate(), name) }
  func lureTemplate() -> String { text(\.lures) }

  /// What someone writes who wants money, in a chief's name.
  func urgent(_ chief: String, _ name: String) -> String { Self.filled(text(\.urgent), name, chief) }
}
