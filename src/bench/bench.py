#!/usr/bin/env python3
"""Measures gotunnel beside other proxies on this machine; see README.md."""

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import report
from idle import first_answer, idle_connections
from loads import SCENARIOS, Loads
from measured import measured_layout
from peers import HERE, PROJECT, Gotunnel, Peer, make_certificates, pss_mib, versions, wait_for

FIRST_PORT = 21000
ALL = ["nginx", "gotunnel", "metrics", "traces", "haproxy", "caddy", "portless"]

# gotunnel once more, with OpenTelemetry's SDK: metrics alone, and the traces of a hundredth of all requests as well.
MEASURED = {"metrics": None, "traces": "0.01"}
OURS = ("gotunnel", *MEASURED)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", default=",".join(ALL), help="in this order; nginx is what the others are held against")
    parser.add_argument("--loads", default=",".join(s.id for s in SCENARIOS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="for each load and proxy in a round")
    parser.add_argument("--warm-up", type=int, default=4, help="seconds of each load before the first round")
    parser.add_argument("--extras", default="memory,idle,start,many", help="what is measured beside the loads")
    parser.add_argument("--connections", type=int, default=10000, help="how many idle ones")
    parser.add_argument("--layout", type=Path, help="another gotunnel to measure as the peer gotunnel")
    parser.add_argument("--write", action="store_true", help="into docs/PERFORMANCE.md and its chart")
    return parser.parse_args()


def compile_upstream(folder: Path) -> Path:
    program = folder / "upstream"
    subprocess.run(["gcc", "-O2", "-o", program, HERE / "upstream.c"], check=True)
    return program


def main() -> None:
    options = arguments()
    names = options.peers.split(",")
    missing = [tool for tool in ("wrk", "h2load", "gcc", "openssl", "nginx") if not shutil.which(tool)]
    if missing:
        sys.exit(f"bench.py: install {', '.join(missing)} first; see src/bench/README.md")
    chosen = [s for s in SCENARIOS if s.id in options.loads.split(",")]
    extras_wanted = set(options.extras.split(","))
    with tempfile.TemporaryDirectory(prefix="gotunnel-bench-") as scratch:
        folder = Path(scratch)
        make_certificates(folder / "certs")
        upstream_port = FIRST_PORT
        upstream = subprocess.Popen([compile_upstream(folder), str(upstream_port)])
        wait_for(upstream_port, upstream)
        loads = Loads(folder)
        layout = {} if options.layout is None else {"layout": options.layout.resolve()}

        measured = {}
        if set(names) & set(MEASURED):
            measured = {"layout": measured_layout(options.layout or PROJECT / "target/gotunnel", folder)}

        def peer(name: str, offset: int, **more) -> Peer:
            kind = Gotunnel if name in OURS or name.startswith("gotunnel") else Peer
            if name in MEASURED:
                more = {**more, **measured, "sample": MEASURED[name]}
            elif kind is Gotunnel:
                more = {**layout, **more}
            return kind(name, folder, folder / "certs", FIRST_PORT + 10 * offset, upstream_port, **more)

        peers = [peer(name, i + 1) for i, name in enumerate(names)]
        results, extras = [], report.Extras()
        try:
            for each in peers:
                each.start()
            for scenario in chosen:
                for each in concerned(peers, scenario):
                    loads.run(scenario, each, options.warm_up if each.name in (*OURS, "portless") else 1)
            for number in range(options.rounds):
                for scenario in chosen:
                    taking_part = concerned(peers, scenario)
                    for i in range(len(taking_part)):
                        # Nobody is always the first.
                        each = taking_part[(i + number) % len(taking_part)]
                        result = loads.run(scenario, each, options.seconds, number)
                        results.append(result)
                        print(f"{number + 1} {scenario.id:6} {each.name:9} {result.rate:10,.0f}/s  p50 {result.p50:7,.0f} us"
                              f"  p99 {result.p99:7,.0f} us  cpu {result.cpu:7.2f} s/100k  {result.errors} errors", flush=True)
            if "memory" in extras_wanted:
                extras.loaded = {each.name: pss_mib(each.pid) for each in peers}
            for each in peers:
                each.stop()
            if "many" in extras_wanted and "gotunnel" in names:
                extras.many = many_tunnels(peer, loads, options)
            if "idle" in extras_wanted:
                raise_open_files(options.connections)
                for each in [p for p in peers if p.name in ("gotunnel", "nginx")]:
                    each.start()
                    _, kib, served = idle_connections(each, options.connections)
                    extras.idle[each.name] = (kib, served)
                    print(f"idle   {each.name:9} {kib:6.1f} KiB for each of {served}", flush=True)
                    each.stop()
            if "start" in extras_wanted:
                for each in [p for p in peers if p.name not in MEASURED]:
                    extras.start[each.name] = [first_answer(each) for _ in range(9)]
        finally:
            for each in peers:
                each.stop()
            upstream.terminate()
            upstream.wait()
    show(results, extras, names)
    if options.write:
        report.write(results, extras, versions(), options.rounds, options.seconds)


def concerned(peers: list[Peer], scenario) -> list[Peer]:
    """Who takes part in a load."""
    return [each for each in peers if scenario.telemetry or each.name not in MEASURED]


def raise_open_files(connections: int) -> None:
    """Both ends of every connection are on this machine; the proxies inherit the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < connections + 1000:
        sys.exit(f"bench.py: only {hard} files may be open here; give fewer --connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def many_tunnels(peer, loads: Loads, options: argparse.Namespace) -> list[tuple[float, float]]:
    """Rate and CPU time of a request with a thousand tunnels against those with two, round by round."""
    few, many = peer("gotunnel", 11), peer("gotunnel-many", 12, tunnels=1000)
    small = next(s for s in SCENARIOS if s.id == "small")
    try:
        for each in (few, many):
            each.start()
            loads.run(small, each, options.warm_up)
        found = []
        for _ in range(options.rounds):
            base = loads.run(small, few, options.seconds)
            result = loads.run(small, many, options.seconds)
            found.append((result.rate / base.rate, result.cpu / base.cpu))
        return found
    finally:
        few.stop()
        many.stop()


def show(results, extras: report.Extras, names: list[str]) -> None:
    for scenario in SCENARIOS:
        for name in names:
            rates = report.ratios(results, scenario.id, name, report.rate)
            if rates:
                cpus = report.ratios(results, scenario.id, name, report.cpu)
                halves = report.ratios(results, scenario.id, name, lambda r: r.p50)
                errors = sum(r.errors for r in results if r.scenario == scenario.id and r.peer == name)
                print(f"{scenario.id:6} {name:9} rate x{statistics.median(rates):.2f}  cpu x{statistics.median(cpus):.2f}"
                      f"  p50 x{statistics.median(halves):.2f}  errors {errors}")
    for name, mib in extras.loaded.items():
        print(f"loaded {name:9} {mib:.0f} MiB")
    for name, times in extras.start.items():
        print(f"start  {name:9} {min(times):.0f}-{statistics.median(times):.0f}-{max(times):.0f} ms")
    if extras.many:
        rate, cpu = (statistics.median(values) for values in zip(*extras.many))
        print(f"many   1,000 tunnels rate x{rate:.2f}  cpu x{cpu:.2f}")


if __name__ == "__main__":
    main()
