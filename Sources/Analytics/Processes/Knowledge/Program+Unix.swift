/// Programs that come with Linux and its relatives. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  /// What a name service or an authentication module does within any program that asks who somebody is.
  private static let identity: Set<String> = ["ldap", "kerberos", "dns"]

  static let unix: [Program] = [
    Program(["sshd", "sshd-session", "sshd-auth"], .service, speaks: identity.union(["ssh", "*"])),
    Program(
      ["ssh", "scp", "sftp", "rsync", "mosh-client", "sshfs", "autossh"], .administration,
      speaks: ["ssh", "dns", "unknown", "kerberos"]),
    Program(
      [
        "systemd-resolved", "systemd-resolve", "dnsmasq", "unbound", "named", "nscd", "stubby", "pdns_recursor",
        "kresd",
        "dnscrypt-proxy", "resolvconf", "pihole-ftl", "knotd", "nsd",
      ], .service, speaks: identity.union(["tls", "mdns", "llmnr", "http", "dhcp", "quic"])),
    Program(
      ["systemd-timesyncd", "systemd-timesyn", "chronyd", "chronyc", "ntpd", "ntpdate", "ntpq", "sntp", "openntpd"],
      .service, speaks: ["ntp", "dns", "tls"]),
    Program(
      [
        "systemd-networkd", "networkmanager", "nm-connectivity", "dhclient", "dhcpcd", "dhcpd", "wpa_supplicant",
        "connmand", "radvd", "modemmanager", "networkd-dispatcher", "networkd-dispat",
      ], .service, speaks: ["dhcp", "dhcpv6", "dns", "http", "tls", "unknown"]),
    Program(
      [
        "systemd", "init", "systemd-logind", "systemd-journald", "systemd-journal", "systemd-udevd", "systemd-userdbd",
        "dbus-daemon", "dbus-broker", "polkitd", "accounts-daemon", "udisksd", "upowerd", "agetty", "login",
      ], .core, speaks: identity),
    Program(
      ["systemd-journal-upload", "rsyslogd", "syslog-ng", "auditd", "audisp-remote", "audisp-syslog", "journalbeat"],
      .service, speaks: ["syslog", "tls", "dns", "http", "unknown"]),
    Program(
      ["avahi-daemon", "cupsd", "cups-browsed", "ipp", "lpd", "snmp", "dnssd", "colord", "ippusbxd", "cups-proxyd"],
      .service, speaks: ["mdns", "printing", "snmp", "dns", "http", "tls", "smb", "ssdp"]),
    Program(["http", "https", "ftp", "mirror"], .system, speaks: web.union(["ftp"]), in: ["/usr/lib/apt/methods/"]),
    Program(
      [
        "apt", "apt-get", "apt-check", "aptitude", "apt-helper", "unattended-upgr", "unattended-upgrade", "dpkg",
        "packagekitd", "yum",
        "dnf", "dnf5", "dnf-automatic", "microdnf", "rpm", "zypper", "zypp-rpm", "apk", "pacman", "emerge", "nix",
        "nix-daemon",
        "guix", "brew", "snapd", "snap", "flatpak", "fwupd", "fwupdmgr", "ubuntu-advantage", "pro", "ubuntu-pro-client",
        "livepatchd", "update-manager", "update-notifier", "gnome-software", "plasma-discover", "do-release-upgrade",
        "subscription-manager", "rhsmcertd", "rhsm-service", "insights-client", "landscape-client", "needrestart",
        "whoopsie",
        "apport", "abrtd", "geoclue", "motd-news",
      ], .system, speaks: web.union(["ftp", "unknown"])),
    Program(
      [
        "smbd", "nmbd", "winbindd", "samba", "samba-dcerpcd", "smbclient", "mount.cifs", "cifs.upcall", "gvfsd-smb",
        "gvfsd-smb-browse", "wsdd", "nautilus", "dolphin", "kioslave", "kioworker", "gvfsd", "gvfsd-http", "gvfsd-dav",
        "gvfsd-network", "gvfsd-dnssd",
      ], .service, speaks: identity.union(["smb", "netbios", "dcerpc", "http", "tls", "mdns", "wsd"])),
    Program(
      [
        "sssd", "sssd_be", "sssd_nss", "sssd_pam", "ldap_child", "krb5_child", "nslcd", "adclient", "vasd", "lwsmd",
        "realmd",
        "adcli", "kinit", "klist", "kpasswd", "kvno", "net", "wbinfo", "gssproxy", "rpc.gssd", "rpc.svcgssd", "k5start",
        "certmonger", "ipa", "ipa-submit", "getent", "authselect", "oddjobd",
      ], .service, speaks: identity.union(["smb", "dcerpc", "http", "tls"])),
    Program(
      ["slapd", "ns-slapd", "krb5kdc", "kadmind", "kpropd", "freeradius", "radiusd"], .service,
      speaks: identity.union(["tls", "radius", "mysql", "postgresql"])),
    Program(
      ["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldapwhoami", "ldappasswd"], .administration,
      speaks: identity.union(["tls"])),
    Program(
      [
        "rpcbind", "rpc.statd", "rpc.mountd", "rpc.nfsd", "mount.nfs", "mount.nfs4", "automount", "nfsd", "iscsid",
        "multipathd",
      ],
      .service, speaks: identity.union(["nfs", "unknown"])),
    Program(
      ["master", "smtp", "smtpd", "lmtp", "qmgr", "pickup", "cleanup", "local", "tlsmgr", "proxymap", "postscreen"],
      .service,
      speaks: identity.union(["smtp", "mysql", "postgresql", "tls"]),
      in: ["/usr/lib/postfix/", "/usr/libexec/postfix/", "/usr/sbin/", "/usr/lib/"]),
    Program(
      ["sendmail", "exim4", "exim", "postfix", "msmtp", "nullmailer", "ssmtp", "dma", "opensmtpd", "qmail-remote"],
      .service, speaks: identity.union(["smtp", "mysql", "postgresql", "tls"])),
    Program(
      [
        "dovecot", "imap", "imap-login", "pop3-login", "auth", "cyrus", "fetchmail", "getmail", "offlineimap", "mbsync",
        "mutt", "neomutt", "alpine", "mail", "mailx", "s-nail", "spamd", "rspamd", "amavisd", "opendkim", "clamd",
        "freshclam", "clamav-milter",
      ], .service,
      speaks: identity.union(["imap", "pop3", "smtp", "http", "tls", "mysql", "postgresql", "redis", "unknown"])),
    Program(
      ["dig", "host", "nslookup", "drill", "delv", "kdig", "nsupdate"], .administration, speaks: ["dns", "tls"]),
    Program(
      ["ping", "ping6", "traceroute", "tracepath", "mtr", "whois", "arping"], .administration,
      speaks: ["dns", "unknown"]),
    Program(["telnet"], .administration, speaks: ["telnet", "dns"]),
    Program(
      ["nmap", "masscan", "tcpdump", "tshark", "wireshark", "iperf3", "iperf", "zmap"], .administration,
      speaks: ["*", "dns"]),
    Program(["tftp", "lftp", "ncftp"], .administration, speaks: ["tftp", "ftp", "dns", "tls", "http", "ssh"]),
    Program(
      [
        "openvpn", "wg-quick", "charon", "charon-systemd", "pluto", "openconnect", "vpnc", "pppd", "xl2tpd", "sstpc",
        "tailscaled",
        "tailscale", "zerotier-one", "warp-svc", "nordvpnd",
      ], .service, speaks: web.union(["*", "ike", "openvpn", "wireguard"])),
    Program(
      ["sudo", "su", "cron", "crond", "atd", "anacron", "runuser", "pkexec", "passwd", "chage", "useradd", "doas"],
      .inert,
      speaks: identity.union(["syslog"]), attack: "T1059.004"),
    Program(
      [
        "ls", "ps", "id", "whoami", "who", "w", "groups", "hostname", "hostnamectl", "uname", "uptime", "last",
        "finger", "ss",
        "netstat", "lsof", "ip", "ifconfig", "arp", "route", "stat", "top", "htop",
      ], .inert, speaks: identity, attack: "T1059.004"),

    Program(
      ["bash", "sh", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "ash", "busybox", "rbash"], .shell,
      attack: "T1059.004"),
    Program(
      ["nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "nc.traditiona", "socat", "pwncat", "cryptcat"], .relay,
      attack: "T1095"),
    Program(
      [
        "awk", "gawk", "mawk", "sed", "find", "cat", "vi", "vim", "vim.basic", "vim.tiny", "nano", "ed", "ex", "view",
        "tar",
        "cp", "mv", "rm", "dd", "chmod", "chown", "base64", "xxd", "od", "hexdump", "grep", "egrep", "sort", "cut",
        "tr", "tee",
        "head", "tail", "wc", "xargs", "env", "nohup", "setsid", "timeout", "sleep", "man", "less", "more", "lesspipe",
        "basename",
        "dirname", "expect", "script", "screen", "tmux", "gdb", "strace", "ld.so", "run-parts", "mkfifo",
      ], .inert, attack: "T1059.004"),
  ]
}
