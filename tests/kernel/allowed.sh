#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Allowed prefixes: a port sends from them too, but does not claim what others
# have. Link-local addresses come in as they come, two a port.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b

# The tool and the contract.
ok "set" vrctl port set id 1 allowed 203.0.113.0/24 allowed 2001:db8:9::/48 source \
	allowed 192.0.2.200/32 active-standby
like "the text" "$(vrctl port show id 1 | tr -d '\n')" \
	'allowed 203.0.113.0/24 allowed 2001:db8:9::/48 allowed 192.0.2.200/32 active-standby'
json=$(vrctl -j port show id 1)
is "the JSON" "$(field allowed)" '[{"prefix":"203.0.113.0","prefix_length":24,"mode":"source"},{"prefix":"2001:db8:9::","prefix_length":48,"mode":"source"},{"prefix":"192.0.2.200","prefix_length":32,"mode":"active-standby"}]'
json=$(vrctl -j port show id 2)
is "... without" "$(field allowed)" ''
refused "host bits" "prefix has host bits set: allowed 203.0.113.1/24" \
	vrctl port set id 1 allowed 203.0.113.1/24
refused "a prefix twice" "allowed prefix is given twice: allowed 203.0.113.0/24" \
	vrctl port set id 1 allowed 203.0.113.0/24 allowed 203.0.113.0/24 active-standby
refused "allowed and no-allowed" "allowed beside no-allowed: allowed 203.0.113.0/24" \
	vrctl port set id 1 allowed 203.0.113.0/24 no-allowed
usage_error "no prefix" "allowed \"203.0.113.0\"" vrctl port set id 1 allowed 203.0.113.0
many=()
for ((i = 0; i < 33; i++)); do
	many+=(allowed "203.0.113.$i/32")
done
refused "33 of them" "more than the limit of 32 allowed prefixes: allowed 203.0.113.32/32" \
	vrctl port set id 1 "${many[@]}"
ok "32 of them" vrctl port set id 2 "${many[@]:0:64}"
is "... are all there" "$(vrctl port show id 2 | grep -o allowed | wc -l)" 32
ok "no-allowed" vrctl port set id 2 no-allowed
is "... there is none" "$(vrctl port show id 2 | grep allowed)" ''

python "$a" "$b" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	A4, B4, A6, B6 = '192.0.2.10', '192.0.2.11', '2001:db8:1::a', '2001:db8:1::b'
	ZERO, ALL6 = '00:00:00:00:00:00', '33:33:00:00:00:01'
	count = 0

	def unique():
	    global count
	    count += 1
	    return b'frame %5d.' % count

	def ip_(src, dst=None, smac=a.mac):
	    dst = dst or (B6 if ':' in src else B4)
	    return eth(b.mac, smac, IP6 if ':' in src else IP4, packet(src, dst, unique()))

	def arp_(sip):
	    return eth(BROADCAST, a.mac, ARP, arp(1, a.mac, sip, ZERO, '192.0.2.99')) + unique()

	def na(target, smac=a.mac, src=A6):
	    return eth(ALL6, smac, IP6, advertise(src, 'ff02::1', target, smac)) + unique()

	def dad(target, smac=a.mac):
	    return eth(group_mac(solicited(target)), smac, IP6, solicit('::', target)) + unique()

	def passes(what, frame, sender=a, receiver=b):
	    receiver.frames()
	    sender.send(frame)
	    wanted = frame[-12:]
	    check('passes: %s' % what, receiver.expect(lambda f: wanted in f, 5))

	def passes_at_last(what, frame, sender=a, receiver=b):
	    end = time.monotonic() + 10
	    passed = None
	    while not passed and time.monotonic() < end:
	        sender.send(frame)
	        passed = receiver.expect(frame[-12:], 0.2)
	    check('passes at last: %s' % what, passed)

	def dropped(what, reason, frame, sender=a):
	    before = nl.drops()
	    sender.send(frame)
	    after = nl.drops()
	    equal('drops: %s' % what, [name for name in after if after[name] != before[name]],
	          [reason])

	def refused(what, text, command, attrs, flags=0):
	    try:
	        nl.do(command, attrs, flags)
	        check('refused: %s' % what, False)
	    except Refused as refusal:
	        equal('refused: %s' % what, refusal.text, text)

	# Adding what is there.
	file = open('/run/netns/' + sys.argv[1])
	port = {'ifname': 'eth1', 'netns-fd': file.fileno(), 'network': 'blue'}
	prefixes = nl.do('port-get', {'id': 1})['allowed']
	nl.do('port-new', {**port, 'allowed': prefixes, 'vlan': 0, 'dhcp-server': 0,
	                   'router-advertisement': 0})
	nl.do('port-new', {**port, 'allowed': prefixes[::-1]})
	check('an equal port is no change', True)
	refused('fewer prefixes', 'device is attached with other allowed prefixes', 'port-new',
	        {**port, 'allowed': prefixes[1:]})
	refused('another mode', 'device is attached with other allowed prefixes', 'port-new',
	        {**port, 'allowed': prefixes[:2] + [{**prefixes[2], 'mode': 'source'}]})
	refused('another vlan', 'device is attached with another vlan', 'port-new',
	        {**port, 'vlan': 1})
	refused('another dhcp-server', 'device is attached with another dhcp-server', 'port-new',
	        {**port, 'dhcp-server': 1})
	refused('another router-advertisement',
	        'device is attached with another router-advertisement', 'port-new',
	        {**port, 'router-advertisement': 1})
	refused('no prefix in it', 'prefix is missing', 'port-set',
	        {'id': 1, 'allowed': {'mode': 'source'}})
	refused('no length in it', 'prefix length is missing', 'port-set',
	        {'id': 1, 'allowed': {'prefix': '203.0.113.0'}})
	refused('a length too large', 'prefix is longer than the address', 'port-set',
	        {'id': 1, 'allowed': {'prefix': '203.0.113.0', 'prefix-length': 33}})
	nl.do('apply', [('port', {**port, 'allowed': prefixes})])
	refused('another by apply', 'device is attached with other allowed prefixes', 'apply',
	        [('port', {**port, 'allowed': prefixes[1:]})])

	# What is allowed, and what is near it.
	passes('an allowed address', ip_('203.0.113.7'))
	passes('... IPv6', ip_('2001:db8:9::7'))
	passes('... by ARP', arp_('203.0.113.7'))
	passes('... by an advertisement', na('2001:db8:9::7'))
	passes('... by DAD', dad('2001:db8:9::7'))
	passes('a shared address', ip_('192.0.2.200'))
	dropped('one that is not', 'source-address', ip_('203.0.112.7'))
	dropped('... IPv6', 'source-address', ip_('2001:db8:a::7'))
	dropped('... by ARP', 'arp-sender', arp_('192.0.2.201'))
	dropped('... by an advertisement', 'nd-sender', na('2001:db8:a::7'))
	dropped('an allowed one from another MAC', 'source-mac', ip_('203.0.113.7', smac=b.mac))
	dropped('the mapped form of an IPv4 address', 'source-address', ip_('::ffff:203.0.113.7'))

	anything = [{'prefix': p, 'prefix-length': 0} for p in ('0.0.0.0', '::')]
	nl.do('port-set', {'id': 1, 'allowed': anything})
	equal('all is allowed', nl.do('port-get', {'id': 1})['allowed'],
	      [{**p, 'mode': 'source'} for p in anything])
	passes('a source that is another port\'s', ip_(B4, dst=B4))
	passes('... IPv6', ip_(B6, dst=B6))
	dropped('but ARP as that port', 'arp-sender', arp_(B4))
	dropped('... as the gateway', 'arp-sender', arp_('192.0.2.1'))
	dropped('an advertisement as that port', 'nd-sender', na(B6))
	dropped('... as the gateway', 'nd-sender', na('2001:db8:1::1'))
	dropped('DAD of its address', 'nd-sender', dad(B6))
	passes('ARP as nobody else', arp_('192.0.2.77'))
	nl.do('port-set', {'id': 1, 'no-allowed': True})
	check('no prefix any more', 'allowed' not in nl.do('port-get', {'id': 1}))
	dropped('what was allowed', 'source-address', ip_('203.0.113.7'))
	dropped('... IPv6', 'source-address', ip_('2001:db8:9::7'))

	# Link-local addresses.
	passes('a link-local address, first come', dad('fe80::1:1'))
	passes('... as a source', ip_('fe80::1:1'))
	dropped('it is not another port\'s then', 'source-address', eth(
	    a.mac, b.mac, IP6, packet('fe80::1:1', A6)), b)
	passes('a second one', ip_('fe80::1:2'))
	dropped('a third one', 'source-address', ip_('fe80::1:3'))
	dropped('... by an advertisement', 'nd-sender', na('fe80::1:3'))
	passes('the first one still', na('fe80::1:1', src='fe80::1:1'))
	passes('and that of the MAC', ip_('fe80::ff:fe00:a'))
	dropped('that of another MAC', 'source-address', eth(
	    a.mac, b.mac, IP6, packet('fe80::ff:fe00:a', A6)), b)
	dropped('the routers\' anycast address', 'source-address', ip_('fe80::'))
	dropped('another link-local prefix', 'source-address', ip_('fe80:0:0:1::1'))
	# Who was refused one waits a little.
	passes_at_last('another port has its own two', eth(
	    a.mac, b.mac, IP6, packet('fe80::1:3', A6, unique())), b, a)
	nl.do('port-set', {'id': 1, 'allowed': {'prefix': 'fe80::', 'prefix-length': 10}})
	passes('all of them, by a prefix', ip_('fe80::1:4'))
	nl.do('port-del', port := {k: port[k] for k in ('ifname', 'netns-fd')})
	nl.do('port-new', {**port, 'network': 'blue', 'mac': a.mac, 'address': [A4, A6]}, EXCL)
	# Its queue works a little after it has a carrier.
	passes_at_last('attached again, others are first', ip_('fe80::1:5'))
	nl.do('endpoint-new', {'network': 'blue', 'mac': '02:00:00:00:02:0b', 'port-id': 2,
	                       'address': ['fe80::1:6']}, EXCL)
	dropped('one that is configured elsewhere', 'source-address', ip_('fe80::1:6'))
END
done_testing
