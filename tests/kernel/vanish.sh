#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# When a device or its namespace goes, all that hung on the port goes too, and
# who listens is told.

. "$(dirname "$0")/setup.sh"
module_load

events=$(mktemp)
on_exit rm -f "$events"

nothing()
{
	[ -z "$(vrctl port show; vrctl endpoint show)" ] &&
		[ "$(vrctl -o route show | grep -c .)" = 2 ]
}

said()
{
	grep -q "$1" "$events"
}

# A pod with an extra endpoint and a route.
full_pod()
{
	pod "$1" blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
	vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.50 \
		address 2001:db8:1::50 dev eth1 netns "${!1}"
	vrctl route add network blue 198.51.100.0/24 via dev eth1 netns "${!1}"
	vrctl route add network blue 2001:db8:9::/48 via dev eth1 netns "${!1}"
}

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl monitor > "$events" &
ok "monitor listens" poll 20 sh -c 'vrctl network set blue description x; test -s '"$events"

full_pod a
is "there are routes" "$(vrctl -o route show | grep -c .)" 4
ok "the device goes" ip -n "$a" link del eth1
ok "... port, endpoints and routes too" nothing
ok "monitor saw the port" poll 10 said '^Deleted port .*eth1'
ok "... both endpoints" said '^Deleted endpoint .*02:00:00:00:01:0a'
ok "... its own" said '^Deleted endpoint .*02:00:00:00:00:0a'
ok "... the routes" said '^Deleted route .*198.51.100.0/24'
ok "... IPv6" said '^Deleted route .*2001:db8:9::/48'

: > "$events"
full_pod b
ok "the namespace goes" ip netns del "$b"
ok "... and all with it" poll 10 nothing
ok "monitor saw it" poll 10 said '^Deleted port .*eth1'
ok "... the endpoint" said '^Deleted endpoint .*02:00:00:00:00:0a'
ok "... the route" said '^Deleted route .*2001:db8:9::/48'
json=$(vrctl -j network show blue)
is "the network stays" "$(field ports)" 0

# An instance whose namespace goes while its device is elsewhere.
ns node pod
vrctl -n "$node" network add blue
ip -n "$node" link add eth3 netns "$pod" type vr
vrctl -n "$node" port add dev eth3 netns "$pod" network blue
ip netns del "$node"
gone()
{
	! ip -n "$pod" link show eth3
}
ok "a device goes with the instance it belongs to" poll 10 gone
done_testing
