#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# GC and STATUS by libcni: cnitool asks for STATUS; its gc deletes what libcni has in
# its cache and then calls GC without a list, which takes nothing for gone.

. "$(dirname "$0")/lib.sh"

CNITOOL=${CNITOOL:-cnitool}
command -v "$CNITOOL" > /dev/null || skip_all "no cnitool; tests/cnitool builds it"
"$CNITOOL" 2>&1 | grep -q 'cnitool gc' || skip_all "a cnitool from before CNI 1.1.0"

define red '"subnets":["198.51.100.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
mkdir "$WORK/conf"
cat > "$WORK/conf/10-green.conflist" << END
{"cniVersion":"1.1.0","name":"green","plugins":[{$COMMON,"subnets":["192.0.2.0/24"],
	"ipam":{"type":"vr","dataDir":"$STORE"},"networks":["red"]}]}
END
tool()
{
	NETCONFPATH=$WORK/conf CNI_IFNAME=eth0 nsenter --net="/run/netns/$NODE" \
		"$CNITOOL" "$1" green "/run/netns/${!2}"
}
stored()
{
	find "$STORE" -type l ! -name '.last.*' | wc -l
}

ns POD LOST
ok "cnitool status" tool status POD
ok "cnitool add" tool add POD
# One that libcni knows nothing of, as of a runtime that lost its records.
CONF='{"cniVersion":"1.1.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24"],
	"ipam":{"type":"vr","dataDir":"'$STORE'"},"networks":["red"]'
ID=lost
ok "another container" cni ADD LOST "$CONF}"
is "both have addresses" "$(stored)" 4
refused "cnitool gc, which lists nothing" 'cni.dev/valid-attachments' tool gc POD
is "libcni has deleted its own before" "$(ip -n "$POD" link show type vr)" ""
is "what it did not know of stays" "$(ip -n "$LOST" -json link show type vr | jq length)" 2
is "with its addresses" "$(stored)" 2
ok "GC with an empty list" cni GC '' "$CONF"',"cni.dev/valid-attachments":[]}'
is "takes it" "$(stored)" 0
clean "nothing is left" LOST
done_testing
