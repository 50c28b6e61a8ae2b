#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# An ADD that the runtime kills leaves no process, and what it made is removed by
# the DEL that follows, or by the next ADD.

. "$(dirname "$0")/lib.sh"

# host-local, which stops before it answers for eth1.
host_local slow << END
if [ "\$CNI_COMMAND \$CNI_IFNAME \$SLOW" = "ADD eth1 1" ]; then
	echo \$\$ > "$WORK/pid"
	exec sleep 1000
fi
END
define_with slow green:192.0.2 red:198.51.100
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON',"networks":["red"]}'
ns POD

gone()
{
	[ ! -d "/proc/$1" ]
}

# Start an ADD, wait until the plugin of eth1 runs, kill vr-cni alone.
kill_add()
{
	local pid plugin

	rm -f "$WORK/pid"
	cni ADD POD "$CONF" SLOW=1 > /dev/null 2>&1 &
	poll 10 [ -s "$WORK/pid" ]
	plugin=$(< "$WORK/pid")
	pid=$(awk '{ print $4 }' "/proc/$plugin/stat")
	is "the state is on disk while it works" "$(find "$STATE" -type f | wc -l)" 1
	kill -9 "$pid"
	wait $! 2> /dev/null
	ok "the IPAM plugin dies with it" poll 5 gone "$plugin"
}

kill_add
is "an address is taken" "$(find "$STORE" -name '*.*.*.*' -printf '%f\n')" 192.0.2.2
ok "DEL" cni DEL POD "$CONF"
clean "nothing is left" POD

kill_add
ok "another ADD" cni ADD POD "$CONF"
is "takes the first one's addresses back" \
	"$(find "$STORE" -name '*.*.*.*' | wc -l)" 2
is "and has its interfaces" "$(ip -n "$POD" -json link show type vr | jq -c '[.[].ifname]')" \
	'["eth0","eth1"]'
ok "DEL" cni DEL POD "$CONF"
clean "nothing is left" POD

# A state file of another boot: the namespace's number means nothing.
ok "ADD" cni ADD POD "$CONF"
sed -i 's/"bootID":.*/"bootID": "earlier",/' "$STATE"/*
ip -n "$POD" link del eth0
ip -n "$POD" link del eth1
ok "ADD after a reboot" cni ADD POD "$CONF"
is "takes the addresses of before back" "$(find "$STORE" -name '*.*.*.*' | wc -l)" 2
ok "DEL" cni DEL POD "$CONF"
clean "nothing is left" POD
done_testing
