#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 300
#
# Objects and namespaces come and go from several processes, with traffic, for
# VR_STORM seconds; then all is gone and the memory is back.

. "$(dirname "$0")/setup.sh"
module_load

seconds=${VR_STORM:-10}
run=$(mktemp)
on_exit rm -f "$run"

vrctl network add stay subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64
raw_pod a stay 02:00:00:00:00:0a 192.0.2.10 2001:db8:1::a "antispoof off"
raw_pod b stay 02:00:00:00:00:0b 192.0.2.11 2001:db8:1::b "antispoof off"
ip link add own up type vr
vrctl port add dev own network stay mac 02:00:00:00:00:0c address 192.0.2.12

cat > "$run.py" <<- 'END'
	import random
	import subprocess
	import sys
	from packet import *
	from vrnl import *

	kind, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
	os.sched_setaffinity(0, range(os.cpu_count()))
	nl = Netlink()
	rounds = 0

	def ip_(commands):
	    subprocess.run(('ip', '-force', '-batch', '-'), text=True, input=commands, check=False,
	                   capture_output=True)

	def try_(command, attrs, flags=0):
	    try:
	        nl.do(command, attrs, flags)
	    except Refused:
	        pass

	def networks():
	    name = 'n%d' % random.randrange(4)
	    nl.do('apply', [('network', {'name': name, 'subnet': {
	        'gateway': '192.0.2.1', 'prefix-length': 24}}), ('route', {
	            'network': name, 'prefix': '::', 'prefix-length': 0,
	            'nexthop': {'type': 'blackhole'}})])
	    try_('network-set', {'name': name, 'subnet': {'gateway': '2001:db8::1',
	                                                  'prefix-length': 64}})
	    try_('network-del', {'name': name})

	def objects():
	    number = random.randrange(200)
	    mac_ = '02:00:00:00:03:%02x' % number
	    for port in 1, 2:
	        try_('endpoint-new', {'network': 'stay', 'mac': mac_, 'port-id': port, 'address': [
	            '192.0.2.%d' % (20 + number), '2001:db8:1::3:%x' % number],
	            'sequence': random.randrange(3), 'state': random.randrange(2)}, REPLACE)
	    for hop in ({'port-id': 2}, {'via': '2001:db8:1::3:%x' % number}):
	        try_('route-new', {'network': 'stay', 'prefix': '2001:db8:%x::' % (256 + number),
	                           'prefix-length': 48, 'nexthop': hop}, REPLACE)
	    try_('endpoint-del', {'network': 'stay', 'mac': mac_})
	    try_('route-del', {'network': 'stay', 'prefix': '2001:db8:%x::' % (
	        256 + random.randrange(200)), 'prefix-length': 48})

	def ports():
	    ip_('link add s0 up type vr\nlink add s1 up type vr\n')
	    for name in 's0', 's1', 's0':
	        try_('port-new', {'network': 'stay', 'ifname': name})
	        try_('endpoint-new', {'network': 'stay', 'mac': '02:00:00:00:04:01', 'ifname': name},
	             REPLACE)
	        try_('route-new', {'network': 'stay', 'prefix': '203.0.113.0', 'prefix-length': 24,
	                           'nexthop': {'ifname': name}}, REPLACE)
	    try_('port-set', {'ifname': 's0', 'mac': '02:00:00:00:04:02'})
	    try_('port-del', {'ifname': 's1'})
	    ip_('link del s0\nlink del s1\n')

	def namespaces():
	    name = 'storm%d' % os.getpid()
	    ip_('netns add %s\nlink add eth1 up netns %s type vr\n' % (name, name))
	    with open('/run/netns/' + name, encoding='ascii') as file:
	        try_('port-new', {'network': 'stay', 'ifname': 'eth1', 'netns-fd': file.fileno(),
	                          'address': ['192.0.2.250', '2001:db8:1::250']})
	        if rounds % 2:
	            ip_('-n %s link set eth1 netns %s name moved\n' % (name, name))
	    ip_('netns del %s\n' % name)

	def shows():
	    for what in ('network', 'port', 'endpoint', 'route', 'limit', 'drop'):
	        nl.dump(what + '-get')

	def traffic():
	    if rounds == 0:
	        traffic.station = Station(sys.argv[3], '02:00:00:00:00:0a')
	        os.sched_setaffinity(0, range(os.cpu_count()))
	    for _ in range(50):
	        for dst in ('02:00:00:00:00:0b', BROADCAST, '02:00:00:00:04:01', GATEWAY,
	                    '02:00:00:00:03:%02x' % random.randrange(200)):
	            for address in ('192.0.2.11', '203.0.113.1', '192.0.2.%d' % random.randrange(20, 250)):
	                traffic.station.send(eth(dst, '02:00:00:00:00:0a', IP4,
	                                         packet('192.0.2.10', address)))
	            traffic.station.send(eth(dst, '02:00:00:00:00:0a', IP6, packet(
	                '2001:db8:1::a', '2001:db8:%x::1' % random.randrange(256, 456))))

	while time.monotonic() < end:
	    globals()[kind]()
	    rounds += 1
	print('# %s: %d rounds' % (kind, rounds))
	sys.exit(rounds == 0)
END
on_exit rm -f "$run.py"

# A storm of so many seconds; its processes' exit codes.
storm()
{
	local kind pids=() pid rc=0

	for kind in networks objects ports namespaces shows traffic traffic; do
		python3 -S "$run.py" $kind "$1" "$a" & pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || rc=$?
	done
	return $rc
}

# Unreclaimable slab and per-CPU memory in KiB.
memory()
{
	local name value rest sum=0

	while read -r name value rest; do
		case $name in
		SUnreclaim:|Percpu:)	sum=$((sum + value)) ;;
		esac
	done < /proc/meminfo
	echo $sum
}

steady()
{
	[ "$(memory)" -lt $((before + 4096)) ]
}

only_what_stays()
{
	[ "$(vrctl -o network show | grep -c .)" = 1 ] && [ "$(vrctl -o port show | grep -c .)" = 3 ]
}

storm 2
is "a first one, after which the kernel's caches are warm" $? 0
vrctl endpoint flush all
poll 30 only_what_stays
before=$(memory)
storm "$seconds"
is "every process lives through it" $? 0
ok "what stays works" python3 -S - "$a" "$b" <<- 'END'
	import sys
	from packet import *

	a, b = Station(sys.argv[1], '02:00:00:00:00:0a'), Station(sys.argv[2], '02:00:00:00:00:0b')
	a.send(eth(b.mac, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'after')))
	a.send(eth(GATEWAY, a.mac, IP6, packet('2001:db8:1::a', '2001:db8:1::b', b'after6')))
	sys.exit(not b.expect(b'after') or not b.expect(b'after6'))
END
for ((i = 0; i < 4; i++)); do
	vrctl network del "n$i" > /dev/null 2>&1
done
vrctl endpoint flush all
vrctl route flush all
ok "ports of namespaces that are gone are gone" poll 60 only_what_stays
is "endpoints: those of the ports" "$(vrctl -o endpoint show | grep -c .)" 3
is "routes: those of the subnets" "$(vrctl -o route show | grep -c .)" 3
ok "the memory is back" poll 60 steady
echo "# unreclaimable memory: $before KiB before, $(memory) KiB after"
vrctl network del stay
is "and then nothing is left" "$(vrctl network show; vrctl port show; vrctl endpoint show)" ''
done_testing
