#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Options, namespaces and exit codes of vrctl.

. "$(dirname "$0")/../lib.sh"
module_load

like "the module's version is beside its own" "$(vrctl -V)" '^vrctl [0-9.]+, module [0-9.]+$'
usage_error "no object" "missing OBJECT" vrctl
usage_error "an unknown option" 'unknown option "-x"' vrctl -x
usage_error "an unknown object" 'unknown object "net"' vrctl net
usage_error "an unknown verb" 'network: unknown verb "new"' vrctl network new
usage_error "an unknown key" 'network add: unknown key "colour"' vrctl network add a colour blue
usage_error "a key twice" 'mtu "2": expected this key only once' vrctl network add a mtu 1 mtu 2
usage_error "a missing value" 'missing value of key "mtu"' vrctl network add a mtu
usage_error "a bad number" 'mtu "many": expected a number' vrctl network add a mtu many
usage_error "a bad prefix" 'subnet "192.0.2.1/33": expected' vrctl network add a subnet 192.0.2.1/33
usage_error "a bad MAC" 'mac "1": expected' vrctl port add dev a network b mac 1
usage_error "a bad address" 'address "192.0.2": expected' vrctl port add dev a network b address 192.0.2
ok "help needs no module" vrctl help

refused "what the kernel refuses has another exit code" "integer out of range: mtu 20" \
	vrctl network add a mtu 20
refused "and names the value" "prefix has host bits set: prefix 192.0.2.1/24" \
	vrctl -batch - <<< $'network add a\nroute add network a 192.0.2.1/24 via blackhole'
refused "a namespace that is not there" 'port add: no network namespace "no-such-one"' \
	vrctl port add dev eth1 netns no-such-one network a
refused "... nor a process" 'no network namespace and no process "4194305"' \
	vrctl port add dev eth1 netns 4194305 network a
refused "a file that is no namespace" '"/dev/null" is not a network namespace' \
	vrctl -n /dev/null network
# A user without the capability, in a namespace of the machine.
refused "without the capability" "not permitted without CAP_NET_ADMIN" \
	setpriv --reuid 65534 --clear-groups --inh-caps=-all vrctl network
refused "... listen" "not permitted without CAP_NET_ADMIN" \
	setpriv --reuid 65534 --clear-groups --inh-caps=-all vrctl monitor
ok "root of a user namespace has its own instance" \
	setpriv --reuid 65534 --clear-groups unshare -rn vrctl network add a

ns node
node=${node:?}
vrctl network flush all > /dev/null
in_ns node vrctl network add inside
like "-n is by name" "$(vrctl -n "$node" network)" '^1: inside'
like "... or path" "$(vrctl -n "/run/netns/$node" network)" '^1: inside'
in_ns node sleep 1000 &
poll 10 eval "[ -n \"\$(ip netns pids $node)\" ]"
like "... or process" "$(vrctl -n "$(ip netns pids "$node")" network)" '^1: inside'
is "and not our own" "$(vrctl -j network)" '[]'
vrctl network add outside
like "-j prints what was made" "$(vrctl -j network add made)" '^\[\{"id":[0-9]+,"name":"made",.*\}\]$'
like "-p indents it" "$(vrctl -j -p network show made)" $'\t\t"name":\t"made"'
is "-o prints a line each" "$(vrctl -o network | wc -l)" 2
refused "output that goes nowhere" "cannot write the output" sh -c 'vrctl network > /dev/full'

done_testing
