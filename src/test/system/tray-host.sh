#!/bin/sh
# Runs a command inside a desktop session of its own that has a panel with a tray, and takes all of it down afterwards:
#
#   src/test/system/tray-host.sh java -cp ... Main
#
# The session is an X server without a screen (Xvfb), a session bus, a window manager (openbox) and xfce4-panel with its
# tray plugin. Configuration, cache and run-time folder are temporary; the caller's desktop is not touched. The command
# finds DISPLAY and DBUS_SESSION_BUS_ADDRESS set. "xfce4-panel -r" restarts the panel; the process to kill to make it
# crash is the owner of org.xfce.Panel:
#
#   dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / \
#       org.freedesktop.DBus.GetConnectionUnixProcessID string:org.xfce.Panel
#
# Environment: TRAY_HOST_LIMIT  seconds after which everything is ended, default 120
#              TRAY_HOST_SCREEN geometry of the screen, default 1024x640
# Exit status: that of the command; 124 after the limit; 69 when a program is missing or the panel did not start.
# Needs: xvfb openbox xfce4-panel xfconf dbus x11-utils (Debian package names).
set -eu

if [ "${1:-}" = --inside ]; then
    shift
    openbox >"$TRAY_HOST_DIR/openbox.log" 2>&1 &
    xfce4-panel --disable-wm-check >"$TRAY_HOST_DIR/panel.log" 2>&1 &
    tries=0
    until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
            string:org.kde.StatusNotifierWatcher 2>/dev/null | grep -q 'boolean true'; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ]; then
            echo "tray-host: the panel offers no tray:" >&2
            cat "$TRAY_HOST_DIR/panel.log" >&2
            exit 69
        fi
        sleep 0.1
    done
    status=0
    "$@" || status=$?
    xfce4-panel --quit >/dev/null 2>&1 || true
    exit "$status"
fi

[ $# -gt 0 ] || { echo "usage: $0 command [argument]..." >&2; exit 64; }
for program in Xvfb openbox xfce4-panel xfconf-query dbus-run-session dbus-send timeout; do
    command -v "$program" >/dev/null || { echo "tray-host: $program is missing" >&2; exit 69; }
done

dir=$(mktemp -d)
xvfb=
finish() {
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    [ -z "$xvfb" ] || wait "$xvfb" 2>/dev/null || true
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 130' INT TERM

# The server picks a free display number and writes it to descriptor 3.
Xvfb -displayfd 3 -screen 0 "${TRAY_HOST_SCREEN:-1024x640}x24" -nolisten tcp 3>"$dir/display" >"$dir/xvfb.log" 2>&1 &
xvfb=$!
tries=0
until [ -s "$dir/display" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$xvfb" 2>/dev/null; then
        echo "tray-host: the X server did not start:" >&2
        cat "$dir/xvfb.log" >&2
        exit 69
    fi
    sleep 0.1
done

mkdir -p "$dir/config/xfce4/xfconf/xfce-perchannel-xml" "$dir/cache" "$dir/data"
mkdir -m 700 "$dir/run"
cat >"$dir/config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="true"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="28"/>
      <property name="icon-size" type="uint" value="0"/>
      <property name="plugin-ids" type="array">
        <value type="int" value="1"/>
        <value type="int" value="2"/>
        <value type="int" value="3"/>
      </property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="tasklist"/>
    <property name="plugin-2" type="string" value="separator">
      <property name="expand" type="bool" value="true"/>
      <property name="style" type="uint" value="0"/>
    </property>
    <property name="plugin-3" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
      <property name="single-row" type="bool" value="true"/>
    </property>
  </property>
</channel>
XML

status=0
env -u DBUS_SESSION_BUS_ADDRESS -u WAYLAND_DISPLAY -u SESSION_MANAGER \
    DISPLAY=":$(cat "$dir/display")" TRAY_HOST_DIR="$dir" XDG_CURRENT_DESKTOP=XFCE \
    XDG_CONFIG_HOME="$dir/config" XDG_CACHE_HOME="$dir/cache" XDG_DATA_HOME="$dir/data" XDG_RUNTIME_DIR="$dir/run" \
    NO_AT_BRIDGE=1 \
    timeout --kill-after=10 "${TRAY_HOST_LIMIT:-120}" dbus-run-session -- "$0" --inside "$@" || status=$?
exit "$status"
