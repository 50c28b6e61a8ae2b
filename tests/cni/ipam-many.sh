#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# 200 ADDs of 200 processes at a time with IPAM of type vr: all succeed, no two get
# an address, and all of it goes back.
# timeout: 600

. "$(dirname "$0")/lib.sh"

COUNT=200
cat > "$WORK/conf" << END
{"cniVersion":"1.0.0","name":"green",$COMMON,"subnets":["192.0.2.0/24","2001:db8:1::/64"],
	"ipam":{"type":"vr","dataDir":"$STORE"}}
END

# Start all, then wait for all; how many failed.
all()
{
	local i pid pids=() failed=0

	for ((i = 1; i <= COUNT; i++)); do
		CNI_COMMAND=$1 CNI_CONTAINERID=id-$i CNI_IFNAME=eth0 CNI_NETNS=$WORK/ns/$i \
			vr-cni < "$WORK/conf" > "$WORK/out.$i" 2> "$WORK/log.$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=$((failed + 1))
	done
	echo "$failed"
}

# Namespaces by unshare alone: ip netns does more than is needed, 200 times.
pods()
{
	mkdir "$WORK/ns"
	for ((i = 1; i <= COUNT; i++)); do
		: > "$WORK/ns/$i"
		unshare --net="$WORK/ns/$i" true || return 1
	done
}
unmount()
{
	umount "$WORK"/ns/* 2> /dev/null
}
on_exit unmount
ok "$COUNT namespaces" pods

# One nsenter for all of them.
in_node()
{
	{
		declare -f all
		declare -p COUNT WORK
		echo "all $1"
	} > "$WORK/run"
	nsenter --net="/run/netns/$NODE" bash "$WORK/run"
}

is "$COUNT ADDs at a time, none fails" "$(in_node ADD)" 0
is "as many ports" "$(vrctl -n "$NODE" -j network show | jq '.[0].ports')" $COUNT
is "no two have an address" \
	"$(vrctl -n "$NODE" -j port show | jq '[.[].address[]] | unique | length')" $((2 * COUNT))
is "as many are kept" "$(find "$STORE" -type l ! -name '.last.*' | wc -l)" $((2 * COUNT))
is "all say so" "$(jq -r '.ips[].address' "$WORK"/out.* | sort -u | wc -l)" $((2 * COUNT))
is "$COUNT DELs at a time, none fails" "$(in_node DEL)" 0
is "no address is kept" "$(find "$STORE" -type l ! -name '.last.*')" ""
clean "nothing is left"
done_testing
