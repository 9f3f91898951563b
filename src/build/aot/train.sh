#!/bin/sh
# Trains the AOT cache of a finished layout: lib/gotunnel.aot, and lib/gotunnel.aot.jdk with the JDK that it is for.
# Runs last: a cache older than the jars would run old code.
#
# usage: train.sh LAYOUT
set -eu

gotunnel=$1/bin/gotunnel
cache=$1/lib/gotunnel.aot
rm -f "$cache" "$cache.jdk"

# One JVM writes the cache, from the classes and profiles of its own run, when it ends by itself or by SIGTERM.
# What should start quickly belongs into this one run; to have it serve a load, start it with & here, send the load
# with other commands (without the variable), stop it and wait for it.
train() {
    GOTUNNEL_AOT_OUTPUT=$cache "$gotunnel" "$@"
}

# The JVM that writes the cache inherits the launcher's small heap, which holds a program but not the dump of one.
export JDK_AOT_VM_OPTIONS="-Xmx512m"

train --version

# The launcher takes the cache only together with a matching .jdk file.
test -s "$cache" && test -s "$cache.jdk"
