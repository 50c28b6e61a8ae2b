#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
# timeout: 600
#
# The module unloads, unless a port is in a namespace other than its instance's:
# then it is refused. VR_LOOPS times while ports come and go under traffic.

. "$(dirname "$0")/setup.sh"
module_load

# A slow kernel is one with sanitizers.
loops=${VR_LOOPS:-$((${VR_SLOW:-1} > 1 ? 20 : 100))}
stop=$(mktemp)
on_exit rm -f "$stop"

unloaded()
{
	rmmod vr
}

# What other scripts left behind goes in the background.
ok "it unloads" poll 60 unloaded
ok "it loads" module_load

ok "unused by a port in the own namespace" ip link add own type vr
vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl port add dev own network blue mac 02:00:00:00:00:0a address 192.0.2.10
vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.50 dev own
vrctl route add network blue 198.51.100.0/24 via dev own
vrctl route add network blue 2001:db8:9::/48 via blackhole
ip link set own up
ns a
device a eth1
refused "refused with a device in another namespace" "in use" rmmod vr
vrctl port add dev eth1 netns "$a" network blue mac 02:00:00:00:00:0b
refused "... attached" "in use" rmmod vr
ok "... which goes back" ip -n "$a" link set eth1 netns $$
is "... no reference is left" "$(< /sys/module/vr/refcnt)" 0
ok "then it unloads, with network, ports, endpoints, routes" rmmod vr
fails "... and its devices are gone" ip link show own
fails "... and vrctl says so" vrctl network show

# Comes and goes, sends, and fails while there is no module.
cat > "$stop.py" <<- 'END'
	import subprocess
	import sys
	from packet import *
	from vrnl import *

	frame = eth(BROADCAST, '02:00:00:00:00:0a', 0x88b5, b'x' * 100)
	rounds = sent = 0
	while os.path.exists(sys.argv[1]):
	    try:
	        subprocess.run(('ip', '-batch', '-'), text=True, check=True, capture_output=True,
	                       input='link add p0 up type vr\nlink add p1 up type vr\n')
	        nl = Netlink()
	        nl.do('network-new', {'name': 'n', 'subnet': {'gateway': '192.0.2.1',
	                                                      'prefix-length': 24}})
	        for name in 'p0', 'p1':
	            nl.do('port-new', {'network': 'n', 'ifname': name})
	        nl.do('route-new', {'network': 'n', 'prefix': '198.51.100.0', 'prefix-length': 24,
	                            'nexthop': {'ifname': 'p1'}})
	        rounds += 1
	        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
	            sock.bind(('p0', 3))
	            for _ in range(3000):
	                sock.send(frame)
	                sent += 1
	        if rounds % 3 == 0:
	            nl.do('network-del', {'name': 'n'})
	        subprocess.run(('ip', 'link', 'del', 'p1'), capture_output=True, check=False)
	        subprocess.run(('ip', 'link', 'del', 'p0'), capture_output=True, check=False)
	    except (Refused, OSError, subprocess.CalledProcessError, IndexError, AttributeError):
	        subprocess.run(('ip', 'link', 'del', 'p1'), capture_output=True, check=False)
	        subprocess.run(('ip', 'link', 'del', 'p0'), capture_output=True, check=False)
	print('# %d times a network with ports, %d frames sent' % (rounds, sent))
	sys.exit(rounds == 0)
END
on_exit rm -f "$stop.py"
python3 -S "$stop.py" "$stop" & worker=$!
# A port that lives elsewhere now and then.
while [ -e "$stop" ]; do
	ip link add eth5 netns "$a" type vr
	read -r -t 0.3 -u "$_never"
	ip -n "$a" link del eth5
	read -r -t 0.5 -u "$_never"
done > /dev/null 2>&1 & elsewhere=$!

done_loops=0 refusals=0 others=''
end=$((SECONDS + 400 * ${VR_SLOW:-1}))
while [ $done_loops -lt "$loops" ] && [ $SECONDS -lt $end ]; do
	insmod "$MODULE" || break
	read -r -t 0.2 -u "$_never"
	until said=$(rmmod vr 2>&1); do
		if [[ $said = *"in use"* ]]; then
			refusals=$((refusals + 1))
		else
			others=$said
			break 2
		fi
		[ $SECONDS -lt $end ] || break 2
	done
	done_loops=$((done_loops + 1))
done
is "loaded and unloaded under traffic" "$done_loops $others" "$loops "
echo "# refused because a port was elsewhere: $refusals times"
rm -f "$stop"
wait $worker
is "the traffic was there" $? 0
wait $elsewhere
ok "it loads again" module_load
is "... with nothing from before" "$(vrctl network show; vrctl port show)" ''
done_testing
