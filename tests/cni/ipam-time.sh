#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# IPAM plugins of one call run side by side, in ADD, CHECK and DEL, and one that
# takes too long is killed with what it has started.
# timeout: 300

. "$(dirname "$0")/lib.sh"

# host-local, which first waits until as many plugins run as there are interfaces,
# and hangs when a test wants it to.
host_local meeting << END
if [ "\$CNI_COMMAND \$CNI_IFNAME" = "\${HANG:-}" ]; then
	sleep 1000 &
	echo \$\$ \$! > "$WORK/hanging"
	wait
fi
if [ -z "\${HANG:-}" ]; then
	: > "$WORK/\$CNI_COMMAND.\$CNI_IFNAME"
	while [ ! -e "$WORK/\$CNI_COMMAND.eth0" ] || [ ! -e "$WORK/\$CNI_COMMAND.eth1" ] ||
	      [ ! -e "$WORK/\$CNI_COMMAND.eth2" ]; do
		sleep 0.1
	done
fi
END
define_with meeting green:192.0.2 red:198.51.100 blue:203.0.113
conf()
{
	printf '{"cniVersion":"1.0.0","name":"green",%s,"networks":["red","blue"]%s}' \
		"$COMMON" "${1:+,$1}"
}
ns POD

# Would hang for good if one waited for the other: each needs to see all three.
cni ADD POD "$(conf)" > /dev/null
is "ADD runs them side by side" $? 0
RESULT=$OUT
is "every interface has the address of its own network" \
	"$(ip -n "$POD" -json -4 addr show type vr | jq -c '[.[] | select(.ifname) | [.ifname, .addr_info[0].local]]')" \
	'[["eth0","192.0.2.2"],["eth1","198.51.100.2"],["eth2","203.0.113.2"]]'
ok "CHECK does as well" cni CHECK POD "$(conf '"prevResult":'"$RESULT")"
ok "and DEL" cni DEL POD "$(conf)"
rm -f "$WORK"/*.eth?
clean "nothing is left" POD

gone()
{
	[ ! -d "/proc/$1" ]
}

begin=$SECONDS
refusal "one that hangs" 101 \
	'"meeting", ADD of eth1 in network "red": did not end within 10 seconds and was killed' \
	ADD POD "$(conf '"ipamTimeout":10')" HANG="ADD eth1"
ok "the limit is kept" [ $((SECONDS - begin)) -lt 60 ]
read -r plugin child < "$WORK/hanging"
ok "it is killed" poll 5 gone "$plugin"
ok "with what it had started" poll 5 gone "$child"
clean "nothing is left by it" POD

ok "ADD" cni ADD POD "$(conf)" HANG=none
rm -f "$WORK/hanging"
cni DEL POD "$(conf '"ipamTimeout":10')" HANG="DEL eth2" > /dev/null
is "one that hangs in DEL" "$(get .code)" 101
like "is named" "$(get .msg)" '"meeting", DEL of eth2 in network "blue": did not end within 10 sec'
is "the addresses of the others are given back" \
	"$(find "$STORE" -name '*.*.*.*' ! -name 'last*' -printf '%f\n')" 203.0.113.4
is "the state stays" "$(find "$STATE" -name '*.json' | wc -l)" 1
ok "another DEL has success" cni DEL '' "$(conf)" HANG=none
clean "and leaves nothing" POD

refusal "a limit of none" 7 '"ipamTimeout" is 0' ADD POD "$(conf '"ipamTimeout":0')"
done_testing
