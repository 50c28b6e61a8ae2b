#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The capability "bandwidth" and the key of this name are rates of the port: ingress
# is what goes to the container, bits are bits, and they hold for real packets.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],"bandwidth":{"egressRate":3000000},'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"]'
ns POD OTHER

# rates DEVICE: what is given of rate-in, burst-in, rate-out, burst-out
rates()
{
	vrctl -n "$NODE" -j port show dev "$1" netns "$POD" |
		jq -r '.[0] | "\(.rate_in) \(.burst_in) \(.rate_out) \(.burst_out)"'
}

# drops REASON: packets of eth0 that were dropped for it
drops()
{
	vrctl -n "$NODE" -j -s port show dev eth0 netns "$POD" |
		jq "[.[0].stats.drop[]? | select(.reason == \"$1\").packets] | add // 0"
}

# flood NS ADDRESS: 40 datagrams of 1400 bytes
flood()
{
	in_ns "$1" bash -c 'printf -v data %01400d 0
		for ((i = 0; i < 40; i++)); do printf %s "$data" > "/dev/udp/$0/9"; done 2> /dev/null' "$2" || :
}

OUT=$(cni ADD POD "$CONF"',"networks":["red",{"name":"red","bandwidth":{"ingressRate":64000,"ingressBurst":400000}}],
	"runtimeConfig":{"Bandwidth":{"IngressRate":100000000,"IngressBurst":34359738359,
	"EgressRate":2000000,"EgressBurst":80000}}}' 2> /dev/null)
is "ADD, by a runtime in Go, with CRI-O's burst" "$?" 0
is "bits a second, bytes of burst" "$(rates eth0)" "100000000 4294967294 2000000 10000"
is "of the network's definition" "$(rates eth1)" "null null 3000000 131072"
is "of the request instead" "$(rates eth2)" "64000 50000 null null"
ok "CHECK" cni CHECK POD "$(jq -c --argjson r "$OUT" '. + {prevResult: $r}' <<< "$CONF}")"
ok "DEL" cni DEL POD "$CONF}"
ok "ADD, by the configuration" cni ADD POD "$CONF"',"bandwidth":{"ingressRate":5000000},"runtimeConfig":{"bandwidth":null}}'
like "its rate" "$(rates eth0)" "^5000000 [0-9]+ null null"
ok "DEL" cni DEL POD "$CONF}"
ok "ADD, without" cni ADD POD "$CONF}"
is "no rate" "$(rates eth0)" "null null null null"
ok "DEL" cni DEL POD "$CONF}"

ID=other
ok "another container" cni ADD OTHER "$CONF}" CNI_ARGS=IP=192.0.2.99
ID=container
for way in ingress egress; do
	ok "a slow $way" cni ADD POD "$CONF"',"runtimeConfig":{"bandwidth":{"'$way'Rate":8000,"'$way'Burst":40000}}}' \
		CNI_ARGS=IP=192.0.2.98
	ping_ok OTHER 192.0.2.98
	flood OTHER 192.0.2.98
	to=$(drops rate-in)
	flood POD 192.0.2.99
	from=$(drops rate-out)
	if [ $way = ingress ]; then
		ok "drops what goes to the container ($to of 40)" [ "$to" -ge 30 ]
		is "and nothing that comes from it" "$from" 0
	else
		ok "drops what comes from the container ($from of 40)" [ "$from" -ge 30 ]
		is "and nothing that goes to it" "$to" 0
	fi
	ok "DEL" cni DEL POD "$CONF}"
done

ID=other
ok "DEL" cni DEL OTHER "$CONF}"
ID=container
clean "nothing is left" POD
refusal "too slow" 7 '"ingressRate" is 999' ADD POD "$CONF"',"runtimeConfig":{"bandwidth":{"IngressRate":999}}}'
refusal "no number" 7 '"egressBurst" is "1G"' ADD POD \
	"$CONF"',"runtimeConfig":{"bandwidth":{"egressRate":1000,"egressBurst":"1G"}}}'
refusal "exceptions" 2 '"unshapedSubnets"' ADD POD "$CONF"',"bandwidth":{"unshapedSubnets":["192.0.2.0/24"]}}'
done_testing
