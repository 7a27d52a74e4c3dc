/// Programs that people and companies install on Linux. Data: add a line for a program, not a rule for a case.

extension Program {
  private static let web: Set<String> = ["http", "tls", "quic", "dns"]
  private static let stores: Set<String> = [
    "mysql", "postgresql", "redis", "mongodb", "memcached", "amqp", "mqtt", "tds", "oracle",
  ]

  static let unixSoftware: [Program] = [
    // Servers.
    Program(
      [
        "nginx", "apache2", "httpd", "haproxy", "envoy", "caddy", "traefik", "squid", "varnishd", "lighttpd", "angie",
        "litespeed", "openlitespeed", "php-fpm", "uwsgi", "gunicorn", "pound", "h2o",
      ], .service, speaks: web.union(stores).union(["*", "ldap"])),
    Program(
      [
        "mysqld", "mariadbd", "postgres", "postmaster", "redis-server", "valkey-server", "mongod", "mongos",
        "memcached",
        "rabbitmq-server", "etcd", "consul", "vault", "nomad", "clickhouse", "clickhouse-server", "influxd",
        "cockroach", "scylla",
        "sqlservr", "oracle", "tnslsnr", "db2sysc", "mosquitto", "emqx", "nats-server", "minio", "ceph-osd", "ceph-mon",
        "ceph-mgr",
        "ceph-mds", "radosgw", "glusterfsd", "glusterd", "couchdb", "opensearch", "meilisearch", "pgbouncer",
        "proxysql", "patroni",
      ], .database, speaks: web.union(stores).union(["unknown", "ldap"])),
    Program(
      [
        "asterisk", "freeswitch", "kamailio", "opensips", "rtpengine", "turnserver", "coturn", "janus", "jitsi",
        "mumble-server",
      ],
      .service, speaks: web.union(["*", "sip", "rtp", "stun"])),
    Program(
      ["zeek", "suricata", "snort", "arkime-capture", "ntopng", "softflowd", "nfcapd", "fail2ban-server", "crowdsec"],
      .service,
      speaks: web.union(["unknown", "syslog", "redis"])),

    // Containers and machines within machines.
    Program(
      [
        "dockerd", "containerd", "containerd-shim", "containerd-shim-runc-v2", "docker-proxy", "docker",
        "docker-compose", "buildkitd",
        "buildah", "skopeo", "runc", "crun", "kubelet", "kube-proxy", "kube-apiserver", "kube-scheduler",
        "kube-controller-manager",
        "kube-controller", "cloud-controller-manager", "k3s", "k3s-server", "rke2", "microk8s", "k0s", "crio", "conmon",
        "podman",
        "rootlessport", "slirp4netns", "pasta", "pasta.avx2", "calico-node", "felix", "bird", "flanneld",
        "cilium-agent",
        "cilium-operator", "coredns", "metrics-server", "pilot-agent", "pilot-discovery", "linkerd2-proxy", "argocd",
        "flux",
        "cloudflared", "qemu-system-x86_64", "qemu-kvm", "libvirtd", "virtqemud", "virtnetworkd", "vboxheadless",
        "vmware-vmx",
        "vmtoolsd", "firecracker", "lxd", "lxc", "incusd", "spice-vdagentd", "xe-daemon", "qemu-ga",
      ], .service, speaks: web.union(["*"])),

    // What people work with.
    Program(
      [
        "firefox", "firefox-bin", "firefox-esr", "chrome", "chromium", "chromium-browser", "google-chrome", "brave",
        "brave-browser",
        "opera", "vivaldi", "vivaldi-bin", "msedge", "microsoft-edge", "librewolf", "epiphany", "falkon",
        "webkitnetworkprocess",
        "tor", "lynx", "links", "w3m", "elinks", "qutebrowser", "safari",
      ], .browser, speaks: web.union(["*", "mdns", "ssdp"])),
    Program(
      [
        "thunderbird", "thunderbird-bin", "evolution", "geary", "kmail", "evolution-sourc",
        "evolution-calendar-factory",
        "evolution-source-registry", "goa-daemon", "akonadi_imap_resource",
      ], .mail,
      speaks: web.union(["smtp", "imap", "pop3", "ldap", "kerberos"])),
    Program(
      [
        "slack", "teams", "teams-for-linux", "zoom", "zoomwebviewhost", "discord", "signal-desktop", "telegram-desktop",
        "element-desktop",
        "skypeforlinux", "spotify", "dropbox", "nextcloud", "owncloud", "insync", "onedrive", "syncthing", "steam",
        "steamwebhelper",
        "vlc", "mpv", "obs", "transmission-gtk", "transmission-daemon", "qbittorrent", "deluged", "gnome-shell",
        "gnome-calendar",
        "gnome-weather", "gnome-maps", "gsd-datetime", "tracker-miner-fs-3", "kdeconnectd", "kded5", "kded6",
        "plasmashell",
        "soffice.bin", "libreoffice", "evince", "joplin", "obsidian", "bitwarden", "1password",
      ], .application, speaks: web.union(["*", "mdns", "ssdp", "stun"])),
    Program(
      [
        "remmina", "xfreerdp", "xfreerdp3", "rdesktop", "vncviewer", "xtigervncviewer", "krdc", "vinagre",
        "gnome-connections",
        "virt-viewer", "remote-viewer", "guacd", "xrdp", "xrdp-sesman",
      ],
      .administration, speaks: web.union(["rdp", "vnc", "ssh", "kerberos", "unknown", "mdns"])),

    // Developers' tools.
    Program(
      [
        "curl", "wget", "wget2", "aria2c", "git", "git-remote-https", "git-remote-http", "git-lfs", "svn", "hg", "bzr",
        "pip",
        "pip3", "pipx", "uv", "poetry", "conda", "mamba", "npm", "npx", "yarn", "pnpm", "cargo", "rustup",
        "rustup-init", "go", "gopls",
        "mvn", "gradle", "bazel", "swift-package", "swiftpm", "composer", "gem", "bundle", "cpan", "kubectl", "helm",
        "terraform",
        "tofu", "terraform-provider", "packer", "ansible", "ansible-playbook", "az", "aws", "gcloud", "gsutil", "doctl",
        "gh", "glab", "code",
        "code-server", "code-tunnel", "cursor", "vscode-server", "jetbrains-gateway", "idea", "pycharm", "goland",
        "clion", "adb", "postman", "insomnia",
        "httpie", "runner.listener", "runner.worker", "agent.listener", "agent.worker", "gitlab-runner",
        "buildkite-agent", "drone", "gitea", "skaffold",
        "k9s", "argocd", "vault", "sops",
      ], .developer, speaks: web.union(["ssh", "git", "ftp", "unknown"])),
    Program(
      [
        "java", "node", "nodejs", "deno", "bun", "dotnet", "python", "pypy", "ruby", "puma", "beam.smp", "mono",
        "uvicorn", "celery",
        "electron",
      ], .developer, speaks: web.union(stores).union(["*"])),
    Program(
      ["perl", "php", "lua", "luajit", "tclsh", "rscript", "r", "julia", "octave"], .developer,
      speaks: web.union(stores).union(["smtp", "ftp", "ntp", "snmp", "imap", "pop3"])),
    Program(
      [
        "mysql", "mariadb", "mysqldump", "psql", "pg_dump", "pg_basebackup", "pg_receivewal", "redis-cli", "mongo",
        "mongosh",
        "mongodump", "sqlcmd", "sqlplus", "isql", "dbeaver", "pgadmin4",
      ], .administration,
      speaks: stores.union(["dns", "tls", "unknown", "http"])),

    // Agents: clouds', security's, monitoring's, backup's.
    Program(
      [
        "wdavdaemon", "telemetryd_v2", "telemetryd", "mdatp", "omsagent", "omiagent", "omiserver", "omicli", "mdsd",
        "amacoreagent",
        "agentlauncher", "waagent", "auoms", "auomscollect", "microsoft-dependency-agent", "dependencyagent",
        "microsoftdependencyagent", "azuremonitoragent", "himds", "gc_linux_service", "amazon-ssm-agent",
        "ssm-agent-worker",
        "ssm-session-worker", "amazon-cloudwatch-agent", "ec2-instance-connect", "google_guest_agent",
        "google_osconfig_agent",
        "google_metadata_script_runner", "gce_workload_cert_refresh", "google-cloud-ops-agent", "oracle-cloud-agent",
        "cloud-init", "filebeat", "auditbeat",
        "metricbeat", "packetbeat", "heartbeat", "elastic-agent", "elastic-endpoint", "falcon-sensor", "falcond",
        "sentinelone-agent", "s1-agent", "ds_agent", "cbagentd", "xagt", "traps_pmd", "cortex", "savd", "sophos",
        "esets", "avp", "klnagent", "bdagentd",
        "osqueryd", "wazuh-agentd", "wazuh-modulesd", "wazuh-logcollector", "ossec-agentd", "splunkd", "td-agent",
        "fluentd", "fluent-bit", "vector",
        "telegraf", "promtail", "loki", "grafana", "grafana-server", "alloy", "otelcol", "otelcol-contrib", "jaeger",
        "tempo", "vmagent",
        "node_exporter", "blackbox_exporter", "alertmanager", "prometheus", "collectd", "netdata", "go.d.plugin",
        "zabbix_agentd", "zabbix_agent2",
        "zabbix_server", "icinga2", "nagios", "nrpe", "check_mk_agent", "cmk-agent-ctl", "checkmk", "monit",
        "newrelic-infra", "oneagentos",
        "oneagentwatchdog", "datadog-agent", "trace-agent", "process-agent", "system-probe", "snmpd", "sysmon",
        "nessusd", "nessus-service",
        "qualys-cloud-agent", "ir_agent", "taniumclient", "besclient", "rapid7_endpoint_broker", "puppet",
        "chef-client", "cinc-client",
        "salt-minion", "salt-master", "cf-agent", "glpi-agent", "velociraptor", "falco", "tetragon", "teleport", "tbot",
      ], .agent, speaks: web.union(["syslog", "unknown", "snmp", "ntp", "*"])),
    Program(["agent"], .agent, speaks: web.union(["*", "ntp", "snmp"]), in: ["/opt/datadog-agent/"]),
    Program(
      [
        "rclone", "restic", "borg", "borgmatic", "kopia", "duplicity", "duplicati", "bacula-fd", "bacula-sd",
        "bareos-fd", "bareos-sd", "veeamagent",
        "veeamservice", "veeamdeploymentsvc", "cvd", "cvfwd", "dsmc", "dsmcad", "nbdisco", "bpcd", "vnetd", "avagent",
        "rubrik", "urbackupclientbackend",
        "amandad", "proxmox-backup-client", "barman", "pgbackrest", "wal-g",
      ], .agent, speaks: web.union(stores).union(["unknown", "ssh", "ftp", "nfs"])),
    Program(
      [
        "teamviewerd", "teamviewer", "anydesk", "rustdesk", "x11vnc", "xvnc", "xtigervnc", "meshagent", "screenconnect",
        "ninjarmm-linagent",
      ],
      .agent, speaks: web.union(["unknown", "stun", "vnc"])),
  ]
}
