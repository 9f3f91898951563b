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
    [ -d /usr/libexec ] || { echo "helper-polkit: /usr/libexec is missing" >&2; exit 69; }
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
    if (subject.user == "nobody" && (action.id == "dev.gotunnel.hosts-apply" || action.id == "dev.gotunnel.hosts-restore")) {
        return polkit.Result.YES;
    }
    return polkit.Result.NO;
});
RULES
chmod -R a+rX "$work/etc/polkit-1"
# All of it is a copy by now: nothing below is the machine's own.
mount --bind "$work/actions" /usr/share/polkit-1/actions
mount --bind "$work/libexec" /usr/libexec
mount --bind "$work/run" /run
mkdir -p /run/dbus
mkdir -m 755 "$work/state/dbus" "$work/state/polkit-1"
cp /var/lib/dbus/machine-id "$work/state/dbus" 2>/dev/null || true
mount --bind "$work/state" /var/lib
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
for action in $(pkaction | grep '^dev\.gotunnel\.'); do
    case $action in *.hosts-*) wanted=auth_admin_keep ;; *) wanted=auth_admin ;; esac
    pkaction --verbose --action-id "$action" | grep -Eq "implicit active: +$wanted\$" || fail "$action does not ask for $wanted"
    pkaction --verbose --action-id "$action" | grep -Eq "implicit any: +auth_admin\$" || fail "$action does not ask everybody"
done

# as USER COMMAND: runs a command as one of two users that every Debian has; only the first has polkit's consent.
as() {
    user=$1
    shift
    setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"
}
helper=/usr/libexec/gotunnel/gotunnel-helper
names='{"names":["shop.test"]}'

# consented WANTED VERB INPUT: what the user who has polkit's consent gets.
consented() {
    answer=$(printf '%s' "$3" | as nobody env PKEXEC_UID=0 SUDO_UID=1 LD_PRELOAD=/evil.so GODEBUG=gctrace=1 pkexec $helper $2) || true
    case $answer in *"$1"*) ;; *) fail "$2 answered '$answer' instead of $1" ;; esac
}
# denied USER ARGUMENTS: pkexec does not even start the helper.
denied() {
    user=$1
    shift
    if answer=$(printf '%s' "$names" | as "$user" pkexec "$@" 2>/dev/null); then
        fail "$user may run $*"
    fi
    [ -z "$answer" ] || fail "$user got an answer from $*: $answer"
    cmp -s /etc/hosts "$expected" || fail "$user changed the hosts file by $*"
}

expected=$work/hosts.before
as nobody $helper version | grep -q '"verbs"' || fail "version wants more than an unprivileged user has"
as nobody $helper hosts-apply <<INPUT | grep -q '"code":"not-permitted"' || fail "the helper works without pkexec"
$names
INPUT
denied daemon $helper hosts-apply
denied daemon $helper hosts-restore
for verb in trust-install trust-remove ports-enable ports-disable suffix-add suffix-remove; do
    denied nobody $helper $verb
done
# Not one of our actions: only the administrator's general one would do.
denied nobody $helper
denied nobody $helper version
denied nobody $helper HOSTS-APPLY
denied nobody /bin/sh -c id
ln -s $helper "$work/run/hosts-helper"
denied nobody /run/hosts-helper hosts-apply
cp $helper "$work/run/copy-of-helper"
denied nobody /run/copy-of-helper hosts-apply

consented '"changed":true' hosts-apply "$names"
# The caller is who called pkexec, whatever variables he sets.
grep -q "^# BEGIN gotunnel $(id -u nobody)" /etc/hosts || fail "not under the caller's id"
grep -q '^127.0.0.1 shop.test$' /etc/hosts || fail "the name is not in the hosts file"
cp /etc/hosts "$work/hosts.applied"
expected=$work/hosts.applied
consented '"code":"usage"' "hosts-apply --file=/etc/shadow" "$names"
consented '"code":"name"' hosts-apply '{"names":["bank.com"]}'
cmp -s /etc/hosts "$expected" || fail "a refused request changed the hosts file"
denied daemon $helper hosts-restore
consented '"changed":true' hosts-restore '{}'
cmp -s /etc/hosts "$work/hosts.before" || fail "the hosts file is not byte for byte as before"
[ ! -e /var/lib/gotunnel ] || fail "notes are left"

start=$(date +%s%N)
consented '"changed":true' hosts-apply "$names"
end=$(date +%s%N)
consented '"changed":true' hosts-restore '{}'
echo "helper-polkit: 8 actions; without consent every call refused; with it applied in $(((end - start) / 1000000)) ms and restored byte for byte"
