#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a sender's stack has noted of a packet does not cross to the receiver's,
# bridged or routed.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24
ns a b c
ip link add eth1 netns "$a" numtxqueues 2 type vr
ip link add eth1 netns "$b" numrxqueues 2 type vr
ip link add eth1 netns "$c" numrxqueues 2 type vr
for pod in "a 192.0.2.10 0a" "b 192.0.2.11 0b" "c 198.51.100.12 0c"; do
	read -r net address last <<< "$pod"
	vrctl port add dev eth1 netns "${!net}" network blue mac "02:00:00:00:00:$last" \
		address "$address"
	ip -n "${!net}" -batch - <<- END
		address add $address/24 dev eth1
		link set eth1 up
		route add default via ${address%.*}.1
	END
done
# Each packet is taken to the CPU that its flow is hashed to.
for net in b c; do
	ip netns exec "${!net}" sh -c 'echo 3 > /sys/class/net/eth1/queues/rx-0/rps_cpus
		echo 3 > /sys/class/net/eth1/queues/rx-1/rps_cpus'
done

# counted NS COUNTER
counted()
{
	in_ns "$1" nft list counter ip scrub "$2" | sed -n 's/.*packets \([0-9]*\) .*/\1/p'
}

# The sender tracks its connections, marks them where the kernel can, and says of
# some packets that it does not.
in_ns a nft -f - <<- 'END'
	table ip scrub {
		chain raw {
			type filter hook output priority raw
			udp dport 4002 notrack
		}
		chain out {
			type filter hook output priority filter
			udp dport 4001 ct state new
		}
	}
END
marks=yes
in_ns a nft add rule ip scrub out udp dport 4001 ct mark set 7 2> /dev/null || marks=''
for net in b c; do
	in_ns "$net" nft -f - <<- END
		table ip scrub {
			counter came { }
			counter new { }
			counter connmark { }
			counter prio { }
			chain in {
				type filter hook prerouting priority filter
				udp dport 4001-4002 counter name came
				udp dport 4001-4002 ct state new counter name new
				${marks:+udp dport 4001-4002 ct mark 7 counter name connmark}
				udp dport 4001-4002 meta priority != 0 counter name prio
			}
		}
	END
done

python "$a" "$b" "$c" <<- 'END'
	import ctypes
	import socket
	import sys
	from packet import *

	names = dict(zip('abc', sys.argv[1:]))
	MARK, QUEUE = 20, 24  # SKF_AD_*

	class Probe(Station):
	    """Sees of UDP packets to 4001 and 4002, sent or received, what the filter tells."""

	    def __init__(self, name, ancillary):
	        Station.__init__(self, name, None)
	        code = ((0x28, 0, 0, 36), (0x35, 0, 4, 4001), (0x25, 3, 0, 4002),
	                # the length it is cut to: 64 and the value
	                (0x20, 0, 0, 0xfffff000 + ancillary), (0x04, 0, 0, 64), (0x16, 0, 0, 0),
	                (0x06, 0, 0, 0))
	        text = ctypes.create_string_buffer(b''.join(struct.pack('=HBBI', *one) for one in code))
	        self.sock.setsockopt(socket.SOL_SOCKET, 26, struct.pack(
	            'HL', len(code), ctypes.addressof(text)))
	        self.values()  # what came before there was a filter

	    def values(self):
	        out = []
	        try:
	            while True:
	                out.append(len(self.sock.recv(2000, socket.MSG_DONTWAIT)) - 64)
	        except BlockingIOError:
	            return out

	def wait(probe, count):
	    got = []
	    end = time.monotonic() + 10
	    while len(got) < count and time.monotonic() < end:
	        got += probe.values()
	        select.select([probe.sock], [], [], 0.1)
	    return got

	FLOWS = 32
	for name, address, how in ('b', '192.0.2.11', 'bridged'), ('c', '198.51.100.12', 'routed'):
	    sent = Probe(names['a'], MARK), Probe(names['a'], QUEUE)
	    came = Probe(names[name], MARK), Probe(names[name], QUEUE)
	    with Namespace(names['a']):
	        flows = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(FLOWS)]
	    for i, flow in enumerate(flows):
	        flow.setsockopt(socket.SOL_SOCKET, 36, 5)  # SO_MARK
	        flow.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 6)
	        flow.sendto(bytes(100), (address, 4001 + i % 2))
	    equal('%s, the mark: what is sent' % how, wait(sent[0], FLOWS), [5] * FLOWS)
	    equal('... and what comes', wait(came[0], FLOWS), [0] * FLOWS)
	    equal('%s, the queue: what is sent' % how, sorted(set(wait(sent[1], FLOWS))), [0, 1])
	    equal('... and what comes', wait(came[1], FLOWS), [0] * FLOWS)
END
for net in b c; do
	is "$net: all came" "$(counted "$net" came)" 32
	is "... without a priority" "$(counted "$net" prio)" 0
	is "... none of a connection, or tracked already" "$(counted "$net" new)" 32
	if [ -n "$marks" ]; then
		is "... nor with a connection's mark" "$(counted "$net" connmark)" 0
	else
		skip "... nor with a connection's mark" "this kernel has none"
	fi
done

# seen NS: by tc, where its packets come in
seen()
{
	ip netns exec "${!1}" tc -s filter show dev eth1 ingress | sed -n 's/.* \([0-9]*\) pkt.*/\1/p'
}

datagram()
{
	in_ns a bash -c "echo datagram > /dev/udp/$1/4003"
}

# What has been through an ifb is not classified again, by the sender's stack.
if in_ns a ip link add ifb9 type ifb 2> /dev/null &&
		in_ns a tc qdisc add dev ifb9 root netem delay 1s 2> /dev/null; then
	in_ns a ip link set ifb9 up
	for pod in "b 192.0.2.11" "c 198.51.100.12"; do
		read -r net address <<< "$pod"
		in_ns a tc qdisc add dev eth1 clsact
		in_ns a tc filter add dev eth1 egress protocol ip matchall \
			action mirred egress redirect dev ifb9
		in_ns "$net" tc qdisc add dev eth1 clsact
		in_ns "$net" tc filter add dev eth1 ingress protocol ip u32 \
			match ip dport 4003 0xffff action ok
		datagram "$address"
		# While it is delayed: or the sender's action would see to it.
		in_ns a tc qdisc del dev eth1 clsact
		poll 5 test "$(seen "$net")" = 1
		is "$net: what comes from an ifb, its tc sees" "$(seen "$net")" 1
	done
else
	skip "what comes from an ifb" "this kernel has none, or no netem"
fi

# What tc has redirected goes past generic XDP, in the sender's stack.
in_ns a ip link add dummy9 type dummy
in_ns a ip link set dummy9 up
in_ns a tc qdisc add dev dummy9 clsact
in_ns a tc filter add dev dummy9 egress matchall action mirred egress redirect dev eth1
python "$a" "$b" "$c" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	SYS_BPF = {'x86_64': 321, 'aarch64': 280}[os.uname().machine]
	libc = ctypes.CDLL(None, use_errno=True)

	def bpf(command, attr):
	    result = libc.syscall(SYS_BPF, command, ctypes.create_string_buffer(attr, 128), 128)
	    if result < 0:
	        raise OSError(ctypes.get_errno(), 'bpf')
	    return result

	def xdp_drop(name):
	    """Generic XDP on its eth1 that drops all, while the link is open."""
	    code = ctypes.create_string_buffer(struct.pack('=BBhiBBhi', 0xb7, 0, 0, 1, 0x95, 0, 0, 0))
	    licence = ctypes.create_string_buffer(b'GPL')
	    program = bpf(5, struct.pack('=IIQQ', 6, 2, ctypes.addressof(code),
	                                 ctypes.addressof(licence)))
	    with Namespace(name):
	        return bpf(28, struct.pack('=IIII', program, socket.if_nametoindex('eth1'), 37, 2))

	a, b, c = sys.argv[1:]
	MAC = {b: '02:00:00:00:00:0b', c: '02:00:00:00:00:0c'}
	dummy = Station(a, '02:00:00:00:00:0a', 'dummy9')
	for station, address, dst in (Station(b, MAC[b]), '192.0.2.11', MAC[b]), \
	        (Station(c, MAC[c]), '198.51.100.12', GATEWAY):
	    name = b if dst == MAC[b] else c
	    frame = eth(dst, dummy.mac, IP4, packet('192.0.2.10', address, b'redirected'))
	    dummy.send(frame)
	    check('what tc redirects comes', station.expect(b'redirected', 5))
	    link = xdp_drop(name)
	    for _ in range(5):
	        dummy.send(frame)
	    with Namespace(a):
	        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	    other.sendto(b'another', (address, 4004))
	    check('... and neither it nor others past XDP', not station.expect(
	        lambda f: b'redirected' in f or b'another' in f, 0.5))
	    os.close(link)
	    dummy.send(frame)
	    check('... until that is gone', station.expect(b'redirected', 5))
END
done_testing
