/// Names of many languages, by the common stock of each; none is meant for a person.

/// A person's name as written and in Latin letters.
struct LabName: Hashable {
  var full: String
  var given: String
  var family: String
  var language: String
}

/// Given and family names of a language; `written=latin` where the script is another, or where Latin has no such letter.
struct NameStock: Sendable {
  let language: String
  let given: [String]
  let family: [String]
  /// The family name comes first.
  var familyFirst = false

  init(_ language: String, _ given: String, _ family: String, familyFirst: Bool = false) {
    self.language = language
    self.given = given.split(separator: " ").map(String.init)
    self.family = family.split(separator: " ").map(String.init)
    self.familyFirst = familyFirst
  }

  func name(_ random: LabRandom) -> LabName {
    var given = Self.parts(random.pick(given))
    var family = Self.parts(random.pick(family))
    // Two given names, or the names of both parents.
    if !familyFirst, random.chance(0.25) {
      let another = Self.parts(random.pick(random.chance(0.5) ? self.given : self.family))
      if self.given.contains(where: { Self.parts($0).written == another.written }) {
        if another.written != given.written {
          given = ("\(given.written)-\(another.written)", "\(given.latin)-\(another.latin)")
        }
      } else if another.written != family.written {
        family = ("\(family.written)-\(another.written)", "\(family.latin)-\(another.latin)")
      }
    }
    let full = familyFirst ? family.written + given.written : given.written + " " + family.written
    return LabName(full: full, given: given.latin, family: family.latin, language: language)
  }

  private static func parts(_ text: String) -> (written: String, latin: String) {
    let halves = text.split(separator: "=").map(String.init)
    return (halves[0], halves.count > 1 ? halves[1] : plain(halves[0]))
  }

  /// Latin letters without their marks.
  static func plain(_ text: String) -> String {
    var out = ""
    for character in text { out += marks[character] ?? String(character) }
    return out
  }

  private static let marks: [Character: String] = [
    "á": "a", "à": "a", "â": "a", "ä": "ae", "ã": "a", "å": "a", "ą": "a", "é": "e", "è": "e", "ê": "e", "ë": "e",
    "ę": "e", "ě": "e", "í": "i", "î": "i", "ï": "i", "ı": "i", "İ": "I", "ó": "o", "ò": "o", "ô": "o", "ö": "oe",
    "õ": "o", "ø": "o", "ú": "u", "û": "u", "ü": "ue", "ů": "u", "ý": "y", "ç": "c", "č": "c", "ć": "c", "ñ": "n",
    "ń": "n", "ň": "n", "ř": "r", "š": "s", "ś": "s", "ş": "s", "ž": "z", "ż": "z", "ź": "z", "ł": "l", "Ł": "L",
    "ğ": "g", "ß": "ss", "Ö": "Oe", "Ü": "Ue", "Ä": "Ae", "Å": "A", "Ø": "O", "É": "E", "Ç": "C", "Č": "C", "Š": "S",
    "Ş": "S", "Ž": "Z", "Ř": "R", "Ś": "S", "Á": "A", "Í": "I", "ť": "t", "ď": "d", "æ": "ae",
  ]

  /// Weights by repetition: the organisation sits in the north-west of Europe and deals with everybody.
  static func any(_ random: LabRandom) -> NameStock { all[min(random.below(all.count), random.below(all.count + 3))] }

  /// Of those whom a house mostly meets, as often as `share` says.
  static func any(_ random: LabRandom, of house: LabHouse, _ share: Double) -> NameStock {
    guard random.chance(share) else { return any(random) }
    let language = random.pick(house.languages)
    return all.first { $0.language == language } ?? any(random)
  }

  static let all: [NameStock] = [
    NameStock(
      "en",
      "Imogen Rowan Alasdair Beatrix Callum Daphne Edmund Freya Gareth Harriet Isla Jasper Keira Lachlan Maeve Niall Ottilie Piers Rosalind Tobias Una Wilfred",
      "Ashdown Birkett Colfax Dunmore Ellery Fairweather Garrick Holloway Inglewood Jessop Kelsall Lockhart Marchbank Netherby Oakshott Penhallow Quested Redfern Stanyon Thackery Umber Wetherell"
    ),
    NameStock(
      "de",
      "Annegret Bastian Cornelius Dorothea Eckhard Friederike Gereon Hannelore Ingmar Jördis Konrad Leonie Merle Norbert Ottmar Ronja Sönke Thekla Ulrich Wiebke",
      "Achterberg Brüggemann Clasen Dörrfuß Eschenbach Feldhaus Grünwald Heckenroth Immenhof Jürgens Kesselring Lindenau Möllering Niederhoff Osterkamp Püttmann Quandel Rautenberg Schönefeld Tiedemann"
    ),
    NameStock(
      "fr",
      "Anaïs Baptiste Clémence Damien Élodie Fabrice Gaëlle Hugues Inès Jérôme Lucile Maxence Noémie Octave Perrine Quentin Romane Sylvain Tiphaine Yannick",
      "Aubertin Beauvallon Chastagner Delorme Escoffier Fontenelle Grandjean Hautecœur Joubert Lacombe Mercadier Noailles Perrault Rochefort Saint-Clair Thévenot Vasseur Vidalenc"
    ),
    NameStock(
      "es",
      "Adrián Begoña César Dolores Esteban Fátima Gonzalo Herminia Íñigo Julieta Leandro Maite Nicanor Olalla Paloma Rodrigo Soledad Tomás Ximena",
      "Arrieta Benavides Carrasquilla Domínguez Echeverri Fuenmayor Galarraga Huidobro Iriarte Jaramillo Lizárraga Montesdeoca Navascués Ordóñez Peñalver Quiroga Restrepo Sepúlveda Urrutia"
    ),
    NameStock(
      "pl",
      "Agnieszka Bogumił Celina Dobrosława Eryk Gabriela Halina Igor Jagoda Kajetan Ludmiła Mirosław Nadzieja Olgierd Przemysław Rozalia Sławomir Teodozja Wiesław Żaneta",
      "Adamowicz Bielawski Chmielnik Drzewiecki Falkowski Gawroński Jabłonowski Kruszyński Lewandowicz Malinowski Ostrowicz Pawlikowski Rogoziński Szymborek Tarnawski Wierzbicki Zawadzki Żurawski"
    ),
    NameStock(
      "cs",
      "Alžběta Bohumil Čeněk Drahomíra Emil František Gizela Hynek Ivana Jaromír Květa Luboš Milada Ondřej Růžena Štěpán Vlasta Zbyněk",
      "Bělohlávek Čapek Dostál Fiala Hrubý Janáček Kopřiva Lhoták Mikuláš Navrátil Pospíchal Říha Sedláček Tichý Urban Vondráček Zelenka"
    ),
    NameStock(
      "tr",
      "Aylin Barış Cansu Demir Ebru Ferhat Gülşen Hakan İpek Kaan Lale Mert Nazlı Onur Pınar Rüzgar Selin Tuğba Umut Yağmur",
      "Akçay Bozkurt Çelik Dağdelen Erdoğmuş Güneş Ilıcak Karadağ Kılıçaslan Özkan Öztürk Sarıoğlu Şimşek Taşkın Uysal Yıldırım"
    ),
    NameStock(
      "nl",
      "Anneloes Bram Coen Dagmar Evert Femke Gijs Hanneke Joris Kirsten Lieke Maarten Noortje Pleun Roel Sanne Teun Wouter",
      "Achterhuis Bakhuizen Dijkgraaf Evertsen Groeneveld Hoogland Kloosterman Langeveld Mulderij Nieuwland Oosterhof Poelstra Roozendaal Schuurman Terpstra Veldkamp Wolters Zandstra"
    ),
    NameStock(
      "no",
      "Asbjørn Bodil Dagfinn Eirik Frøydis Gunnhild Håkon Ingeborg Jorunn Ketil Liv Magnhild Njål Oddvar Ragnhild Sigurd Torunn Vidar",
      "Aasheim Bjørnstad Dalseth Engebakk Fjeldberg Grønli Haugland Iversrud Kvamme Lundegård Myklebost Nordskog Opsahl Rønning Skogheim Tveitan Vestby"
    ),
    NameStock(
      "el",
      "Ανδρέας=Andreas Βασιλική=Vasiliki Γεώργιος=Georgios Δήμητρα=Dimitra Ελευθερία=Eleftheria Ζωή=Zoi Ιωάννης=Ioannis Κατερίνα=Katerina Λεωνίδας=Leonidas Μαρίνα=Marina Νικόλαος=Nikolaos Σταύρος=Stavros",
      "Αλεξίου=Alexiou Βλάχος=Vlachos Γαλάνης=Galanis Δημητρίου=Dimitriou Ζαφειρίου=Zafeiriou Καραγιάννης=Karagiannis Λάμπρου=Lamprou Μακρής=Makris Παππάς=Pappas Ρούσσος=Roussos"
    ),
    NameStock(
      "uk",
      "Андрій=Andrii Богдана=Bohdana Василь=Vasyl Дарина=Daryna Євген=Yevhen Зоряна=Zoriana Ігор=Ihor Катерина=Kateryna Леся=Lesia Мирослава=Myroslava Назар=Nazar Остап=Ostap",
      "Бондаренко=Bondarenko Василенко=Vasylenko Гончар=Honchar Демчук=Demchuk Кравець=Kravets Литвин=Lytvyn Мельничук=Melnychuk Павленко=Pavlenko Савчук=Savchuk Ткаченко=Tkachenko"
    ),
    NameStock(
      "ru",
      "Аркадий=Arkady Василиса=Vasilisa Герман=German Евдокия=Evdokia Захар=Zakhar Ирина=Irina Кирилл=Kirill Лидия=Lidia Матвей=Matvey Нина=Nina Прохор=Prokhor Раиса=Raisa Степан=Stepan Ульяна=Ulyana Фёдор=Fyodor",
      "Белозёров=Belozyorov Воронцов=Vorontsov Громов=Gromov Дубровский=Dubrovsky Ермаков=Yermakov Журавлёв=Zhuravlyov Зимин=Zimin Калинин=Kalinin Лебедев=Lebedev Морозов=Morozov Оленин=Olenin Рябинин=Ryabinin Соколов=Sokolov Туманов=Tumanov Хлебников=Khlebnikov Шубин=Shubin"
    ),
    NameStock(
      "ar",
      "أمين=Amin بشرى=Bushra جميل=Jamil حنان=Hanan خالد=Khaled رشا=Rasha سامي=Sami طارق=Tarek ليلى=Layla منى=Mona",
      "الأنصاري=Alansari البستاني=Albustani الجابري=Aljabri الحداد=Alhaddad الخطيب=Alkhatib الزهراني=Alzahrani الشريف=Alsharif القاسم=Alqasim"
    ),
    NameStock(
      "zh", "伟=Wei 芳=Fang 静=Jing 磊=Lei 敏=Min 强=Qiang 婷=Ting 晓明=Xiaoming 雨桐=Yutong 子轩=Zixuan",
      "陈=Chen 邓=Deng 冯=Feng 郭=Guo 何=He 江=Jiang 林=Lin 宋=Song 吴=Wu 赵=Zhao", familyFirst: true),
    NameStock(
      "ja", "葵=Aoi 大輔=Daisuke 恵子=Keiko 健太=Kenta 真由美=Mayumi 直樹=Naoki 亮=Ryo 翔=Sho 美咲=Misaki 優子=Yuko",
      "青木=Aoki 藤田=Fujita 橋本=Hashimoto 石井=Ishii 川口=Kawaguchi 中島=Nakajima 小川=Ogawa 坂本=Sakamoto 高田=Takada 吉村=Yoshimura",
      familyFirst: true),
    NameStock(
      "hi", "अंजलि=Anjali अर्जुन=Arjun दीपक=Deepak कविता=Kavita मनीष=Manish नेहा=Neha प्रिया=Priya रोहन=Rohan",
      "अग्रवाल=Agarwal भटनागर=Bhatnagar चोपड़ा=Chopra देसाई=Desai कपूर=Kapoor मेहरा=Mehra नायर=Nair सक्सेना=Saxena"),
  ]
}

extension LabName {
  /// The usual forms of a handle.
  func handle(_ random: LabRandom) -> String {
    let g = given.lowercased().filter { $0 != "-" }
    let f = family.lowercased().filter { $0 != "-" }
    switch random.below(6) {
    case 0: return "\(g).\(f)"
    case 1: return "\(g)\(f)"
    case 2: return "\(g.prefix(1))\(f)"
    case 3: return "\(g)-\(f)-\(random.hex(4))"
    case 4: return "\(f)\(random.within(3...99))"
    default: return "\(g)_\(f)"
    }
  }

  /// Of `a.b@`.
  var mailbox: String { "\(given).\(family)".lowercased().filter { $0.isASCII && $0 != "'" } }
}
