#!/usr/bin/env python3
"""Puts the privileged helper through what machines and callers do to it: full and read-only disks, file attributes, editors at
the same time, hostile surroundings, ports over a restart:

    src/test/system/helper-faults.py target/gotunnel/libexec/gotunnel-helper

Each test has namespaces and private copies of its own; the machine is not touched. Exit status: 0 when all is as it should
be, 1 when not, 69 when something is missing here.
Needs: root, python3 util-linux e2fsprogs procps (Debian package names)."""

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import helper_machine as machine
from helper_machine import HELPER, HOSTS, call, get, must, put

TEXT = b"127.0.0.1 localhost\n10.0.0.5 nas\n"
NAMES = {"names": ["a.test"]}


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def refused(result, *codes):
    """The helper says why, in a sentence with a remedy, and the hosts file is as it was."""
    code, answer = result
    check(code in (1, 2) and answer and not answer["ok"] and answer["message"] and answer["fix"], "no answer: %s" % (result,))
    check(answer["code"] in codes, "not %s: %s" % (codes, answer))
    check(get(HOSTS) == TEXT, "the hosts file was changed: %r" % get(HOSTS))


def applied(result):
    code, answer = result
    check(code == 0 and answer["ok"] and answer["changed"], "not done: %s" % (result,))
    check(b"127.0.0.1 a.test\n" in get(HOSTS), "not in the file")
    must("hosts-restore", {})
    check(get(HOSTS) == TEXT, "not restored")


@contextlib.contextmanager
def mounted(path, *options):
    """A file system of its own at a folder, with what was in the folder."""
    with tempfile.TemporaryDirectory() as keep:
        if os.path.isdir(path):
            shutil.copytree(path, keep + "/copy", symlinks=True)
        os.makedirs(path, exist_ok=True)
        machine.run("mount", "-t", "tmpfs", *options, "tmpfs", path)
        os.chmod(path, 0o755)
        if os.path.isdir(keep + "/copy"):
            shutil.copytree(keep + "/copy", path, symlinks=True, dirs_exist_ok=True)
        try:
            yield
        finally:
            machine.run("umount", "--lazy", path)


def fill(path):
    file = os.open(path + "/filler", os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(file, b"x" * 4096)
    except OSError as problem:
        check(problem.errno == errno.ENOSPC, "%s" % problem)
    os.close(file)


def full_disk_for_the_hosts_file(_):
    with mounted("/etc", "-o", "size=256k"):
        fill("/etc")
        refused(call("hosts-apply", {"names": ["n%d.test" % i for i in range(900)]}), "no-space")
        check(not os.path.exists("/etc/.hosts.gotunnel"), "a draft is left")


def full_disk_for_the_notes(_):
    with mounted("/var/lib", "-o", "size=64k"):
        fill("/var/lib")
        refused(call("hosts-apply", NAMES), "no-space")


def full_disk_in_place(work):
    with mounted(work + "/small", "-o", "size=64k"):
        put(work + "/small/hosts", TEXT)
        machine.run("mount", "--bind", work + "/small/hosts", HOSTS)
        fill(work + "/small")
        refused(call("hosts-apply", {"names": ["n%d.test" % i for i in range(900)]}), "no-space")
        machine.run("umount", HOSTS)


def read_only_disk(_):
    with mounted("/etc"):
        machine.run("mount", "-o", "remount,ro", "/etc")
        refused(call("hosts-apply", NAMES), "read-only")
        check(call("hosts-restore", {})[0] == 0, "nothing to restore is no failure")


def read_only_notes(_):
    with mounted("/var/lib"):
        machine.run("mount", "-o", "remount,ro", "/var/lib")
        refused(call("hosts-apply", NAMES), "read-only")


def read_only_folder_with_a_writable_hosts_file(work):
    """As in a container that was started read-only."""
    with mounted("/etc"):
        put(work + "/hosts", TEXT)
        machine.run("mount", "--bind", work + "/hosts", HOSTS)
        machine.run("mount", "-o", "remount,ro,bind", "/etc")
        applied(call("hosts-apply", NAMES))
        machine.run("umount", HOSTS)


def a_file_without_write_permission(_):
    os.chmod(HOSTS, 0o444)
    applied(call("hosts-apply", NAMES))
    check(os.stat(HOSTS).st_mode & 0o777 == 0o444, "the mode was changed")


def an_immutable_file(work):
    """On a disk of its own: not every file system knows the attribute."""
    machine.run("truncate", "-s", "8M", work + "/disk")
    machine.run("mkfs.ext4", "-q", work + "/disk")
    os.mkdir(work + "/ext4")
    if subprocess.run(["mount", "-o", "loop", work + "/disk", work + "/ext4"], check=False, stderr=subprocess.DEVNULL).returncode:
        return "SKIPPED: no loop device here"
    put(work + "/ext4/hosts", TEXT)
    for name in ("debian_version", "passwd"):
        shutil.copy("/etc/" + name, work + "/ext4")
    machine.run("mount", "--bind", work + "/ext4", "/etc")
    applied(call("hosts-apply", NAMES))
    machine.run("chattr", "+i", HOSTS)
    refused(call("hosts-apply", NAMES), "not-permitted")
    machine.run("chattr", "-i", HOSTS)
    machine.run("umount", "/etc", work + "/ext4")
    return None


def a_file_of_somebody_elses(_):
    os.chown(HOSTS, 65534, 65534)
    refused(call("hosts-apply", NAMES), "installation")


def a_helper_that_others_can_replace(_):
    os.chmod(os.path.dirname(HELPER), 0o777)
    refused(call("hosts-apply", NAMES), "installation")
    os.chmod(os.path.dirname(HELPER), 0o755)
    os.chmod(HELPER, 0o775)
    refused(call("hosts-apply", NAMES), "installation")


def a_set_user_id_helper(_):
    os.chmod(HELPER, 0o4755)
    refused(call("hosts-apply", NAMES, preexec_fn=lambda: os.setresuid(65534, 65534, 65534)), "not-permitted")


def a_caller_without_rights(_):
    refused(call("hosts-apply", NAMES, uid=0, preexec_fn=lambda: os.setresuid(65534, 65534, 65534)), "not-permitted")


def run(arguments=("hosts-apply",), data=json.dumps(NAMES).encode(), env=None, **options):
    done = subprocess.run([HELPER, *arguments], input=data, capture_output=True, check=False, env=env or {"PKEXEC_UID": "1000"}, **options)
    return done.returncode, json.loads(done.stdout) if done.stdout else None


def hostile_variables(_):
    env = {
        "PKEXEC_UID": "1000", "GODEBUG": "gctrace=1,netdns=9,x509sha1=1,x509ignoreCN=0", "GOTRACEBACK": "crash", "GOMAXPROCS": "1", "GOGC": "1",
        "GOMEMLIMIT": "1", "LD_PRELOAD": "/tmp/evil.so", "LD_LIBRARY_PATH": "/tmp", "PATH": "/tmp", "HOME": "/tmp", "TMPDIR": "/nowhere",
        "GOTUNNEL_HOSTS_FILE": "/tmp/other", "GOTUNNEL_TRUST_ROOT": "/tmp", "IFS": "/", "BASH_ENV": "/tmp/evil", "SSL_CERT_FILE": "/tmp/evil",
        "LC_ALL": "\xff", "A" * 50000: "B" * 50000,
    }
    applied(run(env=env))


def forged_callers(_):
    for variables in ({"PKEXEC_UID": "root"}, {"PKEXEC_UID": "-1"}, {"PKEXEC_UID": "1000", "SUDO_UID": "1001"}, {"SUDO_UID": "4294967295"}):
        refused(run(env=variables), "not-permitted")


def low_limits(_):
    def lower():
        # The hard limit stays: not every container lets root lift it, which the next test is about.
        for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
            resource.setrlimit(limit, (0, resource.getrlimit(limit)[1]))
        os.umask(0)
        os.nice(19)
    applied(run(preexec_fn=lower))
    must("hosts-apply", NAMES)
    for folder in ("/var/lib/gotunnel", "/etc"):
        for at, _, files in os.walk(folder):
            for name in files:
                check(os.lstat(os.path.join(at, name)).st_mode & 0o022 == 0, name + " is writable by others")


def no_file_may_grow_and_no_limit_be_lifted(_):
    """As in a container without that capability."""
    def lower():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        os.umask(0)
    done = subprocess.run(["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource", HELPER, "hosts-apply"],
                          input=json.dumps(NAMES).encode(), capture_output=True, check=False, preexec_fn=lower)
    refused((done.returncode, json.loads(done.stdout)), "io")


def few_descriptors(_):
    """Go's own start may need more: then there is no answer, and nothing has happened."""
    for most in range(3, 12):
        code, answer = run(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
        check(code != 0 and (answer is None or not answer["ok"]) and get(HOSTS) == TEXT or code == 0, "%d: %s" % (most, answer))
        must("hosts-restore", {})


def closed_descriptors(_):
    for descriptor in (0, 1, 2):
        done = subprocess.run(["sh", "-c", "exec %d>&-; exec %s hosts-apply" % (descriptor, HELPER)], input=json.dumps(NAMES).encode(),
                              capture_output=True, check=False)
        check(done.returncode == 2 and get(HOSTS) == TEXT, "descriptor %d: %s" % (descriptor, done))


def an_answer_that_nobody_can_read(_):
    """The change is made whole, whatever becomes of the answer."""
    for output in ("/dev/full", None):
        if output:
            with open(output, "wb") as full:
                done = subprocess.run([HELPER, "hosts-apply"], input=json.dumps(NAMES).encode(), stdout=full, stderr=subprocess.PIPE, check=False)
            check(done.returncode == 1, "exit code %d" % done.returncode)
        else:
            reader, writer = os.pipe()
            os.close(reader)
            done = subprocess.run([HELPER, "hosts-apply"], input=json.dumps(NAMES).encode(), stdout=writer, stderr=subprocess.PIPE, check=False)
            os.close(writer)
            check(done.returncode in (1, -signal.SIGPIPE), "exit code %d" % done.returncode)
        check(b"127.0.0.1 a.test\n" in get(HOSTS), "not done")
        must("hosts-restore", {}, uid=0)
        check(get(HOSTS) == TEXT and not os.path.exists("/var/lib/gotunnel"), "not restored")


def blocked_and_ignored_signals(work):
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    applied(run(preexec_fn=block))
    # The distribution's program is waited for although the caller ignores the end of its children.
    data = json.dumps({"certificate": machine.certificate(work)}).encode()
    code, answer = run(["trust-install"], data, preexec_fn=block)
    check(code == 0 and answer["changed"] and get(machine.BUNDLE), "%s" % answer)


def no_arguments_at_all(_):
    """Not even the program's own name, as old kernels allow (CVE-2021-4034)."""
    code = "import ctypes,sys; c=ctypes.CDLL(None); a=(ctypes.c_char_p*1)(None); c.execve(sys.argv[1].encode(), a, a); sys.exit(9)"
    done = subprocess.run([sys.executable, "-c", code, HELPER], input=b"{}", capture_output=True, check=False)
    check(done.returncode == 2 and json.loads(done.stdout)["code"] == "usage", "%s" % done)


def without_proc(work):
    """In a chroot that lacks it the helper cannot tell where it is installed."""
    root = work + "/root"
    for folder in ("etc", "usr/libexec/gotunnel", "var/lib", "run"):
        os.makedirs(root + "/" + folder, exist_ok=True)
    shutil.copy(HELPER, root + HELPER)
    put(root + HOSTS, TEXT)
    done = subprocess.run(["chroot", root, HELPER, "hosts-apply"], input=json.dumps(NAMES).encode(), capture_output=True, check=False)
    check(done.returncode == 1 and not json.loads(done.stdout)["ok"] and get(root + HOSTS) == TEXT, "%s" % done)


def in_a_user_namespace(_):
    """Root of a namespace that anybody can make owns nothing that counts."""
    done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "unshare", "--user", "--map-root-user", HELPER, "hosts-apply"],
                          input=json.dumps(NAMES).encode(), capture_output=True, check=False)
    if not done.stdout:
        return "SKIPPED: no user namespaces here: " + done.stderr.decode().strip()
    refused((done.returncode, json.loads(done.stdout)), "installation", "not-permitted")
    return None


def a_caller_that_sends_slowly_holds_up_nobody(_):
    slow = subprocess.Popen([HELPER, "hosts-apply"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PKEXEC_UID": "1001"})
    slow.stdin.write(b'{"names":')
    slow.stdin.flush()
    applied(call("hosts-apply", NAMES))
    slow.kill()
    slow.communicate()


def a_stopped_helper_is_waited_for(_):
    with open(HOSTS, "ab"):
        held = subprocess.Popen([HELPER, "hosts-apply"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PKEXEC_UID": "1001"})
        held.stdin.write(json.dumps({"names": ["b.test"]}).encode())
        held.stdin.close()
        await_condition(lambda: b"b.test" in get_quietly(HOSTS))
        second = subprocess.Popen([HELPER, "hosts-apply"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PKEXEC_UID": "1000"})
        out, _ = second.communicate(json.dumps(NAMES).encode())
        check(json.loads(out)["ok"], "%s" % out)
        held.wait()
    must("hosts-restore", {}, uid=1001)
    applied(call("hosts-apply", {"names": ["a.test", "c.test"]}))


def get_quietly(path):
    """What a file holds, by a descriptor that waits for no lease."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (BlockingIOError, FileNotFoundError):
        return os.fsencode("b.test") if path == HOSTS else b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def await_condition(condition):
    end = time.monotonic() + 30
    while not condition():
        check(time.monotonic() < end, "waited in vain")
        time.sleep(0.002)


def an_editor_writes_while_the_helper_is_killed(_):
    """He had the file open before it was exchanged; the run that would have taken his line over is killed."""
    for _ in range(10):
        before = os.stat(HOSTS).st_ino
        with open(HOSTS, "ab") as editor:
            killed = subprocess.Popen([HELPER, "hosts-apply"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PKEXEC_UID": "1000"})
            killed.stdin.write(json.dumps(NAMES).encode())
            killed.stdin.close()
            await_condition(lambda: os.stat(HOSTS).st_ino != before)
            editor.write(b"10.0.0.9 editor\n")
            editor.flush()
            killed.kill()
            killed.wait()
        must("hosts-restore", {})
        check(get(HOSTS) == TEXT + b"10.0.0.9 editor\n", "lost: %r" % get(HOSTS))
        put(HOSTS, TEXT)


ROUNDS = 150


def two_helpers_and_two_editors(_):
    """One editor writes in place, one renames; each looks whether somebody else was at it, as good ones do."""
    faults = []

    def guarded(work):
        def body():
            try:
                work()
            except BaseException as problem:  # told by the main thread
                faults.append(problem)
        return threading.Thread(target=body)

    def user(uid):
        for i in range(ROUNDS):
            code, answer = call("hosts-apply", {"names": ["u%d-%d.test" % (uid, i)]}, uid=uid)
            check(answer and (answer["ok"] or answer["code"] == "busy"), "%s %s" % (code, answer))

    def appends():
        for i in range(ROUNDS):
            with open(HOSTS, "ab") as file:
                file.write(b"10.1.0.1 appended-%d\n" % i)

    def renames():
        for i in range(ROUNDS):
            while True:
                text = get(HOSTS)
                put("/etc/hosts.editor", text + b"10.1.0.2 renamed-%d\n" % i)
                if get(HOSTS) == text:
                    os.rename("/etc/hosts.editor", HOSTS)
                    break

    threads = [guarded(lambda: user(1000)), guarded(lambda: user(1001)), guarded(appends)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    threads = [guarded(lambda: user(1000)), guarded(lambda: user(1001)), guarded(renames)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    for uid in (1000, 1001):
        must("hosts-restore", {}, uid=uid)
    lines = get(HOSTS).splitlines(keepends=True)
    wanted = TEXT.splitlines(keepends=True)
    wanted += [b"10.1.0.1 appended-%d\n" % i for i in range(ROUNDS)] + [b"10.1.0.2 renamed-%d\n" % i for i in range(ROUNDS)]
    check(sorted(lines) == sorted(wanted), "lost %s, too many %s" % (set(wanted) - set(lines), [line for line in lines if lines.count(line) > wanted.count(line)]))
    check(not os.path.exists("/var/lib/gotunnel") and not os.path.exists("/run/gotunnel"), "something is left")
    return "%d rounds each, %d foreign lines, none lost" % (ROUNDS, len(wanted))


def ports_over_a_restart(_):
    """Two users; the kernel starts with its own value, then reads the file; the last to close them gets that value back."""
    for first in (1024, 443):
        put(machine.PORT_START, b"%d\n" % first)
        before = machine.snapshot()
        must("ports-enable", {}, uid=1000)
        check(get(machine.PORT_START) == b"80\n", "not open")
        must("ports-enable", {}, uid=1001)
        put(machine.PORT_START, b"1024\n")
        machine.run("sysctl", "--quiet", "--load", "/etc/sysctl.d/60-gotunnel.conf")
        check(get(machine.PORT_START) == b"80\n", "not open after a restart")
        check(not must("ports-disable", {}, uid=1002)["changed"], "somebody else closed them")
        must("ports-disable", {}, uid=1000)
        check(get(machine.PORT_START) == b"80\n", "closed while another user needs them")
        must("ports-disable", {}, uid=1001)
        check(machine.snapshot() == before, "left: %s" % machine.difference(machine.snapshot(), before))
    bind = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 443))"
    as_nobody = dict(preexec_fn=lambda: os.setresuid(65534, 65534, 65534), check=False, stderr=subprocess.DEVNULL)
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    machine.run("ip", "link", "set", "lo", "up")
    put(machine.PORT_START, b"1024\n")
    check(subprocess.run([python, "-c", bind], **as_nobody).returncode != 0, "443 is open before")
    must("ports-enable", {})
    check(subprocess.run([python, "-c", bind], **as_nobody).returncode == 0, "443 is not open")
    must("ports-disable", {})


TESTS = [
    full_disk_for_the_hosts_file, full_disk_for_the_notes, full_disk_in_place, read_only_disk, read_only_notes,
    read_only_folder_with_a_writable_hosts_file, a_file_without_write_permission, an_immutable_file, a_file_of_somebody_elses,
    a_helper_that_others_can_replace, a_set_user_id_helper, a_caller_without_rights, hostile_variables, forged_callers, low_limits,
    no_file_may_grow_and_no_limit_be_lifted, few_descriptors, closed_descriptors, an_answer_that_nobody_can_read,
    blocked_and_ignored_signals, no_arguments_at_all, without_proc, in_a_user_namespace, a_caller_that_sends_slowly_holds_up_nobody,
    a_stopped_helper_is_waited_for, an_editor_writes_while_the_helper_is_killed, two_helpers_and_two_editors, ports_over_a_restart,
]


def main(arguments):
    if arguments[:1] == ["--inside"]:
        with tempfile.TemporaryDirectory() as work:
            machine.enter(arguments[1], work)
            put(HOSTS, TEXT)
            try:
                note = {test.__name__: test for test in TESTS}[arguments[2]](work)
            finally:
                machine.run("umount", "--lazy", work)
        print(note or "", end="")
        return 0
    if len(arguments) != 1:
        sys.exit("usage: helper-faults.py HELPER")
    machine.require("setpriv", "chroot", "sysctl", "mkfs.ext4", "chattr", "ip")
    failed = 0
    for test in TESTS:
        done = machine.inside(os.path.abspath(__file__), "--inside", os.path.realpath(arguments[0]), test.__name__, stdout=subprocess.PIPE)
        failed += done.returncode != 0
        print("%-6s %s%s" % ("ok" if done.returncode == 0 else "FAILED", test.__name__.replace("_", " "), done.stdout and ": " + done.stdout), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
