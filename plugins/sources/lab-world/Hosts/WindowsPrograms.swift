/// The programs of a Windows machine that run from the start.

extension Machine {
  static let system32 = "C:\\Windows\\System32\\"

  func startWindows(netbios: String, domainController: Bool) {
    let system = process("System", "", pid: 4)
    let services = process(Self.system32 + "services.exe")
    programs["system"] = system
    programs["services"] = services
    programs["lsass"] = process(Self.system32 + "lsass.exe")
    func service(_ name: String, _ arguments: String, _ user: String) {
      programs[name] = process(
        Self.system32 + "svchost.exe", "C:\\Windows\\system32\\svchost.exe \(arguments)", user: user, parent: services)
    }
    service("dns", "-k NetworkService -p -s Dnscache", "NT AUTHORITY\\NETWORK SERVICE")
    service("time", "-k LocalService -s W32Time", "NT AUTHORITY\\LOCAL SERVICE")
    service("update", "-k netsvcs -p -s wuauserv", "NT AUTHORITY\\SYSTEM")
    service("schedule", "-k netsvcs -p -s Schedule", "NT AUTHORITY\\SYSTEM")
    service("launch", "-k DcomLaunch -p", "NT AUTHORITY\\SYSTEM")
    listeners[445] = system
    listeners[5985] = system
    programs["guard"] = process("C:\\Program Files\\Windows Defender\\MsMpEng.exe", parent: services)
    if domainController {
      let lsass = programs["lsass"]
      listeners[88] = lsass
      listeners[389] = lsass
      programs["server"] = process(Self.system32 + "dns.exe", parent: services)
      listeners[53] = programs["server"]
      listeners[123] = programs["time"]
    }
    guard let owner else { return }
    let user = "\(netbios)\\\(owner.login)"
    let shell = process("C:\\Windows\\explorer.exe", "C:\\Windows\\Explorer.EXE", user: user)
    programs["shell"] = shell
    let home = "C:\\Users\\\(owner.login)\\"
    let browsers = [
      "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
      "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
      "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
    ]
    let browser = process(random.pick([browsers[0], browsers[0], browsers[1], browsers[2]]), parent: shell, cwd: home)
    programs["browser"] = browser
    programs["network"] =
      browser.image.hasSuffix("firefox.exe")
      ? browser
      : process(
        browser.image,
        "\"\(browser.image)\" --type=utility --utility-sub-type=network.mojom.NetworkService --lang=en-GB",
        parent: browser, cwd: home)
    programs["mail"] = process(
      "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", parent: shell, cwd: home)
    programs["cloud"] = process(
      home + "AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe",
      "\"\(home)AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe\" /background",
      parent: shell, cwd: home)
    programs["chat"] = process(home + "AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe", parent: shell, cwd: home)
  }
}
