#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An ADD that fails, at whatever step, leaves no device, port, network, address,
# state file or process behind, and gives every address back.
# timeout: 300

. "$(dirname "$0")/lib.sh"

LOG=$WORK/log
# host-local, which logs its calls and does on FAIL what a test wants.
host_local logging << END
echo "\$CNI_COMMAND \$CNI_IFNAME" >> "$LOG"
if [ "\$CNI_COMMAND \$CNI_IFNAME" = "ADD \$FAIL" ]; then
	. "$WORK/fault"
fi
END
define_with logging green:192.0.2 red:198.51.100 blue:203.0.113
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON',"networks":["red","blue"]}'
ns POD

# Plugins run side by side: three calls of ADD in any order, then three of DEL.
calls()
{
	head -n -3 "$LOG" | sort | tr '\n' ' '
	tail -n 3 "$LOG" | sort | tr '\n' ' '
}

fault()
{
	cat > "$WORK/fault"
	rm -f "$LOG"
}

fault << 'END'
echo '{"code":11,"msg":"no luck","details":"today"}'
exit 1
END
refusal "IPAM fails on the third interface" 11 'no luck; today' ADD POD "$CONF" FAIL=eth2
is "all that were begun were taken back" "$(calls)" \
	"ADD eth0 ADD eth1 ADD eth2 DEL eth0 DEL eth1 DEL eth2 "

clean "nothing is left" POD

fault <<< 'kill -9 $$'
refusal "IPAM is killed" 101 '"logging", ADD of eth2 in network "blue": killed by signal 9' \
	ADD POD "$CONF" FAIL=eth2
fault <<< 'exit 3'
refusal "IPAM dies without a word" 101 'exit code 3 without an error object, but nothing' \
	ADD POD "$CONF" FAIL=eth1
fault <<< 'echo garbage; exit 0'
refusal "IPAM prints garbage" 101 'printed no JSON, but garbage' ADD POD "$CONF" FAIL=eth0
fault <<< 'exit 0'
refusal "IPAM prints nothing" 101 'printed no JSON, but nothing' ADD POD "$CONF" FAIL=eth0
fault <<< "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[]}'; exit 0"
refusal "IPAM gives no address" 101 'gave no address' ADD POD "$CONF" FAIL=eth1
fault <<< "echo '{\"ips\":[{\"address\":\"192.0.2.9\"}]}'; exit 0"
refusal "IPAM gives an address without length" 101 '192.0.2.9' ADD POD "$CONF" FAIL=eth1
fault <<< 'exec yes'
refusal "IPAM prints without end" 5 'longer than' ADD POD "$CONF" FAIL=eth1
fault <<< 'true'
clean "nothing is left by plugins that misbehave" POD
printf 'not a program' > "$PLUGINS/text"
define text '"subnets":["192.0.2.0/24"],"ipam":{"type":"text"}'
refusal "IPAM may not be executed" 101 '/text: Permission denied' \
	ADD POD '{"cniVersion":"1.0.0","name":"text",'"$COMMON"'}'
chmod +x "$PLUGINS/text"
refusal "IPAM is no program" 101 '/text: Exec format error' \
	ADD POD '{"cniVersion":"1.0.0","name":"text",'"$COMMON"'}'
define gone '"subnets":["192.0.2.0/24"],"ipam":{"type":"no-such-plugin"}'
refusal "IPAM does not exist" 101 '"no-such-plugin" is not in CNI_PATH' \
	ADD POD '{"cniVersion":"1.0.0","name":"gone",'"$COMMON"'}'
ok "... and DEL, which the runtime calls then, goes on" \
	cni DEL POD '{"cniVersion":"1.0.0","name":"gone",'"$COMMON"'}'

# A plugin that refuses its configuration does so for ever.
plugin never << 'END'
echo '{"code":7,"msg":"not like this"}'
exit 1
END
define never '"subnets":["192.0.2.0/24"],"ipam":{"type":"never"}'
define range '"subnets":["192.0.2.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'","ranges":[[{"subnet":"none"}]]}'
for net in never:101:'not like this' range:7:none; do
	IFS=: read -r net code text <<< "$net"
	refusal "IPAM refuses, $net" "$code" "$text" ADD POD '{"cniVersion":"1.0.0","name":"'"$net"'",'"$COMMON"'}'
	ok "... and DEL goes on" cni DEL POD '{"cniVersion":"1.0.0","name":"'"$net"'",'"$COMMON"'}'
done
plugin later << 'END'
echo '{"code":11,"msg":"not yet"}'
exit 1
END
define later '"subnets":["192.0.2.0/24"],"ipam":{"type":"later"}'
refusal "DEL is to come again when the plugin says so" 11 'not yet' \
	DEL POD '{"cniVersion":"1.0.0","name":"later",'"$COMMON"'}'

# What cannot be taken back is kept on record for another DEL.
fault <<< 'rm "$0"; exit 1'
cp "$PLUGINS/logging" "$WORK/logging"
cni ADD POD "$CONF" FAIL=eth1 > /dev/null
like "a plugin that is gone when its address is to go back" "$(get '"\(.code) \(.msg)"')" \
	'101 .*; then, taking back what was made: .*, DEL of eth.*: "logging" is not in CNI_PATH'
is "the state stays" "$(find "$STATE" -type f | wc -l)" 1
cp "$WORK/logging" "$PLUGINS/logging"
ok "DEL succeeds when it is back" cni DEL POD "$CONF"
clean "and leaves nothing" POD
fault <<< 'true'

# The router refuses the third port: the address is in use.
vrctl -n "$NODE" network add blue subnet 203.0.113.1/24
vrctl -n "$NODE" endpoint add network blue mac 02:00:00:00:00:05 address 203.0.113.5 \
	remote 203.0.113.200 2> /dev/null || {
	ip -n "$NODE" link add p type vr
	vrctl -n "$NODE" port add dev p network blue address 203.0.113.5
}
rm -f "$LOG"
fault << 'END'
echo '{"cniVersion":"1.0.0","ips":[{"address":"203.0.113.5/24"}]}'
exit 0
END
ports=$(vrctl -n "$NODE" port show)
cni ADD POD "$CONF" FAIL=eth2 > /dev/null
is "the router refuses an address in use" "$(get .code)" 100
like "and the message names address and port" "$(get .msg)" '203.0.113.5 of port eth2'
is "all addresses went back" "$(tail -n 3 "$LOG" | sort | tr '\n' ' ')" \
	"DEL eth0 DEL eth1 DEL eth2 "
is "no device is left" "$(ip -n "$POD" link show type vr)" ""
is "no port is left" "$(vrctl -n "$NODE" port show)" "$ports"
is "no network but the operator's" \
	"$(vrctl -n "$NODE" -j network show | jq -r '.[].name')" blue
is "no address is left" "$(find "$STORE" -name '*.*.*.*')" ""
is "no state is left" "$(ls -A "$STATE")" ""
ip -n "$NODE" link del p 2> /dev/null
vrctl -n "$NODE" network del blue

# Names that are taken, last one first.
fault <<< 'true'
clean "nothing is left" POD
ip -n "$POD" link add eth2 type dummy
rm -f "$LOG"
refusal "the third name exists" 100 'interface "eth2" exists already' ADD POD "$CONF"
ok "no IPAM plugin was called" [ ! -e "$LOG" ]
ip -n "$POD" link set eth2 name eth0
refusal "the first name exists" 100 'interface "eth0" exists already' ADD POD "$CONF"
ip -n "$POD" link del eth0

# A route that the container has already: the last step of all.
ip -n "$POD" link add dummy0 type dummy
ip -n "$POD" link set dummy0 up
ip -n "$POD" route add 192.0.2.128/25 dev dummy0
define late '"subnets":["198.51.100.0/24"],'"$IPAM"',"routes":[{"dst":"192.0.2.128/25"}]'
refusal "a route exists" 100 'interface eth1: route to 192.0.2.128/25' ADD POD \
	'{"cniVersion":"1.0.0","name":"green",'"$COMMON"',"networks":["late"]}'
clean "nothing is left by the last step" POD
ip -n "$POD" route del 192.0.2.128/25 dev dummy0

# The state cannot be written: nothing is begun.
rm -f "$LOG"
touch "$WORK/file"
refusal "no room for the state" 5 "$WORK/file" ADD POD \
	'{"cniVersion":"1.0.0","name":"green","networksDir":"'"$NETWORKS"'","stateDir":"'"$WORK"'/file/x"}'
ok "no IPAM plugin was called" [ ! -e "$LOG" ]

# A full disk: nothing more is begun, and what is there can be deleted.
FULL=$WORK/full
mkdir "$FULL"
mount -t tmpfs -o size=64k,nr_inodes=16 tmpfs "$FULL"
full()
{
	printf '{"cniVersion":"1.0.0","name":"green","type":"vr-cni","networksDir":"%s","stateDir":"%s",
		"subnets":["192.0.2.0/24"],"ipam":{"type":"vr","dataDir":"%s"}}' "$NETWORKS" "$1" "$2"
}
ok "ADD while there is room" cni ADD POD "$(full "$FULL/state" "$FULL/pool")"
head -c 100000 /dev/zero >> "$FULL/ballast" 2> /dev/null
ok "DEL when there is none" cni DEL POD "$(full "$FULL/state" "$FULL/pool")"
clean "... and nothing is left" POD
head -c 100000 /dev/zero >> "$FULL/ballast" 2> /dev/null
refusal "no room on the disk for the state" 5 'No space left on device' \
	ADD POD "$(full "$FULL/state" "$STORE")"
is "... and no part of it is left" "$(find "$FULL/state" -type f)" ""
rm "$FULL/ballast"
i=0
while : > "$FULL/file$i"; do
	i=$((i + 1))
done 2> /dev/null
refusal "no room on the disk for an address" 5 'No space left on device' \
	ADD POD "$(full "$STATE" "$FULL/pool")"
is "... and none is taken" "$(find "$FULL/pool" -name '192.*')" ""
umount "$FULL"
clean "nothing is left by full disks" POD

ok "after all that, ADD works" cni ADD POD "$CONF"
refusal_of_second=$(cni ADD POD "$CONF")
like "a second one is refused" "$refusal_of_second" 'eth0.* exists already'
is "and breaks nothing" "$(ip -n "$POD" -json link show type vr | jq length)" 3
ok "DEL" cni DEL POD "$CONF"
clean "nothing is left" POD
done_testing
