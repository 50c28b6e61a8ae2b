#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 240
#
# The annotation opencontrail.org/network of a namespace chooses the first network of
# its pods, unless they have one of their own.

. "$(dirname "$0")/setup.sh"

KEY=opencontrail.org/network

# names NS [NETWORK [PROJECT]]: a namespace, and the annotation that it has
names()
{
	local value=''

	[ $# = 1 ] || value=$(jq -n --arg key "$KEY" --arg name "$2" --arg project "${3:-k8s-$1}" \
		'{($key): ({domain: "default-domain", project: $project, name: $name} | tojson)}')
	api_control '{"load":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"'"$1"'",
		"annotations":'"${value:-{\}}"'}}]}' > /dev/null
}

first()
{
	ip -n "${!1}" -j -4 address show dev eth0 | jq -r '.[0].addr_info[0].local'
}

cluster 1
k8s_network shop.left 5001 192.0.2.0/24,2001:db8:7::/64
k8s_network shop.right 5002 198.51.100.0/24
k8s_network other.closed 5003 203.0.113.128/25
names shop left
names plain
names bad closed k8s-other
names nowhere none
agent_first n1
files=$WORK/n1/cluster

is "a file for each namespace that has it" "$(cd "$files" && echo namespace-*)" \
	"namespace-bad.json namespace-nowhere.json namespace-shop.json"

attached "a pod of such a namespace" n1 shop/a ''
like "is on its network" "$(first a)" '^192\.0\.2\.'
attached "with further networks" n1 shop/b right
like "too" "$(first b)" '^192\.0\.2\.'
like "and on those" "$(get '.ips[] | select(.interface == 1).address' | paste -sd' ')" '198\.51\.100\.'
attached "a pod of another namespace" n1 plain/c ''
like "is on the default network" "$(first c)" '^10\.244\.1\.'
not_attached "a network of others" 7 'not shared with namespace "bad"' n1 bad/d ''
not_attached "a network that is none" 7 'nowhere.none' n1 nowhere/k ''
like "... which the namespace asked for" "$(get .msg)" 'neither network "nowhere\.none" nor network "none"'

# What the pod says itself, given by the runtime and asked of the agent.
own()
{
	local conf annotations

	annotations=$(jq -n --arg key "$1" --arg value "$2" '{($key): $value}')
	conf=$(_conf n1 '')
	if [ "${4:-}" = agent ]; then
		k8s_pod n1 "shop/$3" "$(jq -r 'to_entries | map("\(.key | tojson):\(.value | tojson)") | join(",")' <<< "$annotations")"
		conf=$(jq 'del(.runtimeConfig)' <<< "$conf")
	else
		conf=$(jq --argjson own "$annotations" '.runtimeConfig."io.kubernetes.cri.pod-annotations" = $own' <<< "$conf")
	fi
	_cni ADD n1 "shop/$3" "$conf" > /dev/null
}
ns e f g h
right='{"domain":"default-domain","project":"k8s-shop","name":"right"}'
ok "the pod's own" own "$KEY" "$right" e
like "goes before" "$(first e)" '^198\.51\.100\.'
ok "and Multus'" own v1.multus-cni.io/default-network shop/right f
like "too" "$(first f)" '^198\.51\.100\.'
ok "a runtime that gives no annotations" own some/thing else g agent
like "the namespace's" "$(first g)" '^192\.0\.2\.'
ok "... and one with its own" own "$KEY" "$right" h agent
like "has that" "$(first h)" '^198\.51\.100\.'

# It changes, and goes.
has()
{
	grep -qs "$1" "$files/namespace-shop.json"
}
names shop right
ok "another network" poll 20 has right
attached "is of pods from then on" n1 shop/i ''
like "by the annotation" "$(first i)" '^198\.51\.100\.'
like "others stay where they are" "$(first a)" '^192\.0\.2\.'
names shop
no_file()
{
	[ ! -e "$files/namespace-shop.json" ]
}
ok "none" poll 20 no_file
attached "is the default one" n1 shop/j ''
like "again" "$(first j)" '^10\.244\.1\.'

# A namespace that goes while no agent looks.
names shop left
ok "the file is back" poll 20 has left
agent_stop n1
api_control '{"delete":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}]}' > /dev/null
agent_first n1
ok "its file goes with the next agent" poll 20 no_file
is "the others stay" "$(cd "$files" && echo namespace-*)" "namespace-bad.json namespace-nowhere.json"

done_testing
