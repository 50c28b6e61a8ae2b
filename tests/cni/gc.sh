#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# GC takes back what is held for containers that are not valid, of this network
# alone; one interface that is valid stands for all of its call.
# timeout: 400

. "$(dirname "$0")/lib.sh"

LOG=$WORK/log
# A plugin that knows GC, and gives away what host-local has.
host_local knowing << END
if [ "\$CNI_COMMAND" = GC ]; then
	jq -c '[.name, .cniVersion, (."cni.dev/valid-attachments" | map("\(.containerID)/\(.ifname)") | sort),
		."cni.dev/attachments" == ."cni.dev/valid-attachments"]' >> "$LOG.\$\$"
	cat "$WORK/answer" 2> /dev/null && exit 1
	exit 0
fi
[ "\$CNI_COMMAND \$CNI_CONTAINERID" != "DEL \$(cat "$WORK/stuck" 2> /dev/null)" ] ||
	{ echo '{"code":7,"msg":"stuck"}'; exit 1; }
END
define_with knowing green:192.0.2 red:198.51.100
define own '"subnets":["203.0.113.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
# conf [KEYS] [NAME]
conf()
{
	printf '{"cniVersion":"1.1.0","name":"%s",%s,"networks":["red","own"]%s}' \
		"${2:-green}" "$COMMON" "${1:+,$1}"
}
define other '"subnets":["192.0.2.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
# valid ID...
valid()
{
	local id list=

	for id in "$@"; do
		list+="${list:+,}"'{"containerID":"'$id'","ifname":"eth0"}'
	done
	printf '"cni.dev/valid-attachments":[%s]' "$list"
}
add()
{
	ID=$1 cni ADD "$2" "$(conf '' "${3:-green}")" > /dev/null
	is "ADD of $1" $? 0
}
states()
{
	find "$STATE" -name '*.json' -printf '%f\n' | sort | tr '\n' ' '
}
stored()
{
	find "$STORE" -name '*.*.*.*' ! -name 'last_*' ! -name '.last*' -printf '%P\n' | sort | tr '\n' ' '
}
ns A B C

add one A
add two B
add three C other
before=$(stored)
cni GC '' "$(conf)" > /dev/null
is "without a list nothing is taken for gone" "$(get .code)" 7
cni GC '' "$(conf '"cni.dev/valid-attachments":null')" > /dev/null
is "nor with null" "$(get .code)" 7
cni GC '' "$(conf '"cni.dev/valid-attachments":[{"containerID":"one"}]')" > /dev/null
is "nor with one that lacks a name" "$(get .code)" 7
cni GC '' "$(conf '"cni.dev/valid-attachments":["one"]')" > /dev/null
is "nor with one of another form" "$(get .code)" 7
is "all addresses are there" "$(stored)" "$before"
is "all states are there" "$(states)" \
	"green:one:eth0.json green:two:eth0.json other:three:eth0.json "

rm -f "$LOG".*
cni GC '' "$(conf "$(valid one two)")" > /dev/null
is "GC of what is valid" $? 0
is "prints nothing" "$OUT" ""
is "and takes nothing" "$(stored)" "$before"
is "plugins are told of all interfaces in their network, and by both names" \
	"$(sort "$LOG".* | tr '\n' ' ')" \
	'["green","1.1.0",["one/eth0","two/eth0"],true] ["red","1.1.0",["one/eth1","three/eth1","two/eth1"],true] '

ok "GC of one, by the key of another version" cni GC '' \
	"$(conf '"cni.dev/attachments":[{"containerID":"two","ifname":"eth0"}]')"
is "its devices are gone" "$(ip -n "$A" link show type vr)" ""
is "those of the other are not" "$(ip -n "$B" -json link show type vr | jq length)" 3
is "its state is gone" "$(states)" "green:two:eth0.json other:three:eth0.json "
is "its addresses are gone, on every network" "$(stored)" \
	"green/192.0.2.3 other/192.0.2.2 own/203.0.113.3 own/203.0.113.4 red/198.51.100.3 red/198.51.100.4 "
ok "GC again" cni GC '' "$(conf "$(valid two)")"
is "three still has its own" "$(ip -n "$C" -json link show type vr | jq length)" 3

# Addresses of nobody, as of a container whose state was lost.
ln -s lost:eth9 "$STORE/own/203.0.113.99"
ok "GC" cni GC '' "$(conf "$(valid two)")"
is "an address of nobody is given back" "$(find "$STORE" -name 203.0.113.99)" ""
mv "$STATE/green:two:eth0.json" "$WORK/kept"
rm -f "$LOG".*
ok "GC with a state that was lost" cni GC '' "$(conf "$(valid two)")"
is "what is valid keeps its addresses" "$(ls "$STORE/own")" "203.0.113.3
203.0.113.4"
like "plugins are told of its other interfaces" "$(cat "$LOG".*)" '"red".*"two/eth1"'
head -c 100 "$WORK/kept" > "$STATE/green:two:eth0.json"
ok "GC with a state that is cut off" cni GC '' "$(conf "$(valid two)")"
is "what is valid keeps its addresses then" "$(ls "$STORE/own")" "203.0.113.3
203.0.113.4"
mv "$WORK/kept" "$STATE/green:two:eth0.json"

# One that cannot be removed does not keep the others.
add one A
echo two > "$WORK/stuck"
cni GC '' "$(conf "$(valid)")" > /dev/null
is "one fails" "$(get .code)" 101
like "which is named" "$(get .msg)" 'container two: .*DEL of eth. in network ".*": stuck'
is "the others are removed" "$(states)" "green:two:eth0.json other:three:eth0.json "
rm "$WORK/stuck"
echo '{"code":100,"msg":"store on fire"}' > "$WORK/answer"
cni GC '' "$(conf "$(valid two)")" > /dev/null
like "a plugin's own error is told, of each network" "$(get .msg)" \
	'"green": store on fire.*; .*"red": store on fire'
echo '{"code":4,"msg":"unknown CNI_COMMAND: GC"}' > "$WORK/answer"
ok "one that knows no GC is no error" cni GC '' "$(conf "$(valid two)")"
rm "$WORK/answer"

ID=two
ok "DEL" cni DEL B "$(conf)"
add two B

# A namespace without a path lives as long as a process is in it.
sed -i 's|"netns":.*|"netns": "/run/netns/moved-away",|' "$STATE/green:two:eth0.json"
ok "GC of a path that is gone" cni GC '' "$(conf "$(valid two)")"
is "its ports tell that it lives" "$(states)" "green:two:eth0.json other:three:eth0.json "
is "nothing is taken from it" "$(ip -n "$B" -json link show type vr | jq length)" 3
for name in eth0 eth1 eth2; do
	ip -n "$B" link del $name
done
ok "GC when its interfaces are gone" cni GC '' "$(conf "$(valid two)")"
is "it is taken for gone, valid or not" "$(states)" "other:three:eth0.json "
sed -i 's/"bootID":.*/"bootID": "earlier",/' "$STATE/other:three:eth0.json"
ok "GC of another network" cni GC '' "$(conf "$(valid)")"
is "does not look at this one" "$(states)" "other:three:eth0.json "
ok "GC of an earlier boot" cni GC '' "$(conf "$(valid three)" other)"
is "takes it for gone" "$(states)" ""
is "with all its addresses" "$(stored)" ""

like "GC without CNI_PATH" "$(cni GC '' "$(conf "$(valid)")" CNI_PATH=)" 'CNI_PATH'
for name in eth0 eth1 eth2; do
	ip -n "$C" link del $name 2> /dev/null
done
clean "nothing is left" C
done_testing
