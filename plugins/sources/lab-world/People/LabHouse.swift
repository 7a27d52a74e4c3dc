/// The organisations that a world can be about: what is fixed of each, so that no analytic fits one name or language.

/// An organisation before anybody works there.
public struct LabHouse: Sendable, Equatable {
  /// What the lab calls it.
  public let key: String
  /// As it is written; the first is the whole name.
  public let names: [String]
  let domains: [String]
  let handles: [String]
  /// What it makes or does, for biographies.
  let trade: String
  /// Languages that most of its people's names come from.
  let languages: [String]
  /// The language in which it is written to, where a phrase exists in it.
  let tongue: String
  /// Companies that have a part of its name by chance.
  let similar: [String]
  /// Hosts that imitate its own.
  let imitations: [String]
  let relations: [(kind: String, name: String, domain: String)]

  var name: String { names[0] }
  /// The name by which it goes.
  var shortName: String { names[1] }
  var domain: String { domains[0] }

  public static func == (a: LabHouse, b: LabHouse) -> Bool { a.key == b.key }

  /// The one of the story.
  public static let tarnwell = LabHouse(
    key: "tarnwell", names: ["Tarnwell Instruments", "Tarnwell", "Tarnwell Instruments Ltd"],
    domains: ["tarnwell.example", "tarnwell-instruments.example"],
    handles: ["tarnwell", "tarnwell_careers", "tarnwellsupport"], trade: "precision optics",
    languages: ["en", "de", "fr", "nl", "no"], tongue: "en",
    similar: ["Tarnwell Bakery", "Barnwell Instruments", "Tarnwood Instrument Hire", "Cornwell"],
    imitations: [
      "tarnwe1l.example", "tarnwell-portal.example", "tarnwellinstruments.test", "sso-tarnwell.example",
      "tarnwel.example",
    ],
    relations: [
      ("recruiter", "Calder & Voss Search", "caldervoss.example"),
      ("recruiter", "Brightmoor Talent", "brightmoor.example"),
      ("vendor", "Sable Photonics", "sablephotonics.example"),
      ("vendor", "Kestrel Cleanroom Supply", "kestrelcleanroom.example"),
      ("vendor", "Northlight Software", "northlight.example"),
      ("partner", "Institute for Applied Optics Veldhaven", "iao-veldhaven.example"),
      ("partner", "Orbis Metrology", "orbismetrology.example"),
      ("marketing", "Plum & Anchor Studio", "plumanchor.example"),
      ("press", "The Photon Ledger", "photonledger.example"),
    ])

  /// A family business whose name is a person's.
  public static let moellendorf = LabHouse(
    key: "moellendorf", names: ["Möllendorf Feinmechanik GmbH", "Möllendorf", "Möllendorf Feinmechanik"],
    domains: ["moellendorf.example", "moellendorf-feinmechanik.example"],
    handles: ["moellendorf", "moellendorf_karriere"], trade: "Feinmechanik", languages: ["de", "pl", "cs", "tr"],
    tongue: "de",
    similar: ["Autohaus Möllendorf", "Möllers Feinkost", "Hotel Schloss Möllendorf", "Mellendorf Transporte"],
    imitations: [
      "xn--mllendorf-07a.test", "moellendorf-login.example", "moelendorf.example", "moellendorf.portal.test",
      "rn0ellendorf.example",
    ],
    relations: [
      ("recruiter", "Personalwerk Anders", "personalwerk-anders.example"),
      ("recruiter", "Kopf & Kragen", "kopfundkragen.example"),
      ("vendor", "Stahlhandel Ruppert", "ruppert.example"), ("vendor", "Nordsoft", "nordsoft.example"),
      ("partner", "Institut für Mikrotechnik Gehlen", "imt-gehlen.example"),
      ("marketing", "Agentur Blauwal", "blauwal.example"), ("press", "Maschinenpost", "maschinenpost.example"),
    ])

  /// Written in Cyrillic at home and in Latin abroad.
  public static let mayak = LabHouse(
    key: "mayak", names: ["Северный Маяк", "Severny Mayak", "ООО «Северный Маяк»"],
    domains: ["severmayak.example", "mayak-logistika.example"], handles: ["severmayak", "mayak_hr", "mayak_help"],
    trade: "перевозки", languages: ["uk", "ru", "pl", "tr"], tongue: "ru",
    similar: ["Кафе «Маяк»", "Северный Ветер", "Mayak Hostel", "Северный Мост"],
    imitations: [
      "severmayak-docs.example", "sevrmayak.example", "severmayak.login.test", "xn--80aa8aib0d.test",
      "severmaiak.example",
    ],
    relations: [
      ("recruiter", "Кадры Плюс", "kadryplus.example"), ("vendor", "Волна Софт", "volnasoft.example"),
      ("vendor", "Портовые Краны Орлов", "kranyorlov.example"), ("partner", "Baltic Pilots", "balticpilots.example"),
      ("marketing", "Студия Чайка", "chaika.example"), ("press", "Морской Вестник", "morvestnik.example"),
    ])

  /// Two words that many companies have in their names.
  public static let meridian = LabHouse(
    key: "meridian", names: ["Meridian Bank", "Meridian", "Meridian Bank plc"],
    domains: ["meridianbank.example", "meridian.example"],
    handles: ["meridianbank", "meridian_help", "meridianjobs", "meridian_press"], trade: "banking",
    languages: ["en", "es", "fr", "hi", "ar", "zh"], tongue: "es",
    similar: ["Meridian Yoga", "Blue Meridian Travel", "Meridian Dental Care", "Banco Poniente", "Meridiano Radio"],
    imitations: [
      "meridianbank-secure.example", "merldianbank.example", "meridian-bank.test", "meridianbnak.example",
      "meridianbank.verify.test",
    ],
    relations: [
      ("recruiter", "Ashgrove Executive", "ashgrove-exec.example"), ("recruiter", "Talento Sur", "talentosur.example"),
      ("vendor", "Ledgerline Systems", "ledgerline.example"), ("vendor", "Vault & Key", "vaultandkey.example"),
      ("vendor", "Cumulus Hosting", "cumulushosting.example"), ("partner", "Caja Rural Norte", "cajanorte.example"),
      ("marketing", "Loud Copper", "loudcopper.example"), ("press", "The Ledger Post", "ledgerpost.example"),
    ])

  /// Names without spaces.
  public static let aomine = LabHouse(
    key: "aomine", names: ["青嶺精機株式会社", "Aomine Seiki", "青嶺精機"],
    domains: ["aomine-seiki.example", "aomineseiki.example"], handles: ["aomineseiki", "aomine_saiyo"],
    trade: "精密機械", languages: ["ja", "zh", "en"], tongue: "ja",
    similar: ["青嶺旅館", "Aomine Sushi", "青木精機", "Seiki Trading"],
    imitations: [
      "aomineseiki-portal.example", "aomlneseiki.example", "aomine-seiki.login.test", "aornineseiki.example",
      "aomineseki.example",
    ],
    relations: [
      ("recruiter", "人材ひろば", "jinzaihiroba.example"), ("vendor", "Hoshi Tools", "hoshitools.example"),
      ("vendor", "三隅電機", "misumidenki.example"), ("partner", "海南工科大学", "kainan-tech.example"),
      ("marketing", "Studio Kumo", "studiokumo.example"), ("press", "機械新報", "kikaishinpo.example"),
    ])

  public static let all: [LabHouse] = [tarnwell, moellendorf, mayak, meridian, aomine]
}
