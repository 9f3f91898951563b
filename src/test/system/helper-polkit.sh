#!/bin/sh
# Lets an unprivileged user change the hosts file through a real polkitd and pkexec, in a mount namespace of its own, and
# shows that without polkit's consent he cannot:
#
#   src/test/system/helper-polkit.sh target/gotunnel/libexec/gotunnel-helper
#
# The hosts file, the rules, the bus and the helper's place are private copies; the machine is not touched. Exit status:
# 0 when all is as it should be, 1 when not, 69 when something is missing here.
# Needs: root, polkitd pkexec dbus util-linux (Debian package names).
set -eu

if [ "${1:-}" != --inside ]; then
    [ $# = 1 ] || { echo "usage: $0 HELPER" >&2; exit 64; }
    [ "$(id -u)" = 0 ] || { echo "helper-polkit: needs root: pkexec has to be set-user-id to a real one" >&2; exit 69; }
    for program in unshare setpriv pkexec pkaction dbus-daemon; do
        command -v "$program" >/dev/null || { echo "helper-polkit: $program is missing" >&2; exit 69; }
    done
    helper=$(readlink -f "$1")
    source=$(readlink -f "$(dirname "$0")/../../..")
    # A process id namespace ends whatever was started.
    exec unshare --mount --pid --fork --kill-child --mount-proc "$0" --inside "$helper" "$source"
fi
helper=$2
source=$3

mount --make-rprivate /
work=$(mktemp -d)
mount -t tmpfs tmpfs "$work"
mkdir -m 755 "$work/etc" "$work/actions" "$work/libexec" "$work/run" "$work/state"
cp -a /etc/. "$work/etc"
cp -a /usr/share/polkit-1/actions/. "$work/actions"
mkdir -p "$work/etc/polkit-1/rules.d" "$work/libexec/gotunnel"
rm -rf "$work/etc/polkit-1/rules.d"/*
cp "$source/src/main/helper/polkit/dev.gotunnel.policy" "$work/actions"
cp -a /usr/libexec/. "$work/libexec" 2>/dev/null || true
cp "$helper" "$work/libexec/gotunnel/gotunnel-helper"
chown -R root:root "$work/libexec/gotunnel"
chmod -R 755 "$work/libexec/gotunnel"
printf '127.0.0.1 localhost\n10.0.0.5 nas' >"$work/etc/hosts"
cat >"$work/etc/polkit-1/rules.d/10-test.rules" <<'RULES'
polkit.addRule(function (action, subject) {
    if (action.id == "dev.gotunnel.hosts-apply" || action.id == "dev.gotunnel.hosts-restore") {
        return polkit.Result.YES;
    }
    return polkit.Result.NO;
});
RULES
chmod -R a+rX "$work/etc/polkit-1"
[ -x /usr/libexec ] || mkdir -p /usr/libexec
# All of it is a copy by now: nothing below is the machine's own.
mount --bind "$work/actions" /usr/share/polkit-1/actions
mount --bind "$work/libexec" /usr/libexec
mount --bind "$work/run" /run
mkdir -p /run/dbus
[ ! -d /var/lib/polkit-1 ] || mount -t tmpfs tmpfs /var/lib/polkit-1
[ -d /var/lib/gotunnel ] && mount -t tmpfs tmpfs /var/lib/gotunnel
mount --bind "$work/etc" /etc
cp /etc/hosts "$work/hosts.before"

fail() {
    echo "helper-polkit: $*" >&2
    exit 1
}

dbus-daemon --system --fork --nopidfile --nosyslog
for daemon in /usr/lib/polkit-1/polkitd /usr/libexec/polkitd /usr/lib/policykit-1/polkitd; do
    [ -x "$daemon" ] && break
done
"$daemon" --no-debug >"$work/polkitd.log" 2>&1 &
tries=0
until dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.PolicyKit1 2>/dev/null | grep -q 'boolean true'; do
    tries=$((tries + 1))
    [ $tries -le 100 ] || { cat "$work/polkitd.log" >&2; fail "polkitd did not start"; }
    sleep 0.1
done

actions=$(pkaction | grep -c '^dev\.gotunnel\.' || true)
[ "$actions" = 8 ] || fail "polkitd knows $actions actions instead of 8"

# An id that nobody has to be told about: pkexec wants a real account.
user=nobody
uid=$(id -u $user)
as_user() {
    setpriv --reuid $user --regid "$(id -g $user)" --clear-groups --no-new-privs=false "$@" 2>/dev/null ||
        setpriv --reuid $user --regid "$(id -g $user)" --clear-groups "$@"
}
