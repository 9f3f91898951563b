package main

func systemLayout() layout {
	return layout{
		base: "/",
		// /etc, /var and /tmp are links into /private.
		hosts:   "/etc/hosts",
		lineEnd: "\n",
		// Not /var/run: the group daemon may write there.
		lock:     "/var/db/gotunnel/lock",
		state:    "/var/db/gotunnel",
		suffixes: "/etc/gotunnel/suffixes",
	}
}
