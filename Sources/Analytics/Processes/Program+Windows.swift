/// Programs of Windows and of those who use it. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let system32 = ["c:\\windows\\system32\\", "c:\\windows\\syswow64\\", "c:\\windows\\winsxs\\"]
  private static let windowsFolder = ["c:\\windows\\"]
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  private static let discovery: Set<String> = ["mdns", "llmnr", "ssdp", "netbios", "wsd"]

  static let windows: [Program] = [
    // The operating system.
    Program(
      ["system", "ntoskrnl.exe"], .system,
      speaks: Set(["smb", "netbios", "http", "winrm", "nfs", "rdp", "unknown", "wsd", "printing"]).union(discovery)),
    Program(["registry", "memory compression", "secure system", "idle"], .system),
    Program(["lsass.exe"], .system, speaks: ["kerberos", "ldap", "dcerpc", "dns", "ntp", "smb"], in: system32),
    Program(
      ["svchost.exe"], .system,
      speaks: Set([
        "http", "tls", "quic", "dns", "dcerpc", "ldap", "kerberos", "ntp", "dhcp", "dhcpv6", "kms", "delivery", "rdp",
        "ike", "stun", "snmp", "unknown", "printing",
      ]).union(discovery), in: system32),
    Program(
      ["services.exe", "wininit.exe", "smss.exe", "csrss.exe", "winlogon.exe"], .system, speaks: ["dcerpc", "dns"],
      in: system32),
    Program(
      ["lsaiso.exe", "fontdrvhost.exe", "dwm.exe", "logonui.exe", "sihost.exe", "ctfmon.exe", "userinit.exe"], .system,
      in: system32),
    Program(
      [
        "taskhostw.exe", "taskhost.exe", "taskhostex.exe", "backgroundtaskhost.exe", "runtimebroker.exe",
        "searchindexer.exe", "searchprotocolhost.exe", "searchapp.exe", "searchui.exe", "searchhost.exe",
        "startmenuexperiencehost.exe", "shellexperiencehost.exe", "applicationframehost.exe", "smartscreen.exe",
        "compattelrunner.exe", "devicecensus.exe", "wermgr.exe", "werfault.exe", "tiworker.exe", "trustedinstaller.exe",
        "usoclient.exe", "mousocoreworker.exe", "musnotification.exe", "wuauclt.exe", "sppsvc.exe", "sppextcomobj.exe",
        "slui.exe", "dmclient.exe", "deviceenroller.exe", "omadmclient.exe", "provtool.exe", "wudfhost.exe",
        "audiodg.exe", "settingsyncHost.exe", "wwahost.exe", "gamebarpresencewriter.exe", "systemsettings.exe",
        "useroobebroker.exe",
      ], .system, speaks: web.union(["kms", "dcerpc", "ldap"]), in: windowsFolder),
    Program(["explorer.exe"], .system, speaks: web.union(["smb", "ldap"]), in: windowsFolder),
    Program(
      ["spoolsv.exe", "printisolationhost.exe", "splwow64.exe"], .system,
      speaks: Set(["printing", "dcerpc", "snmp", "http", "tls", "dns", "smb"]).union(discovery), in: windowsFolder),
    Program(["dllhost.exe"], .system, speaks: ["dcerpc", "http", "tls", "dns"], in: system32),
    Program(
      ["wmiprvse.exe", "wsmprovhost.exe", "winrshost.exe", "unsecapp.exe", "scrcons.exe"], .system,
      speaks: ["dcerpc", "dns"], in: system32),
    Program(
      ["msdtc.exe", "vds.exe", "vssvc.exe", "snmp.exe", "snmptrap.exe"], .service, speaks: ["dcerpc", "snmp", "dns"],
      in: system32),

    // Servers' own services.
    Program(["dns.exe"], .service, speaks: ["dns", "ldap", "kerberos", "dcerpc", "tls", "smb"], in: system32),
    Program(
      ["dfsrs.exe", "dfssvc.exe", "dfsfrsHost.exe", "ntfrs.exe", "ismserv.exe", "dhcpserver.exe", "certsrv.exe"],
      .service, speaks: ["ldap", "kerberos", "dcerpc", "dns", "smb"], in: windowsFolder),
    Program(
      ["microsoft.activedirectory.webservices.exe"], .service,
      speaks: ["ldap", "kerberos", "dcerpc", "dns", "adws", "tls"], in: windowsFolder),
    Program(
      ["w3wp.exe", "iisexpress.exe", "inetinfo.exe"], .service,
      speaks: web.union(["tds", "ldap", "smtp", "mysql", "postgresql", "redis"])),
    Program(
      ["sqlservr.exe", "sqlagent.exe", "sqlbrowser.exe", "sqlwriter.exe", "reportingservicesservice.exe"], .database,
      speaks: web.union(["tds", "ldap", "kerberos", "dcerpc", "smtp"])),
    Program(
      [
        "microsoft.exchange.store.worker.exe", "edgetransport.exe", "msexchangetransport.exe", "umworkerprocess.exe",
        "microsoft.exchange.directory.topologyservice.exe",
      ], .service, speaks: web.union(["ldap", "kerberos", "dcerpc", "smtp"])),
    Program(
      ["tomcat.exe", "tomcat8.exe", "tomcat9.exe", "httpd.exe", "nginx.exe", "php-cgi.exe"], .service,
      speaks: web.union(["mysql", "postgresql", "tds", "redis", "oracle"])),

    // Management and security agents.
    Program(
      [
        "healthservice.exe", "monitoringhost.exe", "microsoftdependencyagent.exe", "amaextensionhost.exe",
        "mmaextensionheartbeatservice.exe",
      ], .agent, speaks: web.union(["opsmgr", "ldap", "dcerpc"])),
    Program(
      [
        "windowsazureguestagent.exe", "waappagent.exe", "waseclientagent.exe", "windowsazuretelemetryservice.exe",
        "windowsazurenetagent.exe", "himdsagent.exe", "himds.exe", "gc_service.exe", "azcmagent.exe",
      ], .agent, speaks: web),
    Program(
      [
        "msmpeng.exe", "mpcmdrun.exe", "mssense.exe", "sensecncproxy.exe", "senseir.exe", "sensendr.exe", "nissrv.exe",
        "smartscreen.exe", "securityhealthservice.exe",
      ], .agent, speaks: web.union(["ldap", "dcerpc", "netbios", "smb"])),
    Program(
      [
        "ccmexec.exe", "ccmsetup.exe", "cmrcservice.exe", "intunemanagementextension.exe",
        "microsoft.management.services.intunewindowsagent.exe",
      ], .agent, speaks: web.union(["ldap", "smb", "dcerpc"])),
    Program(
      [
        "csfalconservice.exe", "cb.exe", "repmgr.exe", "sentinelagent.exe", "cylancesvc.exe", "xagt.exe",
        "elastic-agent.exe", "elastic-endpoint.exe", "winlogbeat.exe", "filebeat.exe", "metricbeat.exe",
        "packetbeat.exe", "nxlog.exe", "splunkd.exe", "osqueryd.exe", "sysmon.exe", "sysmon64.exe", "velociraptor.exe",
        "wazuh-agent.exe", "ossec-agent.exe", "qualysagent.exe", "nessusd.exe", "taniumclient.exe", "besclient.exe",
        "teamviewer_service.exe", "rapid7_endpoint_broker.exe", "zabbix_agentd.exe", "telegraf.exe", "fluent-bit.exe",
      ], .agent, speaks: web.union(["syslog", "unknown", "ldap", "snmp"])),
    Program(
      [
        "googleupdate.exe", "microsoftedgeupdate.exe", "adobearm.exe", "armsvc.exe", "jusched.exe", "jucheck.exe",
        "officeclicktorun.exe", "officec2rclient.exe", "onedriveupdaterservice.exe", "maintenanceservice.exe",
        "updater.exe", "sdxhelper.exe",
      ], .agent, speaks: web),

    // What people work with.
    Program(
      [
        "chrome.exe", "msedge.exe", "firefox.exe", "iexplore.exe", "ielowutil.exe", "microsoftedge.exe",
        "microsoftedgecp.exe", "browser_broker.exe", "msedgewebview2.exe", "opera.exe", "brave.exe", "vivaldi.exe",
        "safari.exe", "chromium.exe", "tor.exe",
      ], .browser, speaks: web.union(["*"]).union(discovery)),
    Program(
      ["outlook.exe", "thunderbird.exe", "hxoutlook.exe", "hxtsr.exe", "olk.exe", "mailspring.exe"], .mail,
      speaks: web.union(["smtp", "imap", "pop3", "ldap", "dcerpc"])),
    Program(
      [
        "winword.exe", "excel.exe", "powerpnt.exe", "onenote.exe", "onenotem.exe", "msaccess.exe", "mspub.exe",
        "visio.exe", "winproj.exe", "acrord32.exe", "acrobat.exe", "foxitreader.exe", "soffice.bin", "soffice.exe",
      ], .office, speaks: web),
    Program(
      [
        "teams.exe", "ms-teams.exe", "slack.exe", "zoom.exe", "webex.exe", "ciscocollabhost.exe", "lync.exe",
        "skype.exe", "discord.exe", "signal.exe", "telegram.exe", "whatsapp.exe",
      ], .application, speaks: web.union(["*", "stun"]).union(discovery)),
    Program(
      [
        "onedrive.exe", "dropbox.exe", "googledrivefs.exe", "box.exe", "filecoauth.exe", "spotify.exe", "steam.exe",
        "itunes.exe", "vlc.exe",
      ], .application, speaks: web.union(["*"]).union(discovery)),
    Program(
      [
        "ssh.exe", "scp.exe", "sftp.exe", "putty.exe", "plink.exe", "kitty.exe", "mobaxterm.exe", "securecrt.exe",
        "ssh-agent.exe",
      ], .administration, speaks: ["ssh", "dns", "telnet", "unknown"]),
    Program(
      ["winscp.exe", "filezilla.exe", "ftp.exe"], .application, speaks: ["ssh", "ftp", "tls", "http", "dns", "unknown"]),
    Program(
      [
        "vmtoolsd.exe", "vpnui.exe", "vpnagent.exe", "openvpn.exe", "wireguard.exe", "pangps.exe", "forticlient.exe",
        "zsatunnel.exe",
      ], .application, speaks: web.union(["*", "ike", "openvpn", "wireguard"])),

    // Administration.
    Program(
      ["mmc.exe", "servermanager.exe", "dsac.exe"], .administration,
      speaks: web.union(["dcerpc", "ldap", "kerberos", "winrm", "adws"]), in: windowsFolder),
    Program(["winrs.exe"], .administration, speaks: ["winrm", "dns"], in: system32),
    Program(["mstsc.exe", "rdcman.exe", "msrdc.exe"], .administration, speaks: web.union(["rdp", "dcerpc", "ldap"])),
    Program(
      [
        "ldp.exe", "adexplorer.exe", "adexplorer64.exe", "repadmin.exe", "dcdiag.exe", "nltest.exe", "gpupdate.exe",
        "gpresult.exe", "gpscript.exe", "dsquery.exe", "dsget.exe", "csvde.exe", "ldifde.exe", "setspn.exe",
        "klist.exe", "dcpromo.exe", "djoin.exe", "certreq.exe",
      ], .administration, speaks: ["ldap", "dcerpc", "dns", "kerberos", "smb"]),
    Program(
      [
        "net.exe", "net1.exe", "qwinsta.exe", "quser.exe", "query.exe", "tasklist.exe", "taskkill.exe", "reg.exe",
        "sc.exe", "shutdown.exe", "wevtutil.exe", "logman.exe", "systeminfo.exe", "driverquery.exe", "netsh.exe",
        "schtasks.exe",
      ], .administration, speaks: ["dcerpc", "ldap", "dns"], in: system32),
    Program(["w32tm.exe"], .administration, speaks: ["ntp", "dcerpc", "dns"], in: system32),
    Program(["nslookup.exe"], .administration, speaks: ["dns"], in: system32),
    Program(["nmap.exe", "zenmap.exe", "wireshark.exe", "dumpcap.exe"], .administration, speaks: ["*", "dns"]),
    Program(["ssms.exe", "sqlcmd.exe", "bcp.exe", "azuredatastudio.exe"], .administration, speaks: web.union(["tds"])),

    // Developers' tools.
    Program(
      [
        "java.exe", "javaw.exe", "node.exe", "dotnet.exe", "python.exe", "pythonw.exe", "ruby.exe", "perl.exe",
        "php.exe",
      ], .developer, speaks: web.union(["*"])),
    Program(
      [
        "git.exe", "git-remote-https.exe", "code.exe", "devenv.exe", "idea64.exe", "pycharm64.exe", "docker.exe",
        "com.docker.backend.exe", "curl.exe", "wget.exe", "pip.exe", "nuget.exe", "msbuildtaskhost.exe",
        "servicehub.host.clr.x64.exe",
      ], .developer, speaks: web.union(["ssh", "git", "ftp", "unknown"])),

    // Script hosts and shells.
    Program(["powershell.exe", "pwsh.exe", "powershell_ise.exe"], .scriptHost, attack: "T1059.001"),
    Program(["wscript.exe", "cscript.exe"], .scriptHost, in: system32, attack: "T1059.005"),
    Program(["cmd.exe"], .shell, in: system32, attack: "T1059.003"),
    Program(["mshta.exe"], .proxyExecution, in: system32, attack: "T1218.005"),
    Program(["regsvr32.exe"], .proxyExecution, in: system32, attack: "T1218.010"),
    Program(["rundll32.exe"], .proxyExecution, in: system32, attack: "T1218.011"),
    Program(["installutil.exe"], .proxyExecution, attack: "T1218.004"),
    Program(["regasm.exe", "regsvcs.exe"], .proxyExecution, attack: "T1218.009"),
    Program(["cmstp.exe"], .proxyExecution, in: system32, attack: "T1218.003"),
    Program(["odbcconf.exe"], .proxyExecution, in: system32, attack: "T1218.008"),
    Program(["msbuild.exe"], .proxyExecution, attack: "T1127.001"),
    Program(["wmic.exe"], .proxyExecution, speaks: ["dcerpc", "dns"], in: system32, attack: "T1047"),
    Program(["msiexec.exe"], .proxyExecution, speaks: web.union(["smb"]), in: system32, attack: "T1218.007"),
    Program(["certutil.exe"], .proxyExecution, speaks: ["ldap", "dcerpc"], in: system32, attack: "T1105"),
    Program(
      [
        "bitsadmin.exe", "esentutl.exe", "expand.exe", "extrac32.exe", "desktopimgdownldr.exe", "finger.exe", "hh.exe",
        "ieexec.exe", "msxsl.exe", "presentationhost.exe", "mavinject.exe", "control.exe", "forfiles.exe", "pcalua.exe",
        "xwizard.exe", "dfsvc.exe", "csc.exe", "vbc.exe", "jsc.exe",
      ], .proxyExecution, attack: "T1218"),
    Program(
      [
        "notepad.exe", "write.exe", "wordpad.exe", "calc.exe", "calculator.exe", "win32calc.exe", "mspaint.exe",
        "charmap.exe", "snippingtool.exe", "conhost.exe", "dllhst3g.exe", "werfaultsecure.exe", "gpscript.exe",
        "eventvwr.exe", "fodhelper.exe", "whoami.exe", "hostname.exe", "ipconfig.exe", "attrib.exe", "find.exe",
        "findstr.exe", "sort.exe", "choice.exe", "timeout.exe", "taskmgr.exe", "regedit.exe", "dwwin.exe",
        "searchfilterhost.exe",
      ], .inert, in: windowsFolder, attack: "T1055"),
  ]
}
