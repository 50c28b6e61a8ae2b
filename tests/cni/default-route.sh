#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Only the first interface gets the default route, one per family; the others
# their subnets and the routes of their network.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24","2001:db8:2::/64"],'"$IPAM"',
	"routes":[{"dst":"203.0.113.0/25","gw":"198.51.100.9"},{"dst":"203.0.113.128/25"},
	{"dst":"0.0.0.0/0","gw":"198.51.100.7"}]'
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',
	"subnets":[{"subnet":"192.0.2.0/24","gateway":"192.0.2.254"},"2001:db8:1::/64"]'

routes()
{
	ip -n "${!1}" "-${2:-4}" -json route show | jq -r \
		'.[] | select(.protocol == "static") | "\(.dst) \(.gateway // "link") \(.dev)"' | sort
}

ns A B C D E
ok "two networks with gateways" cni ADD A "$CONF"',"networks":["red"]}'
is "IPv4 routes" "$(routes A)" "203.0.113.0/25 198.51.100.9 eth1
203.0.113.128/25 198.51.100.1 eth1
default 192.0.2.254 eth0"
is "IPv6 routes" "$(routes A 6)" "default 2001:db8:1::1 eth0"

ID=b
ok "a default route of the network's own" \
	cni ADD B "$CONF"',"routes":[{"dst":"0.0.0.0/0","gw":"192.0.2.9"}]}'
is "takes the place of the gateway's" "$(routes B)" "default 192.0.2.9 eth0"
is "for its family only" "$(routes B 6)" "default 2001:db8:1::1 eth0"

ID=c
ip -n "$C" link add dummy0 type dummy
ip -n "$C" link set dummy0 up
ip -n "$C" route add default dev dummy0
ok "a container that has a default route" cni ADD C "$CONF}"
is "keeps it" "$(ip -n "$C" -json route show default | jq -r '.[].dev')" dummy0
is "and gets the one it lacks" "$(routes C 6)" "default 2001:db8:1::1 eth0"

ID=d
ok "a gateway outside of the subnet" cni ADD D '{"cniVersion":"1.0.0","name":"far",'"$COMMON"',
	"ipam":{"type":"static","addresses":[
	{"address":"192.0.2.77/32","gateway":"198.51.100.1"},
	{"address":"2001:db8:7::7/128","gateway":"2001:db8:8::1"}]}}'
like "is on the link" "$(ip -n "$D" route show default)" "via 198.51.100.1 dev eth0 .*onlink"
like "IPv6 too" "$(ip -n "$D" -6 route show default)" "via 2001:db8:8::1 dev eth0 .*onlink"

ID=e
ok "IPv4 on the first network, both families on the second" \
	cni ADD E '{"cniVersion":"1.0.0","name":"four",'"$COMMON,$IPAM"',"networks":["red"],
	"subnets":["192.0.2.0/24"]}'
is "a default route for IPv4" "$(ip -n "$E" -json route show default | jq -r '.[].dev')" eth0
is "and none for IPv6" "$(routes E 6)" ""
done_testing
