/// What everybody's machines do all day.

extension NetworkDay {
  func makeMachines() {
    let people = Dictionary(organisation.people.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let unix: Set<String> = ["twapp01", "twgit01"]
    var workstations = 0
    for asset in organisation.assets {
      let short = String(asset.host.prefix { $0 != "." })
      let owner = asset.owner.flatMap { people[$0] }
      if owner != nil {
        workstations += 1
        if workstations > plan.workstations { continue }
      }
      let machine = Machine(asset, owner: owner, isWindows: !unix.contains(short), random.part(asset.host))
      if machine.isWindows {
        machine.startWindows(netbios: organisation.netbios, domainController: short == "TWDC01")
      } else {
        startUnix(machine)
      }
      add(machine)
    }
  }

  private func startUnix(_ machine: Machine) {
    let boot = machine.process("/usr/lib/systemd/systemd", "/sbin/init", pid: 1)
    machine.programs["dns"] = machine.process(
      "/usr/lib/systemd/systemd-resolved", "/usr/lib/systemd/systemd-resolved", user: "systemd-resolve", parent: boot)
    machine.programs["time"] = machine.process(
      "/usr/sbin/chronyd", "/usr/sbin/chronyd -F 1", user: "_chrony", parent: boot)
    machine.programs["shell"] = machine.process("/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D", user: "root", parent: boot)
    machine.programs["cron"] = machine.process("/usr/sbin/cron", "/usr/sbin/cron -f", user: "root", parent: boot)
    if machine.shortName == "twapp01" {
      machine.programs["java"] = machine.process(
        "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
        "/usr/lib/jvm/java-17-openjdk-amd64/bin/java -jar /opt/planner/planner.jar --server.port=8080",
        user: "planner", parent: boot, cwd: "/opt/planner")
    }
  }

  private var workstations: [Machine] { machines.filter { $0.owner != nil } }

  private func anyTime() -> LabTime { start + random.seconds(0, Double((end - start) / second - 90)) }

  func makeOrdinaryTraffic() {
    for machine in machines { neighbours(machine) }
    for machine in workstations {
      for _ in 0..<max(3, random.longTail(plan.webSessions)) { browse(machine, at: anyTime()) }
      directory(machine, at: start + random.seconds(5, 3000))
      if random.chance(0.5) { directory(machine, at: anyTime()) }
      for _ in 0..<random.within(0...2) { files(machine, at: anyTime()) }
      for _ in 0..<random.within(1...3) { background(machine, at: anyTime()) }
      clock(machine, at: anyTime())
      if random.chance(0.5) { multicast(machine, at: anyTime()) }
      for _ in 0..<random.within(0...2) { starts(machine, at: anyTime()) }
      if random.chance(0.35) { planner(machine, at: anyTime()) }
    }
    if let controller = machine("TWDC01") {
      for _ in 0..<4 { clockOutside(controller, at: anyTime()) }
      for peer in workstations.prefix(3) { tape.ping(anyTime(), from: controller.station, to: peer.station, count: 4) }
    }
    if let application = machine("twapp01") { unixDay(application) }
    for admin in workstations.filter({ $0.owner?.department == "IT" }) { administer(admin) }
    for engineer in workstations.filter({ $0.owner?.department == "R&D" }).prefix(5) {
      fetchCode(engineer, at: anyTime())
    }
  }

  /// ARP and the like.
  private func neighbours(_ machine: Machine) {
    let gateway = Station(address: LabAddress(10, 20, 0, 1), mac: router, ttl: 64, delay: 100_000)
    for _ in 0..<random.within(1...3) { tape.arp(anyTime(), from: machine.station, asked: gateway) }
    if let controller = self.machine("TWDC01"), controller !== machine {
      tape.arp(anyTime(), from: machine.station, asked: controller.station)
    }
  }

  /// A page or a call of the browser: names, then one to three connections.
  private func browse(_ machine: Machine, at time: LabTime) {
    guard let browser = machine.programs["network"] else { return }
    let site = random.pick(sites)
    var at = resolve(machine, site, at: time)
    let profile = browser.image.hasSuffix("firefox.exe") ? HelloProfile.firefox : .chromium
    if random.chance(0.08) { return fetchPage(browser, site, at: at) }
    for _ in 0..<(random.chance(0.2) ? 2 : 1) {
      session(browser, site, profile, at: at, requests: random.within(1...3))
      at += random.seconds(0.05, 1.5)
    }
  }

  /// A TLS session.
  func session(
    _ process: HostProcess, _ site: Site, _ profile: HelloProfile, at time: LabTime, requests: Int,
    server: Machine? = nil
  ) {
    let canUseV6 = process.machine.station6 != nil && random.chance(0.6)
    let to = canUseV6 ? site.station6 ?? site.station : site.station
    var talk = connect(process, to: to, port: 443, at: time, server: server, name: random.chance(0.5) ? site.name : nil)
    let modern = profile.isModern && site.isModern
    talk.handshake()
    talk.say(.client, secure.clientHello(site.name, profile))
    talk.say(
      .server, secure.serverFlight(site.name, modern: modern, chosen: profile.protocols.first, time), after: 1_000_000)
    talk.say(.client, secure.clientFinish(modern: modern), after: 600_000)
    talk.say(.server, secure.serverFinish(modern: modern))
    for _ in 0..<requests {
      talk.say(.client, secure.data(random.within(180...900)), after: random.seconds(0.002, 2))
      talk.say(.server, secure.data(min(random.longTail(2600), 60_000)), after: random.seconds(0.004, 0.12))
    }
    switch random.below(10) {
    case 0: talk.end(.open)
    case 1, 2: talk.end(.reset, after: random.seconds(1, 20))
    default: talk.end(.fin, by: random.chance(0.7) ? .client : .server, after: random.seconds(0.1, 25))
    }
  }

  /// A page in clear, as some still are.
  private func fetchPage(_ browser: HostProcess, _ site: Site, at time: LabTime) {
    var talk = connect(browser, to: site.station, port: 80, at: time, name: site.name)
    let agent = Self.agent(browser)
    talk.handshake()
    for path in ["/", "/style.css", "/news/\(random.hex(5)).html"].prefix(random.within(1...3)) {
      talk.say(
        .client,
        WebMessages.request(
          "GET", path, host: site.name, agent: agent,
          headers: [("Accept", "*/*"), ("Accept-Language", "en-GB,en;q=0.8")]),
        after: random.seconds(0.01, 2))
      let page = WebMessages.page(site.name, random, paragraphs: random.within(2...14))
      talk.say(
        .server,
        WebMessages.response(
          "200 OK", talk.now, type: path.hasSuffix("css") ? "text/css" : "text/html; charset=utf-8", body: page),
        after: 3_000_000)
    }
    talk.end(.fin, by: .server, after: 2 * second)
  }

  static func agent(_ browser: HostProcess) -> String {
    browser.image.hasSuffix("firefox.exe")
      ? "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:137.0) Gecko/20100101 Firefox/137.0"
      : browser.image.hasSuffix("msedge.exe")
        ? "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36 Edg/135.0.0.0"
        : "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/135.0.0.0 Safari/537.36"
  }

  /// Mail, the cloud folder, chat, updates: by their own programs.
  private func background(_ machine: Machine, at time: LabTime) {
    switch random.below(5) {
    case 0:
      guard let mail = machine.programs["mail"], let server = self.machine("TWMX01") else { return }
      let inside = Site(
        name: "mail.\(organisation.domain)", station: server.station, station6: nil, alias: nil, isModern: false)
      session(
        mail, inside, .schannel, at: resolve(machine, inside, at: time), requests: random.within(1...3), server: server)
    case 1:
      guard let cloud = machine.programs["cloud"] else { return }
      let outside = site("sync.cloudshelf.example", 71, unix: false)
      session(cloud, outside, .schannel, at: resolve(machine, outside, at: time), requests: 2)
    case 2:
      guard let chat = machine.programs["chat"] else { return }
      let outside = site("rooms.talkline.example", 72)
      session(chat, outside, .chromium, at: resolve(machine, outside, at: time), requests: random.within(2...5))
    case 3:
      guard let update = machine.programs["update"] else { return }
      let outside = site("download.winpatch.example", 73, unix: false)
      var talk = connect(
        update, to: outside.station, port: 80, at: resolve(machine, outside, at: time), name: outside.name)
      talk.handshake()
      talk.say(
        .client,
        WebMessages.request(
          "HEAD", "/v9/selfupdate/\(random.hex(8)).cab", host: outside.name,
          agent: "Windows-Update-Agent/10.0.10011.16384 Client-Protocol/2.71",
          headers: [("Connection", "Keep-Alive"), ("Accept", "*/*")]))
      talk.say(
        .server,
        Array(
          "HTTP/1.1 304 Not Modified\r\nDate: \(WebMessages.date(talk.now))\r\nETag: \"\(random.hex(12))\"\r\n\r\n".utf8
        ), after: 2_000_000)
      talk.end(.fin, after: 5 * second)
    default:
      guard let guardian = machine.programs["guard"] else { return }
      let outside = site("wd.sampleshield.example", 74, unix: false)
      session(guardian, outside, .schannel, at: resolve(machine, outside, at: time), requests: 1)
    }
  }

  /// A ticket and a look into the directory, by lsass.
  private func directory(_ machine: Machine, at time: LabTime) {
    guard let controller = self.machine("TWDC01"), let lsass = machine.programs["lsass"],
      let resolver = machine.programs["dns"]
    else { return }
    let realm = organisation.realm.uppercased()
    let user = machine.owner?.login ?? machine.shortName + "$"
    let kerberos = KerberosMessages(random: random, realm: realm)
    let id = random.below(65_536)
    let name = "_ldap._tcp.Default-First-Site-Name._sites.dc._msdcs.\(organisation.realm)"
    let id2 = random.below(65_536)
    var at = exchange(
      resolver, to: controller.station, port: 53, at: time, server: controller,
      NameMessages.query(id, name, NameMessages.srv),
      NameMessages.service(id, name, host: controller.host.lowercased(), port: 389))
    at = exchange(
      lsass, to: controller.station, port: 389, at: at, server: controller,
      LDAPMessages.search(
        id2, base: "", scope: 0, attribute: "DnsDomain", equals: organisation.realm, wanted: ["NetLogon"]),
      LDAPMessages.done(id2))
    for (service, ticketed) in [
      (["krbtgt", realm], false), (["cifs", "twfs01.\(organisation.realm)"], true),
      (["ldap", controller.host.lowercased()], true),
    ] {
      var talk = connect(lsass, to: controller.station, port: 88, at: at, server: controller, name: controller.host)
      talk.handshake()
      talk.say(.client, kerberos.request(user, service, ticketed: ticketed))
      talk.say(.server, kerberos.reply(user, service, ticketed: ticketed), after: 2_000_000)
      talk.end(.fin, after: 1_000_000)
      at = talk.now + random.seconds(0.002, 0.05)
    }
    search(lsass, controller, at: at, [("sAMAccountName", user)], malicious: false)
  }

  /// The base of the directory's names.
  var directoryBase: String { organisation.realm.split(separator: ".").map { "DC=\($0)" }.joined(separator: ",") }

  /// An LDAP session of searches.
  func search(
    _ process: HostProcess, _ controller: Machine, at time: LabTime, _ filters: [(attribute: String, value: String)],
    malicious: Bool,
    entries: Int = 1
  ) {
    var talk = connect(
      process, to: controller.station, port: 389, at: time, server: controller, name: malicious ? nil : controller.host,
      malicious: malicious)
    talk.handshake()
    talk.say(
      .client,
      LDAPMessages.search(
        1, base: "", scope: 0, attribute: "objectClass", equals: nil,
        wanted: ["defaultNamingContext", "supportedSASLMechanisms"]))
    talk.say(
      .server,
      LDAPMessages.entry(
        1, "",
        [("defaultNamingContext", [directoryBase]), ("supportedSASLMechanisms", ["GSSAPI", "GSS-SPNEGO", "EXTERNAL"])])
        + LDAPMessages.done(1), after: 900_000)
    talk.say(.client, LDAPMessages.bind(2, "", ""))
    talk.say(.server, LDAPMessages.done(2, operation: 0x61))
    for (index, filter) in filters.enumerated() {
      let id = index + 3
      talk.say(
        .client,
        LDAPMessages.search(
          id, base: directoryBase, scope: 2, attribute: filter.attribute, equals: filter.value,
          wanted: ["distinguishedName", "memberOf"]), after: random.seconds(0.001, 0.3))
      var reply: [UInt8] = []
      for person in organisation.people.prefix(entries) {
        reply += LDAPMessages.entry(
          id, "CN=\(person.login),OU=\(person.department),\(directoryBase)",
          [("memberOf", ["CN=Domain Users,CN=Users,\(directoryBase)"])])
      }
      talk.say(.server, reply + LDAPMessages.done(id), after: 2_500_000)
    }
    talk.say(.client, LDAPMessages.unbind(filters.count + 3), after: second)
    talk.end(.fin)
  }

  /// The file server's shares: the kernel's own connection.
  private func files(_ machine: Machine, at time: LabTime) {
    guard let server = self.machine(random.chance(0.7) ? "TWFS01" : "TWDC01"), let system = machine.programs["system"]
    else { return }
    share(
      system, server, at: time, user: machine.owner?.login ?? "-", messages: random.within(4...14), malicious: false)
  }

  /// An SMB session up to its encryption, and on.
  func share(_ process: HostProcess, _ server: Machine, at time: LabTime, user: String, messages: Int, malicious: Bool)
  {
    let smb = FileMessages(random: random)
    let ntlm = NTLMMessages(random: random)
    let session = random.next() >> 16
    var talk = connect(
      process, to: server.station, port: 445, at: time, server: server, name: malicious ? nil : server.host,
      malicious: malicious)
    talk.handshake()
    talk.say(.client, smb.negotiate())
    talk.say(.server, smb.negotiated(time), after: 500_000)
    talk.say(.client, smb.setup(ntlm.negotiate(), message: 1, session: 0))
    talk.say(
      .server,
      smb.setupReply(ntlm.challenge(organisation.netbios), status: FileMessages.more, message: 1, session: session),
      after: 700_000)
    talk.say(
      .client,
      smb.setup(ntlm.authenticate(organisation.netbios, user, process.machine.shortName), message: 2, session: session))
    talk.say(.server, smb.setupReply([], status: 0, message: 2, session: session), after: 1_500_000)
    for _ in 0..<messages {
      talk.say(.client, smb.sealed(random.within(120...420), session: session), after: random.seconds(0.001, 2))
      talk.say(.server, smb.sealed(min(random.longTail(600), 16_000), session: session), after: 900_000)
    }
    if random.chance(0.5) { talk.end(.fin, after: 10 * second) } else { talk.end(.reset, after: 12 * second) }
  }

  private func clock(_ machine: Machine, at time: LabTime) {
    guard let controller = self.machine("TWDC01"), let program = machine.programs["time"] else { return }
    _ = exchange(
      program, to: controller.station, port: 123, at: time, server: controller, local: 123, TimeMessages.request(time),
      TimeMessages.reply(time, time + 400_000, stratum: 3))
  }

  private func clockOutside(_ machine: Machine, at time: LabTime) {
    guard let program = machine.programs["time"] else { return }
    let outside = Station(address: LabAddress(192, 0, 2, 123), mac: router, ttl: 56, isUnix: true, delay: 9_000_000)
    _ = exchange(
      program, to: outside, port: 123, at: time, local: 123, TimeMessages.request(time),
      TimeMessages.reply(time, time + 9_000_000, stratum: 2))
  }

  private func multicast(_ machine: Machine, at time: LabTime) {
    let group = Station(
      address: LabAddress(224, 0, 0, 251), mac: LabMAC(bytes: [1, 0, 0x5e, 0, 0, 0xfb]), ttl: 1, delay: 0)
    let query = NameMessages.multicastQuery(
      random.sample(
        ["_ipp._tcp.local", "_googlecast._tcp.local", "_spotify-connect._tcp.local", "_http._tcp.local"], 2))
    for wait in [0, 1, 3] {
      tape.udp(time + Int64(wait) * second, from: machine.station, 5353, to: group, 5353, ttl: 255, query)
    }
  }

  /// Programs that come and go.
  private func starts(_ machine: Machine, at time: LabTime) {
    guard let shell = machine.programs["shell"], let launch = machine.programs["launch"],
      let schedule = machine.programs["schedule"], let browser = machine.programs["browser"]
    else { return }
    let started: HostProcess
    switch random.below(6) {
    case 0:
      started = machine.process(
        "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE",
        "\"C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE\" \"\\\\twfs01\\plans\\week17.xlsx\"",
        parent: shell, cwd: shell.cwd)
    case 1:
      started = machine.process(
        Machine.system32 + "RuntimeBroker.exe", "C:\\Windows\\System32\\RuntimeBroker.exe -Embedding", user: shell.user,
        parent: launch)
    case 2:
      started = machine.process(Machine.system32 + "taskhostw.exe", "taskhostw.exe", user: shell.user, parent: schedule)
    case 3:
      started = machine.process(
        Machine.system32 + "backgroundTaskHost.exe",
        "\"C:\\Windows\\system32\\backgroundTaskHost.exe\" -ServerName:App.AppXk0g4v", user: shell.user, parent: launch)
    case 4:
      started = machine.process(
        browser.image,
        "\"\(browser.image)\" --type=renderer --lang=en-GB --renderer-client-id=\(random.within(5...90))",
        parent: browser, cwd: browser.cwd)
    default:
      started = machine.process(
        Machine.system32 + "notepad.exe", "\"C:\\Windows\\system32\\notepad.exe\"", parent: shell, cwd: shell.cwd)
    }
    log(time, .start(started), on: machine)
    if random.chance(0.6) { log(time + random.seconds(2, 900), .end(started), on: machine) }
  }

  /// The planning application, over HTTP inside the house.
  private func planner(_ machine: Machine, at time: LabTime) {
    guard let browser = machine.programs["network"], let server = self.machine("twapp01") else { return }
    let inside = Site(
      name: "planner.\(organisation.realm)", station: server.station, station6: nil, alias: nil, isModern: true)
    var talk = connect(
      browser, to: server.station, port: 8080, at: resolve(machine, inside, at: time), server: server, name: inside.name
    )
    talk.handshake()
    for path in ["/planner/", "/planner/api/orders?week=17", "/planner/api/stations"].prefix(random.within(1...3)) {
      talk.say(
        .client,
        WebMessages.request(
          "GET", path, host: "\(inside.name):8080", agent: Self.agent(browser),
          headers: [("Accept", "application/json, text/html"), ("Cookie", "JSESSIONID=\(random.hex(32).uppercased())")]),
        after: random.seconds(0.05, 3))
      talk.say(
        .server,
        WebMessages.response(
          "200 ", talk.now, type: path.hasSuffix("/") ? "text/html;charset=UTF-8" : "application/json",
          server: "planner", body: WebMessages.page("planner", random, paragraphs: random.within(1...5))),
        after: 12_000_000)
    }
    talk.end(.fin, by: .server, after: 15 * second)
  }

  private func unixDay(_ machine: Machine) {
    guard let cron = machine.programs["cron"], let program = machine.programs["time"] else { return }
    let mirror = site("deb.packagemirror.example", 75)
    let at = start + random.seconds(400, 900)
    let task = machine.process("/usr/bin/apt-get", "/usr/bin/apt-get -qq update", user: "root", parent: cron)
    let fetch = machine.process("/usr/lib/apt/methods/http", "/usr/lib/apt/methods/http", user: "_apt", parent: task)
    log(at, .start(task), on: machine)
    log(at + 90_000_000, .start(fetch), on: machine)
    var talk = connect(
      fetch, to: mirror.station, port: 80, at: resolve(machine, mirror, at: at + 100_000_000), name: mirror.name)
    talk.handshake()
    for path in [
      "/debian/dists/bookworm/InRelease", "/debian/dists/bookworm-updates/InRelease",
      "/debian-security/dists/bookworm-security/InRelease",
    ] {
      talk.say(
        .client,
        WebMessages.request(
          "GET", path, host: mirror.name, agent: "Debian APT-HTTP/1.3 (2.6.1)",
          headers: [("Cache-Control", "max-age=0"), ("Accept", "text/*")]))
      talk.say(
        .server,
        WebMessages.response(
          "200 OK", talk.now, type: "text/plain", server: "Apache",
          body: Array("Origin: Mirror\nSuite: stable\n".utf8) + WebMessages.page("release", random, paragraphs: 20)),
        after: 2_000_000)
    }
    talk.end(.fin, after: second)
    log(talk.now + second, .end(fetch), on: machine)
    log(talk.now + 2 * second, .end(task), on: machine)
    let outside = Station(address: LabAddress(192, 0, 2, 124), mac: router, ttl: 55, isUnix: true, delay: 11_000_000)
    for step in 0..<5 {
      let at = start + Int64(step) * 640 * second + 31 * second
      _ = exchange(
        program, to: outside, port: 123, at: at, seen: 1, TimeMessages.request(at),
        TimeMessages.reply(at, at + 11_000_000, stratum: 2))
    }
  }

  /// An administrator's secure shell to the Linux machines.
  private func administer(_ machine: Machine) {
    guard let shell = machine.programs["shell"] else { return }
    for name in ["twapp01", "twgit01"] where random.chance(0.6) {
      guard let server = self.machine(name) else { continue }
      let at = anyTime()
      let client = machine.process(Machine.system32 + "OpenSSH\\ssh.exe", "ssh \(name)", parent: shell, cwd: shell.cwd)
      log(at, .start(client), on: machine)
      let ssh = ShellMessages(random: random)
      var talk = connect(client, to: server.station, port: 22, at: at + 80_000_000, server: server, name: server.host)
      talk.handshake()
      talk.say(.server, Array("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u5\r\n".utf8), after: 6_000_000)
      talk.say(.client, Array("SSH-2.0-OpenSSH_for_Windows_9.5\r\n".utf8))
      talk.say(.client, ssh.exchangeInit())
      talk.say(.server, ssh.exchangeInit())
      talk.say(.client, ssh.exchange())
      talk.say(.server, ssh.exchangeReply(), after: 4_000_000)
      talk.say(.client, ssh.newKeys())
      for _ in 0..<random.within(8...30) {
        talk.say(.client, random.bytes(36 + 8 * random.below(6)), after: random.seconds(0.1, 5))
        talk.say(.server, random.bytes(36 + 8 * random.below(40)), after: 2_000_000)
      }
      talk.end(.fin, after: second)
      log(talk.now, .end(client), on: machine)
    }
  }

  private func fetchCode(_ machine: Machine, at time: LabTime) {
    guard let shell = machine.programs["shell"], let server = self.machine("twgit01") else { return }
    let git = machine.process(
      "C:\\Program Files\\Git\\mingw64\\bin\\git-remote-https.exe",
      "git-remote-https origin https://git.\(organisation.realm)/optics/stage.git", parent: shell, cwd: shell.cwd)
    log(time, .start(git), on: machine)
    let inside = Site(
      name: "git.\(organisation.realm)", station: server.station, station6: nil, alias: nil, isModern: true)
    session(git, inside, .library, at: resolve(machine, inside, at: time + 60_000_000), requests: 3, server: server)
    log(time + 4 * second, .end(git), on: machine)
  }
}
