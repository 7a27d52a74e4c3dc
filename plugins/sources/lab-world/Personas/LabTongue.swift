/// What is written to an organisation's people, in a few languages; in our own words.

struct LabTongue {
  let greetings, recruiting, selling, lures, urgent: [String]

  private init(
    _ greetings: [String], _ recruiting: [String], _ selling: [String], _ lures: [String], _ urgent: [String]
  ) {
    self.greetings = greetings
    self.recruiting = recruiting
    self.selling = selling
    self.lures = lures
    self.urgent = urgent
  }

  static let english = LabTongue(
    [
      "Hi {0}, good to see you at the trade fair. Let's stay in touch.",
      "Hello {0}! We have some contacts in common, happy to connect.",
      "{0}, I enjoyed your post about tolerances. May I connect?",
      "Hi, we studied in the same year, I think. Small world!", "Would love to have you in my network.",
      "Thanks for the talk last week, {0}.",
    ],
    [
      "Hi {0}, I recruit for technical roles at {1}. Open to a short call this month?",
      "{0}, a client of {1} looks for someone with your background. Interested?",
      "Hello {0}, I look after engineering searches at {1} and would like to connect.",
      "We have a position that could suit you. Details on request. {1}",
    ],
    [
      "Hi {0}, {1} helps houses like yours cut waste. Could I show you how in 15 minutes?",
      "{0}, our new catalogue is out. Which of your colleagues decides on consumables? {1}",
      "Following up on the quote from {1}. Any questions, {0}?",
      "Invitation to the spring webinar of {1}: inspection without contact.",
    ],
    [
      "{0}, HR asked me to share the revised bonus scheme before Friday, please confirm you can open it:",
      "Hi {0}, the travel policy changed, your signature is missing here:",
      "Could you check this invoice quickly? The supplier is waiting for us:",
      "{0}, is this you in the photo? Someone posted it about our company:",
      "I put the interview pack for you here, the password is your first name:",
      "New starter list for your team, please look over it today:",
    ],
    [
      "{0}, are you at your desk? I need something handled discreetly before noon. {1}",
      "This is {1} on my private account, I am in a meeting and cannot call. Can you make a payment today?",
      "Please send me your mobile number, it is about a confidential acquisition. {1}",
    ])

  static let all: [String: LabTongue] = [
    "de": LabTongue(
      [
        "Hallo {0}, schön, Sie auf der Messe getroffen zu haben. Bleiben wir in Verbindung?",
        "Liebe(r) {0}, wir haben gemeinsame Kontakte.", "Danke für den Vortrag letzte Woche!",
      ],
      [
        "Guten Tag {0}, für einen Kunden von {1} suche ich jemanden mit Ihrem Hintergrund.",
        "Hallo {0}, bei {1} betreue ich technische Suchen. Haben Sie kurz Zeit?",
      ],
      [
        "Guten Tag {0}, {1} hilft Betrieben wie Ihrem, Ausschuss zu sparen. Eine Viertelstunde?",
        "Unser neuer Katalog ist da, {0}. Wer entscheidet bei Ihnen über Verbrauchsmaterial? {1}",
      ],
      [
        "{0}, die Personalabteilung braucht bis Freitag Ihre Bestätigung zur neuen Prämienregelung:",
        "Könnten Sie diese Rechnung kurz prüfen? Der Lieferant wartet auf uns:",
        "Hier fehlt noch Ihre Unterschrift zur Reiserichtlinie, {0}:",
      ],
      [
        "{0}, sind Sie am Platz? Ich brauche vor Mittag etwas, ganz diskret. {1}",
        "Hier {1}, privat. Ich sitze in einer Besprechung. Können Sie heute noch eine Zahlung veranlassen?",
      ]),
    "es": LabTongue(
      [
        "Hola {0}, un gusto coincidir en la feria. ¿Seguimos en contacto?", "{0}, tenemos conocidos en común.",
        "Gracias por la charla de la semana pasada.",
      ],
      [
        "Hola {0}, desde {1} busco un perfil como el suyo para un cliente. ¿Hablamos?",
        "{0}, llevo búsquedas técnicas en {1} y me gustaría conectar.",
      ],
      [
        "Hola {0}, {1} ayuda a empresas como la suya a ahorrar. ¿Le enseño cómo en 15 minutos?",
        "Ya está nuestro catálogo, {0}. ¿Quién decide las compras? {1}",
      ],
      [
        "{0}, recursos humanos necesita que confirme hoy el nuevo plan de incentivos:",
        "¿Puede revisar esta factura? El proveedor espera:", "Falta su firma en la política de viajes, {0}:",
      ],
      [
        "{0}, ¿está en su mesa? Necesito algo con discreción antes de mediodía. {1}",
        "Soy {1} desde mi cuenta personal, estoy reunido. ¿Puede hacer hoy un pago?",
      ]),
    "ru": LabTongue(
      [
        "Здравствуйте, {0}! Рад был встретиться на выставке, давайте оставаться на связи.",
        "{0}, у нас есть общие знакомые.",
        "Спасибо за доклад на прошлой неделе!",
      ],
      [
        "Здравствуйте, {0}! В {1} я подбираю специалистов вашего профиля. Удобно поговорить?",
        "{0}, клиент компании {1} ищет человека с вашим опытом.",
      ],
      [
        "{0}, {1} помогает таким предприятиям, как ваше, экономить. Покажу за 15 минут?",
        "Вышел наш новый каталог, {0}. Кто у вас отвечает за закупки? {1}",
      ],
      [
        "{0}, отдел кадров просит до пятницы подтвердить новое положение о премиях:",
        "Проверьте, пожалуйста, этот счёт, поставщик ждёт:", "{0}, здесь не хватает вашей подписи:",
      ],
      [
        "{0}, вы на месте? Нужно решить один вопрос до обеда, без огласки. {1}",
        "Это {1}, пишу с личного аккаунта, я на совещании. Сможете сегодня провести платёж?",
      ]),
    "ja": LabTongue(
      ["{0}さん、展示会ではありがとうございました。", "共通の知り合いがいるようです。よろしくお願いします。", "先週の講演、勉強になりました。"],
      ["{0}様、{1}で技術職の採用を担当しております。一度お話しできませんか。", "{1}のお客様が、あなたのような方を探しています。"],
      ["{0}様、{1}は御社のような工場の無駄を減らします。15分だけお時間をください。", "新しいカタログができました。ご担当の方はどなたでしょうか。{1}"],
      ["{0}さん、人事から賞与規程の改定版です。金曜までに確認してください：", "この請求書を至急確認していただけますか：", "出張規程にあなたの署名がありません："],
      ["{0}さん、席にいますか。昼までに内密に処理してほしい件があります。{1}", "{1}です。会議中で電話に出られません。今日中に振込をお願いできますか。"]),
  ]
}
