/// The approach that the story is about: a colleague who does not exist, many requests, then one message.

/// Who approached whom, and with what.
struct Approach {
  var persona: Profile
  var target: Employee
  /// When the message with the link came.
  var message: LabTime
  var link: String
  /// The lookalike domain of the link.
  var domain: String
  var path: String
  var requests: Int
}

extension PersonaWorld {
  /// Makes the persona. Its target is somebody with a workstation whose work brings documents from strangers.
  func makeApproach() -> Approach {
    let candidates = staff.filter {
      $0.host != nil && $0.department != "IT" && own[$0.id]?.contains { $0.platform == "linkedin" } ?? false
    }
    let target = candidates.first { $0.department == "R&D" } ?? candidates.first ?? staff[0]
    let attack = Int(plan.intrusionDay - plan.firstDay)
    let name = NameStock.all[0].name(random)
    let persona = profile(
      "fabricated", malicious: true, platform: "linkedin", name: name,
      created: start + Int64(attack - 23) * day + 9 * hour)
    employ(persona, "Talent Programme Coordinator", organisation.name)
    persona.bio = "People & culture at \(organisation.name). Ask me about internal moves."
    persona.hidden = []
    persona.followers = 38
    persona.following = 214
    persona.posts = 2
    persona.picture = Picture(random)
    look(at: persona, moment(attack - 10))
    let asked = colleagues(of: target, 13)
    for colleague in asked {
      approach(persona, colleague, "connection_request", moment(attack - random.within(2...9)))
    }
    approach(persona, target, "connection_request", moment(attack - 3), always: true, outcome: "accepted")
    look(at: persona, moment(attack - 1))
    let domain = "tarnwell-careers.example"
    let path = "/programme/Internal_Role_Brief.docm"
    let message = plan.intrusionDay * day + 9 * hour + random.seconds(300, 3000)
    approach(
      persona, target, "direct_message", message,
      text:
        "Hi \(target.name.given), as promised the brief for the internal role. Macros must be on for the form, HR's template is old: ",
      links: ["http://\(domain)\(path)"], always: true, outcome: "pending")
    return Approach(
      persona: persona, target: target, message: message, link: "http://\(domain)\(path)", domain: domain, path: path,
      requests: asked.count + 1)
  }
}
