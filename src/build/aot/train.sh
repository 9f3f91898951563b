#!/bin/sh
# Trains the AOT cache of a finished layout: lib/gotunnel.aot, and lib/gotunnel.aot.jdk with the JDK that it is for.
# Runs last: a cache older than the jars would run old code.
#
# usage: train.sh LAYOUT
set -eu

gotunnel=$1/bin/gotunnel
cache=$1/lib/gotunnel.aot
rm -f "$cache" "$cache.jdk"

# The JVM that writes the cache inherits the launcher's small heap, which holds a program but not the dump of one.
export JDK_AOT_VM_OPTIONS="-Xmx512m"

# Nothing of the user's is touched.
work=$(mktemp -d)
export GOTUNNEL_CONFIG_DIR="$work/config" GOTUNNEL_DATA_DIR="$work/data" GOTUNNEL_STATE_DIR="$work/state" \
    GOTUNNEL_RUNTIME_DIR="$work/run"
engine=
finish() {
    [ -z "$engine" ] || kill "$engine" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

# Most starts find an authority.
"$gotunnel" trust export >"$work/ca.pem"
mkdir -m 700 "$work/data/certs"

# One JVM writes the cache, from the classes and profiles of its own run, when SIGTERM ends it. It serves what a first
# minute would ask for: pages over both protocols, a WebSocket's handshake, a name that nobody has, the other commands.
# The word `help` makes it read every command, also as the name of a profile.
: >"$work/demo.txt"
GOTUNNEL_AOT_OUTPUT=$cache "$gotunnel" demo --profile help --proxy-https-port 0 --proxy-http-port 0 >"$work/demo.txt" 2>&1 &
engine=$!
tries=0
until grep -q 'https://' "$work/demo.txt"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ] || ! kill -0 "$engine" 2>/dev/null; then
        cat "$work/demo.txt" >&2
        exit 1
    fi
    sleep 0.1
done
url=$(sed -n 's|^ *\(https://[^ ]*\).*|\1|p' "$work/demo.txt" | head -n 1)
"$gotunnel" list --format json >/dev/null
if command -v curl >/dev/null; then
    ask() { curl -s --max-time 10 --cacert "$work/ca.pem" "$@" >/dev/null || true; }
    for protocol in --http1.1 --http2; do
        i=0
        while [ "$i" -lt 20 ]; do
            ask "$protocol" "$url/" "$url/echo" "$url/?$i" -d "some=data"
            i=$((i + 1))
        done
    done
    ask --http1.1 --max-time 2 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' \
        -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' "$url/ws"
    ask "https://nobody.localhost:${url##*:}/"
else
    echo "train.sh: curl is missing; the cache will know how to start, not how to serve." >&2
fi
kill "$engine"
wait "$engine" || true
engine=

# The launcher takes the cache only together with a matching .jdk file.
test -s "$cache" && test -s "$cache.jdk"
