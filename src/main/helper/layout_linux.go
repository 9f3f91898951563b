package main

func systemLayout() layout {
	return layout{
		base:     "/",
		hosts:    "/etc/hosts",
		lineEnd:  "\n",
		lock:     "/run/gotunnel/lock",
		state:    "/var/lib/gotunnel",
		suffixes: "/etc/gotunnel/suffixes",
		anchors: []anchorStore{
			{
				name:     "Debian or Ubuntu",
				evidence: "/etc/debian_version",
				folder:   "/usr/local/share/ca-certificates",
				added:    []string{"/usr/sbin/update-ca-certificates"},
				// Without --fresh the links to a removed certificate stay.
				removed:   []string{"/usr/sbin/update-ca-certificates", "--fresh"},
				followers: "/etc/ca-certificates/update.d",
				links:     "/etc/ssl/certs",
			},
			{
				name:     "Alpine",
				evidence: "/etc/alpine-release",
				folder:   "/usr/local/share/ca-certificates",
				added:    []string{"/usr/sbin/update-ca-certificates"},
				removed:  []string{"/usr/sbin/update-ca-certificates"},
			},
			{
				name:     "Fedora or Red Hat",
				evidence: "/etc/pki/ca-trust/source/anchors",
				folder:   "/etc/pki/ca-trust/source/anchors",
				added:    []string{"/usr/bin/update-ca-trust"},
				removed:  []string{"/usr/bin/update-ca-trust"},
			},
			{
				name:     "Arch",
				evidence: "/etc/ca-certificates/trust-source/anchors",
				folder:   "/etc/ca-certificates/trust-source/anchors",
				added:    []string{"/usr/bin/update-ca-trust"},
				removed:  []string{"/usr/bin/update-ca-trust"},
			},
			{
				name:     "openSUSE",
				evidence: "/etc/pki/trust/anchors",
				folder:   "/etc/pki/trust/anchors",
				added:    []string{"/usr/sbin/update-ca-certificates"},
				removed:  []string{"/usr/sbin/update-ca-certificates"},
			},
		},
		portDropIn: "/etc/sysctl.d/60-gotunnel.conf",
		portStart:  "/proc/sys/net/ipv4/ip_unprivileged_port_start",
	}
}
