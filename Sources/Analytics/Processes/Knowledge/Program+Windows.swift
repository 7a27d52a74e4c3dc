/// Programs that come with Windows and its servers. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let system32 = ["c:\\windows\\system32\\", "c:\\windows\\syswow64\\", "c:\\windows\\winsxs\\"]
  private static let windowsFolder = ["c:\\windows\\"]
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  private static let discovery: Set<String> = ["mdns", "llmnr", "ssdp", "netbios", "wsd"]

  static let windows: [Program] = [
    // The operating system.
    Program(
      ["system", "ntoskrnl.exe"], .system,
      speaks: Set(["smb", "netbios", "http", "winrm", "nfs", "rdp", "unknown", "wsd", "printing", "quic"]).union(
        discovery)),
    Program(["registry", "memory compression", "secure system", "idle"], .system),
    Program(
      ["lsass.exe"], .system, speaks: ["kerberos", "ldap", "dcerpc", "dns", "ntp", "smb", "tls"],
      in: system32),
    Program(
      ["svchost.exe"], .system,
      speaks: Set([
        "http", "tls", "quic", "dns", "dcerpc", "ldap", "kerberos", "ntp", "dhcp", "dhcpv6", "kms", "delivery", "rdp",
        "ike", "stun", "snmp", "unknown", "printing", "winrm", "openvpn", "xmpp",
      ]).union(discovery), in: system32),
    Program(
      ["services.exe", "wininit.exe", "smss.exe", "csrss.exe", "winlogon.exe", "lsm.exe"], .core,
      speaks: ["dcerpc", "dns"], in: system32),
    Program(
      [
        "lsaiso.exe", "fontdrvhost.exe", "dwm.exe", "logonui.exe", "sihost.exe", "ctfmon.exe", "userinit.exe",
        "dashost.exe",
      ], .core, speaks: discovery, in: system32),
    Program(
      [
        "taskhostw.exe", "taskhost.exe", "taskhostex.exe", "backgroundtaskhost.exe", "runtimebroker.exe",
        "searchindexer.exe", "searchprotocolhost.exe", "searchapp.exe", "searchui.exe", "searchhost.exe",
        "startmenuexperiencehost.exe", "shellexperiencehost.exe", "applicationframehost.exe", "smartscreen.exe",
        "compattelrunner.exe", "devicecensus.exe", "wermgr.exe", "werfault.exe", "tiworker.exe", "trustedinstaller.exe",
        "usoclient.exe", "mousocoreworker.exe", "musnotification.exe", "wuauclt.exe", "sppsvc.exe", "sppextcomobj.exe",
        "slui.exe", "dmclient.exe", "deviceenroller.exe", "omadmclient.exe", "provtool.exe", "wudfhost.exe",
        "audiodg.exe", "settingsyncHost.exe", "wwahost.exe", "gamebarpresencewriter.exe", "systemsettings.exe",
        "useroobebroker.exe", "textinputhost.exe", "lockapp.exe", "widgets.exe", "widgetservice.exe",
        "phoneexperiencehost.exe", "onedrivesetup.exe", "mpsigstub.exe", "mrt.exe",
        "cloudexperiencehostbroker.exe", "securityhealthhost.exe", "wfs.exe", "mobsync.exe", "credentialuibroker.exe",
        "microsoft.aad.brokerplugin.exe", "tokenbroker.exe", "dsregcmd.exe", "locationnotificationwindows.exe",
        "oobenetworkconnectionflow.exe", "windowsupdateelevatedinstaller.exe", "updateassistant.exe",
        "windows10upgraderapp.exe", "setuphost.exe",
      ], .system, speaks: web.union(["kms", "dcerpc", "ldap"]), in: windowsFolder),
    Program(["explorer.exe"], .system, speaks: web.union(["smb", "ldap"]), in: windowsFolder),
    Program(
      ["spoolsv.exe", "printisolationhost.exe", "splwow64.exe"], .system,
      speaks: Set(["printing", "dcerpc", "snmp", "http", "tls", "dns"]).union(discovery), in: windowsFolder),
    Program(["dllhost.exe"], .core, speaks: ["dcerpc", "dns"], in: system32),
    Program(
      ["wmiprvse.exe", "wsmprovhost.exe", "winrshost.exe", "unsecapp.exe", "scrcons.exe"], .core,
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

    // Script hosts and shells.
    Program(["powershell.exe", "powershell_ise.exe"], .scriptHost, in: system32, attack: "T1059.001"),
    Program(["pwsh.exe"], .scriptHost, attack: "T1059.001"),
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
        "xwizard.exe", "dfsvc.exe", "csc.exe", "vbc.exe", "jsc.exe", "wab.exe", "pcwrun.exe", "pcwutl.exe", "cdb.exe",
        "bginfo.exe", "dnscmd.exe", "diskshadow.exe", "ilasm.exe", "infdefaultinstall.exe",
        "syncappvpublishingserver.exe",
        "verclsid.exe", "wsreset.exe", "workfolders.exe", "register-cimprovider.exe", "microsoft.workflow.compiler.exe",
        "rasautou.exe", "scriptrunner.exe", "tttracer.exe", "at.exe", "print.exe", "replace.exe",
        "stordiag.exe", "addinutil.exe", "aspnet_compiler.exe", "gfxdownloadwrapper.exe",
        "imewdbld.exe", "certoc.exe", "configsecuritypolicy.exe", "runonce.exe",
      ], .proxyExecution, attack: "T1218"),
    // Some of these now come from the store, others have always lain elsewhere: their folder tells nothing.
    Program(
      ["notepad.exe", "write.exe", "wordpad.exe", "calc.exe", "win32calc.exe", "mspaint.exe", "snippingtool.exe"],
      .inert, in: windowsFolder + ["c:\\program files\\"], attack: "T1055"),
    Program(
      [
        "charmap.exe", "conhost.exe", "dllhst3g.exe", "werfaultsecure.exe",
        "eventvwr.exe", "fodhelper.exe", "whoami.exe", "hostname.exe", "ipconfig.exe", "attrib.exe", "find.exe",
        "findstr.exe", "sort.exe", "choice.exe", "timeout.exe", "more.com", "xcopy.exe", "cacls.exe", "icacls.exe",
        "cipher.exe", "fltmc.exe", "vssadmin.exe", "wbadmin.exe", "bcdedit.exe", "sdclt.exe", "computerdefaults.exe",
        "magnify.exe", "osk.exe", "narrator.exe", "utilman.exe", "sethc.exe", "displayswitch.exe", "atbroker.exe",
        "rekeywiz.exe", "cleanmgr.exe", "dxdiag.exe", "msinfo32.exe", "perfmon.exe", "resmon.exe", "cttune.exe",
        "taskmgr.exe", "regedit.exe", "dwwin.exe",
        "searchfilterhost.exe",
      ], .inert, in: windowsFolder, attack: "T1055"),
  ]
}
