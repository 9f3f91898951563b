#!/usr/bin/env python3
"""Ends the privileged helper at every system call, and makes every call that touches files fail, in turn:

    src/test/system/helper-sweep.py target/gotunnel/libexec/gotunnel-helper

After each, the files that others read must be the old or the new ones, and the next run, by turns of the same verb and of
its opposite, must leave exactly what a run without an accident leaves, and nothing else. Prints two tables. Everything
happens in namespaces and private copies; the machine is not touched. Exit status: 0 when all is as it should be, 1 when
not, 69 when something is missing here.
Needs: root, strace python3 util-linux openssl (Debian package names)."""

import concurrent.futures
import glob
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import helper_machine as machine

HOSTS_TEXT = b"127.0.0.1 localhost\r\n# user \xe9\r\n10.0.0.5 nas"
NAMES = {"names": ["a.test", "api.a.test"]}
SUFFIX = {"suffix": "dev.example.com"}

# The calls that the Go runtime makes before the program's own first: one for each of 65 signals and some. To be ended at
# one of them is the same as at any other, so the first and the last stand for all.
ALIKE = "rt_sigaction"

# What can fail on a disk or a network file system, by the names of the system calls.
FALLIBLE = """openat newfstatat fstat readlinkat pread64 write pwrite64 fsync ftruncate fchown fchmod mkdirat unlinkat renameat
renameat2 flock listxattr getdents64""".split()

ROWS = {
    "hosts-apply, renamed": ("hosts-apply", NAMES, "hosts-restore", {}, ""),
    "hosts-restore, renamed": ("hosts-restore", {}, "hosts-apply", NAMES, ""),
    "hosts-apply, bind-mounted": ("hosts-apply", NAMES, "hosts-restore", {}, "mount"),
    "hosts-restore, bind-mounted": ("hosts-restore", {}, "hosts-apply", NAMES, "mount"),
    "hosts-restore, bind-mounted, lines below": ("hosts-restore", {}, "hosts-apply", NAMES, "mount below"),
    "trust-install": ("trust-install", "certificate", "trust-remove", "fingerprint", ""),
    "trust-remove": ("trust-remove", "fingerprint", "trust-install", "certificate", ""),
    "ports-enable": ("ports-enable", {}, "ports-disable", {}, ""),
    "ports-disable": ("ports-disable", {}, "ports-enable", {}, ""),
    "suffix-add": ("suffix-add", SUFFIX, "suffix-remove", SUFFIX, ""),
    "suffix-remove": ("suffix-remove", SUFFIX, "suffix-add", SUFFIX, ""),
}


def watched(snapshot):
    """The files that other programs read, of all that a snapshot holds."""
    paths = (machine.HOSTS, machine.PORT_START, machine.BUNDLE)
    return {path: entry[3] for path, entry in snapshot.items() if path in paths or re.search(r"/gotunnel-.*\.crt$|/60-gotunnel\.conf$|/suffixes$", path)}


class Row:
    """One verb in one situation."""

    def __init__(self, name, work):
        self.verb, self.data, self.opposite, self.opposite_data, situation = ROWS[name]
        machine.put(work + "/hosts", HOSTS_TEXT)
        machine.put(machine.HOSTS, b"")
        if "mount" in situation:
            machine.run("mount", "--bind", work + "/hosts", machine.HOSTS)
        machine.put(machine.HOSTS, HOSTS_TEXT)
        machine.put(machine.PORT_START, b"1024\n")
        machine.put(machine.BUNDLE, b"")
        if self.data in ("certificate", "fingerprint"):
            install = {"certificate": machine.certificate(work)}
            remove = {"fingerprint": machine.must("trust-install", install)["fingerprint"]}
            machine.must("trust-remove", remove)
            self.data, self.opposite_data = (install, remove) if self.data == "certificate" else (remove, install)
        if self.verb in ("hosts-restore", "trust-remove", "ports-disable", "suffix-remove"):
            machine.must(self.opposite, self.opposite_data)
        if "below" in situation:
            machine.put(machine.HOSTS, machine.get(machine.HOSTS) + b"10.0.0.6 tv\n")
        self.old = machine.snapshot()
        machine.must(self.verb, self.data)
        self.new = machine.snapshot()
        # With lines below, a new block does not stand where the old one stood.
        machine.must(self.opposite, self.opposite_data)
        self.back = machine.snapshot()
        machine.reset(self.old)
        self.counts = {"tried": 0, "old": 0, "new": 0, "between": 0, "damaged": 0, "unrecovered": 0, "silent": 0}
        self.notes = []

    def calls(self, trace):
        """The system calls of a run, each as its name and the how manieth of that name it is."""
        machine.reset(self.old)
        machine.call(self.verb, self.data, prefix=["strace", "-o", trace])
        seen = {}
        calls = []
        for line in open(trace):
            name = re.match(r"(\w+)\(", line)
            if name:
                seen[name[1]] = seen.get(name[1], 0) + 1
                calls.append((name[1], seen[name[1]]))
        return [call for call in calls if call[0] != ALIKE or call[1] in (1, seen[ALIKE])]

    def accident(self, call, inject):
        """One run with an accident, and the next one; counts what there was to see."""
        machine.reset(self.old)
        name, number = call
        prefix = ["strace", "-o", "/dev/null", "-e", "trace=" + name, "-e", "inject=%s:%s:when=%d" % (name, inject, number)]
        code, answer = machine.call(self.verb, self.data, prefix=prefix)
        killed = "KILL" in inject
        if killed and code not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            return  # this run made fewer calls of that name
        self.counts["tried"] += 1
        found = machine.snapshot()
        self.judge(call, found)
        if not killed and (answer is None or (not answer["ok"] and not answer["message"])):
            self.count("silent", call, "exit %d, no answer" % code)
        if not killed and answer and answer["ok"] and watched(found) != watched(self.new):
            self.count("damaged", call, "says that it is done")
        again = self.counts["tried"] % 2 == 0
        if again:
            code, answer = machine.call(self.verb, self.data)
        else:
            code, answer = machine.call(self.opposite, self.opposite_data)
        wanted = self.new if again else self.back
        left = machine.snapshot()
        # A block that was never taken out stays where it was.
        if code != 0 or left != wanted and not (not again and left == self.old):
            self.count("unrecovered", call, "%s: %s" % (answer, machine.difference(left, wanted)))

    def judge(self, call, found):
        old, new, now = watched(self.old), watched(self.new), watched(found)
        if now == old:
            self.count("old")
        elif now == new:
            self.count("new")
        elif all(now.get(path) in (old.get(path), new.get(path)) for path in set(old) | set(new) | set(now)):
            self.count("between")
        elif now[machine.HOSTS].rstrip(b"\r\n") == new[machine.HOSTS].rstrip(b"\r\n"):
            # Written into the file itself, which gets shorter by a second call: empty lines at the end until then.
            self.count("between")
        else:
            self.count("damaged", call, str(machine.difference(found, self.new)))

    def count(self, what, call=None, note=""):
        self.counts[what] += 1
        if call:
            self.notes.append("%s at %s %d: %s" % (what, *call, note))


def sweep(helper, name, kind):
    """Sweeps one row, in the namespace; prints the counts."""
    with tempfile.TemporaryDirectory() as work:
        machine.enter(helper, work)
        row = Row(name, work)
        for call in row.calls(work + "/trace"):
            if kind == "kill":
                row.accident(call, "signal=KILL")
            elif call[0] in FALLIBLE:
                row.accident(call, "error=" + ("ENOSPC" if "write" in call[0] else "EIO"))
        machine.run("umount", "--lazy", work)
    print(json.dumps({"counts": row.counts, "notes": row.notes}))


def table(helper, kind):
    def one(name):
        done = machine.inside(os.path.abspath(__file__), "--inside", helper, name, kind, stdout=subprocess.PIPE)
        if done.returncode != 0:
            raise AssertionError("%s: exit status %d" % (name, done.returncode))
        return json.loads(done.stdout)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = dict(zip(ROWS, pool.map(one, ROWS)))
    columns = ["tried", "old", "new", "between", "damaged", "unrecovered"] + (["silent"] if kind == "fail" else [])
    print("\n| verb | %s |" % " | ".join(columns))
    print("| --- |" + " ---: |" * len(columns))
    bad = 0
    for name, result in results.items():
        counts = result["counts"]
        print("| %s | %s |" % (name, " | ".join(str(counts[column]) for column in columns)))
        bad += counts["damaged"] + counts["unrecovered"] + (counts["tried"] < 20)
        # An answer that could not be printed is the only one that may be missing.
        bad += counts["silent"] > 1
        for note in result["notes"] if counts["silent"] > 1 else [n for n in result["notes"] if not n.startswith("silent")]:
            print("helper-sweep: %s: %s" % (name, note), file=sys.stderr)
    return bad


def main(arguments):
    if arguments[:1] == ["--inside"]:
        return sweep(*arguments[1:])
    if len(arguments) != 1:
        sys.exit("usage: helper-sweep.py HELPER")
    machine.require("strace", "openssl")
    helper = os.path.realpath(arguments[0])
    return 1 if table(helper, "kill") + table(helper, "fail") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
