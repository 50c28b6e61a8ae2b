#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a native port says it can do (ethtool -k, ip -d link), and that it does:
# packets above 64 KiB (BIG TCP), and super-packets behind a VLAN tag.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod c blue 02:00:00:00:00:0c 198.51.100.12/24 2001:db8:2::c/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes c 198.51.100.1 2001:db8:2::1

# feature NS NAME: its state
feature()
{
	local line

	while read -r line; do
		[[ $line != "$2: "* ]] || echo "${line#*: }"
	done < <(in_ns "$1" ethtool -k eth1)
}

for name in rx-checksumming tx-checksumming tx-checksum-ip-generic tx-checksum-sctp \
	scatter-gather tx-scatter-gather-fraglist tcp-segmentation-offload \
	tx-tcp6-segmentation tx-tcp-ecn-segmentation generic-segmentation-offload \
	generic-receive-offload tx-vlan-offload rx-vlan-offload tx-vlan-stag-hw-insert \
	tx-udp-segmentation tx-gso-list highdma tx-udp_tnl-segmentation; do
	is "$name is on" "$(feature a $name)" on
done
is "no lock in transmit" "$(feature a tx-lockless | cut -d' ' -f1)$(in_ns a ip -d link show eth1 |
	grep -c 'qdisc noqueue')" "$([[ $(uname -r) = 6.1.* ]] && echo on)1"
is "lying segmentation headers are checked" "$(feature a tx-gso-robust)" "off [fixed]"
like "ip -d link shows the largest super-packet" "$(in_ns a ip -d link show eth1)" \
	"tso_max_size 524280"

# largest NS FROM TO DEVICE [LEAST]: the longest packet of a transfer that the
# receiver's device sees; stops at one longer than LEAST
largest()
{
	python3 -S - "$a" "${!1}" "${@:2}" <<- 'END'
		import socket
		import sys
		import threading
		from packet import Namespace

		a, receiver, source, address, device, least = sys.argv[1:]
		family = socket.AF_INET6 if ':' in address else socket.AF_INET
		with Namespace(receiver):
		    watch = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
		    server = socket.socket(family, socket.SOCK_STREAM)
		with Namespace(a):
		    client = socket.socket(family, socket.SOCK_STREAM)
		watch.bind((device, 3))
		watch.setblocking(False)
		for sock in (server, client):
		    sock.setsockopt(socket.SOL_SOCKET, 32, 1 << 23)  # SO_SNDBUFFORCE
		    sock.setsockopt(socket.SOL_SOCKET, 33, 1 << 23)  # SO_RCVBUFFORCE
		    sock.settimeout(60)
		server.bind((address, 0))
		server.listen(1)
		client.bind((source, 0))
		client.connect(server.getsockname()[:2])
		peer = server.accept()[0]
		data = bytes(1 << 21)
		longest = 0
		for _ in range(24):
		    thread = threading.Thread(target=client.sendall, args=(data,))
		    thread.start()
		    left = len(data)
		    while left:
		        left -= len(peer.recv(min(left, 1 << 20)))
		        try:
		            while True:
		                longest = max(longest, watch.recv_into(bytearray(1), 1, socket.MSG_TRUNC))
		        except BlockingIOError:
		            pass
		    thread.join()
		    if longest > int(least):
		        break
		print(longest)
	END
}

# big_ipv4 NS: allows its eth1 the same for IPv4, which not every ip can do;
# prints the limit, nothing where the kernel has none
big_ipv4()
{
	in_ns "$1" python3 -S - <<- 'END'
		import socket
		import struct

		def call(kind, attrs):
		    body = struct.pack('=BxHiII', 0, 0, socket.if_nametoindex('eth1'), 0, 0) + attrs
		    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		    sock.send(struct.pack('=IHHII', 16 + len(body), kind, 5, 1, 0) + body)
		    return sock.recv(1 << 16)

		GSO, GRO = 63, 64  # IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE
		call(16, b''.join(struct.pack('=HHI', 8, attr, 180000) for attr in (GSO, GRO)))
		link = call(18, b'')[32:]
		while len(link) >= 4:
		    length, attr = struct.unpack('=HH', link[:4])
		    if attr == GSO:
		        print(struct.unpack('=I', link[4:8])[0])
		    link = link[max(4, length + 3 & ~3):]
	END
}

# arrives_large DESC LEAST NS FROM TO DEVICE
arrives_large()
{
	local length

	length=$(largest "${@:3}" "$2" 2>&1)
	ok "$1: $length bytes" [ "$length" -gt "$2" ]
}

for net in a b c; do
	ok "BIG TCP allowed in $net" in_ns $net ip link set eth1 gso_max_size 180000 gro_max_size 180000
	big4=$(big_ipv4 $net)
done
arrives_large "IPv6 above 64 KiB, bridged" 65600 b 2001:db8:1::a 2001:db8:1::b eth1
arrives_large "IPv6 above 64 KiB, routed" 65600 c 2001:db8:1::a 2001:db8:2::c eth1
if [ "$big4" = 180000 ]; then
	arrives_large "IPv4 above 64 KiB, bridged" 65600 b 192.0.2.10 192.0.2.11 eth1
	arrives_large "IPv4 above 64 KiB, routed" 65600 c 192.0.2.10 198.51.100.12 eth1
else
	skip "IPv4 above 64 KiB" "this kernel has no gso_ipv4_max_size"
fi

# A tag inside: the router's ports are trunks where anti-spoofing is off.
for net in a b; do
	vrctl port set dev eth1 netns "${!net}" antispoof off
	in_ns $net ip link add link eth1 name tagged type vlan id 7
	in_ns $net ip link set tagged up
done
in_ns a ip address add 203.0.113.10/24 dev tagged
in_ns b ip address add 203.0.113.11/24 dev tagged
arrives_large "a super-packet behind a tag" 20000 b 203.0.113.10 203.0.113.11 tagged
is "nothing was malformed or too long" "$(drops ip-header) $(drops too-big)" "0 0"
done_testing
