package main

func systemLayout() layout {
	return layout{
		base: "/",
		// /etc, /var and /tmp are links into /private.
		hosts:    "/etc/hosts",
		lineEnd:  "\n",
		lock:     "/var/run/gotunnel/lock",
		state:    "/var/db/gotunnel",
		suffixes: "/etc/gotunnel/suffixes",
	}
}
