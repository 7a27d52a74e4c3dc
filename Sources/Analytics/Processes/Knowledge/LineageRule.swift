/// Who normally starts whom.

/// What it says when one program starts another.
struct LineageRule: Sendable {
  enum Child: Sendable {
    case interpreter  // script hosts, shells and tools that run others' code
    case dropped  // programs from where anybody can write
  }
  var parents: Set<String>
  var child: Child
  var score: Double
  var attack: [String]
  /// Completes "… was started by …, which …".
  var says: String

  init(_ parents: Set<String>, _ child: Child, _ score: Double, _ attack: [String], _ says: String) {
    self.parents = parents
    self.child = child
    self.score = score
    self.attack = attack
    self.says = says
  }

  private static let office: Set<String> = [
    "winword.exe", "excel.exe", "powerpnt.exe", "onenote.exe", "outlook.exe", "msaccess.exe", "mspub.exe", "visio.exe",
    "acrord32.exe", "acrobat.exe", "foxitreader.exe", "eqnedt32.exe", "thunderbird.exe", "soffice.bin", "hh.exe",
  ]
  static let browsers: Set<String> = [
    "iexplore.exe", "chrome.exe", "msedge.exe", "firefox.exe", "brave.exe", "opera.exe",
  ]
  private static let web: Set<String> = [
    "w3wp.exe", "tomcat.exe", "tomcat8.exe", "tomcat9.exe", "httpd.exe", "nginx.exe", "php-cgi.exe", "httpd", "nginx",
    "apache2", "php-fpm", "lighttpd", "umworkerprocess.exe", "sqlservr.exe", "mysqld", "postgres", "mysqld.exe",
    "ws_tomcatservice.exe", "java.exe", "java", "redis-server", "caddy", "uwsgi", "gunicorn", "mariadbd", "php-cgi",
    "nginx.exe", "tomcat10.exe", "javaw.exe", "oracle", "mongod",
  ]

  static let all: [LineageRule] = [
    .init(
      office, .interpreter, 0.8, ["T1204.002", "T1566.001"],
      "opens documents and mail and normally starts no interpreter"),
    .init(office, .dropped, 0.8, ["T1204.002"], "opens documents and mail and normally starts no other program"),
    .init(browsers, .interpreter, 0.6, ["T1204.002", "T1189"], "shows pages and normally starts no interpreter"),
    .init(web, .interpreter, 0.65, ["T1190", "T1505.003"], "serves requests and normally starts no shell"),
    .init(web, .dropped, 0.7, ["T1190"], "serves requests and normally starts no program from there"),
    .init(
      ["wmiprvse.exe"], .interpreter, 0.65, ["T1047"],
      "answers WMI requests, also from other machines, and seldom starts an interpreter"),
    .init(["wmiprvse.exe", "scrcons.exe"], .dropped, 0.7, ["T1047"], "answers WMI requests, also from other machines"),
    .init(["scrcons.exe"], .interpreter, 0.85, ["T1546.003"], "runs the scripts of WMI subscriptions"),
    .init(
      ["wsmprovhost.exe", "winrshost.exe"], .interpreter, 0.55, ["T1021.006"],
      "runs what other machines ask for by WinRM"),
    .init(
      ["wsmprovhost.exe", "winrshost.exe"], .dropped, 0.65, ["T1021.006"], "runs what other machines ask for by WinRM"),
    .init(
      ["services.exe"], .interpreter, 0.75, ["T1569.002", "T1543.003"], "starts services, which are seldom interpreters"
    ),
    .init(
      ["services.exe"], .dropped, 0.75, ["T1569.002", "T1543.003"], "starts services, which are installed elsewhere"),
    .init(
      ["mmc.exe", "dllhost.exe", "excel.exe", "ielowutil.exe"], .interpreter, 0.6, ["T1021.003"],
      "is driven by other programs, also from other machines, and seldom starts an interpreter"),
    .init(
      ["mshta.exe", "regsvr32.exe", "rundll32.exe", "wscript.exe", "cscript.exe", "msxsl.exe", "installutil.exe"],
      .interpreter, 0.5, ["T1059", "T1218"], "is itself used to run others' code"),
    .init(
      ["psexesvc.exe", "paexec.exe", "winexesvc.exe", "remcomsvc.exe", "csexecsvc.exe"], .interpreter, 0.75,
      ["T1569.002", "T1021.002"], "runs what other machines ask for"),
    .init(
      ["psexesvc.exe", "paexec.exe", "winexesvc.exe", "remcomsvc.exe", "csexecsvc.exe"], .dropped, 0.75,
      ["T1569.002", "T1021.002"], "runs what other machines ask for"),
    .init(
      ["eventvwr.exe", "fodhelper.exe", "computerdefaults.exe", "sdclt.exe", "wsreset.exe", "cmstp.exe", "slui.exe"],
      .interpreter, 0.8, ["T1548.002"], "runs with raised rights and starts no interpreter unless it is made to"),
    .init(["node", "node.exe"], .interpreter, 0.4, ["T1190"], "runs scripts, which may start shells"),
    .init(["cron", "crond", "atd"], .dropped, 0.5, ["T1053.003"], "runs what is installed to be run at times"),
    .init(["sqlservr.exe"], .interpreter, 0.75, ["T1505.001"], "answers queries and normally starts no interpreter"),
    .init(
      ["lsass.exe", "csrss.exe", "smss.exe", "dns.exe", "spoolsv.exe"], .interpreter, 0.9, ["T1055", "T1068"],
      "never starts an interpreter"),
    .init(
      ["lsass.exe", "csrss.exe", "smss.exe", "dns.exe", "spoolsv.exe"], .dropped, 0.9, ["T1055", "T1068"],
      "never starts such programs"),
  ]

  /// System processes that have but few parents.
  static let only: [String: Set<String>] = [
    "lsass.exe": ["wininit.exe"], "services.exe": ["wininit.exe"], "lsm.exe": ["wininit.exe"],
    "lsaiso.exe": ["wininit.exe"], "wininit.exe": ["smss.exe"], "winlogon.exe": ["smss.exe"], "csrss.exe": ["smss.exe"],
    "svchost.exe": ["services.exe", "msmpeng.exe", "svchost.exe"], "spoolsv.exe": ["services.exe"],
    "taskhostw.exe": ["services.exe", "svchost.exe"], "wsmprovhost.exe": ["svchost.exe"],
    "wmiprvse.exe": ["svchost.exe"], "userinit.exe": ["winlogon.exe", "dwm.exe"],
    "smss.exe": ["system", "smss.exe"], "fontdrvhost.exe": ["wininit.exe", "winlogon.exe"],
    "dwm.exe": ["winlogon.exe", "wininit.exe"],
  ]
}
