#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# ARP and neighbour solicitations are answered from the table and not flooded;
# what the table does not know is flooded; probes and announcements are left alone.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	ZERO = '00:00:00:00:00:00'
	A4, B4, GW4, NONE4 = '192.0.2.10', '192.0.2.11', '192.0.2.1', '192.0.2.99'
	A6, B6, GW6, NONE6 = '2001:db8:1::a', '2001:db8:1::b', '2001:db8:1::1', '2001:db8:1::99'
	count = 0

	def fence(sender, receiver):
	    global count
	    count += 1
	    src, dst = (A4, B4) if sender is a else (B4, A4)
	    return eth(receiver.mac, sender.mac, IP4, packet(src, dst, b'fence%d.' % count))

	def is_arp(f):
	    return f[12:14] == b'\x08\x06'

	def is_nd(kind):
	    return lambda f: f[12:14] == b'\x86\xdd' and f[20] == 58 and f[54] == kind

	def request(target, sip=A4, dst=BROADCAST):
	    return eth(dst, a.mac, ARP, arp(1, a.mac, sip, ZERO, target))

	def solicitation(target, src=A6, dst=None, smac='02:00:00:00:00:0a', **kwargs):
	    return eth(dst or group_mac(solicited(target)), a.mac, IP6,
	               solicit(src, target, smac, **kwargs))

	def answered(what, frame, mac_, target, source=A4):
	    a.frames(), b.frames()
	    a.send(frame)
	    want = eth(a.mac, mac_, ARP, arp(2, mac_, target, a.mac, source))
	    equal('ARP: %s' % what, (a.expect(is_arp) or b'').rstrip(b'\0'), want.rstrip(b'\0'))
	    check('... and not flooded', b.quiet(is_arp, a, fence(a, b)))

	def answered6(what, frame, mac_, target, router, to=A6, solicited_=True):
	    a.frames(), b.frames()
	    a.send(frame)
	    flags = 0x20 | (0x40 if solicited_ else 0) | (0x80 if router else 0)
	    want = eth(a.mac, mac_, IP6, advertise(target, to, target, mac_, flags))
	    equal('ND: %s' % what, a.expect(is_nd(136)), want)
	    check('... and not flooded', b.quiet(is_nd(135), a, fence(a, b)))

	def flooded(what, frame):
	    a.frames(), b.frames()
	    a.send(frame)
	    equal('%s is flooded' % what, b.expect(lambda f: is_arp(f) or is_nd(135)(f) or
	                                           is_nd(136)(f)), frame)
	    check('... and not answered', a.quiet(lambda f: is_arp(f) or is_nd(136)(f), b,
	                                          fence(b, a)))

	def dropped(what, reason, *frames):
	    b.frames()
	    before = nl.drops()[reason]
	    for frame in frames:
	        a.send(frame)
	    equal('%s: dropped as %s' % (what, reason), nl.drops()[reason] - before, len(frames))
	    check('... and not flooded', b.quiet(lambda f: is_arp(f) or is_nd(135)(f), a, fence(a, b)))

	answered('an address of another port', request(B4), b.mac, B4)
	answered('the gateway', request(GW4), GATEWAY, GW4)
	answered('... asked alone', request(GW4, dst=GATEWAY), GATEWAY, GW4)
	answered('a probe for another\'s address', request(B4, sip='0.0.0.0'), b.mac, B4, '0.0.0.0')
	answered('a probe for the gateway\'s', request(GW4, sip='0.0.0.0'), GATEWAY, GW4, '0.0.0.0')
	answered6('an address of another port', solicitation(B6), b.mac, B6, False)
	answered6('the gateway, a router', solicitation(GW6), GATEWAY, GW6, True)
	answered6('... asked alone', solicitation(GW6, dst=GATEWAY), GATEWAY, GW6, True)
	answered6('without an option', solicitation(B6, smac=None), b.mac, B6, False)

	flooded('ARP for an unknown address', request(NONE4))
	flooded('ND for an unknown address', solicitation(NONE6))
	flooded('a probe of the own address', request(A4, sip='0.0.0.0'))
	flooded('DAD of the own address', solicitation(A6, src='::', smac=None))
	flooded('a gratuitous ARP request', request(A4, sip=A4))
	flooded('a gratuitous ARP reply', eth(BROADCAST, a.mac, ARP, arp(2, a.mac, A4, BROADCAST, A4)))
	flooded('an unsolicited advertisement', eth('33:33:00:00:00:01', a.mac, IP6,
	                                            advertise(A6, 'ff02::1', A6, a.mac, 0x20)))

	# Wrong ones.
	good = arp(1, a.mac, A4, ZERO, NONE4)
	dropped('ARP for a token ring', 'arp-invalid',
	        eth(BROADCAST, a.mac, ARP, b'\0\6' + good[2:]),
	        eth(BROADCAST, a.mac, ARP, good[:4] + b'\7' + good[5:]),
	        eth(BROADCAST, a.mac, ARP, good[:27]))
	dropped('a solicitation from afar', 'nd-invalid', solicitation(B6, hops=64))
	dropped('... about a group', 'nd-invalid', eth('33:33:ff:00:00:01', a.mac, IP6, icmp6(
	    A6, 'ff02::1:ff00:1', 135, b'\0' * 4 + ip('ff02::5'))))
	dropped('ARP for another than the gateway, to its MAC', 'gateway',
	        request(NONE4, dst=GATEWAY))
END

# DAD of a stack: nobody answers for its own address, but for another's.
ns c
device c eth1
vrctl port add dev eth1 netns "$c" network blue antispoof off
in_ns c sh -c 'echo 1 > /proc/sys/net/ipv6/conf/eth1/accept_dad; ip link set eth1 up'
ip -n "$c" address add 2001:db8:1::c/64 dev eth1
valid()
{
	[ -z "$(ip -n "$c" address show dev eth1 tentative)" ]
}
ok "duplicate address detection ends" poll 20 valid
is "... the address is good" "$(ip -n "$c" address show dev eth1 dadfailed)" ''
ip -n "$c" address add 2001:db8:1::b/64 dev eth1
failed()
{
	[ -n "$(ip -n "$c" address show dev eth1 dadfailed)" ]
}
ok "... and another's is a duplicate" poll 20 failed
done_testing
