#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The other node has no vr but a Linux bridge with a VXLAN device, whose entries are
# all static. Pods here and there reach each other, over IPv4 and IPv6, with packets
# of the full size and with super-packets.

. "$(dirname "$0")/nodes-far-setup.sh"

ip -n "$n2" link add br0 type bridge mcast_snooping 0
ip -n "$n2" link set to-far master br0
ip -n "$n2" link set br0 up

far_uplink()
{
	local mac

	ip -n "$n2" link add vx0 type vxlan id 100 dstport 4789 nolearning local "$(vtep n2)" ||
		return
	ip -n "$n2" link set vx0 master br0 mtu "$mtu" up
	on n2 bridge link set dev vx0 learning off
	on n2 bridge fdb append 00:00:00:00:00:00 dev vx0 dst "$(vtep n1)"
	for mac in $pod_mac $routed_mac $gateway_mac; do
		on n2 bridge fdb add "$mac" dev vx0 dst "$(vtep n1)" || return
		on n2 bridge fdb add "$mac" dev vx0 master static || return
	done
}

far_uplink_del()
{
	ip -n "$n2" link del vx0
}

interoperate
done_testing
