/// How odd it is to speak a protocol for a program that usually does not.

/// What speaking a protocol may mean when the speaker is not one that usually does.
struct ProtocolWeight {
  /// Score of a known program that has other habits.
  var known: Double
  /// Score of a program that nobody knows, from a place where only administrators install.
  var installed: Double
  /// Score of one from a place where anybody can write.
  var dropped: Double
  var attack: [String]
  /// Who usually speaks it.
  var usual: String

  static let table: [String: ProtocolWeight] = [
    "ldap": .init(0.7, 0.35, 0.8, ["T1087.002", "T1018"], "lsass.exe, svchost.exe and directory tools"),
    "kerberos": .init(0.8, 0.7, 0.85, ["T1558"], "lsass.exe"),
    "smb": .init(0.75, 0.65, 0.85, ["T1021.002"], "the kernel (System)"),
    "dcerpc": .init(0.6, 0.35, 0.75, ["T1021.003"], "svchost.exe, lsass.exe and management consoles"),
    "winrm": .init(0.75, 0.55, 0.85, ["T1021.006"], "remote management (winrs.exe, Server Manager)"),
    "adws": .init(0.7, 0.4, 0.75, ["T1087.002"], "directory management tools"),
    "rdp": .init(0.6, 0.4, 0.7, ["T1021.001"], "mstsc.exe"),
    "ssh": .init(0.55, 0.4, 0.6, ["T1021.004"], "ssh clients"),
    "vnc": .init(0.6, 0.4, 0.7, ["T1021.005"], "vnc viewers"),
    "telnet": .init(0.6, 0.4, 0.6, ["T1021"], "telnet clients"),
    "tds": .init(0.5, 0.2, 0.55, ["T1213"], "database clients"),
    "smtp": .init(0.55, 0.35, 0.6, ["T1071.003"], "mail programs"),
    "imap": .init(0.5, 0.3, 0.5, ["T1071.003"], "mail programs"),
    "pop3": .init(0.5, 0.3, 0.5, ["T1071.003"], "mail programs"),
    "ftp": .init(0.5, 0.3, 0.55, ["T1071.002"], "file transfer programs"),
    "tftp": .init(0.6, 0.4, 0.65, ["T1105"], "device management"),
    "irc": .init(0.65, 0.5, 0.7, ["T1071"], "chat programs"),
    "socks": .init(0.6, 0.4, 0.65, ["T1090"], "proxy clients"),
    "dns": .init(0.45, 0.2, 0.4, ["T1071.004"], "the resolver"),
    "http": .init(0.55, 0.2, 0.45, ["T1071.001"], "browsers and updaters"),
    "tls": .init(0.55, 0.2, 0.45, ["T1573", "T1071.001"], "browsers and updaters"),
    "quic": .init(0.5, 0.2, 0.45, ["T1071.001"], "browsers"),
    "rmi": .init(0.7, 0.2, 0.55, ["T1190", "T1210"], "Java programs among themselves"),
    "unknown": .init(0.4, 0.1, 0.4, ["T1095"], "no program in particular"),
  ]
  /// Who usually speaks it on Linux, where that is somebody else.
  static let usualOnUnix = [
    "ldap": "sssd, nslcd and directory tools", "kerberos": "sssd, kinit and the Kerberos libraries' services",
    "smb": "the kernel, Samba and file managers", "dcerpc": "Samba", "winrm": "management tools",
    "rdp": "remote desktops' viewers",
  ]
  static let other = ProtocolWeight(0.4, 0.15, 0.4, ["T1095"], "no program that is known here")

  init(_ known: Double, _ installed: Double, _ dropped: Double, _ attack: [String], _ usual: String) {
    self.known = known
    self.installed = installed
    self.dropped = dropped
    self.attack = attack
    self.usual = usual
  }
}
