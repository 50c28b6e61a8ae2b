#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What docs/from-contrail.md and docs/from-multus.md say of a pod's annotation and of
# commands is so: a field is taken, ignored or refused as the page has it, and vrctl knows
# each command.  What the fields do is in pod-networks.sh.
# timeout: 300

. "$(dirname "$0")/lib.sh"

FIELDS="bandwidth cni-args default-route infiniband-guid interface ipam-claim-reference ips mac name namespace portMappings"

define shop.left '"subnets":["192.0.2.0/24"],"shared":"*",'"$IPAM"
define other.left '"subnets":["198.51.100.0/24"],"shared":"*",'"$IPAM"
ns POD

# row PAGE FIELD: the last cell of its row in the table of fields.
row()
{
	sed -n '/^| field |/,/^$/p' "$TOP/docs/$1" | grep -F "\`$2\`" |
		sed 's/ *|$//; s/.*| //'
}

fields()
{
	sed -n '/^| field |/,/^$/p' "$TOP/docs/$1" | sed 's/^| \([^|]*\)|.*/\1/' |
		grep -o '`[^`]*`' | tr -d '`' | LC_ALL=C sort | xargs
}

# attach ELEMENT
attach()
{
	cni ADD POD "$(jq -cn --arg networks "[$1]" '{cniVersion: "1.0.0", name: "cluster",
		type: "vr-cni", podNetworks: true, networksDir: $ENV.NETWORKS, stateDir: $ENV.STATE,
		ipam: {}, capabilities: {"io.kubernetes.cri.pod-annotations": true},
		runtimeConfig: {"io.kubernetes.cri.pod-annotations":
			{"k8s.v1.cni.cncf.io/networks": $networks}}}')" \
		'CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p'
}
export NETWORKS STATE STORE

# What the second interface is, without what differs each time.
seen()
{
	vrctl -n "$NODE" -j port show | jq -c '[.[] | select(.network != "cluster") |
		{network, address, rate_in, rate_out, interface: (.description | sub(".*/"; "")),
		mac: (if .mac == "02:00:00:00:00:77" then .mac else "" end)}]'
	ip -n "$POD" route show default
}

# verdict ELEMENT FIELD: as the pages word it
verdict()
{
	if ! attach "$1" > /dev/null; then
		if [[ $(get .code) = [27] && $(get .msg) = *"$2"* ]]; then
			echo refused
		else
			get .msg
		fi
		return
	fi
	[ "$(seen)" = "$PLAIN" ] && echo ignored || echo taken
	cni DEL POD '{"cniVersion":"1.0.0","name":"cluster",'"$COMMON"'}'
}

attach '{"name":"left","ips":["192.0.2.9"]}' > /dev/null
PLAIN=$(seen)
cni DEL POD '{"cniVersion":"1.0.0","name":"cluster",'"$COMMON"'}'
declare -A verdicts
for sample in name:'{"name":"nowhere","ips":["192.0.2.9"]}' \
	namespace:'{"name":"left","namespace":"other","ips":["198.51.100.9"]}' \
	interface:'{"name":"left","ips":["192.0.2.9"],"interface":"data0"}' \
	ips:'{"name":"left","ips":["192.0.2.10"]}' \
	mac:'{"name":"left","ips":["192.0.2.9"],"mac":"02:00:00:00:00:77"}' \
	default-route:'{"name":"left","ips":["192.0.2.9"],"default-route":["192.0.2.1"]}' \
	bandwidth:'{"name":"left","ips":["192.0.2.9"],"bandwidth":{"ingressRate":8000}}' \
	cni-args:'{"name":"left","ips":["192.0.2.9"],"cni-args":{"any":1}}' \
	ipam-claim-reference:'{"name":"left","ipam-claim-reference":"disk"}' \
	portMappings:'{"name":"left","ips":["192.0.2.9"],"portMappings":[{"hostPort":80,"containerPort":80}]}' \
	infiniband-guid:'{"name":"left","ips":["192.0.2.9"],"infiniband-guid":"c2:11"}'; do
	verdicts[${sample%%:*}]=$(verdict "${sample#*:}" "${sample%%:*}")
done
# These are refused where their values are no good, here a network that is none and an
# IPAMClaim of a network of another plugin: so they are read.
for field in name ipam-claim-reference; do
	[ "${verdicts[$field]}" != ignored ] && verdicts[$field]=taken
done

for page in from-contrail.md from-multus.md; do
	is "$page has all fields" "$(fields $page)" "$FIELDS"
	for field in $FIELDS; do
		like "$page: $field is ${verdicts[$field]}" "$(row $page "$field")" \
			"^\*\*${verdicts[$field]}\*\*"
	done
	while read -r command; do
		like "$page: $command" "$(vrctl help)" "$(sed -E \
			's/^vrctl (-[jsV] )?(\w+)( (add|set|del|get))?.*/vrctl \2\3/' <<< "$command")"
		case $command in
		*' add'|*' set'|*' del'|*monitor)	continue ;;
		esac
		rc=0
		# shellcheck disable=SC2046 # words of a command
		vrctl $(sed 's/^vrctl //; s/NETWORK/shop.left/; s/ADDRESS/192.0.2.7/g; s/PORT/80/g' \
			<<< "$command") > /dev/null 2>&1 || rc=$?
		ok "... whose words are right" [ $rc != 2 ]
	done < <(grep -o '`vrctl [^`]*`' "$TOP/docs/$page" | tr -d '`' | grep -v '^vrctl -[sV]$' | sort -u)
done
done_testing
