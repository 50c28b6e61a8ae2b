#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# STATUS asks the IPAM plugins of all networks of the configuration, passes on what
# they say, and leaves no trace.

. "$(dirname "$0")/lib.sh"

LOG=$WORK/log
plugin told << END
{
	echo "\$CNI_COMMAND if=\$CNI_IFNAME"
	jq -c '[.cniVersion, .name]'
} >> "$LOG.\$\$"
cat "$WORK/answer" 2> /dev/null
exit "\$(cat "$WORK/rc")"
END
define red '"subnets":["198.51.100.0/24"],"ipam":{"type":"told"}'
define "ns/blue" '"subnets":["203.0.113.0/24"],"ipam":{"type":"told"}'
define old '"subnets":["203.0.113.0/24"],'"$IPAM"
define gone '"subnets":["203.0.113.0/24"],"ipam":{"type":"no-such-plugin"}'
conf()
{
	printf '{"cniVersion":"1.1.0","name":"green",%s,"subnets":["192.0.2.0/24"],"ipam":{"type":"told"},
		"networks":[%s]}' "$COMMON" "${1:-}"
}
answer()
{
	rm -f "$LOG".*
	echo "$1" > "$WORK/rc"
	echo "${2:-}" > "$WORK/answer"
}
status()
{
	local desc=$1 code=$2 text=$3 rc=0

	shift 3
	cni STATUS '' "$@" > /dev/null || rc=$?
	is "$desc" "$rc $(get .code)" "1 $code"
	like "$desc: the message" "$(get .msg)" "$text"
}

answer 0
cni STATUS '' "$(conf '"red","ns/blue","red"')" > /dev/null
is "STATUS" $? 0
is "prints nothing" "$OUT" ""
is "each network's plugin is asked once, as of 1.1.0" "$(sort -u "$LOG".* | tr '\n' ' ')" \
	'STATUS if= ["1.1.0","green"] ["1.1.0","ns._2fblue"] ["1.1.0","red"] '
is "that is three calls" "$(cat "$LOG".* | grep -c STATUS)" 3
answer 1 '{"code":50,"msg":"no lease server","details":"at all"}'
status "one is not available" 50 '"told", STATUS in network "green": no lease server; at all' "$(conf)"
answer 1 '{"code":51,"msg":"half dead"}'
status "one is limited" 51 'half dead' "$(conf)"
answer 1 '{"code":7,"msg":"odd"}'
status "one fails otherwise" 50 'odd' "$(conf)"
answer 1 '{"code":4,"msg":"unknown CNI_COMMAND: STATUS"}'
ok "one that knows no STATUS" cni STATUS '' "$(conf)"
answer 1 '{"code":1,"msg":"incompatible CNI versions"}'
ok "one that knows no 1.1.0" cni STATUS '' "$(conf)"
answer 1 '{"code":3,"msg":"missing containerID"}'
ok "one that asks for the container" cni STATUS '' "$(conf)"
answer 0
ok "Debian's host-local" cni STATUS '' "$(conf '"old"')"
ok "... as a runtime calls it" cni STATUS '' "$(conf '"old"')" CNI_CONTAINERID= CNI_IFNAME=
status "one that is not there" 50 '"no-such-plugin" is not in CNI_PATH' "$(conf '"gone"')"
status "a network that is not defined" 7 'network "pink" is defined by no file' "$(conf '"pink"')"
plugin told <<< 'sleep 1000'
begin=$SECONDS
status "one that hangs" 50 'did not end within 5 seconds' "$(conf)"
ok "is not waited for" [ $((SECONDS - begin)) -lt 20 ]
status "ranges that are wrong" 7 '"rangeStart" is "203.0.113.9"' \
	'{"cniVersion":"1.1.0","name":"green",'"$COMMON"',"ipam":{"type":"vr","ranges":
	[[{"subnet":"192.0.2.0/24","rangeStart":"203.0.113.9"}]]}}'
clean "nothing is left"
is "not even a lock" "$(find "$WORK" -name '*.boot')" ""
done_testing
