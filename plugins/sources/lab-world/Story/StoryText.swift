/// The story in words, for whoever wants to know what should be found.

func storyText(_ plan: LabPlan, _ world: PersonaWorld, _ approach: Approach, _ intrusion: Intrusion?) -> String {
  func clock(_ time: LabTime) -> String { "\(CivilTime(time).clock) UTC" }
  let persona = approach.persona
  let target = approach.target
  let harmful = world.profiles.filter(\.isMalicious).count
  var text = """
    # What happened at \(world.organisation.name)

    Made by `vedette-lab make --seed \(plan.seed)`. Nobody here exists; all addresses and names are reserved for examples.

    \(world.organisation.people.count) people on the roster, \(world.profiles.count) accounts online, \(harmful) of them mean harm (truth.tsv), \
    \(plan.days) days from \(CivilTime(world.start).date). Most of what is seen is ordinary.

    ## \(CivilTime(plan.intrusionDay * day).date)

    1. For nine days **\(persona.name)** (linkedin, `\(persona.handle)`, `\(persona.accountID)`) had asked \(approach.requests) employees to \
    connect, as somebody of \(world.organisation.name)'s own staff. No such person is on the roster; the account was 13 days old.
    2. \(clock(approach.message)): a direct message to **\(target.name.full)** (\(target.id), \(target.title)) with the link \(approach.link). \
    The domain is not the organisation's.

    """
  if let intrusion {
    let host = intrusion.workstation
    text += """
      3. \(clock(intrusion.began)): the browser on **\(host.host)** (\(host.station.address.text)) fetches the document from \
      \(intrusion.lure.station.address.text). WINWORD opens it and starts powershell with an encoded command.
      4. powershell asks \(intrusion.controlName) (\(intrusion.control.address.text)) for more every 45 seconds or so, over HTTP, to the end of \
      the capture. It asks the domain controller's directory over LDAP for computers and administrators.
      5. It starts `\(intrusion.implant)`, which tries port 445 on 61 addresses, opens a share on TWFS01, and speaks WinRM to TWSQL01; \
      powershell speaks WinRM to TWFS01.
      6. On the wire, between \(host.station.address.text) and \(intrusion.control.address.text): TCP segments that belong to no connection, and \
      DNS messages with a reserved bit and undefined labels.
      7. \(clock(intrusion.serverShell)): on **\(intrusion.server.host)** (\(intrusion.server.station.address.text)) the planning application's java \
      starts bash, which connects to \(intrusion.control.address.text) port 443 and speaks neither TLS nor anything else that belongs there.

      ## How the logs differ

      Each host's clock is off by up to four seconds. The Security log writes local time (UTC+1), Sysmon writes UTC. \
      auditd's connect gives no source port. Some connections were never logged, some processes started before the logs begin.

      """
  }
  return text
}
