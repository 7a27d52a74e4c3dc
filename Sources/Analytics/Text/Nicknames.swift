/// Short and pet forms of given names: who signs as Bob may be Robert.

enum Nicknames {
  /// Forms of one name, romanised in lower case; the first stands for all.
  private static let groups = """
    alexander alex alec sandy sascha sasha aleksandr alejandro; andreas andrew andy drew andrei; anna anne annie anja ania;
    anthony tony antonio toni anton; benjamin ben benny; catherine katherine kate katie cathy kathy katja ekaterina katarina;
    charles charlie chuck carlos karl; christian chris christoph christopher kit; daniel dan danny dani; david dave davy;
    dmitri dmitry dima mitya; edward ed eddie ted eduard; elizabeth liz beth betty elisabeth lisa elise eliza; emily emma;
    eugene gene evgeny zhenya; francisco frank paco francis francesco pancho; frederick fred freddy friedrich fritz;
    george jorge georg yuri giorgos; gregory greg gregor; hans johannes john johnny jack juan ivan jan johann vanya giovanni jean;
    helen elena helena lena ellen alena; henry harry heinrich enrique hank; isabel isabella bella isa; jacob jake jakob james jim
    jimmy jamie diego; jennifer jen jenny; jessica jess; joseph joe jose pepe josef joey giuseppe; joshua josh; katarzyna kasia;
    kenneth ken kenny; lawrence larry laurence lorenzo; leonard leo leon lenny; margaret maggie meg peggy greta margarita;
    maria mary marie mariya masha maryam; matthew matt matthias matteo mateo; maximilian max maxim maksim; michael mike mick
    mikhail misha miguel michel michal; nathan nate nathaniel; nicholas nick nicolas nikolai kolya nikolaos klaus nico; olga olya;
    patrick pat paddy; paul pavel pablo paolo; peter pete pyotr pedro pierre piotr; philip phil philipp filip; rebecca becky;
    richard rick dick rich ricardo; robert bob rob bobby roberto bert; ronald ron; samuel sam sammy; sergei seryozha sergio;
    stephen steve steven stefan esteban stepan etienne; susan sue suzanne susanne; tatiana tanya; theodore theo fyodor teodor;
    thomas tom tommy tomas; timothy tim; victoria vicky tori viktoria; vladimir vova volodymyr; william bill will billy wilhelm
    guillermo guillaume willem; zachary zach
    """

  private static let byForm: [String: String] = {
    var out: [String: String] = [:]
    for group in groups.split(separator: ";") {
      let forms = group.split(whereSeparator: \.isWhitespace).map { PersonName.loosened(String($0)) }
      guard let name = forms.first else { continue }
      for form in forms where out[form] == nil { out[form] = name }
    }
    return out
  }()

  /// The name of which a loosely romanised word is a form; the word itself when none is known.
  static func name(of word: String) -> String { byForm[word] ?? word }
}
