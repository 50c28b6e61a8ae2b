#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Many containers at a time, as after the start of a node: all get all their
# interfaces, no two an address, and the networks are made once and go with the
# last container.

. "$(dirname "$0")/lib.sh"

COUNT=8
define red '"subnets":["198.51.100.0/24"],'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"],
	"networks":["red"]}'

# All at once; the exit codes of all.
all()
{
	local i pids=()

	for ((i = 1; i <= COUNT; i++)); do
		(ID=id-$i; cni "$1" "P$i" "$CONF" > "$WORK/$1.$i" 2>&1) &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
		printf '%s ' $?
	done
}

for ((i = 1; i <= COUNT; i++)); do
	ns "P$i"
done
zeros=$(printf '0 %.0s' $(seq $COUNT))
for round in 1 2; do
	is "round $round: $COUNT ADDs at a time" "$(all ADD)" "$zeros"
	is "as many ports in each network" \
		"$(vrctl -n "$NODE" -j network show | jq -c '[.[] | [.name, .ports]] | sort')" \
		"[[\"green\",$COUNT],[\"red\",$COUNT]]"
	is "all addresses differ" \
		"$(vrctl -n "$NODE" -j port show | jq '[.[].address[]] | unique | length')" $((2 * COUNT))
	is "as many state files" "$(find "$STATE" -type f | wc -l)" $COUNT
	is "$COUNT DELs at a time" "$(all DEL)" "$zeros"
	clean "nothing is left" P1
done
done_testing
