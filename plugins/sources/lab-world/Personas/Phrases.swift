/// What people write: biographies and messages, in our own words.

struct Phrases {
  let random: LabRandom

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

  /// An approach without a purpose.
  func greeting(_ name: String) -> String {
    switch random.below(6) {
    case 0: "Hi \(name), good to see you at the trade fair. Let's stay in touch."
    case 1: "Hello \(name)! We have some contacts in common, happy to connect."
    case 2: "\(name), I enjoyed your post about tolerances. May I connect?"
    case 3: "Hi, we studied in the same year, I think. Small world!"
    case 4: "Would love to have you in my network."
    default: "Thanks for the talk last week, \(name)."
    }
  }

  func recruiting(_ name: String, _ company: String) -> String {
    switch random.below(4) {
    case 0: "Hi \(name), I recruit for optics roles at \(company). Open to a short call this month?"
    case 1: "\(name), a client of \(company) looks for someone with your background. Interested?"
    case 2: "Hello \(name), I look after engineering searches at \(company) and would like to connect."
    default: "We have a position that could suit you. Details on request. \(company)"
    }
  }

  func selling(_ name: String, _ company: String) -> String {
    switch random.below(4) {
    case 0: "Hi \(name), \(company) helps plants like yours cut scrap. Could I show you how in 15 minutes?"
    case 1: "\(name), our new catalogue is out. Which of your colleagues decides on consumables? \(company)"
    case 2: "Following up on the quote from \(company). Any questions, \(name)?"
    default: "Invitation to the spring webinar of \(company): surface inspection without contact."
    }
  }

  /// What someone writes who wants a click.
  func lure(_ name: String) -> String {
    switch random.below(6) {
    case 0: "\(name), HR asked me to share the revised bonus scheme before Friday, please confirm you can open it:"
    case 1: "Hi \(name), the travel policy changed, your signature is missing here:"
    case 2: "Could you check this invoice quickly? The supplier is waiting for us:"
    case 3: "\(name), is this you in the photo? Someone posted it about our company:"
    case 4: "I put the interview pack for you here, the password is your first name:"
    default: "New starter list for your team, please look over it today:"
    }
  }

  func urgent(_ chief: String, _ name: String) -> String {
    switch random.below(3) {
    case 0: "\(name), are you at your desk? I need something handled discreetly before noon. \(chief)"
    case 1: "This is \(chief) on my private account, I am in a meeting and cannot call. Can you make a payment today?"
    default: "Please send me your mobile number, it is about a confidential acquisition. \(chief)"
    }
  }
}
