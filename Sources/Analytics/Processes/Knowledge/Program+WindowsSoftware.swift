/// Programs that people and companies install on Windows. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  private static let discovery: Set<String> = ["mdns", "llmnr", "ssdp", "netbios", "wsd"]
  private static let stores: Set<String> = [
    "mysql", "postgresql", "redis", "mongodb", "memcached", "amqp", "mqtt", "tds", "oracle",
  ]

  static let windowsSoftware: [Program] = [
    // What people work with.
    Program(
      [
        "chrome.exe", "msedge.exe", "firefox.exe", "iexplore.exe", "ielowutil.exe", "microsoftedge.exe",
        "microsoftedgecp.exe", "browser_broker.exe", "msedgewebview2.exe", "opera.exe", "brave.exe", "vivaldi.exe",
        "safari.exe", "chromium.exe", "tor.exe", "arc.exe", "browser.exe", "yandex.exe", "waterfox.exe",
        "librewolf.exe", "palemoon.exe", "seamonkey.exe", "duckduckgo.exe", "whale.exe", "qqbrowser.exe",
        "360chrome.exe", "360se.exe", "zen.exe", "floorp.exe", "cefsharp.browsersubprocess.exe",
        "qtwebengineprocess.exe",
      ], .browser, speaks: web.union(["*"]).union(discovery)),
    Program(
      [
        "outlook.exe", "thunderbird.exe", "hxoutlook.exe", "hxtsr.exe", "hxaccounts.exe", "olk.exe", "mailspring.exe",
        "emclient.exe", "mailbird.exe", "postbox.exe", "betterbird.exe", "notes2.exe", "nlnotes.exe",
        "foxmail.exe", "wlmail.exe",
      ], .mail, speaks: web.union(["smtp", "imap", "pop3", "ldap", "dcerpc"])),
    Program(
      [
        "winword.exe", "powerpnt.exe", "onenote.exe", "onenotem.exe", "mspub.exe", "visio.exe", "winproj.exe",
        "acrord32.exe", "acrobat.exe", "acrocef.exe", "rdrcef.exe", "foxitreader.exe", "foxitpdfreader.exe",
        "sumatrapdf.exe", "soffice.bin", "soffice.exe", "wps.exe", "et.exe", "wpp.exe", "hwp.exe",
      ], .office, speaks: web),
    Program(
      ["excel.exe", "msaccess.exe", "pbidesktop.exe", "msmdsrv.exe", "tableau.exe"], .office,
      speaks: web.union(stores)),
    Program(
      [
        "teams.exe", "ms-teams.exe", "msteams.exe", "slack.exe", "zoom.exe", "cpthost.exe", "zoomphone.exe",
        "webex.exe",
        "ciscowebexstart.exe", "atmgr.exe", "webexhost.exe", "ciscocollabhost.exe", "ciscojabber.exe", "lync.exe",
        "skype.exe", "discord.exe", "signal.exe", "telegram.exe", "whatsapp.exe", "element.exe", "mattermost.exe",
        "rocketchat.exe", "line.exe", "wechat.exe", "weixin.exe", "viber.exe", "feishu.exe", "lark.exe", "dingtalk.exe",
        "kakaotalk.exe", "ringcentral.exe", "g2mcomm.exe", "goto.exe", "bluejeans.exe", "3cxdesktopapp.exe",
      ], .application, speaks: web.union(["*", "stun"]).union(discovery)),
    Program(
      [
        "onedrive.exe", "onedrive.sync.service.exe", "filesynchelper.exe", "microsoft.sharepoint.exe", "filecoauth.exe",
        "dropbox.exe", "dropboxupdate.exe", "googledrivefs.exe", "googledrivesync.exe", "box.exe", "boxdrive.exe",
        "icloudservices.exe", "iclouddrive.exe", "nextcloud.exe", "owncloud.exe", "megasync.exe", "syncthing.exe",
        "seadrive.exe", "spotify.exe", "steam.exe", "steamwebhelper.exe", "epicgameslauncher.exe", "battle.net.exe",
        "itunes.exe", "mdnsresponder.exe", "applemobiledeviceservice.exe", "vlc.exe", "obs64.exe", "notion.exe",
        "evernote.exe", "1password.exe", "bitwarden.exe", "keepassxc.exe", "lastpass.exe", "grammarly.desktop.exe",
        "creative cloud.exe", "adobe desktop service.exe", "ccxprocess.exe", "coresync.exe", "photoshop.exe",
        "autodesk desktop app.exe", "acad.exe", "sapgui.exe", "saplogon.exe",
      ], .application, speaks: web.union(["*"]).union(discovery)),
    Program(
      [
        "vmtoolsd.exe", "vpnui.exe", "vpnagent.exe", "vpncli.exe", "csc_vpnagent.exe", "openvpn.exe", "openvpn-gui.exe",
        "wireguard.exe", "tailscaled.exe", "tailscale-ipn.exe", "zerotier-one_x64.exe", "pangps.exe", "pangpa.exe",
        "forticlient.exe", "fortisslvpndaemon.exe", "pulsesecureservice.exe", "dsaccessservice.exe", "zsatunnel.exe",
        "zsatraymanager.exe", "nsservice.exe", "stagentsvc.exe", "warp-svc.exe", "nordvpn-service.exe",
      ], .application, speaks: web.union(["*", "ike", "openvpn", "wireguard"])),

    // Keeping itself up to date.
    Program(
      [
        "googleupdate.exe", "googleupdater.exe", "microsoftedgeupdate.exe", "braveupdate.exe", "adobearm.exe",
        "armsvc.exe", "adobeupdateservice.exe", "agsservice.exe", "jusched.exe", "jucheck.exe", "officeclicktorun.exe",
        "officec2rclient.exe", "onedriveupdaterservice.exe", "onedrivestandaloneupdater.exe", "maintenanceservice.exe",
        "default-browser-agent.exe", "pingsender.exe", "software_reporter_tool.exe", "sdxhelper.exe", "winget.exe",
        "appinstaller.exe", "winstore.app.exe", "choco.exe", "squirrel.exe", "nvcontainer.exe",
        "nvdisplay.container.exe", "nvidia web helper.exe", "supportassistagent.exe",
        "dellsupportassistremedationservice.exe",
        "dell.techhub.exe", "hpsupportsolutionsframeworkservice.exe", "lenovo.modern.imcontroller.exe",
        "lenovovantageservice.exe", "dsaservice.exe", "dsatray.exe", "esrv_svc.exe", "logioptionsplus_agent.exe",
      ], .agent, speaks: web.union(discovery).union(["unknown"])),

    // Security.
    Program(
      [
        "msmpeng.exe", "mpcmdrun.exe", "mpdefendercoreservice.exe", "mssense.exe", "sensecncproxy.exe", "senseir.exe",
        "sensendr.exe", "senseidentity.exe", "nissrv.exe", "securityhealthservice.exe", "microsoft.tri.sensor.exe",
      ], .agent, speaks: web.union(["ldap", "dcerpc", "netbios", "smb", "kerberos", "rdp"])),
    Program(
      [
        "csfalconservice.exe", "csfalconcontainer.exe", "cb.exe", "repmgr.exe", "repux.exe", "sentinelagent.exe",
        "sentinelservicehost.exe", "cylancesvc.exe", "cyserver.exe", "xagt.exe", "huntressagent.exe", "avp.exe",
        "klnagent.exe", "avgsvc.exe", "avastsvc.exe", "aswidsagent.exe", "bdservicehost.exe", "vsserv.exe",
        "epsecurityservice.exe",
        "ekrn.exe", "egui.exe", "eraagent.exe", "mcshield.exe", "mfemms.exe", "masvc.exe", "macmnsvc.exe",
        "mfemactl.exe",
        "ccsvchst.exe", "sepmasterservice.exe", "smc.exe", "savservice.exe", "sophosntpservice.exe", "sspservice.exe",
        "mcsagent.exe", "mcsclient.exe", "sophosfs.exe", "swi_fc.exe", "ntrtscan.exe", "tmlisten.exe", "tmccsf.exe",
        "coreserviceshell.exe", "mbamservice.exe", "fshoster64.exe", "fsorsp64.exe", "wrsa.exe", "clamd.exe",
        "freshclam.exe", "elastic-agent.exe", "elastic-endpoint.exe", "velociraptor.exe", "osqueryd.exe", "sysmon.exe",
        "sysmon64.exe", "wazuh-agent.exe", "ossec-agent.exe", "qualysagent.exe", "nessusd.exe", "nessus-service.exe",
        "nessus-agent-module.exe", "taniumclient.exe", "tanclient.exe", "besclient.exe", "ir_agent.exe",
        "rapid7_endpoint_broker.exe", "insight_agent.exe", "fortiedr.exe", "cytool.exe", "tdatp.exe",
      ], .agent, speaks: web.union(["syslog", "unknown", "ldap", "snmp", "netbios", "mqtt", "amqp"])),

    // Management, monitoring, backup, remote support.
    Program(
      [
        "healthservice.exe", "monitoringhost.exe", "microsoftdependencyagent.exe", "amaextensionhost.exe",
        "mmaextensionheartbeatservice.exe", "monagentcore.exe", "monagenthost.exe", "monagentlauncher.exe",
        "windowsazureguestagent.exe", "waappagent.exe", "waseclientagent.exe", "windowsazuretelemetryservice.exe",
        "windowsazurenetagent.exe", "himdsagent.exe", "himds.exe", "gc_service.exe", "gc_worker.exe",
        "gc_arc_service.exe", "azcmagent.exe", "amazon-ssm-agent.exe", "ssm-agent-worker.exe", "ec2launch.exe",
        "gceagent.exe", "google_osconfig_agent.exe", "gce_windows_agent.exe",
      ], .agent, speaks: web.union(["opsmgr", "ldap", "dcerpc", "unknown"])),
    Program(
      [
        "ccmexec.exe", "ccmsetup.exe", "cmrcservice.exe", "smsexec.exe", "intunemanagementextension.exe",
        "microsoft.management.services.intunewindowsagent.exe", "omadmclient.exe", "wsusservice.exe",
        "pdqdeployrunner.exe",
      ], .agent, speaks: web.union(["ldap", "smb", "dcerpc", "tds"])),
    Program(
      [
        "winlogbeat.exe", "filebeat.exe", "metricbeat.exe", "packetbeat.exe", "heartbeat.exe", "nxlog.exe",
        "splunkd.exe",
        "zabbix_agentd.exe", "zabbix_agent2.exe", "telegraf.exe", "fluent-bit.exe", "fluentd.exe", "vector.exe",
        "otelcol.exe", "alloy.exe", "grafana-agent-windows-amd64.exe", "promtail.exe", "windows_exporter.exe",
        "nscp.exe", "icinga2.exe", "check_mk_agent.exe", "cmk-agent-ctl.exe", "newrelic-infra.exe", "oneagentos.exe",
        "trace-agent.exe", "process-agent.exe", "datadogagent.exe", "prtg probe.exe", "prtg server.exe",
        "swjobengineworker2.exe",
        "solarwinds.collector.service.exe", "pandora_agent.exe", "snmpwalk.exe", "syslogd.exe", "rsyslog.exe",
        "puppet.exe", "chef-client.exe", "salt-minion.exe", "glpi-agent.exe", "ocsinventory.exe",
        "lansweeperservice.exe",
        "lsagent.exe",
      ], .agent, speaks: web.union(["syslog", "unknown", "ldap", "snmp", "dcerpc", "winrm", "tds", "amqp", "mqtt"])),
    Program(
      [
        "veeamagent.exe", "veeam.endpoint.service.exe", "veeam.backup.service.exe", "veeam.backup.manager.exe",
        "veeamdeploymentsvc.exe", "veeamtransportsvc.exe", "veeamguestindexer.exe", "veeamvsssupport.exe",
        "veeam.backup.agent.configurationservice.exe", "mms.exe", "managedmachineservice.exe", "aakore.exe", "cvd.exe",
        "clbackup.exe", "cvfwd.exe", "beremote.exe", "bengine.exe", "bpcd.exe", "bpbkar32.exe", "nbdisco.exe",
        "vnetd.exe",
        "dsmc.exe", "dsmcsvc.exe", "dsmcad.exe", "bacula-fd.exe", "bareos-fd.exe", "duplicati.exe",
        "duplicati.server.exe", "bzserv.exe", "bztransmit.exe", "crashplanservice.exe", "code42service.exe",
        "restic.exe", "rclone.exe", "rbs.exe", "cohesityagent.exe", "arcserve.exe", "wbengine.exe",
        "shadowprotectsvc.exe",
      ], .agent, speaks: web.union(["unknown", "dcerpc", "tds", "ldap", "nfs", "ssh", "ftp"])),
    Program(
      [
        "teamviewer_service.exe", "teamviewer.exe", "tv_w32.exe", "tv_x64.exe", "anydesk.exe", "rustdesk.exe",
        "srmanager.exe", "sragent.exe", "srservice.exe", "screenconnect.clientservice.exe",
        "screenconnect.windowsclient.exe", "ltsvc.exe", "agentmon.exe", "ateraagent.exe",
        "agentpackagemonitoring.exe", "ninjarmmagent.exe", "logmein.exe", "lmiguardiansvc.exe", "g2ax_service.exe",
        "bomgar-scc.exe", "dwrcs.exe", "winvnc.exe", "tvnserver.exe", "vncserver.exe", "remoting_host.exe",
        "quickassist.exe",
        "msra.exe", "meshagent.exe", "action1_agent.exe", "syncro.service.runner.exe",
      ], .agent, speaks: web.union(["unknown", "stun", "vnc", "rdp"]).union(discovery)),

    // Administrators' and developers' tools.
    Program(
      [
        "ssh.exe", "scp.exe", "sftp.exe", "putty.exe", "plink.exe", "pscp.exe", "psftp.exe", "kitty.exe",
        "mobaxterm.exe",
        "xshell.exe", "securecrt.exe", "ssh-agent.exe", "sshd.exe", "termius.exe", "tabby.exe", "ttermpro.exe",
      ], .administration, speaks: ["ssh", "dns", "telnet", "http", "tls", "unknown"]),
    Program(
      ["winscp.exe", "filezilla.exe", "ftp.exe", "cyberduck.exe", "coreftp.exe"], .application,
      speaks: ["ssh", "ftp", "tls", "http", "dns", "unknown"]),
    Program(
      [
        "mremoteng.exe", "royalts.exe", "remotedesktopmanager.exe", "vncviewer.exe", "radmin.exe", "rdcman.exe",
        "msrdcw.exe", "wfica32.exe", "selfserviceplugin.exe", "vmware-view.exe", "horizon-client.exe",
      ], .administration, speaks: web.union(["rdp", "vnc", "ssh", "telnet", "unknown", "ldap"])),
    Program(
      ["nmap.exe", "zenmap.exe", "wireshark.exe", "dumpcap.exe", "iperf3.exe", "telnet.exe", "pktmon.exe"],
      .administration, speaks: ["*", "dns", "telnet"]),
    Program(
      [
        "mysqlworkbench.exe", "pgadmin4.exe", "psql.exe", "mysql.exe", "mongosh.exe", "redis-cli.exe", "sqlplus.exe",
        "sqldeveloper64w.exe", "dbeaver.exe", "heidisql.exe", "toad.exe", "datagrip64.exe", "azuredatastudio.exe",
        "dtexec.exe", "isserverexec.exe", "ssms.exe",
      ], .database, speaks: web.union(stores).union(["unknown", "ssh"])),
    Program(
      ["mysqld.exe", "mariadbd.exe", "postgres.exe", "mongod.exe", "redis-server.exe", "oracle.exe", "tnslsnr.exe"],
      .database, speaks: web.union(stores).union(["unknown", "ldap"])),
    Program(
      ["tomcat.exe", "httpd.exe", "nginx.exe", "php-cgi.exe", "caddy.exe", "traefik.exe", "haproxy.exe"], .service,
      speaks: web.union(stores).union(["smtp", "unknown"])),
    Program(
      [
        "java.exe", "javaw.exe", "node.exe", "dotnet.exe", "python.exe", "pythonw.exe", "py.exe", "ruby.exe",
        "deno.exe", "bun.exe", "go.exe", "beam.smp.exe", "erl.exe",
      ], .developer, speaks: web.union(["*"])),
    Program(
      ["perl.exe", "php.exe", "lua.exe", "tclsh.exe"], .developer, speaks: web.union(stores).union(["smtp", "ftp"])),
    Program(
      [
        "git.exe", "git-remote-https.exe", "git-lfs.exe", "gh.exe", "svn.exe", "hg.exe", "tortoiseproc.exe",
        "tgitcache.exe",
        "sourcetree.exe", "githubdesktop.exe", "code.exe", "code - insiders.exe", "code-tunnel.exe", "cursor.exe",
        "windsurf.exe",
        "devenv.exe", "blend.exe", "vsixinstaller.exe", "vctip.exe", "idea64.exe", "pycharm64.exe", "webstorm64.exe",
        "goland64.exe", "clion64.exe", "phpstorm64.exe", "rider64.exe", "rubymine64.exe", "fsnotifier.exe",
        "eclipse.exe",
        "studio64.exe", "adb.exe", "postman.exe", "insomnia.exe", "fiddler.exe", "charles.exe", "curl.exe", "wget.exe",
        "aria2c.exe", "pip.exe", "pip3.exe", "uv.exe", "poetry.exe", "conda.exe", "mamba.exe", "twine.exe", "npm.exe",
        "yarn.exe",
        "pnpm.exe", "cargo.exe", "rustup.exe", "nuget.exe", "vcpkg.exe", "gradle.exe", "msbuildtaskhost.exe",
        "servicehub.host.clr.x64.exe",
        "servicehub.vsdetouredhost.exe", "servicehub.roslyncodeanalysisservice.exe", "servicehub.identityhost.exe",
        "perfwatson2.exe", "kubectl.exe", "helm.exe", "terraform.exe", "aws.exe", "vault.exe", "consul.exe",
        "packer.exe",
        "runner.listener.exe", "runner.worker.exe", "agent.listener.exe", "agent.worker.exe", "gitlab-runner.exe",
      ], .developer, speaks: web.union(["ssh", "git", "ftp", "unknown"])),
    Program(
      [
        "docker.exe", "dockerd.exe", "docker desktop.exe", "com.docker.backend.exe", "com.docker.build.exe",
        "vpnkit.exe",
        "containerd.exe", "kubelet.exe", "kube-proxy.exe", "wsl.exe", "wslhost.exe", "wslservice.exe", "wslrelay.exe",
        "vmmem",
        "vmwp.exe", "vmms.exe", "vmcompute.exe", "vmware.exe", "vmware-vmx.exe", "vmware-authd.exe", "vmnat.exe",
        "virtualboxvm.exe", "vboxheadless.exe", "vboxsvc.exe", "vboxnetnat.exe", "qemu-system-x86_64.exe", "gns3.exe",
      ], .service, speaks: web.union(["*"]).union(discovery)),

    // What intruders bring or find, whatever it is called for.
    Program(
      ["nc.exe", "nc64.exe", "ncat.exe", "netcat.exe", "socat.exe", "powercat.exe"], .relay, attack: "T1095"),
  ]
}
