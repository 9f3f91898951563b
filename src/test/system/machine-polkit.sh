#!/bin/sh
# Drives the program as an unprivileged user through a real polkitd: with a rule that allows, with one that forbids, with
# nobody to ask, and with a password typed in a terminal:
#
#   src/test/system/machine-polkit.sh target/gotunnel
#
# All in a mount and a network namespace of its own, over layers that go with it; the machine is not touched. Exit status:
# 0 when all is as it should be, 1 when not, 69 when something is missing here.
# Needs: root, polkitd pkexec dbus util-linux iproute2 curl python3 ca-certificates (Debian package names).
set -eu

if [ "${1:-}" != --inside ]; then
    [ $# = 1 ] || { echo "usage: $0 PROGRAM" >&2; exit 64; }
    [ "$(id -u)" = 0 ] || { echo "machine-polkit: needs root: pkexec has to be set-user-id to a real one" >&2; exit 69; }
    for program in unshare setpriv pkexec pkcheck pkttyagent dbus-daemon dbus-send ip curl python3 update-ca-certificates; do
        command -v "$program" >/dev/null || { echo "machine-polkit: $program is missing" >&2; exit 69; }
    done
    [ -x "$1/libexec/gotunnel-helper" ] || { echo "machine-polkit: the program has no helper" >&2; exit 69; }
    program=$(readlink -f "$1")
    source=$(readlink -f "$(dirname "$0")/../../..")
    # A process id namespace ends whatever was started.
    exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0" --inside "$program" "$source"
fi
program=$2
source=$3

fail() {
    echo "machine-polkit: $*" >&2
    exit 1
}

# ---- a machine

mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir -p /mnt/program /mnt/source /mnt/home
mount --bind "$program" /mnt/program
cp "$source/src/test/system/terminal.py" /mnt/source
for folder in etc usr var; do
    mkdir -p "/mnt/layer/$folder" "/mnt/work/$folder"
    mount -t overlay overlay -o "lowerdir=/$folder,upperdir=/mnt/layer/$folder,workdir=/mnt/work/$folder" "/$folder"
done
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/dbus /etc/polkit-1/rules.d /usr/libexec/gotunnel
ip link set lo up
printf '127.0.0.1 localhost\n10.0.0.5 nas' >/etc/hosts
sed 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf >/etc/nsswitch.conf.new && mv /etc/nsswitch.conf.new /etc/nsswitch.conf
rm -rf /etc/polkit-1/rules.d/* /etc/gotunnel
chmod 755 /etc/polkit-1 /etc/polkit-1/rules.d
cp "$program/libexec/gotunnel-helper" /usr/libexec/gotunnel/
chown -R root:root /usr/libexec/gotunnel
chmod 755 /usr/libexec/gotunnel /usr/libexec/gotunnel/gotunnel-helper
cp "$source/src/main/helper/polkit/dev.gotunnel.policy" /usr/share/polkit-1/actions/
chmod 644 /usr/share/polkit-1/actions/dev.gotunnel.policy
echo 'root:open sesame' | chpasswd
cat >/etc/polkit-1/rules.d/00-administrator.rules <<'RULES'
polkit.addAdminRule(function (action, subject) { return ["unix-user:0"]; });
RULES
update-ca-certificates >/dev/null 2>&1

dbus-daemon --system --fork --nopidfile --nosyslog
for daemon in /usr/lib/polkit-1/polkitd /usr/libexec/polkitd /usr/lib/policykit-1/polkitd; do
    [ -x "$daemon" ] && break
done

# rule ANSWER: what polkit says to everything of gotunnel's from now on; "none" for nothing, so that it asks.
polkitd=
rule() {
    rm -f /etc/polkit-1/rules.d/10-test.rules
    if [ "$1" != none ]; then
        cat >/etc/polkit-1/rules.d/10-test.rules <<RULES
polkit.addRule(function (action, subject) {
    if (action.id.indexOf("dev.gotunnel.") == 0 && subject.user == "nobody") { return polkit.Result.$1; }
});
RULES
    fi
    chmod -R a+rX /etc/polkit-1
    if [ -n "$polkitd" ]; then
        kill "$polkitd"
        wait "$polkitd" 2>/dev/null || true
    fi
    "$daemon" --no-debug >/mnt/polkitd.log 2>&1 &
    polkitd=$!
    tries=0
    until dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
        string:org.freedesktop.PolicyKit1 2>/dev/null | grep -q 'boolean true'; do
        tries=$((tries + 1))
        [ $tries -le 100 ] || { cat /mnt/polkitd.log >&2; fail "polkitd did not start"; }
        sleep 0.1
    done
}

uid=$(id -u nobody)
chown nobody /mnt/home
as_user() {
    setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups \
        env -i PATH=/usr/bin:/bin HOME=/mnt/home LANG=C.UTF-8 JAVA_HOME="${JAVA_HOME:-}" "$@"
}
gotunnel() {
    as_user /mnt/program/bin/gotunnel "$@" </dev/null
}
# exits CODE ARGUMENTS: runs the program; what it prints is in /mnt/said.
exits() {
    wanted=$1
    shift
    got=0
    timeout 60 setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups \
        env -i PATH=/usr/bin:/bin HOME=/mnt/home LANG=C.UTF-8 JAVA_HOME="${JAVA_HOME:-}" \
        /mnt/program/bin/gotunnel "$@" </dev/null >/mnt/said 2>&1 || got=$?
    [ "$got" = "$wanted" ] || { cat /mnt/said >&2; fail "gotunnel $* ended with $got instead of $wanted"; }
}
said() {
    grep -Fq -- "$1" /mnt/said || { cat /mnt/said >&2; fail "it did not say: $1"; }
}
not_said() {
    ! grep -Fq -- "$1" /mnt/said || { cat /mnt/said >&2; fail "it said: $1"; }
}
# page URL: what curl gets as the user, with the system's own trust and names.
page() {
    as_user curl --noproxy '*' --silent --show-error --max-time 10 "$1"
}
# eventually COMMAND: within 15 s.
eventually() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -le 75 ] || fail "not within 15 s: $*"
        sleep 0.2
    done
}
# The machine, but for Java's own store: Debian's hook writes it anew each time, with the time in it.
state() {
    { cat /etc/hosts; find /etc/ssl/certs /usr/local/share/ca-certificates /etc/ca-certificates /etc/sysctl.d \
        -path /etc/ssl/certs/java -prune -o \( -type f -o -type l \) -print |
        sort | xargs sha256sum; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; ls -d /etc/gotunnel /var/lib/gotunnel 2>&1 || true; }
}
gone() { ! gotunnel list >/mnt/said 2>&1 || ! grep -q running /mnt/said; }

mkdir /mnt/site
echo 'the shop' >/mnt/site/index.html
chmod -R a+rX /mnt/site
python3 -m http.server --directory /mnt/site --bind 127.0.0.1 3000 >/dev/null 2>&1 &
eventually curl --silent --output /dev/null http://127.0.0.1:3000/
rule YES
state >/mnt/before
cp /etc/hosts /mnt/hosts.before

# ---- a rule that allows: everything works without a flag, and goes without a trace

exits 0 trust install --yes --store system
said 'It trusts the root now.'
exits 0 start --port 3000 --domain shop.test --detach
said 'https://shop.test:8443'
said 'gotunnel ports enable'
not_said 'does not lead'
grep -q "^# BEGIN gotunnel $uid" /etc/hosts || fail "no block of the user's"
grep -q '^127.0.0.1 shop.test$' /etc/hosts && grep -q '^::1 shop.localhost$' /etc/hosts || fail "names are missing"
[ "$(page https://shop.test:8443/)" = 'the shop' ] || fail "https://shop.test:8443 does not answer"
exits 0 hosts status --format json
said '"permission" : "granted"'
said '"state" : "needed"'

exits 0 ports enable --yes
said 'Tunnels are served on 443 and 80.'
[ "$(page https://shop.test/)" = 'the shop' ] || fail "https://shop.test does not answer"
[ "$(page https://shop.test:8443/)" = 'the shop' ] || fail "the old address does not answer any more"
exits 0 status shop
said 'https://shop.test '
not_said 'gotunnel ports enable'
exits 0 ports status --format json
said '"enabled" : true'
exits 0 ports disable --yes
said 'Tunnels are served on 8443 and 8880.'
[ "$(page https://shop.test:8443/)" = 'the shop' ] || fail "https://shop.test:8443 does not answer after ports disable"
! page https://shop.test/ >/dev/null 2>&1 || fail "443 is still open"
[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" = 1024 ] || fail "the kernel's setting stays changed"

exits 0 start --port 3000 --domain api.test --detach
exits 0 stop shop
! grep -q shop /etc/hosts || fail "a stopped tunnel's name stays"
grep -q '^127.0.0.1 api.test$' /etc/hosts || fail "the other tunnel's name went"

# A crash: the names stay and are noted; the next start cleans up.
exits 0 list --format json
owner=$(pgrep -u nobody -f 'gotunnel.* engine' | head -n 1)
kill -9 "$owner"
eventually gone
grep -q '^127.0.0.1 api.test$' /etc/hosts || fail "who has cleaned up?"
exits 0 start --port 3000 --domain shop.test --detach
! grep -q api /etc/hosts || fail "the killed owner's names stay"
exits 0 stop-all
cmp -s /etc/hosts /mnt/hosts.before || fail "the hosts file is not byte for byte as before"

exits 0 trust uninstall --yes
state >/mnt/after
cmp -s /mnt/before /mnt/after || { diff /mnt/before /mnt/after >&2 || true; fail "something stays on the machine"; }
[ ! -e /mnt/home/.local/state/gotunnel/journal ] || fail "the journal is not empty"

# ---- a rule that forbids: tunnels run all the same

rule NO
exits 0 start --port 3000 --domain shop.test --detach
said 'shop is running'
said 'shop.test does not lead to this machine yet'
said 'gotunnel hosts apply'
said 'gotunnel ports enable'
exits 3 hosts apply --yes
said 'does not let you change the hosts file'
exits 3 ports enable --yes
said 'does not let you open the ports'
exits 3 trust install --yes --store system
cmp -s /etc/hosts /mnt/hosts.before || fail "a refused call changed the hosts file"

# ---- nobody to ask: told at once

rule none
begin=$(date +%s)
exits 3 hosts apply --yes
said 'nobody to ask'
[ $(($(date +%s) - begin)) -le 15 ] || fail "it hangs without an agent"

# A permission that comes later lifts the limitation of the running tunnel.
rule YES
exits 0 hosts apply --yes
exits 0 status shop
not_said 'does not lead'
exits 0 stop-all
cmp -s /etc/hosts /mnt/hosts.before || fail "the hosts file is not byte for byte as before"

# ---- a terminal: the lines are shown and asked for, then a password

rule none
# in_terminal WANTED ANSWERS -- COMMAND
in_terminal() {
    wanted=$1
    shift
    got=0
    as_user python3 /mnt/source/terminal.py "$@" >/mnt/said 2>&1 || got=$?
    [ "$got" = "$wanted" ] || { cat /mnt/said >&2; fail "in a terminal it ended with $got instead of $wanted: $*"; }
}
in_terminal 0 'Write that?=n' -- /mnt/program/bin/gotunnel start --port 3000 --domain shop.test --detach
said '+ 127.0.0.1 shop.test'
said 'You are not asked again.'
said 'shop is running'
in_terminal 0 -- /mnt/program/bin/gotunnel start --port 3000 --domain api.test --detach
not_said 'Write that?'
cmp -s /etc/hosts /mnt/hosts.before || fail "a declined offer changed the hosts file"
in_terminal 3 'Go on?=y' 'Password:=wrong' -- /mnt/program/bin/gotunnel hosts apply
in_terminal 0 'Go on?=y' 'Password:=open sesame' -- /mnt/program/bin/gotunnel hosts apply
said 'shop.test leads to this machine now.'
grep -q '^127.0.0.1 api.test$' /etc/hosts || fail "the names are not written"
exits 0 status shop
not_said 'does not lead'

# Stopping never asks: the names stay noted until the next change that is allowed.
exits 0 stop-all
grep -q '^127.0.0.1 api.test$' /etc/hosts || fail "who has been asked?"
in_terminal 0 'Write that?=y' 'Password:=open sesame' -- \
    /mnt/program/bin/gotunnel start --port 3000 --domain third.test --detach
grep -q '^127.0.0.1 third.test$' /etc/hosts || fail "the offer was accepted, and the name is not there"
! grep -q api.test /etc/hosts || fail "names that are no longer needed stay"
rule YES
exits 0 stop-all
cmp -s /etc/hosts /mnt/hosts.before || fail "the hosts file is not byte for byte as before"
[ ! -e /mnt/home/.local/state/gotunnel/journal ] || fail "the journal is not empty"

echo "machine-polkit: names, ports and trust by rule, without one, and by password; all put back byte for byte"
