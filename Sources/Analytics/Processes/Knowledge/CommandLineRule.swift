/// Words of command lines that ordinary work seldom needs.

/// A rule holds when the program is one of `programs` (all, if empty), all of `all` and one of `any` (if it has any)
/// occur, and none of `none`. All in lower case; the command line is compared in lower case, runs of spaces as one,
/// quotes and carets removed.
struct CommandLineRule: Sendable {
  var programs: Set<String>
  var all: [String]
  var any: [String]
  var none: [String]
  /// A second set of which one must occur, if it has any.
  var also: [String] = []
  var score: Double
  var attack: [String]
  /// Completes "… was told to …".
  var says: String

  init(
    _ score: Double, _ attack: [String], _ says: String, programs: Set<String> = [], all: [String] = [],
    any: [String] = [], none: [String] = []
  ) {
    self.programs = programs
    self.all = all
    self.any = any
    self.none = none
    self.score = score
    self.attack = attack
    self.says = says
  }

  func holds(_ base: String, _ words: String) -> Bool {
    if !programs.isEmpty, !programs.contains(base) { return false }
    return all.allSatisfy(words.holds) && (any.isEmpty || any.contains(where: words.holds))
      && (also.isEmpty || also.contains(where: words.holds))
      && !none.contains(where: words.holds)
  }
}

extension CommandLineRule {
  private static let powershell: Set<String> = ["powershell.exe", "pwsh.exe", "powershell_ise.exe", "pwsh"]
  private static let unixShells: Set<String> = ["bash", "sh", "dash", "zsh", "ksh", "busybox", "ash"]

  /// Data: general properties of what attackers and their tools type, not the words of one attack.
  static let all: [CommandLineRule] = [
    // PowerShell
    .init(
      0.3, ["T1564.003"], "hide its window", programs: powershell,
      any: ["-w hidden", "-windowstyle hidden", "-w 1 ", "-win hidden", "-wind hidden"]),
    .init(
      0.2, ["T1059.001"], "leave out the user's profile and run without asking", programs: powershell, all: ["-nop"],
      any: ["-noni", "-sta", "-exec", "-ep ", "-w "]),
    .init(
      0.15, ["T1059.001"], "switch off the execution policy", programs: powershell,
      any: ["-exec bypass", "-ep bypass", "-executionpolicy bypass", "-exec unrestricted"]),
    .init(
      0.55, ["T1105", "T1059.001"], "fetch something from the network",
      any: [
        "downloadstring", "downloadfile", "downloaddata", "net.webclient", "start-bitstransfer", "msxml2.xmlhttp",
        "winhttp.winhttprequest",
      ]),
    .init(0.75, ["T1059.001", "T1105"], "run what it fetches", any: ["iex", "invoke-expression"], none: ["iexplore"])
      .and([
        "downloadstring", "invoke-webrequest", "iwr ", "webclient", "invoke-restmethod", "irm ", "http://", "https://",
      ]),
    .init(
      0.6, ["T1027", "T1140"], "decode text into code",
      any: ["frombase64string", "[convert]::frombase64", "io.compression.gzipstream", "io.compression.deflatestream"]),
    .init(
      0.85, ["T1620"], "load code into memory",
      any: [
        "reflection.assembly]::load", "virtualalloc", "getdelegateforfunctionpointer",
        "system.runtime.interopservices.marshal]::copy",
      ]),
    .init(
      0.85, ["T1562.001"], "switch off the inspection of scripts",
      any: ["amsiutils", "amsiinitfailed", "amsiscanbuffer"]),
    .init(
      0.8, ["T1059.001"], "name an offensive toolkit",
      any: [
        "invoke-mimikatz", "invoke-empire", "powersploit", "sharphound", "invoke-bloodhound", "invoke-kerberoast",
        "powerview", "invoke-wmimethod -class win32_process", "mimikatz", "sekurlsa::", "rubeus", "seatbelt",
      ]),
    .init(
      0.55, ["T1562.001"], "change what the virus scanner looks at", any: ["set-mppreference", "add-mppreference"]),
    .init(
      0.6, ["T1021.006"], "run commands on another machine",
      any: ["invoke-command -computer", "invoke-command -session", "enter-pssession", "new-pssession"]),
    .init(0.6, ["T1021.003"], "drive another machine's objects", any: ["gettypefromprogid", "gettypefromclsid"]),

    // System tools that run or fetch others' code
    .init(
      0.85, ["T1218.005"], "run script from the network or the command line", programs: ["mshta.exe"],
      any: ["http:", "https:", "javascript:", "vbscript:", "about:"]),
    .init(
      0.85, ["T1218.010"], "run script through a registration", programs: ["regsvr32.exe"],
      any: ["/i:http", "scrobj", "-i:http"]),
    .init(
      0.9, ["T1218.011"], "run script as a library", programs: ["rundll32.exe"],
      any: [
        "javascript:", "vbscript:", "mshtml,runhtmlapplication", "url.dll,openurl", "advpack.dll,launchinfsection",
        "ieadvpack.dll",
      ]),
    .init(0.95, ["T1003.001"], "write out another process's memory", all: ["comsvcs"], any: ["minidump", "#24", "#-"]),
    .init(
      0.95, ["T1003.001"], "write out the memory of lsass", all: ["lsass"],
      any: ["procdump", "-ma ", "minidump", "sqldumper"]),
    .init(
      0.75, ["T1105", "T1140"], "fetch or decode a file by a certificate tool", programs: ["certutil.exe"],
      any: ["urlcache", "verifyctl", "-decode", "/decode", "-encode", "decodehex"]),
    .init(
      0.6, ["T1197", "T1105"], "fetch a file in the background", programs: ["bitsadmin.exe"],
      any: ["/transfer", "/addfile", "/setnotifycmdline"]),
    .init(
      0.7, ["T1047"], "start a process through WMI", all: ["process", "call", "create"], any: ["wmic", "win32_process"]),
    .init(0.6, ["T1047"], "ask another machine through WMI", programs: ["wmic.exe"], any: ["/node:"]),
    .init(
      0.7, ["T1127.001"], "build a project from a place where anybody can write", programs: ["msbuild.exe"],
      any: ["\\temp\\", "\\users\\public\\", "\\programdata\\"]),
    .init(
      0.6, ["T1218.007"], "install a package from the network", programs: ["msiexec.exe"], any: ["http:", "https:"]),
    .init(
      0.6, ["T1218.004"], "run code as an uninstaller", programs: ["installutil.exe"], all: ["/u"],
      any: ["/logfile=", "/logtoconsole=false"]),

    // Remote execution, persistence
    .init(
      0.9, ["T1021.002", "T1047"], "write what a command says to an administrative share",
      any: ["\\\\127.0.0.1\\admin$", "\\\\localhost\\c$\\", "\\\\127.0.0.1\\c$"]),
    .init(
      0.85, ["T1134"], "write into a pipe, as done to take over a service's rights", all: ["echo"],
      any: ["> \\\\.\\pipe\\"]),
    .init(
      0.65, ["T1569.002", "T1543.003"], "make or change a service on another machine", programs: ["sc.exe"],
      all: ["\\\\"], any: ["create", "config", "start"]),
    .init(
      0.65, ["T1569.002"], "run a command as a service on another machine", any: ["psexec", "paexec", "remcom"],
      none: ["psexecsvc -"]),
    .init(
      0.65, ["T1053.005"], "change scheduled tasks on another machine", programs: ["schtasks.exe"], all: ["/s "],
      any: ["/create", "/change", "/run"]),
    .init(
      0.6, ["T1569.002", "T1021.002"], "run what another machine asks for",
      programs: ["psexesvc.exe", "paexec.exe", "winexesvc.exe", "remcomsvc.exe", "csexecsvc.exe"]),
    .init(0.4, ["T1053.005"], "make a scheduled task", programs: ["schtasks.exe"], any: ["/create"]),
    .init(
      0.55, ["T1547.001"], "start something at each logon", all: ["currentversion\\run"],
      any: ["reg add", "set-itemproperty", "new-itemproperty"]),
    .init(0.55, ["T1136"], "add a user", programs: ["net.exe", "net1.exe"], all: ["user", "/add"]),
    .init(
      0.6, ["T1098"], "add somebody to the administrators", programs: ["net.exe", "net1.exe"],
      all: ["localgroup", "/add"]),
    .init(0.6, ["T1021.001"], "open the machine to remote desktops", any: ["fdenytsconnections"]),

    // Looking around; single words are ordinary, so they only add to a story
    .init(
      0.5, ["T1069.002", "T1087.002"], "list the domain's groups or users", programs: ["net.exe", "net1.exe"],
      all: ["/do"], any: ["group", "user", "accounts"]),
    .init(
      0.55, ["T1482"], "list domains and controllers", programs: ["nltest.exe"],
      any: ["domain_trusts", "dclist", "dsgetdc"]),
    .init(
      0.35, ["T1033"], "ask who the user is and what they may do", programs: ["whoami.exe"],
      any: ["/all", "/priv", "/groups"]),
    .init(
      0.3, ["T1033"], "ask who the user is", programs: ["whoami.exe", "whoami"], none: ["/all", "/priv", "/groups"]),

    // Credentials, destruction, covering up
    .init(
      0.9, ["T1003.002"], "copy the hives that hold password hashes",
      any: ["save hklm\\sam", "save hklm\\system", "save hklm\\security", "save hkey_local_machine\\sam"]),
    .init(
      0.9, ["T1003.003"], "copy the directory's database",
      any: ["ntds.dit", "ac i ntds", "activate instance ntds", "ifm create full"]),
    .init(
      0.95, ["T1490"], "delete the copies that a restore needs",
      any: [
        "delete shadows", "shadowcopy delete", "delete catalog -quiet", "recoveryenabled no", "resize shadowstorage",
      ]),
    .init(
      0.85, ["T1070.001"], "clear event logs",
      any: ["wevtutil cl", "wevtutil.exe cl", "clear-eventlog", "wevtutil clear-log"]),
    .init(
      0.8, ["T1562.004"], "switch off the firewall",
      any: ["advfirewall set allprofiles state off", "firewall set opmode disable", "iptables -f", "ufw disable"]),

    // Unix
    .init(0.95, ["T1059.004", "T1071"], "give a shell to a network connection", any: ["/dev/tcp/", "/dev/udp/"]),
    .init(
      0.9, ["T1059.004"], "give a shell to a network connection",
      programs: [
        "nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "nc.exe", "ncat.exe", "bash", "sh", "dash",
      ], any: [" -e /bin/", " -c /bin/sh", "exec:/bin/", "exec:bash", "exec:sh", "-e cmd", "--sh-exec", "--exec /bin"]),
    .init(
      0.9, ["T1059.004"], "give a shell to a network connection by a pipe", all: ["mkfifo"],
      any: ["nc ", "ncat ", "telnet ", "openssl s_client"]),
    .init(
      0.85, ["T1059.006", "T1059.004"], "give a shell to a network connection", all: ["socket", "connect"],
      any: ["subprocess", "pty.spawn", "os.dup2", "exec(", "/bin/sh"]),
    .init(
      0.8, ["T1140", "T1059.004"], "decode text and run it", programs: unixShells, all: ["base64"],
      any: ["-d", "--decode"]
    ).and(["|bash", "| bash", "|sh", "| sh", "|{bash", "eval", "| python", "|python"]),
    .init(0.75, ["T1105", "T1059.004"], "run what it fetches", programs: unixShells, any: ["curl ", "wget "]).and([
      "|bash", "| bash", "|sh", "| sh", "|sudo", "| sudo bash", "| python",
    ]),
    .init(
      0.6, ["T1027.010"], "avoid spaces, as injected commands must", programs: unixShells,
      any: ["{echo,", "${ifs}", "$ifs"]),
    .init(
      0.6, ["T1222.002", "T1105"], "make a temporary file a program",
      any: ["chmod +x /tmp/", "chmod 777 /tmp/", "chmod +x /dev/shm", "chmod +x /var/tmp"]),
    .init(0.6, ["T1098.004"], "add a key that may log on", all: ["authorized_keys"], any: ["echo", ">>", "tee"]),
    .init(
      0.6, ["T1003.008"], "read the file of password hashes", any: ["/etc/shadow"],
      none: ["/var/backups", "pwck", "grpck"]),
    .init(
      0.5, ["T1070.003"], "forget the shell's history",
      any: ["history -c", "unset histfile", "histfile=/dev/null", "histsize=0"]),
    .init(
      0.55, ["T1053.003"], "change scheduled commands", all: ["crontab"], any: ["| crontab", "curl", "wget", "/tmp/"]),
    .init(0.6, ["T1574.006"], "load a library into every program", any: ["ld_preload=", "/etc/ld.so.preload"]),
    .init(
      0.35, ["T1059.004"], "run an interactive shell without a terminal", programs: ["bash", "sh"],
      any: ["bash -i", "sh -i"]),
  ]

  /// The rule with further words of which one must occur.
  private func and(_ words: [String]) -> CommandLineRule {
    var rule = self
    rule.also = words
    return rule
  }
}
