#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The other node has no vr but the datapath of Open vSwitch with a VXLAN port, and the
# flows that its daemon would put there. Pods here and there reach each other, over
# IPv4 and IPv6, with packets of the full size and with super-packets.

. "$(dirname "$0")/nodes-far-setup.sh"

PATH=$PATH:${VR_CACHE:-/var/lib/vr-cache}/ovs/usr/bin
ovs-dpctl --version > /dev/null 2>&1 ||
	skip_all "no ovs-dpctl that runs: tests/vm/deps test, tests/vm/kernel ovs"
on n2 ovs-dpctl add-dp dp0 2> /dev/null || skip_all "this kernel has no openvswitch"
on_exit nsenter --net="/run/netns/$n2" ovs-dpctl del-dp dp0
on n2 ovs-dpctl add-if dp0 to-far,port_no=1

far_uplink()
{
	local v6='' flags='df|key'

	[ "$underlay" = 4 ] || v6=ipv6_ flags='df|csum|key'
	on n2 ovs-dpctl add-if dp0 vxlan0,type=vxlan,port_no=2,remote_ip=flow,key=flow || return
	on n2 ovs-dpctl add-flow dp0 "in_port(1),eth()" "set(tunnel(tun_id=100,\
${v6}src=$(vtep n2),${v6}dst=$(vtep n1),ttl=64,tp_dst=4789,flags($flags))),2" || return
	on n2 ovs-dpctl add-flow dp0 "in_port(2),tunnel(tun_id=100,\
${v6}src=$(vtep n1),${v6}dst=$(vtep n2),ttl=0/0,flags(+key)),eth()" 1
}

far_uplink_del()
{
	on n2 ovs-dpctl del-flows dp0
	on n2 ovs-dpctl del-if dp0 vxlan_sys_4789
}

interoperate
done_testing
