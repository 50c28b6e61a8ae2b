#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Other kinds of devices as ports: a macvlan, and a VLAN of a NIC that carries
# the node's own address, which makes a network whose gateway is outside.

. "$(dirname "$0")/setup.sh"
module_load

# reaches NS ADDRESS...: by ping, and TCP with its receiver's checksums
reaches()
{
	local from=$1

	shift
	for address; do
		ping_ok "$from" "$address" 2
	done
}

# tcp WHAT FROM TO ADDRESS...
tcp()
{
	local what=$1 from=$2 to=$3

	shift 3
	python "$what" "${!from}" "${!to}" "$@" <<- 'END'
		import hashlib
		import socket
		import sys
		import threading
		from packet import *

		SOL_PACKET, PACKET_AUXDATA, OUTGOING, NOT_READY = 263, 8, 4, 1 << 3
		what, sender, receiver, *addresses = sys.argv[1:]
		DATA = os.urandom(1 << 16)

		def sums(sock):
		    """How many segments came correct or with a sum to come, and wrong; the largest."""
		    good = wrong = largest = 0
		    while True:
		        try:
		            frame, ancillary, _, address = sock.recvmsg(1 << 17, 256)
		        except BlockingIOError:
		            return good, wrong, largest
		        kind, = struct.unpack('!H', frame[12:14])
		        protocol, at, pairs = (frame[23], 34, frame[26:34]) if kind == IP4 else (
		            frame[20], 54, frame[22:54])
		        if address[2] == OUTGOING or kind not in (IP4, IP6) or protocol != TCP:
		            continue
		        largest = max(largest, len(frame))
		        status, = struct.unpack('=I', [d for _, type_, d in ancillary
		                                       if type_ == PACKET_AUXDATA][0][:4])
		        end = 14 + struct.unpack_from('!H', frame, 16)[0] if kind == IP4 else \
		            54 + struct.unpack_from('!H', frame, 18)[0]
		        if status & NOT_READY or not checksum(
		                pairs + struct.pack('!II', end - at, TCP) + frame[at:end]):
		            good += 1
		        else:
		            wrong += 1

		for address in addresses:
		    family = socket.AF_INET6 if ':' in address else socket.AF_INET
		    with Namespace(receiver):
		        server = socket.socket(family)
		        watch = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
		    watch.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
		    watch.setsockopt(socket.SOL_SOCKET, 33, 1 << 23)  # SO_RCVBUFFORCE
		    watch.setblocking(False)
		    with Namespace(sender):
		        client = socket.socket(family)
		    server.bind((address, 0))
		    server.listen(1)
		    server.settimeout(60)
		    client.settimeout(60)
		    got = b''
		    def receive():
		        global got
		        sock = server.accept()[0]
		        sock.settimeout(60)
		        while data := sock.recv(1 << 20):
		            got += data
		    thread = threading.Thread(target=receive)
		    thread.start()
		    client.connect(server.getsockname()[:2])
		    for _ in range(8):
		        client.sendall(DATA)
		    client.close()
		    thread.join()
		    check('TCP %s to %s' % (what, address), got == DATA * 8, len(got))
		    good, wrong, largest = sums(watch)
		    check('... with right checksums', good > 8 and not wrong,
		          '%d good, %d wrong, largest %d' % (good, wrong, largest))
	END
}

# wrong NS...: checksum errors that their stacks counted
wrong()
{
	local net

	for net; do
		in_ns "$net" cat /proc/net/snmp /proc/net/snmp6
	done | python3 -S -c '
import sys
total, head = 0, None
for line in sys.stdin:
    key, *values = line.split()
    if key.endswith("InCsumErrors"):
        total += int(values[0])
    elif head and head[0] == key:
        total += sum(int(v) for k, v in zip(head[1:], values) if k == "InCsumErrors")
    head = [key] + values
print(total)'
}

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod p blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64

# A macvlan that has its lower device for itself: behind it is who is there.
veth_pod m
ip link add mv0 link tm up type macvlan mode passthru
in_ns m sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad; ip -batch -' <<- 'END'
	link set eth1 address 02:00:00:00:00:0a up
	address add 192.0.2.10/24 dev eth1
	address add 2001:db8:1::a/64 dev eth1 nodad
END
ok "a macvlan" vrctl port add dev mv0 network blue mac 02:00:00:00:00:0a address 192.0.2.10 \
	address 2001:db8:1::a
json=$(vrctl -j port show dev mv0)
is "... is a tap port" "$(field kind)" tap
reaches m 192.0.2.11 2001:db8:1::b 192.0.2.1
tcp "from behind a macvlan" m p 192.0.2.11 2001:db8:1::b
tcp "to behind a macvlan" p m 192.0.2.10 2001:db8:1::a
ok "its lower device goes, and the port with it" ip link del tm
refused "... is not there" "no such device" vrctl port show dev mv0
is "... nor its endpoint" "$(vrctl endpoint show | grep -c 02:00:00:00:00:0a)" 0

# A macvlan beside others gets what is to its own MAC, here the gateway's.
ns n
ip link add lower0 up type dummy
ip link add mv1 link lower0 address 02:76:72:00:00:01 up type macvlan mode bridge
ip link add eth1 netns "$n" link lower0 address 02:00:00:00:00:0c type macvlan mode bridge
in_ns n sh -c 'echo 0 > /proc/sys/net/ipv6/conf/eth1/accept_dad; ip -batch -' <<- 'END'
	link set eth1 up
	address add 198.51.100.12/24 dev eth1
	address add 2001:db8:2::c/64 dev eth1 nodad
END
vrctl network set blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 \
	subnet 198.51.100.1/24 subnet 2001:db8:2::1/64
default_routes n 198.51.100.1 2001:db8:2::1
default_routes p 192.0.2.1 2001:db8:1::1
ok "a macvlan of a dummy" vrctl port add dev mv1 network blue mac 02:00:00:00:00:0c \
	address 198.51.100.12 address 2001:db8:2::c
reaches n 198.51.100.1 192.0.2.11 2001:db8:1::b
reaches p 198.51.100.12 2001:db8:2::c
tcp "from another macvlan, routed" n p 192.0.2.11 2001:db8:1::b
ok "it is given back" vrctl port del dev mv1
is "... and not promiscuous" "$(ip -d link show mv1 | grep -c 'promiscuity 0 ')" 1

# The node's NIC, its own address, and the data centre's VLANs behind it.
vrctl network add lan
ns dc
ip link add nic0 up type veth peer name eth1 netns "$dc"
ip address add 203.0.113.1/24 dev nic0
ip link add link nic0 name nic0.7 up type vlan id 7
in_ns dc sh -c 'ip -batch -; echo 1 > /proc/sys/net/ipv4/ip_forward
	echo 1 > /proc/sys/net/ipv6/conf/all/forwarding' <<- 'END'
	link set eth1 up
	address add 203.0.113.2/24 dev eth1
	link add link eth1 name eth1.7 up type vlan id 7
	address add 198.51.100.1/24 dev eth1.7
	address add 2001:db8:7::1/64 dev eth1.7 nodad
	address add 203.0.113.77/32 dev lo
	address add 2001:db8:77::77/128 dev lo nodad
END
refused "a NIC with the node's address" "device carries an address of the host, which would be lost" \
	vrctl port add dev nic0 network lan
ok "its VLAN" vrctl port add dev nic0.7 network lan
pod q lan 02:00:00:00:07:0a 198.51.100.10/24 2001:db8:7::a/64
default_routes q 198.51.100.1 2001:db8:7::1
tap_pod r lan 02:00:00:00:07:0b 198.51.100.11/24 2001:db8:7::b/64
default_routes r 198.51.100.1 2001:db8:7::1
# Who is outside is not known, so it is asked, unless the port is protected.
for i in q r; do
	reaches $i 198.51.100.1 2001:db8:7::1 203.0.113.77 2001:db8:77::77
done
reaches dc 198.51.100.10 2001:db8:7::a 198.51.100.11 2001:db8:7::b
tcp "to outside the VLAN's gateway" q dc 203.0.113.77 2001:db8:77::77
tcp "from outside" dc q 198.51.100.10 2001:db8:7::a
tcp "from behind a tap" r dc 198.51.100.1 2001:db8:7::1
tcp "to behind a tap" dc r 198.51.100.11 2001:db8:7::b
ok "the node has its address" ping -q -n -W 5 -c 1 203.0.113.2
ok "... and is reached" _ping_ok dc 203.0.113.1
is "no stack counted a wrong checksum" "$(wrong p m n dc q r)" 0
ok "the VLAN is given back" vrctl port del dev nic0.7
fails "... and its network ends here" _ping_ok q 198.51.100.1
ip address add 198.51.100.99/24 dev nic0.7
ok "... our stack has it" ping -q -n -W 5 -c 1 198.51.100.1
done_testing
