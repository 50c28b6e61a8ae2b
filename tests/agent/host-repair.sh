#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 300
#
# What others take away on the host comes back at once; what led to nodes that went
# while no agent was there goes, but not in the first minute.

. "$(dirname "$0")/setup.sh"

node()
{
	api_control '{"load":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"'"$1"'"},"spec":{"podCIDRs":['"$2"']},
		"status":{"addresses":[{"type":"InternalIP","address":"203.0.113.'"${1#n}"'"}]}}]}' > /dev/null
}
in_router()
{
	at n1 route show network cluster-wide-network | grep -q "$1"
}
on_host()
{
	ip -n "$n1" "-${2:-4}" route show proto 118 | grep -q "^$1 "
}
led_to()
{
	in_router "$1" && on_host "$1" "${2:-4}"
}
not()
{
	! "$@"
}

cluster 2 || exit
node n8 '"10.244.8.0/24","2001:db8:244:8::/64"'
node n9 '"10.244.9.0/24","2001:db8:244:9::/64"'
agent_first n1
agent_first n2
attached "a pod" n1 a ''
ok "all nodes are led to" poll 30 led_to 10.244.9.0/24
ok "by both families" poll 30 led_to 2001:db8:244:9::/64 6

agent_stop n1
api_control '{"delete":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"n9"}}]}' > /dev/null
node n8 '"10.244.7.0/24"'
ip -n "$n1" route add 198.51.100.0/24 via 203.0.113.2
agent_first n1
restarted=$SECONDS
ok "a prefix that is new is led to" poll 30 led_to 10.244.7.0/24
ok "one that is gone still is" led_to 10.244.9.0/24

# The default is half a minute, and nobody waits for that.
gateway()
{
	ip -n "$n1" -o address show dev vr-host | grep -q "$1"
}
ip -n "$n1" address del 10.244.1.1/24 dev vr-host
ok "an address of the host comes back" poll 10 gateway 10.244.1.1/24
ok "and what led to others from it" poll 10 on_host 10.244.2.0/24
ip -n "$n1" address del 2001:db8:244:1::1/64 dev vr-host
ok "one of IPv6, too" poll 10 gateway 2001:db8:244:1::1/64
ip -n "$n1" route flush proto 118
ok "routes come back" poll 10 on_host 10.244.2.0/24
ip -n "$n1" -6 route flush proto 118
ok "those of IPv6" poll 10 on_host 2001:db8:244:2::/64 6
ip -n "$n1" link set vr-host down
ok "a device that is set down comes up" poll 10 on n1 ping -c 1 -W 1 10.244.2.1
ip -n "$n1" link del vr-host
ok "a device that is deleted is made again" poll 10 gateway 10.244.1.1/24
ok "with all that belongs to it" poll 20 on n1 ping -c 1 -W 1 10.244.2.1
ping_ok a 10.244.2.1

# Mending does not lead to more of it.
on n1 timeout 5 ip monitor link address route > "$WORK/changes"
ok "and then it is quiet" [ "$(wc -l < "$WORK/changes")" -lt 30 ]

# Strict reverse path filtering: of what comes in by the underlay.
strict()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	on "$1" sh -c 'for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 > $file; done'
}
ok "a host reaches others' pods from the node's address" on n1 ping -I 203.0.113.1 -c 1 -W 5 10.244.2.1
strict n1
strict n2
fails "but not with strict reverse path filtering" on n1 ping -I 203.0.113.1 -c 1 -W 1 10.244.2.1
ok "from the address it has there it does" on n1 ping -c 1 -W 5 10.244.2.1
ping_ok a 10.244.2.1
ping_ok a 203.0.113.2

# What the node's own programs find.
mkdir -p "$WORK/root/run/systemd/system"
agent_stop n2
unit=$WORK/root/etc/systemd/system/vr-cni-conf.service
agent_first n2 --host-root "$WORK/root"
ok "there is a unit for the next boot" poll 10 [ -s "$unit" ]
ok "and it is enabled" [ "$WORK/root/etc/systemd/system/multi-user.target.wants/vr-cni-conf.service" -ef "$unit" ]
if command -v systemd-analyze > /dev/null; then
	ok "systemd reads it" systemd-analyze verify "$unit"
fi
agent_stop n2
sh -c "$(sed -n 's/^ExecStart=//p' "$unit")"
fails "it removes the configuration" [ -e "$WORK/n2/net.d/10-vr.conflist" ]
agent_first n2 --host-root "$WORK/root" --no-masquerade
ok "which is back when the agent is ready" [ -s "$WORK/n2/net.d/10-vr.conflist" ]

# Then pods that keep their address do not come in, either.
told()
{
	api GET /api/v1/namespaces/default/events |
		jq -r '.items[] | select(.involvedObject.name == "n2") | .message' | grep -q "$1"
}
ok "without masquerading strict filtering is an Event of the Node" poll 40 told '^rp_filter of wire is strict'

ok "after a minute what is gone is not led to" poll $((100 - SECONDS + restarted)) not in_router 10.244.9.0/24
ok "nor on the host" poll 10 not on_host 10.244.9.0/24
ok "nor by IPv6" not led_to 2001:db8:244:9::/64 6
ok "nor a prefix that a node has no more" not led_to 10.244.8.0/24
ok "the others stay" led_to 10.244.7.0/24
like "and what others led stays" "$(ip -n "$n1" route show 198.51.100.0/24)" 'via 203.0.113.2'

done_testing
