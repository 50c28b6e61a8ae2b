#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What is logged: a line an event on standard error, and in a file when the
# configuration names one; the level is honoured, and nothing about a log fails a call.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
LOG=$WORK/vr-cni.log
CONF='{"cniVersion":"1.1.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24"],"networks":["red"],
	"ipam":{"dataDir":"'$STORE'","password":"hidden"},"logFile":"'$LOG'"'
LINE='^[0-9-]{10}T[0-9:.]{12}Z vr-cni info container=container interface=eth0 '
ns POD

# What a call says on standard error.
said()
{
	{ cni "$@" > /dev/null; } 2>&1
}

like "ADD says so on standard error" "$(said ADD POD "$CONF}" CNI_ARGS='IgnoreUnknown=1;KEY=hidden')" \
	"${LINE}operation=\"ADD\" duration=[0-9]+\.[0-9]{3}ms outcome=ok\$"
is "one line" "$(wc -l < "$LOG")" 1
like "the same in the file" "$(cat "$LOG")" "${LINE}operation=\"ADD\" "
is "which is nobody else's to read" "$(stat -c %a "$LOG")" 600
ok "STATUS" cni STATUS '' "$CONF}"
is "is asked too often for a line" "$(wc -l < "$LOG")" 1
fails "an ADD that is refused" cni ADD POD "$CONF}"
like "its code and message" "$(tail -n 1 "$LOG")" \
	' error container=container interface=eth0 operation="ADD" .* outcome=failed code=100 message=interface "eth0" exists'
ok "DEL" cni DEL POD "$CONF}"
like "the next line" "$(tail -n 1 "$LOG")" "${LINE}operation=\"DEL\" .*outcome=ok\$"
is "nothing was overwritten" "$(wc -l < "$LOG")" 3

for level in error warning; do
	: > "$LOG"
	is "$level: nothing of what succeeds" "$(said ADD POD "$CONF"',"logLevel":"'$level'"}')" ""
	is "$level: nor in the file" "$(cat "$LOG")" ""
	said ADD POD "$CONF"',"logLevel":"'$level'"}' > /dev/null
	is "$level: a failure" "$(grep -c outcome=failed "$LOG")" 1
	said DEL POD "$CONF"',"logLevel":"'$level'"}' > /dev/null
done

: > "$LOG"
ok "ADD at level debug" cni ADD POD "$CONF"',"logLevel":"debug"}'
for step in "get addresses" "create interfaces" "attach to networks" "configure interfaces"; do
	is "tells of: $step" "$(grep -c "debug .* operation=\"$step\" .* outcome=ok" "$LOG")" 1
done
is "and of each interface" \
	"$(grep -o 'interface=[a-z0-9]* operation="configure"' "$LOG" | tr '\n' ' ')" \
	'interface=eth0 operation="configure" interface=eth1 operation="configure" '
ok "DEL" cni DEL POD "$CONF"',"logLevel":"debug"}'
is "no configuration and no arguments" "$(grep -c hidden "$LOG")" 0
is "every line is whole" "$(grep -cvE 'operation=".*" duration=[0-9.]+ms outcome=' "$LOG")" 0

# A log that cannot be written.
mkfifo "$WORK/pipe"
for file in "$WORK/no/such/folder" "$WORK/pipe" "$WORK"; do
	conf=${CONF/$LOG/$file}
	ok "ADD with log file ${file#"$WORK"}" cni ADD POD "$conf}"
	like "says what is wrong" "$(said DEL POD "$conf}")" 'warning .* outcome=failed .*logFile'
done
ok "ADD with nobody at the other end of standard error" \
	bash -c 'set -o pipefail; "$@" 2> >(exec 0<&-; exit)' _ env CNI_COMMAND=ADD CNI_CONTAINERID=$ID \
	CNI_IFNAME=eth0 CNI_NETNS="/run/netns/$POD" nsenter --net="/run/netns/$NODE" \
	bash -c 'read -t 0.3 -r < <(sleep 1); exec vr-cni' <<< "$CONF}"
ok "DEL" cni DEL POD "$CONF}"
ok "DEL with a log that ADD refuses" cni DEL POD "$CONF"',"logLevel":"loud"}'
clean "nothing is left" POD
refusal "a relative path" 7 '"logFile" is "x", not an absolute path' ADD POD "${CONF/$LOG/x}}"
refusal "another level" 7 '"logLevel" is "loud"' ADD POD "$CONF"',"logLevel":"loud"}'
done_testing
