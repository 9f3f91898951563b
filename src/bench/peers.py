"""The proxies that are compared: how each is configured, started and stopped. All listen on loopback alone."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
WORKERS = 2
NAMES = "bench.localhost plain.localhost"

NGINX = """
daemon off; worker_processes {workers}; pid {run}/nginx.pid; error_log {run}/error.log warn;
events {{ worker_connections 16384; }}
http {{
  access_log off; client_max_body_size 0; tcp_nodelay on;
  client_body_temp_path {run}/a; proxy_temp_path {run}/b; fastcgi_temp_path {run}/c; uwsgi_temp_path {run}/d; scgi_temp_path {run}/e;
  keepalive_timeout 300s; keepalive_requests 100000000;
  upstream backend {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{tls} ssl http2 reuseport backlog=4096; listen 127.0.0.1:{plain} reuseport backlog=4096;
    server_name {names}; http2_max_concurrent_streams 256;
    ssl_certificate {certs}/leaf.crt; ssl_certificate_key {certs}/leaf.key; ssl_protocols TLSv1.3 TLSv1.2;
    location / {{
      proxy_pass http://backend; proxy_http_version 1.1; proxy_request_buffering off; proxy_max_temp_file_size 0;
      proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_set_header X-Request-Id $request_id;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread {workers}
  maxconn 8000
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  timeout connect 5s
  timeout client 300s
  timeout server 300s
  timeout http-keep-alive 300s
  http-reuse always
  option forwardfor
frontend clients
  bind 127.0.0.1:{tls} ssl crt {certs}/leaf.pem alpn h2,http/1.1
  bind 127.0.0.1:{plain}
  unique-id-format %[uuid]
  unique-id-header X-Request-Id
  http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend backend if {{ hdr(host) -i {names} }}
backend backend
  server s 127.0.0.1:{upstream} pool-max-conn 256
"""

CADDY = """
{{
	admin off
	auto_https off
	default_bind 127.0.0.1
	log {{
		level ERROR
	}}
}}
(backend) {{
	reverse_proxy 127.0.0.1:{upstream} {{
		header_up X-Request-Id {{http.request.uuid}}
		transport http {{
			keepalive_idle_conns_per_host 128
		}}
	}}
}}
https://bench.localhost:{tls}, https://127.0.0.1:{tls} {{
	tls {certs}/leaf.crt {certs}/leaf.key
	import backend
}}
http://plain.localhost:{plain} {{
	import backend
}}
"""

PORTLESS = """
import fs from "node:fs";
const [tls, plain, upstream, certs, modules] = process.argv.slice(2);
const { createProxyServer } = await import(modules + "/portless/dist/index.js");
const routes = ["bench.localhost", "plain.localhost"].map((hostname) => ({ hostname, port: +upstream }));
const material = { key: fs.readFileSync(certs + "/leaf.key"), cert: fs.readFileSync(certs + "/leaf.crt") };
const common = { getRoutes: () => routes, onError() {} };
createProxyServer({ ...common, proxyPort: +tls, tls: material }).listen(+tls, "127.0.0.1", 4096);
createProxyServer({ ...common, proxyPort: +plain }).listen(+plain, "127.0.0.1", 4096);
"""


def make_certificates(folder: Path) -> None:
    """A P-256 leaf for the peers; gotunnel makes its own, of the same kind."""
    folder.mkdir(parents=True, exist_ok=True)
    key, leaf = folder / "leaf.key", folder / "leaf.crt"
    names = ",".join(f"DNS:{name}" for name in NAMES.split()) + ",IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-keyout", key, "-out", leaf, "-subj", "/CN=bench", "-addext", f"subjectAltName={names}"],
        check=True, capture_output=True)
    (folder / "leaf.pem").write_text(leaf.read_text() + key.read_text())


def descendants(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
            found += [each for child in children for each in descendants(int(child))]
    except FileNotFoundError:
        pass
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its children."""
    ticks = 0
    for each in descendants(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return ticks / os.sysconf("SC_CLK_TCK")


def pss_mib(pid: int) -> float:
    """Proportional set size: shared pages count for their share only."""
    kib = 0
    for each in descendants(pid):
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                kib += int(line.split()[1])
    return kib / 1024


def wait_for(port: int, process: subprocess.Popen, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"port {port} does not answer")


class Peer:
    """A proxy that runs, or is about to."""

    def __init__(self, name: str, run: Path, certs: Path, tls: int, upstream: int):
        self.name, self.certs, self.tls, self.plain, self.upstream = name, certs, tls, tls + 1, upstream
        self.run = run / f"{name}-{tls}"
        self.run.mkdir(parents=True, exist_ok=True)
        self.process: subprocess.Popen | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def command(self) -> list[str]:
        values = dict(run=self.run, certs=self.certs, tls=self.tls, plain=self.plain, upstream=self.upstream,
                      workers=WORKERS, names=NAMES)
        config = self.run / "config"
        if self.name == "nginx":
            config.write_text(NGINX.format(**values))
            return ["nginx", "-e", str(self.run / "error.log"), "-p", str(self.run), "-c", str(config)]
        if self.name == "haproxy":
            config.write_text(HAPROXY.format(**values))
            return ["haproxy", "-db", "-f", str(config)]
        if self.name == "caddy":
            config.write_text(CADDY.format(**values))
            return ["caddy", "run", "--adapter", "caddyfile", "--config", str(config)]
        if self.name == "portless":
            script = self.run / "portless.mjs"
            script.write_text(PORTLESS)
            modules = os.environ.get("NODE_MODULES", str(HERE / "node_modules"))
            return ["node", str(script), str(self.tls), str(self.plain), str(self.upstream), str(self.certs), modules]
        raise ValueError(self.name)

    def environment(self) -> dict[str, str]:
        home = str(self.run)
        return {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}

    def start(self) -> None:
        with open(self.run / "output", "w") as output:
            self.process = subprocess.Popen(self.command(), env=self.environment(), stdout=output,
                                            stderr=subprocess.STDOUT, start_new_session=True)
        try:
            wait_for(self.tls, self.process)
            wait_for(self.plain, self.process)
        except RuntimeError:
            raise RuntimeError(f"{self.name}: {(self.run / 'output').read_text()[-800:]}") from None

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


class Gotunnel(Peer):
    """gotunnel as it is installed, from ``target/gotunnel``, with folders of its own.

    ``tunnels`` is how many it serves: the measured ones and others beside them. ``sample`` is the share of requests that
    a layout with telemetry traces.
    """

    def __init__(self, name: str, run: Path, certs: Path, tls: int, upstream: int, tunnels: int = 2,
                 layout: Path = PROJECT / "target/gotunnel", sample: str | None = None):
        super().__init__(name, run, certs, tls, upstream)
        self.tunnels, self.layout, self.sample = tunnels, layout, sample

    def command(self) -> list[str]:
        return [str(self.layout / "bin/gotunnel"), "--headless", "--proxy-https-port", str(self.tls),
                "--proxy-http-port", str(self.plain), "start", "--domain", "bench.localhost",
                "--backend", f"http://127.0.0.1:{self.upstream}"]

    def environment(self) -> dict[str, str]:
        folders = {}
        for kind in ("CONFIG", "DATA", "STATE", "RUNTIME"):
            folder = self.run / kind.lower()
            folder.mkdir(mode=0o700, exist_ok=True)
            folders[f"GOTUNNEL_{kind}_DIR"] = str(folder)
        if self.sample:
            folders["GOTUNNEL_BENCH_SAMPLE"] = self.sample
        return {**os.environ, **folders}

    def start(self) -> None:
        super().start()
        self.add("plain", "plain.localhost", https=False)
        for i in range(self.tunnels - 2):
            self.add(f"other-{i}", f"other-{i}.localhost", https=True)

    def add(self, name: str, domain: str, https: bool) -> None:
        """Starts a further tunnel through the control API: a command each would take its time a thousand times."""
        connection = http.client.HTTPConnection("gotunnel")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.run / "runtime" / "control.sock"))
        body = dict(profile="session", name=name, domain=domain, https=https,
                    backends=[f"http://127.0.0.1:{self.upstream}"])
        connection.request("POST", "/api/v1/tunnels", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"gotunnel: {text}")


def versions() -> dict[str, str]:
    """What is compared, as each program says it."""
    def first(pattern: str, command: list[str]) -> str:
        if not shutil.which(command[0]):
            return "missing"
        done = subprocess.run(command, capture_output=True, text=True)
        match = re.search(pattern, done.stdout + done.stderr)
        return match.group(1) if match else "unknown"

    modules = Path(os.environ.get("NODE_MODULES", HERE / "node_modules"))
    portless = modules / "portless/package.json"
    return {
        "nginx": first(r"nginx/([\d.]+)", ["nginx", "-v"]),
        "haproxy": first(r"version ([\d.]+)", ["haproxy", "-v"]),
        "caddy": first(r"v?(\d+\.\d+\.\d+)", ["caddy", "version"]),
        "portless": json.loads(portless.read_text())["version"] if portless.exists() else "missing",
        "gotunnel": first(r"([\d][\w.-]*)", [str(PROJECT / "target/gotunnel/bin/gotunnel"), "--version"]),
    }
