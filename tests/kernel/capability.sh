#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Reading and writing need CAP_NET_ADMIN over the instance's namespace, which the
# owner of a user namespace has over his own and over no other.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24
ns a
device a eth1 eth2
vrctl port add dev eth1 netns "$a" network blue address 192.0.2.10

powerless=(setpriv --bounding-set -net_admin)
denied="not permitted"
refused "network add" "$denied" "${powerless[@]}" vrctl network add red
refused "network del" "$denied" "${powerless[@]}" vrctl network del blue
refused "network show" "$denied" "${powerless[@]}" vrctl network show
refused "port add" "$denied" "${powerless[@]}" vrctl port add dev eth2 netns "$a" network blue
refused "port show" "$denied" "${powerless[@]}" vrctl port show
refused "endpoint show" "$denied" "${powerless[@]}" vrctl endpoint show
refused "route add" "$denied" \
	"${powerless[@]}" vrctl route add network blue 198.51.100.0/24 via blackhole
refused "route show" "$denied" "${powerless[@]}" vrctl route show
refused "route get" "$denied" "${powerless[@]}" vrctl route get network blue 192.0.2.10
refused "drops" "$denied" "${powerless[@]}" vrctl drops
refused "limits" "$denied" "${powerless[@]}" vrctl limits
refused "monitor" "$denied" "${powerless[@]}" timeout 20 vrctl monitor
fails "a device" "${powerless[@]}" ip link add eth7 type vr

# Another user's own namespace is an instance of its own.
ok "the owner of a user namespace has an instance" \
	unshare -Urn sh -c 'ip link add eth7 type vr && vrctl network add own &&
		vrctl port add dev eth7 network own'
is "... which is not ours" "$(vrctl -o network show | grep -c .)" 1
refused "... and has no power over other namespaces" "no CAP_NET_ADMIN over the namespace" \
	unshare -Urn sh -c "vrctl network add own &&
		vrctl port add dev eth2 netns /run/netns/$a network own"
fails "... not even to make a device there" \
	unshare -Urn ip link add eth7 netns "$a" type vr
refused "in our network namespace it has none either" "$denied" \
	unshare -Ur vrctl network add own
is "nothing has changed" "$(vrctl -o port show | grep -c .)" 1
done_testing
