/// Programs of Linux and its relatives. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  private static let stores: Set<String> = [
    "mysql", "postgresql", "redis", "mongodb", "memcached", "amqp", "mqtt", "tds", "oracle",
  ]

  static let unix: [Program] = [
    Program(["sshd", "sshd-session"], .service, speaks: ["ssh", "ldap", "kerberos", "dns", "*"]),
    Program(["ssh", "scp", "sftp", "rsync", "mosh-client"], .administration, speaks: ["ssh", "dns", "unknown"]),
    Program(
      ["systemd-resolved", "systemd-resolve", "dnsmasq", "unbound", "named", "nscd", "stubby"], .service,
      speaks: ["dns", "tls", "mdns", "llmnr", "http", "dhcp"]),
    Program(
      ["systemd-timesyncd", "systemd-timesyn", "chronyd", "ntpd", "ntpdate", "sntp"], .service,
      speaks: ["ntp", "dns", "tls"]),
    Program(
      ["systemd-networkd", "networkmanager", "dhclient", "dhcpcd", "wpa_supplicant", "connmand"], .service,
      speaks: ["dhcp", "dhcpv6", "dns", "http", "tls", "unknown"]),
    Program(
      ["systemd", "init", "systemd-logind", "systemd-journald", "systemd-udevd", "dbus-daemon", "polkitd"], .system,
      speaks: ["dns"]),
    Program(
      ["systemd-journal-upload", "rsyslogd", "syslog-ng", "auditd", "audisp-remote"], .service,
      speaks: ["syslog", "tls", "dns", "http", "unknown"]),
    Program(
      ["avahi-daemon", "cupsd", "cups-browsed", "ipp", "colord"], .service,
      speaks: ["mdns", "printing", "snmp", "dns", "http", "tls"]),
    Program(
      [
        "apt", "apt-get", "apt-check", "aptitude", "http", "https", "unattended-upgr", "unattended-upgrade",
        "packagekitd", "yum", "dnf", "microdnf", "zypper", "apk", "pacman", "snapd", "snap", "flatpak", "fwupd",
        "fwupdmgr", "ubuntu-advantage", "livepatchd",
      ], .system, speaks: web.union(["ftp"])),
    Program(
      [
        "curl", "wget", "aria2c", "git", "git-remote-https", "git-remote-http", "svn", "pip", "pip3", "npm", "yarn",
        "cargo", "go", "mvn", "gradle", "docker", "kubectl", "helm", "terraform", "ansible", "az", "aws", "gcloud",
      ], .developer, speaks: web.union(["ssh", "git", "ftp", "unknown"])),
    Program(
      [
        "java", "node", "nodejs", "dotnet", "python", "ruby", "perl", "php", "php-fpm", "beam.smp", "gunicorn", "uwsgi",
        "mono",
      ], .developer, speaks: web.union(stores).union(["*"])),
    Program(
      ["nginx", "apache2", "httpd", "haproxy", "envoy", "caddy", "traefik", "squid", "varnishd", "lighttpd"], .service,
      speaks: web.union(["*"])),
    Program(
      [
        "mysqld", "mariadbd", "postgres", "redis-server", "mongod", "memcached", "rabbitmq-server", "etcd", "consul",
        "vault",
      ], .database, speaks: web.union(stores).union(["unknown"])),
    Program(
      ["mysql", "psql", "redis-cli", "mongo", "mongosh", "sqlcmd"], .administration,
      speaks: stores.union(["dns", "tls"])),
    Program(
      ["smbd", "nmbd", "winbindd", "samba", "smbclient", "mount.cifs", "gvfsd-smb", "gvfsd-smb-browse"], .service,
      speaks: ["smb", "netbios", "ldap", "kerberos", "dcerpc", "dns"]),
    Program(
      ["sssd", "sssd_be", "ldap_child", "krb5_child", "nslcd", "adclient", "realmd", "adcli", "kinit", "klist", "net"],
      .service, speaks: ["ldap", "kerberos", "dns", "smb", "dcerpc"]),
    Program(["ldapsearch", "ldapmodify", "ldapwhoami"], .administration, speaks: ["ldap", "dns", "kerberos"]),
    Program(
      ["master", "smtp", "smtpd", "sendmail", "exim4", "exim", "postfix", "msmtp", "dovecot"], .service,
      speaks: ["smtp", "dns", "ldap", "mysql", "postgresql", "imap", "tls"]),
    Program(["dig", "host", "nslookup", "drill"], .administration, speaks: ["dns", "tls"]),
    Program(
      [
        "dockerd", "containerd", "kubelet", "kube-proxy", "kube-apiserver", "crio", "podman", "calico-node", "coredns",
        "cloudflared", "tailscaled",
      ], .service, speaks: web.union(["*"])),
    Program(
      ["firefox", "firefox-bin", "chrome", "chromium", "google-chrome", "brave", "opera"], .browser,
      speaks: web.union(["*", "mdns", "ssdp"])),
    Program(
      ["thunderbird", "thunderbird-bin", "evolution", "geary"], .mail,
      speaks: web.union(["smtp", "imap", "pop3", "ldap"])),
    Program(
      [
        "wdavdaemon", "telemetryd_v2", "telemetryd", "omsagent", "omiagent", "omiserver", "omicli", "mdsd",
        "amacoreagent", "agentlauncher", "waagent", "auoms", "auomscollect", "microsoft-dependency-agent",
        "dependencyagent", "azuremonitoragent", "amazon-ssm-agent", "ssm-agent-worker", "google_guest_agent",
        "google_osconfig_agent", "cloud-init", "filebeat", "auditbeat", "metricbeat", "packetbeat", "elastic-agent",
        "elastic-endpoint", "falcon-sensor", "sentinelone-agent", "osqueryd", "wazuh-agentd", "ossec-agentd", "splunkd",
        "td-agent", "fluentd", "fluent-bit", "vector", "telegraf", "node_exporter", "prometheus", "collectd",
        "zabbix_agentd", "zabbix_agent2", "datadog-agent", "agent", "snmpd", "sysmon", "nrpe", "qualys-cloud-agent",
        "puppet", "chef-client", "salt-minion",
      ],
      .agent, speaks: web.union(["syslog", "unknown", "snmp", "ntp", "*"])),

    Program(
      ["bash", "sh", "dash", "zsh", "ksh", "fish", "csh", "tcsh", "ash", "busybox"], .shell, attack: "T1059.004"),
    Program(["nc", "ncat", "netcat", "nc.openbsd", "nc.traditional", "socat", "telnet"], .shell, attack: "T1095"),
    Program(
      [
        "awk", "gawk", "mawk", "sed", "find", "cat", "vi", "vim", "nano", "tar", "base64", "xxd", "sudo", "su", "cron",
        "crond", "atd", "man", "less", "more", "ls", "ps", "id", "whoami", "groups", "hostname", "uname", "lesspipe",
        "basename", "dirname",
      ], .inert, attack: "T1059.004"),
  ]
}
