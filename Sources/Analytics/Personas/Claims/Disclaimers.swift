/// Words by which an account says that it does not, or does no longer, speak for the organisation it names.

/// Read as whole words in base letters. The list helps where a language is in it; what decides without it is the
/// structure: an employer that is another company, a name of the organisation that goes on into another name.
enum Disclaimers {
  enum Kind: Sendable { case former, unofficial, aspirant, supplier }

  static let words: [String: Kind] = {
    let lists: [(Kind, String)] = [
      (
        .former,
        """
        ex former formerly previously past alumni alumnus alumna retired ehemals ehemalig ehemalige ehemaliger früher ancien
        ancienne anciennement antiguo antigua exempleado exempleada anteriormente antigo antiga precedentemente tidligere
        tidigare entinen voormalig voorheen były była dawniej bývalý bývalá dříve fost fostă бывший бывшая ранее экс
        колишній колишня раніше екс πρώην eski önceden emekli pensionista pensionné rentner
        """
      ),
      (
        .unofficial,
        """
        parody unofficial satire fan fans fanpage supporters volunteers community tribute parodie inoffiziell officieux parodia
        satira satiren inofficiell uoffisiell epävirallinen onofficieel nieoficjalny nieoficjalne neoficiální пародия
        неофициальный неофициальная пародія неофіційний παρωδία ανεπίσημο parodi gayriresmi hayran unaffiliated
        """
      ),
      (
        .aspirant,
        """
        intern internship student hope aspiring incoming trainee praktikant praktikantin studentin étudiant étudiante stagiaire
        becario estudiante estagiário estudante tirocinante studente studentessa stażysta praktykant stážista stajyer öğrenci
        стажер студент студентка стажёр стажист φοιτητής φοιτήτρια ασκούμενος stagist
        """
      ),
      (
        .supplier,
        """
        contractor freelance freelancer consultant client customer supplier vendor berater beraterin lieferant kunde fournisseur
        prestataire proveedor cliente fornitore consulente leverancier konsulent konsult dostawca dodavatel konzultant
        поставщик подрядчик консультант постачальник підрядник σύμβουλος danışman tedarikçi autónomo
        """
      ),
    ]
    var out: [String: Kind] = [:]
    for (kind, list) in lists {
      for word in list.split(whereSeparator: \.isWhitespace) { out[TextFolding.shared.base(word)] = kind }
    }
    return out
  }()

  /// Runs of ideographs that say the same.
  static let ideographs: [(text: String, kind: Kind)] = [
    ("前", .former), ("元", .former), ("曾任", .former), ("非官方", .unofficial), ("粉丝", .unofficial), ("非公式", .unofficial),
    ("实习", .aspirant), ("学生", .aspirant), ("供应商", .supplier), ("顾问", .supplier),
  ]

  /// The first kind among the words, and `partner of` for suppliers (a business partner in HR is none).
  static func kind(in words: [Word]) -> Kind? {
    for (i, word) in words.enumerated() {
      if let kind = self.words[word.base] { return kind }
      if word.base == "partner", i + 1 < words.count, i == 0 || words[i - 1].base != "business" {
        if ["of", "von", "de", "di", "do", "van", "av", "to"].contains(words[i + 1].base) { return .supplier }
      }
      if word.base == "not", i + 1 < words.count, words[i + 1].base.hasPrefix("affiliat") { return .unofficial }
    }
    guard words.contains(where: { $0.base.unicodeScalars.first?.isIdeograph == true }) else { return nil }
    let joined = words.map(\.base).joined()
    return ideographs.first { joined.contains($0.text) }?.kind
  }
}
