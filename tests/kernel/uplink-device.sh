#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Stock tunnel devices as uplinks: which are taken, traffic with a node that has the
# module's own VXLAN or a device of the same kind, and devices that go.
# timeout: 240

. "$(dirname "$0")/uplink-setup.sh"

node n2
subnets="subnet 192.0.2.1/24 subnet 198.51.100.1/24 subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64"
for net in "" "-n ${n2:?}"; do
	# shellcheck disable=SC2086 # words
	vrctl $net network add blue vni 100 $subnets
done

ext()
{
	ip link add "$@" && ip link set "$1" up
}

# Refused.
ip link add learns type vxlan external dstport 5001 learning
ip link add fixed type vxlan id 7 dstport 5002 remote 203.0.113.2
ip link add fixedg type geneve id 7 remote 203.0.113.2
ip link add plain type dummy
ip link add br type bridge
ip link add slave type vxlan external dstport 5003 nolearning
ip link set slave master br
ip link add busy type vxlan external dstport 5004 nolearning
ip link add link busy name mv type macvlan
refused "a device that learns" "tunnel device learns: make it with nolearning" \
	vrctl uplink add dev learns
refused "one with a fixed tunnel" "tunnel device is not external (collect metadata)" \
	vrctl uplink add dev fixed
refused "... geneve" "tunnel device is not external (collect metadata)" vrctl uplink add dev fixedg
refused "one with a master" "device has a master" vrctl uplink add dev slave
refused "one with a receive handler" "device has a receive handler already" \
	vrctl uplink add dev busy
for dev in plain br wire lo; do
	refused "another kind: $dev" "device is not a vxlan, geneve or gretap" vrctl uplink add dev $dev
done
if ip link add tun type gre external 2> /dev/null; then
	refused "no Ethernet" "device is not a vxlan, geneve or gretap" vrctl uplink add dev tun
fi
refused "no device" "no such device" vrctl uplink add dev none
ext taken type vxlan external dstport 5005 nolearning
ok "one that is external" vrctl uplink add dev taken ttl 9 any on
refused "... once" "uplink exists" vrctl uplink add dev taken
json=$(vrctl -j uplink show dev taken)
is "it is shown" "$(field name) $(field type) $(field ifname) $(field ttl) $(field any) $(field port)" \
	"taken device taken 9 1 "
fails "nobody else gets it" ip link set taken master br
refused "... not as a port" "" vrctl port add dev taken network blue
ip link set taken down
ip link set taken name renamed
like "renamed" "$(vrctl uplink show renamed)" '^renamed type device dev renamed '
refused "... not by the old name" "no such uplink" vrctl uplink show taken
ok "del" vrctl uplink del dev renamed
ok "... it is free" ip link set renamed master br
for dev in learns fixed fixedg plain slave busy renamed br; do
	ip link del $dev
done

pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
node_pod n2 b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
node_pod n2 c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1

# Here endpoints lead to the other node, there to this one, over both families.
lead()
{
	local here=$1 there=$2 ours=$3 theirs=$4

	vrctl -batch - <<- END
		endpoint add network blue mac 02:00:00:00:00:0b address 192.0.2.11 address 2001:db8:1::b remote $theirs uplink $here
		endpoint add network blue mac 02:00:00:00:00:0c address 198.51.100.12 address 2001:db8:2::c remote $theirs uplink $here
		network set blue flood add $theirs uplink $here
	END
	vrctl -n "$n2" -batch - <<- END
		endpoint add network blue mac 02:00:00:00:00:0a address 192.0.2.10 address 2001:db8:1::a remote $ours uplink $there
		network set blue flood add $ours uplink $there
	END
}

mtu_is()
{
	json=$(vrctl -j network show blue)
	[ "$(field mtu)" = "$1" ]
}

transfers()
{
	python "$a" "$b" "$c" "$1" <<- 'END'
		import hashlib
		import os
		import socket
		import sys
		import threading
		from packet import Namespace, check, equal

		a, b, c, what = sys.argv[1:]
		DATA = os.urandom(1 << 19)

		def sockets(receiver, address, kind):
		    family = socket.AF_INET6 if ':' in address else socket.AF_INET
		    with Namespace(receiver):
		        server = socket.socket(family, kind)
		    with Namespace(a):
		        client = socket.socket(family, kind)
		    server.bind((address, 0))
		    for sock in server, client:
		        sock.settimeout(30)
		    return server, client

		for receiver, address in ((b, '192.0.2.11'), (b, '2001:db8:1::b'),
		                          (c, '198.51.100.12'), (c, '2001:db8:2::c')):
		    server, client = sockets(receiver, address, socket.SOCK_STREAM)
		    server.listen(1)
		    got = []
		    def receive():
		        try:
		            sock = server.accept()[0]
		            sock.settimeout(30)
		            while part := sock.recv(1 << 20):
		                got.append(part)
		        except OSError as error:
		            print('#', error)
		    thread = threading.Thread(target=receive)
		    thread.start()
		    try:
		        client.connect(server.getsockname()[:2])
		        client.sendall(DATA)
		    except OSError as error:
		        print('#', error)
		    client.close()
		    thread.join()
		    check('%s: TCP to %s' % (what, address), b''.join(got) == DATA, len(b''.join(got)))
		    server, client = sockets(receiver, address, socket.SOCK_DGRAM)
		    for size in (0, 1300, 8000):
		        client.sendto(DATA[:size], server.getsockname()[:2])
		        try:
		            equal('... UDP of %d bytes' % size, server.recv(1 << 16), DATA[:size])
		        except OSError as error:
		            check('... UDP of %d bytes' % size, False, error)
	END
}

pair()
{
	local what=$1 here=$2 there=$3 ours=$4 theirs=$5 mtu=$6

	lead "$here" "$there" "$ours" "$theirs"
	ok "$what: the MTU" poll 10 mtu_is "$mtu"
	transfers "$what"
	ok "... traceroute" in_ns a traceroute -n -q 1 -w 5 198.51.100.12
	like "... by the gateway" "$_out" '192\.0\.2\.1 .*198\.51\.100\.12 '
	# flooded there and answered, as nobody knows it
	in_ns b ip address add 192.0.2.111/24 dev eth1
	ok "... an address nobody knows is found" in_ns a ping -q -n -c 1 -W 10 192.0.2.111
	in_ns b ip address del 192.0.2.111/24 dev eth1
	like "... it counts" "$(vrctl -s -o uplink show "$here")" \
		'rx packets [1-9][0-9]* bytes [1-9].* tx packets [1-9][0-9]* bytes [1-9]'
}

ext vxext type vxlan external dstport 4789 nolearning
ok "vxlan external" vrctl uplink add dev vxext
on n2 uplink add vx type vxlan
pair "vxlan external, IPv4" vxext vx 203.0.113.1 203.0.113.2 1450
vrctl uplink del vxext
on n2 uplink del vx
ok "deleted: the endpoints are gone" sh -c '[ "$(vrctl -j endpoint show remote 203.0.113.2)" = "[]" ]'
ip link del vxext

# one device of both families
ext vxext type vxlan external dstport 4789 nolearning local 2001:db8:ff::1
ip -n "$n2" link add vxext type vxlan external dstport 4789 nolearning local 2001:db8:ff::2
ip -n "$n2" link set vxext up
vrctl uplink add dev vxext
on n2 uplink add dev vxext
pair "vxlan external on both, IPv6" vxext vxext 2001:db8:ff::1 2001:db8:ff::2 1430
ip -n "$n2" link del vxext
is "the device goes, and the uplink" "$(on n2 -j uplink show)" "[]"
is "... and the endpoints" "$(on n2 -j endpoint show remote 2001:db8:ff::1)" "[]"
ip link set vxext netns "$n2"
is "it moves elsewhere: the uplink goes" "$(vrctl -j uplink show)" "[]"
ip -n "$n2" link del vxext

for kind in geneve gretap; do
	if ! ext gen type $kind external || ! ip -n "$n2" link add gen type $kind external; then
		skip "$kind" "no such device here"
		ip link del gen 2> /dev/null
		continue
	fi
	ip -n "$n2" link set gen up
	vrctl uplink add dev gen
	on n2 uplink add dev gen
	mtu=1450
	[ $kind = geneve ] || mtu=1458
	pair "$kind external, IPv4" gen gen 203.0.113.1 203.0.113.2 $mtu
	ip link del gen
	ip -n "$n2" link del gen
done
done_testing
