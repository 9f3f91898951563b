"""The loads that are put on every proxy alike, and what is read out of wrk and h2load."""

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peers import HERE, Peer, cpu_seconds

MEGABYTE_POST = 'wrk.method = "POST"\nwrk.body = string.rep("x", 1048576)\n'

# The clients speak TLS 1.3 with AES-128-GCM and X25519 to everybody.
OPENSSL = """openssl_conf = d
[d]
ssl_conf = s
[s]
system_default = x
[x]
MinProtocol = TLSv1.3
Ciphersuites = TLS_AES_128_GCM_SHA256
Groups = X25519:P-256
"""


@dataclass(frozen=True)
class Scenario:
    """``id`` for the command line, ``title`` for people; ``goal`` is the ratio to nginx that the project aims at.

    ``telemetry``: whether it is many small requests, so that what telemetry costs can be seen.
    """

    id: str
    title: str
    goal: float
    tool: str
    connections: int
    path: str
    streams: int = 0
    close: bool = False
    plain: bool = False
    telemetry: bool = False


SCENARIOS = [
    Scenario("one", "one connection, 1 KiB", 0.9, "wrk", 1, "/1k", telemetry=True),
    Scenario("small", "TLS, 1 KiB, 64 connections", 1.0, "wrk", 64, "/1k", telemetry=True),
    Scenario("get", "TLS, GET 1 MiB", 1.0, "wrk", 16, "/1m"),
    Scenario("post", "TLS, POST 1 MiB", 1.0, "wrk", 16, "/sink"),
    Scenario("new", "TLS, a connection per request", 1.0, "wrk", 16, "/1k", close=True),
    Scenario("h2", "HTTP/2, 1 KiB, 10 x 20 streams", 1.1, "h2load", 10, "/1k", streams=20, telemetry=True),
    Scenario("h2get", "HTTP/2, GET 1 MiB, 4 x 4 streams", 0.9, "h2load", 4, "/1m", streams=4),
    Scenario("plain", "plain HTTP, 1 KiB, 64 connections", 1.0, "wrk", 64, "/1k", plain=True, telemetry=True),
]


@dataclass
class Result:
    """One load on one proxy: requests per second, latencies in microseconds, CPU seconds per 100,000 requests."""

    peer: str
    scenario: str
    round: int
    rate: float
    p50: float
    p99: float
    cpu: float
    errors: int


class Loads:
    """Runs the clients. Their small files live in a folder that is given."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "openssl.cnf").write_text(OPENSSL)
        (folder / "post.lua").write_text(MEGABYTE_POST)
        self.environment = {**os.environ, "OPENSSL_CONF": str(folder / "openssl.cnf")}

    def run(self, scenario: Scenario, peer: Peer, seconds: int, number: int = 0) -> Result:
        before = cpu_seconds(peer.pid)
        done, errors, p50, p99 = (self.wrk if scenario.tool == "wrk" else self.h2load)(scenario, peer, seconds)
        cpu = cpu_seconds(peer.pid) - before
        return Result(peer.name, scenario.id, number, done / seconds, p50, p99, cpu / max(done, 1) * 1e5, errors)

    def execute(self, command: list[str], seconds: int) -> str:
        return subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              timeout=seconds + 60, check=True).stdout

    def wrk(self, scenario: Scenario, peer: Peer, seconds: int):
        name = "plain.localhost" if scenario.plain else "bench.localhost"
        url = f"http://127.0.0.1:{peer.plain}" if scenario.plain else f"https://127.0.0.1:{peer.tls}"
        command = ["wrk", "--latency", "--timeout", "10s", f"-d{seconds}s", "-t1", f"-c{scenario.connections}",
                   "-H", f"Host: {name}"]
        if scenario.close:
            command += ["-H", "Connection: close"]
        if scenario.path == "/sink":
            command += ["-s", str(self.folder / "post.lua")]
        output = self.execute([*command, url + scenario.path], seconds)
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
        broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
        errors = (int(refused.group(1)) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0)
        if scenario.close and broken:
            # wrk counts the end of each connection that it asked for as an error of reading.
            errors -= int(broken.group(2))
        done = int(re.search(r"(\d+) requests in", output).group(1))
        return done, errors, latency(output, 50), latency(output, 99)

    def h2load(self, scenario: Scenario, peer: Peer, seconds: int):
        with tempfile.NamedTemporaryFile(dir=self.folder) as log:
            output = self.execute(
                ["h2load", "-D", str(seconds), f"-c{scenario.connections}", f"-m{scenario.streams}", "--log-file",
                 log.name, "-H", ":authority: bench.localhost", f"https://127.0.0.1:{peer.tls}{scenario.path}"], seconds)
            times = sorted(int(line.split()[2]) for line in Path(log.name).read_text().splitlines()) or [0]
        done, failed = (int(re.search(rf"(\d+) {word}", output).group(1)) for word in ("succeeded", "failed"))
        refused = sum(map(int, re.search(r"status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx", output).groups()))
        return done, failed + refused, times[len(times) // 2], times[int(len(times) * 0.99)]


def latency(output: str, percentile: int) -> float:
    """A percentile of wrk's in microseconds."""
    amount, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s|m)", output, re.M).groups()
    return float(amount) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]
