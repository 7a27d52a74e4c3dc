/// The platforms whose notification mails are understood, and how each says what happened.

import PersonaRecords
import PluginSupport

struct MailPlatform: Sendable {
  /// As in the records.
  let name: String
  /// The domains that send its notifications.
  let domains: [String]
  /// What the platform adds to a member's name in `From`.
  let suffixes: [String]

  static let all = [
    MailPlatform(
      name: "linkedin", domains: ["linkedin.com"],
      suffixes: [
        "via LinkedIn", "(via LinkedIn)", "über LinkedIn", "(über LinkedIn)", "sur LinkedIn", "(LinkedIn)",
        "- LinkedIn",
      ]),
    MailPlatform(
      name: "x", domains: ["x.com", "twitter.com"],
      suffixes: ["(via X)", "via X", "(via Twitter)", "via Twitter", "on X"]),
    MailPlatform(name: "xing", domains: ["xing.com"], suffixes: ["via XING", "(via XING)", "(XING)"]),
  ]

  static func sending(_ domain: String) -> MailPlatform? {
    all.first { $0.domains.contains { domain == $0 || domain.hasSuffix(".\($0)") } }
  }

  /// What a notification tells of.
  enum Event: Equatable {
    case approach(OutreachRecord.Kind)
    /// The employee's own invitation was accepted: no approach of the other.
    case answer
  }

  // MARK: What happened

  /// The words of the platforms' subjects, in the languages that they write, by what they mean. The first group that
  /// fits counts, so that an acceptance comes before an invitation.
  private static let words: [(event: Event, words: [String])] = [
    (
      .answer,
      [
        "accepted your invitation", "accepted your request", "hat ihre einladung angenommen",
        "hat deine einladung angenommen", "hat ihre kontaktanfrage", "a accepté votre invitation",
        "ha aceptado tu invitación", "aceptó tu invitación", "ha accettato il tuo invito", "aceitou seu convite",
        "aceitou o seu convite", "heeft je uitnodiging geaccepteerd", "heeft uw uitnodiging geaccepteerd",
        "zaakceptował", "przyjął", "принял", "承認しました", "接受了您的邀请",
      ]
    ),
    (
      .approach(.mention),
      [
        "mentioned you", "tagged you", "erwähnt", "vous a mentionné", "t'a mentionné", "te mencionó",
        "te ha mencionado",
        "ti ha menzionato", "mencionou você", "heeft je genoemd", "heeft u genoemd", "wspomniał", "упомянул",
        "упомянула",
        "メンションしました", "提到了",
      ]
    ),
    (
      .approach(.reply),
      [
        "replied to you", "replied to your", "hat auf deine", "hat dir geantwortet", "vous a répondu", "t'a répondu",
        "te respondió", "ha respondido a tu", "ti ha risposto", "respondeu a você", "ответил вам", "返信しました",
      ]
    ),
    (
      .approach(.follow),
      [
        "followed you", "is now following you", "is following you", "new follower", "started following", "folgt ihnen",
        "folgt dir", "neuer follower", "vous suit", "nouvel abonné", "te sigue", "te está siguiendo", "nuevo seguidor",
        "ti segue", "nuovo follower", "está seguindo você", "seguiu você", "novo seguidor", "volgt je", "volgt u",
        "nieuwe volger", "obserwuje cię", "читает вас", "подписался", "подписалась", "フォローしました", "关注了您",
      ]
    ),
    (
      .approach(.directMessage),
      [
        "sent you a message", "new message", "messaged you", "sent you a direct message", "inmail", "sent a message",
        "hat ihnen eine nachricht", "hat dir eine nachricht", "neue nachricht", "direktnachricht",
        "vous a envoyé un message",
        "nouveau message", "te envió un mensaje", "te ha enviado un mensaje", "nuevo mensaje",
        "ti ha inviato un messaggio",
        "nuovo messaggio", "enviou uma mensagem", "nova mensagem", "heeft je een bericht", "heeft u een bericht",
        "nieuw bericht", "wysłał ci wiadomość", "nowa wiadomość", "новое сообщение", "отправил вам сообщение",
        "отправила вам сообщение", "メッセージ", "新消息", "发来消息",
      ]
    ),
    (
      .approach(.connectionRequest),
      [
        "wants to connect", "would like to connect", "like to add you", "invitation to connect",
        "invited you to connect",
        "sent you an invitation", "please add me", "join my network", "i want to connect", "your invitation",
        "an invitation", "invitation from", "möchte sich mit ihnen vernetzen", "möchte sich mit dir vernetzen",
        "einladung", "kontaktanfrage", "souhaite rejoindre votre réseau", "vous invite", "souhaite se connecter",
        "invitation de", "quiere conectar", "quiere añadirte", "invitación", "vorrebbe collegarsi",
        "vorrebbe aggiungerti", "invito", "gostaria de se conectar", "quer se conectar", "convite",
        "wil graag connectie",
        "wil graag met je verbinding", "uitnodiging", "zaproszenie", "chce nawiązać", "приглаш", "хочет добавить",
        "つながり申請", "招待", "邀请", "希望加您",
      ]
    ),
  ]

  /// From the template that LinkedIn names, else from the sender's address, else from the subject. Nil: of none that is
  /// an approach (digests, advertisements, news).
  func kind(subject: String, sender: String, template: String) -> Event? {
    if let event = Self.event(ofTemplate: template.lowercased()) { return event }
    let folded = subject.lowercased()
    let spoken = Self.words.first { group in group.words.contains { folded.contains($0) } }?.event
    let local = sender.prefix { $0 != "@" }.lowercased()
    if name == "linkedin" {
      if local == "invitations" || local == "invitation" {
        return spoken == .answer ? .answer : .approach(.connectionRequest)
      }
      if local.hasPrefix("inmail") || local == "hit-reply" || local == "messages-noreply" && spoken == nil
        || local.hasPrefix("messaging-")
      {
        return local.contains("digest") ? nil : spoken ?? .approach(.directMessage)
      }
    }
    return spoken
  }

  /// `X-LinkedIn-Template`, and the tracking word of its links: `email_m2m_invite_single_01`, `email_member_message_v2`.
  private static func event(ofTemplate template: String) -> Event? {
    guard !template.isEmpty else { return nil }
    if template.contains("accept") { return .answer }
    if template.contains("invit") { return .approach(.connectionRequest) }
    if template.contains("digest") || template.contains("recommend") { return nil }
    if template.contains("inmail") || template.contains("message") || template.contains("messaging") {
      return .approach(.directMessage)
    }
    if template.contains("follow") { return .approach(.follow) }
    return template.contains("mention") ? .approach(.mention) : nil
  }

  // MARK: Who it was

  /// The profile of this platform that the links lead to: the one that most of them do, the first of equals.
  func profile(in links: [String]) -> ProfileLink? {
    var counts: [(profile: ProfileLink, count: Int)] = []
    for link in links.prefix(500) {
      guard let profile = Self.profile(behind: link), profile.platform == name, !profile.handle.contains("/") else {
        continue
      }
      if let index = counts.firstIndex(where: { $0.profile == profile }) {
        counts[index].count += 1
      } else {
        counts.append((profile, 1))
      }
    }
    return counts.max { $0.count < $1.count }?.profile
  }

  /// A profile's link, or one within a redirection's query (`https://x.com/i/redirect?url=…`).
  private static func profile(behind link: String) -> ProfileLink? {
    if let profile = ProfileLink(link) { return profile }
    guard let parts = LinkParts(link) else { return nil }
    for name in ["url", "u", "redirect", "session_redirect"] {
      if let inner = parts.query[name], let profile = ProfileLink(inner) { return profile }
    }
    return nil
  }

  /// The member's name in `From`, without what the platform adds; nil where it is the platform's own.
  func personName(_ from: String) -> String? {
    var text = from
    for suffix in suffixes where text.lowercased().hasSuffix(suffix.lowercased()) {
      text = String(text.dropLast(suffix.count))
      break
    }
    while text.last?.isWhitespace == true { text.removeLast() }
    let folded = text.lowercased()
    let isOwn =
      folded.isEmpty || folded == name || folded.hasPrefix("linkedin") || folded == "twitter" || folded == "xing"
    return isOwn || text.contains("@") ? nil : text
  }
}
