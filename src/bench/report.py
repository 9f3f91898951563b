"""Turns results into the table and the chart of docs/PERFORMANCE.md."""

import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from loads import SCENARIOS, Result
from peers import PROJECT

PAGE = PROJECT / "docs/PERFORMANCE.md"
CHART = PROJECT / "docs/images/performance.svg"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BASE = "nginx"
COLOURS = {"gotunnel": "#2563eb", "metrics": "#3b82f6", "traces": "#93c5fd", "nginx": "#64748b", "haproxy": "#94a3b8", "caddy": "#cbd5e1", "portless": "#e2e8f0"}


@dataclass
class Extras:
    """What is measured beside the loads, by peer."""

    loaded: dict[str, float] = field(default_factory=dict)
    idle: dict[str, tuple[float, int]] = field(default_factory=dict)
    start: dict[str, list[float]] = field(default_factory=dict)
    many: list[tuple[float, float]] = field(default_factory=list)


TITLES = {"metrics": "gotunnel, metrics", "traces": "gotunnel, metrics and 1 % traces"}


def title(peer: str) -> str:
    """How a peer is called in tables."""
    return TITLES.get(peer, peer)


def ratios(results: list[Result], scenario: str, peer: str, value, against: str = BASE) -> list[float]:
    """A peer's value against nginx's, or another's, in the same round."""
    base = {r.round: value(r) for r in results if r.scenario == scenario and r.peer == against}
    return [value(r) / base[r.round] for r in results
            if r.scenario == scenario and r.peer == peer and base.get(r.round)]


def spread(values: list[float], digits: int = 2) -> str:
    """Median, and what it lies between."""
    if not values:
        return "–"
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"**{middle:.{digits}f}** ({low:.{digits}f}–{high:.{digits}f})"


def table(results: list[Result], peers: list[str], value) -> list[str]:
    lines = ["| load | goal | " + " | ".join(map(title, peers)) + " |", "| --- | --- |" + " --- |" * len(peers)]
    for scenario in SCENARIOS:
        cells = [spread(ratios(results, scenario.id, peer, value)) for peer in peers]
        if any(cell != "–" for cell in cells):
            goal = f"≥ {scenario.goal}" if value is rate else "≤ 1.1" if scenario.id == "small" else ""
            lines.append(f"| {scenario.title} | {goal} | " + " | ".join(cells) + " |")
    return lines


def rate(result: Result) -> float:
    return result.rate


def cpu(result: Result) -> float:
    return result.cpu


def others_goals(results: list[Result], extras: Extras, peers: list[str]) -> list[str]:
    """What is held against something else than nginx's requests per second."""
    ours = [peer for peer in ("gotunnel", *TITLES) if peer in peers]
    lines = ["| | goal | " + " | ".join(map(title, ours)) + " |", "| --- | --- |" + " --- |" * len(ours)]

    def row(what: str, goal: str, values) -> None:
        cells = [spread(values(peer)) for peer in ours]
        if any(cell != "–" for cell in cells):
            lines.append(f"| {what} | {goal} | " + " | ".join(cells) + " |")

    row("TLS, 1 KiB: requests per second against Caddy's", "≥ 3.5",
        lambda peer: ratios(results, "small", peer, rate, "caddy"))
    row("one connection: median latency against nginx's", "≤ 1.1",
        lambda peer: ratios(results, "one", peer, lambda r: r.p50))
    for scenario in SCENARIOS:
        if scenario.telemetry:
            row(f"{scenario.title}: CPU time against gotunnel without telemetry", "≤ 1.03 with metrics",
                lambda peer: ratios(results, scenario.id, peer, cpu, "gotunnel") if peer != "gotunnel" else [])
    if extras.many:
        row("1,000 tunnels instead of two, TLS, 1 KiB: requests per second", "≥ 1.0",
            lambda peer: [many for many, _ in extras.many] if peer == "gotunnel" else [])
        row("1,000 tunnels instead of two, TLS, 1 KiB: CPU time", "≤ 1.0",
            lambda peer: [many for _, many in extras.many] if peer == "gotunnel" else [])
    return [] if len(lines) == 2 else [*lines, ""]


def absolute(results: list[Result], peers: list[str]) -> list[str]:
    lines = ["| load | " + " | ".join(map(title, peers)) + " |", "| --- |" + " --- |" * len(peers)]
    for scenario in SCENARIOS:
        cells = []
        for peer in peers:
            mine = [r for r in results if r.scenario == scenario.id and r.peer == peer]
            cells.append("–" if not mine else
                         f"{statistics.median(r.rate for r in mine):,.0f}/s, p50 "
                         f"{statistics.median(r.p50 for r in mine):,.0f} µs, p99 "
                         f"{statistics.median(r.p99 for r in mine):,.0f} µs"
                         + (f", {sum(r.errors for r in mine)} errors" if any(r.errors for r in mine) else ""))
        if any(cell != "–" for cell in cells):
            lines.append(f"| {scenario.title} | " + " | ".join(cells) + " |")
    return lines


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    cores = sum(line.startswith("processor") for line in Path("/proc/cpuinfo").read_text().splitlines())
    return f"{cores} cores of {model}, Linux {platform.release().split('-')[0]}"


def write(results: list[Result], extras: Extras, versions: dict[str, str], rounds: int, seconds: int) -> None:
    peers = [peer for peer in COLOURS if any(r.peer == peer for r in results)]
    peers.sort(key=lambda peer: (peer == BASE, list(COLOURS).index(peer)))
    others = [peer for peer in peers if peer != BASE]
    used = ", ".join(f"{name} {version}" for name, version in versions.items() if version != "missing")
    lines = [BEGIN, "", f"{machine()}; {used}. {rounds} rounds of {seconds} s for each load and proxy, in turn.", "",
             "Requests per second as ratios to nginx in the same round, median (lowest–highest); more is better:", "",
             *table(results, others, rate), "", "![Requests per second against nginx](images/performance.svg)", "",
             "CPU time per request as ratios to nginx, less is better:", "", *table(results, others, cpu), "",
             "What is held against something else:", "", *others_goals(results, extras, peers),
             "Absolute medians, which mean little on another machine:", "", *absolute(results, peers), ""]
    if extras.loaded:
        lines += ["| | " + " | ".join(map(title, peers)) + " |", "| --- |" + " --- |" * len(peers),
                  "| memory after all loads (PSS, MiB) | "
                  + " | ".join(f"{extras.loaded[p]:.0f}" if p in extras.loaded else "–" for p in peers) + " |"]
        if extras.idle:
            count = max(served for _, served in extras.idle.values())
            lines += [f"| an idle TLS connection of {count:,} (KiB), heap up to 96 MiB, direct memory up to 64 MiB | "
                      + " | ".join(f"{extras.idle[p][0]:.1f}" if p in extras.idle else "–" for p in peers) + " |"]
        if extras.start:
            lines += ["| process start to first HTTPS answer (ms) | "
                      + " | ".join(spread(extras.start.get(p, []), 0) for p in peers) + " |"]
        lines += [""]
    lines.append(END)
    text = PAGE.read_text()
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + "\n".join(lines) + rest.split(END)[1])
    CHART.write_text(chart(results, peers))


def chart(results: list[Result], peers: list[str]) -> str:
    """Bars of requests per second against nginx, one group for each load."""
    width, left, bar, gap = 860, 270, 11, 16
    scale = (width - left - 60) / 2.0
    rows, y = [], 48
    for scenario in SCENARIOS:
        bars = [(peer, statistics.median(found)) for peer in peers
                if (found := ratios(results, scenario.id, peer, rate))]
        if not bars:
            continue
        middle = y + bar * len(bars) / 2 + 4
        rows.append(f'<text x="{left - 12}" y="{middle:.0f}" text-anchor="end">{scenario.title}</text>')
        for peer, ratio in bars:
            length = min(ratio, 2.0) * scale
            rows.append(f'<rect x="{left}" y="{y}" width="{length:.0f}" height="{bar - 2}" fill="{COLOURS[peer]}"/>')
            rows.append(f'<text x="{left + length + 6:.0f}" y="{y + bar - 3}" class="n">{ratio:.2f}</text>')
            y += bar
        y += gap
    legend = []
    x = left
    for peer in peers:
        legend.append(f'<rect x="{x}" y="16" width="12" height="12" fill="{COLOURS[peer]}"/>'
                      f'<text x="{x + 18}" y="26">{peer}</text>')
        x += 84
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" role="img" '
            f'aria-label="Requests per second against nginx">'
            '<style>text{font:13px system-ui,sans-serif;fill:#334155}.n{font-size:10px;fill:#64748b}</style>'
            f'<rect width="{width}" height="{y}" fill="#fff"/>'
            f'<line x1="{left + scale:.0f}" y1="40" x2="{left + scale:.0f}" y2="{y - 8}" stroke="#94a3b8" '
            'stroke-dasharray="3 3"/>' + "".join(legend + rows) + "</svg>\n")
