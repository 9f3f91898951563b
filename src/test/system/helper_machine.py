"""A machine of its own for tests of the privileged helper: private copies of all that the helper may touch, in a mount and
network namespace. The real machine is not touched. Needs root and util-linux."""

import json
import os
import shutil
import subprocess
import sys

HELPER = "/usr/libexec/gotunnel/gotunnel-helper"
HOSTS = "/etc/hosts"
PORT_START = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
ANCHORS = "/usr/local/share/ca-certificates"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
UPDATE = "/usr/sbin/update-ca-certificates"
STATE = "/var/lib/gotunnel"

# Where the helper writes, and where it could leave something.
FOLDERS = ["/etc", "/var/lib", "/run", ANCHORS]

MISSING = 69


def require(*programs):
    """Ends with status 69 and a sentence when something is missing here."""
    if os.getuid() != 0:
        print("needs root: it makes a mount namespace of its own", file=sys.stderr)
        sys.exit(MISSING)
    for program in ("unshare", "mount") + programs:
        if shutil.which(program) is None:
            print(program + " is missing", file=sys.stderr)
            sys.exit(MISSING)


def inside(script, *arguments, **options):
    """Runs a script in a machine of its own: it has to call enter() first."""
    os.environ["OUTER_NAMESPACES"] = namespaces()
    command = ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, script, *arguments]
    return subprocess.run(command, check=False, text=True, **options)


def namespaces():
    return os.readlink("/proc/self/ns/mnt") + " " + os.readlink("/proc/self/ns/net")


def enter(helper, work):
    """Puts the private copies in the place of the machine's own. To be called in the namespace that inside() made."""
    outer = os.environ.get("OUTER_NAMESPACES", "")
    if not outer or set(outer.split()) & set(namespaces().split()):
        sys.exit("not in namespaces of its own")
    run("mount", "-t", "tmpfs", "tmpfs", work)
    for folder in FOLDERS + ["/usr/libexec"]:
        copy = work + "/" + folder.strip("/").replace("/", "-")
        os.mkdir(copy)
        os.chmod(copy, 0o755)
    etc = work + "/etc"
    for name in ("ld.so.cache", "passwd", "group"):
        if os.path.exists("/etc/" + name):
            shutil.copy("/etc/" + name, etc)
    os.makedirs(etc + "/ssl/certs")
    os.mkdir(etc + "/sysctl.d")
    put(etc + "/debian_version", b"12\n")
    os.mkdir(work + "/usr-libexec/gotunnel")
    shutil.copy(helper, work + "/usr-libexec/gotunnel/gotunnel-helper")
    # As quick as can be: what is tried is the helper, not the distribution's program.
    put(work + "/update", ("#!/bin/sh\ncat %s/*.crt >%s.new 2>/dev/null\nmv %s.new %s\n" % (ANCHORS, BUNDLE, BUNDLE, BUNDLE)).encode())
    os.chmod(work + "/update", 0o755)
    for folder in FOLDERS + ["/usr/libexec"]:
        run("mount", "--bind", work + "/" + folder.strip("/").replace("/", "-"), folder)
    if not os.path.exists(UPDATE):
        sys.exit(UPDATE + " does not exist: nothing can be mounted over it")
    run("mount", "--bind", work + "/update", UPDATE)


def run(*command):
    subprocess.run(command, check=True)


def put(path, data):
    """Writes into the file that is there, or makes it: a file that is a mount stays one."""
    with open(path, "r+b" if os.path.exists(path) else "wb") as file:
        file.write(data)
        file.truncate()


def get(path):
    """What a file holds, or None."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def call(verb, data, uid=1000, prefix=(), **options):
    """Runs the helper; returns its exit code and its answer, which is None when it gave none."""
    done = subprocess.run(
        [*prefix, HELPER, verb], input=json.dumps(data).encode(), capture_output=True, check=False,
        env={"PKEXEC_UID": str(uid)}, **options)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, None


def must(verb, data, uid=1000):
    code, answer = call(verb, data, uid)
    if code != 0 or not answer["ok"]:
        raise AssertionError("%s failed: %s" % (verb, answer))
    return answer


def certificate(work):
    """A root as gotunnel makes them, by OpenSSL."""
    config = work + "/openssl.cnf"
    put(config, b"""[req]
distinguished_name = subject
x509_extensions = root
prompt = no
[subject]
CN = gotunnel CA sweep
[root]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
nameConstraints = critical, permitted;DNS:test, permitted;IP:127.0.0.0/255.0.0.0, permitted;email:invalid, permitted;URI:invalid
""")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
               "-config", config, "-keyout", "/dev/null"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def snapshot():
    """Every file of the private copies with owner, mode and contents, and the kernel's first unprivileged port."""
    found = {PORT_START: (0, 0, 0, get(PORT_START))}
    for folder in FOLDERS:
        for at, folders, files in os.walk(folder):
            for path in [at] + [os.path.join(at, name) for name in files]:
                info = os.lstat(path)
                regular = not os.path.islink(path) and os.path.isfile(path)
                found[path] = (info.st_mode, info.st_uid, info.st_gid, get(path) if regular else None)
    return found


def reset(wanted):
    """Brings the private copies back to what they were."""
    now = snapshot()
    for path in sorted(set(now) - set(wanted), key=len, reverse=True):
        (os.rmdir if os.path.isdir(path) else os.unlink)(path)
    for path in sorted(wanted, key=len):
        mode, uid, gid, data = wanted[path]
        if now.get(path) == wanted[path]:
            continue
        if data is None:
            os.makedirs(path, exist_ok=True)
        else:
            put(path, data)
        if path != PORT_START:
            os.chown(path, uid, gid)
            os.chmod(path, mode & 0o7777)


def difference(one, other):
    """The paths by which two snapshots differ, for messages."""
    return sorted(path for path in set(one) | set(other) if one.get(path) != other.get(path))
