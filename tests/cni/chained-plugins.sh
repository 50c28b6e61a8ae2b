#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# timeout: 240
#
# The reference plugins chained behind vr-cni: portmap with real connections from
# outside, tuning, sbr, vrf, firewall and bandwidth.

. "$(dirname "$0")/lib.sh"

CNITOOL=${CNITOOL:-cnitool}
command -v "$CNITOOL" > /dev/null || skip_all "no cnitool; tests/cnitool builds it"
define red '"subnets":["198.51.100.0/24"],'"$IPAM"
ns POD OUTSIDE

# chain PLUGIN: the configuration
chain()
{
	cat > "$WORK/10-vr.conflist" <<- END
	{"cniVersion":"1.0.0","name":"green","plugins":[
	{$COMMON,$IPAM,"subnets":["192.0.2.0/24","2001:db8:1::/64"],"networks":["red"],
	 "hostInterface":"vr-host"},$1]}
	END
}

cnitool()
{
	in_ns NODE env NETCONFPATH="$WORK" CAP_ARGS="${CAP_ARGS:-}" "$CNITOOL" "$1" green "/run/netns/$POD"
}

rules()
{
	in_ns NODE iptables-save -t "$1"
	in_ns NODE ip6tables-save -t "$1"
}

# chained PLUGIN: whether the plugin of the distribution is there
chained()
{
	[ -x "/usr/lib/cni/$1" ] && return
	skip "$1 behind vr-cni" "no /usr/lib/cni/$1"
	return 1
}

# hello NS ADDRESS PORT: what a server in the container says
hello()
{
	in_ns "$1" timeout 5 bash -c 'exec 3<> "/dev/tcp/$0/$1"; cat <&3' "$2" "$3"
}

cat > "$WORK/server.py" << 'END'
import socket
server = socket.create_server(('::', 80), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    client, address = server.accept()
    client.sendall(b'IPv4\n' if '.' in address[0] else b'IPv6\n')
    client.close()
END

# The address of eth0.
address()
{
	ip -n "$POD" -4 -json addr show dev eth0 | jq -r '.[0].addr_info[0].local'
}

portmap()
{
	ip -n "$NODE" link add out type veth peer name eth0 netns "$OUTSIDE"
	ip -n "$NODE" addr add 203.0.113.1/24 dev out
	ip -n "$NODE" addr add 2001:db8:9::1/64 dev out nodad
	ip -n "$OUTSIDE" addr add 203.0.113.2/24 dev eth0
	ip -n "$OUTSIDE" addr add 2001:db8:9::2/64 dev eth0 nodad
	ip -n "$NODE" link set out up
	ip -n "$OUTSIDE" link set eth0 up
	in_ns NODE sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

	chain '{"type":"portmap","capabilities":{"portMappings":true}}'
	CAP_ARGS='{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp"}]}'
	ok "portmap: ADD" cnitool add
	in_ns POD python3 "$WORK/server.py" &
	ok "portmap: the server is up" poll 10 hello POD 2001:db8:1::2 80
	is "portmap: from outside, IPv4" "$(hello OUTSIDE 203.0.113.1 8080)" IPv4
	is "portmap: from outside, IPv6" "$(hello OUTSIDE 2001:db8:9::1 8080)" IPv6
	is "portmap: from the host itself" "$(hello NODE 203.0.113.1 8080)" IPv4
	is "portmap: no other port" "$(hello OUTSIDE 203.0.113.1 8081 2> /dev/null)" ""
	ok "portmap: DEL" cnitool del
	is "portmap: is gone" "$(hello OUTSIDE 203.0.113.1 8080 2> /dev/null)" ""
	is "portmap: and its rules" "$(rules nat | grep -c 8080)" 0
	# Its CHECK looks for rules of IPv4 among those of IPv6 (1.1.1).
	unset CAP_ARGS
}

tuning()
{
	chain '{"type":"tuning","mac":"02:00:00:00:00:77","mtu":1400,"sysctl":{"net.ipv4.conf.eth0.log_martians":"1"}}'
	ok "tuning: ADD" cnitool add
	is "tuning: the MAC and the MTU" \
		"$(ip -n "$POD" -json link show eth0 | jq -r '.[0] | "\(.address) \(.mtu)"')" \
		"02:00:00:00:00:77 1400"
	is "tuning: the sysctl" "$(in_ns POD cat /proc/sys/net/ipv4/conf/eth0/log_martians)" 1
	ok "tuning: CHECK" cnitool check
	ok "tuning: DEL" cnitool del
}

sbr()
{
	chain '{"type":"sbr"}'
	ok "sbr: ADD" cnitool add
	like "sbr: a rule by source" "$(ip -n "$POD" rule show)" "from $(address) lookup 100"
	like "sbr: with the routes of eth0" "$(ip -n "$POD" route show table 100)" 'default via 192.0.2.1 dev eth0'
	in_ns POD ping -q -c 1 -W 5 -I "$(address)" 192.0.2.1 > /dev/null
	is "sbr: and traffic" $? 0
	ok "sbr: CHECK" cnitool check
	ok "sbr: DEL" cnitool del
}

vrf()
{
	chain '{"type":"vrf","vrfname":"blue"}'
	ok "vrf: ADD" cnitool add
	is "vrf: eth0 is in it" "$(ip -n "$POD" -json link show eth0 | jq -r '.[0].master')" blue
	in_ns POD ping -q -c 1 -W 5 -I blue 192.0.2.1 > /dev/null 2>&1
	is "vrf: and traffic" $? 0
	# Old ones lose the routes by a gateway.
	if [ -n "$(ip -n "$POD" route show vrf blue default)" ]; then
		ok "vrf: CHECK" cnitool check
	else
		refused "vrf: CHECK misses the route that it lost" "no route to 0.0.0.0/0" cnitool check
	fi
	ok "vrf: DEL" cnitool del
}

firewall()
{
	chain '{"type":"firewall","backend":"iptables"}'
	ok "firewall: ADD" cnitool add
	like "firewall: lets the address through" "$(rules filter)" "$(address)/32 -j ACCEPT"
	ok "firewall: CHECK" cnitool check
	ok "firewall: DEL" cnitool del
	is "firewall: its rules are gone" "$(rules filter | grep -c 192.0.2)" 0
}

# It looks for the host's end of a veth.
bandwidth()
{
	chain '{"type":"bandwidth","ingressRate":8000000,"ingressBurst":800000,"egressRate":8000000,"egressBurst":800000}'
	refused "bandwidth: not on a native port" "" cnitool add
	cnitool del > /dev/null 2>&1
	sed -i 's/"hostInterface"/"port":"tap","result":"all","hostInterface"/' "$WORK/10-vr.conflist"
	ok "bandwidth: ADD, on a tap" cnitool add
	like "bandwidth: on the host's end" "$(in_ns NODE tc qdisc show)" 'tbf .* dev tap[0-9a-f]{12} .*rate 8Mbit'
	in_ns POD ping -q -c 1 -W 5 192.0.2.1 > /dev/null
	is "bandwidth: and traffic" $? 0
	ok "bandwidth: DEL" cnitool del
	is "bandwidth: no device is left" "$(ip -n "$NODE" -json link show | jq -r '[.[].ifname | select(test("^tap|^bwp"))] | join(" ")')" ""
}

for plugin in portmap tuning sbr vrf firewall bandwidth; do
	chained $plugin || continue
	$plugin
	clean "$plugin: nothing is left" POD
done
done_testing
