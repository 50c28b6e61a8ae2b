#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The host as a member of two networks with the same addresses: the second one's port
# is in a vrf and a conntrack zone of its own. Neither reaches the other through the
# host, and the second one has nothing of the host but ICMP unless it is let in.
# timeout: 180

. "$(dirname "$0")/host-setup.sh"

ip link add vrf-green type vrf table 100 || skip_all "this kernel has no vrf"
ip link set vrf-green up
# The vrf's table ends here, and it comes before the host's own addresses.
for family in -4 -6; do
	ip $family route add unreachable default table 100 metric 4278198272
	ip $family rule add pref 32765 table local
	ip $family rule del pref 0
done

# Each has a subnet that the other has not; a pod of green has the host's address.
vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 \
	subnet 198.51.100.1/25 subnet 2001:db8:b::1/64
vrctl network add green subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 \
	subnet 198.51.100.129/25 subnet 2001:db8:c::1/64 \
	subnet 203.0.113.254/24 subnet 2001:db8:f::fe/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64 198.51.100.10/25 2001:db8:b::a/64
pod d blue 02:00:00:00:00:0d 198.51.100.20/25 2001:db8:b::d/64
pod b green 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64 198.51.100.138/25 2001:db8:c::b/64
pod c green 02:00:00:00:00:0c 203.0.113.1/24 2001:db8:f::1/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes d 198.51.100.1 2001:db8:b::1
default_routes b 192.0.2.1 2001:db8:1::1
default_routes c 203.0.113.254 2001:db8:f::fe
uplink
ok "a host port" host_port host0 blue "" 192.0.2.1/24 2001:db8:1::1/64 \
	198.51.100.1/25 2001:db8:b::1/64
ok "... and one in a vrf" host_port host1 green vrf-green 192.0.2.1/24 2001:db8:1::1/64 \
	198.51.100.129/25 2001:db8:c::1/64 203.0.113.254/24 2001:db8:f::fe/64
ok "rules" nft -f - <<- 'END'
	table inet vr {
		counter refused { }
		chain prerouting {
			type filter hook prerouting priority raw
			iifname { "host1", "vrf-green" } ct zone set 1
		}
		chain output {
			type filter hook output priority raw
			oifname { "host1", "vrf-green" } ct zone set 1
		}
		chain input {
			type filter hook input priority filter
			iifname { "host1", "vrf-green" } jump green
		}
		chain green {
			ct state established,related accept
			meta l4proto { icmp, ipv6-icmp } accept
			counter name "refused" drop
		}
	}
END
serve a a 80
serve b b 80
serve c c 80
serve d d 80
serve host host 80
serve host green 80 vrf-green
serve host unbound 81

is "host to a pod of the one" "$(answer host tcp 192.0.2.10 80)" "a 192.0.2.1"
is "... IPv6" "$(answer host tcp 2001:db8:1::a 80)" "a 2001:db8:1::1"
is "host to a pod of the other" "$(answer host tcp 192.0.2.10 80 dev vrf-green)" "b 192.0.2.1"
is "... IPv6" "$(answer host tcp 2001:db8:1::a 80 dev vrf-green)" "b 2001:db8:1::1"
is "... UDP" "$(answer host udp 192.0.2.10 80 dev vrf-green)" "b 192.0.2.1"
is "... IPv6" "$(answer host udp 2001:db8:1::a 80 dev vrf-green)" "b 2001:db8:1::1"
is "... with the host's own address" \
	"$(answer host tcp 203.0.113.1 80 dev vrf-green)" "c 203.0.113.254"
is "... IPv6" "$(answer host tcp 2001:db8:f::1 80 dev vrf-green)" "c 2001:db8:f::fe"

for net in a b; do
	ping_ok $net 192.0.2.1
	ping_ok $net 2001:db8:1::1
done
ping_ok c 203.0.113.254
ping_ok c 2001:db8:f::fe
is "the one's pods reach services of the host" "$(answer a tcp 192.0.2.1 80)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::1 80)" "host 2001:db8:1::a"
is "... at its other addresses" "$(answer a tcp 203.0.113.1 80)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:f::1 80)" "host 2001:db8:b::a"
silent "the other's do not" b tcp 192.0.2.1 80
silent "... IPv6" b tcp 2001:db8:1::1 80
silent "... UDP" b udp 192.0.2.1 80
silent "... IPv6" b udp 2001:db8:1::1 80
like "... because of the rule" "$(counter refused)" '^[1-9]'
silent "... after a packet of the host's to another port" b udp 192.0.2.1 81

ok "let it in" nft insert rule inet vr green accept
is "now they do" "$(answer b tcp 192.0.2.1 80 from 40000)" "green 192.0.2.10"
is "... IPv6" "$(answer b tcp 2001:db8:1::1 80 from 40000)" "green 2001:db8:1::a"
is "... UDP" "$(answer b udp 192.0.2.1 80 from 40000)" "green 192.0.2.10"
is "... IPv6" "$(answer b udp 2001:db8:1::1 80 from 40000)" "green 2001:db8:1::a"
is "a service that is not of the vrf is not there" "$(answer b tcp 192.0.2.1 81)" refused
is "... IPv6" "$(answer b tcp 2001:db8:1::1 81)" refused
is "the same addresses and ports of the one" \
	"$(answer a tcp 192.0.2.1 80 from 40000)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::1 80 from 40000)" "host 2001:db8:1::a"
tuple='tcp .*src=192.0.2.10 dst=192.0.2.1 sport=40000 dport=80 .*src=192.0.2.1 '
tracked "... are another connection" 2 "$tuple"
tracked "... in another zone" 1 "$tuple.*zone=1"

is "what only the one has is unreachable for the other" \
	"$(answer b tcp 198.51.100.20 80)" unreachable
is "... IPv6" "$(answer b tcp 2001:db8:b::d 80)" unreachable
is "what only the host has, too" "$(answer b tcp 203.0.113.2 80)" unreachable
is "... IPv6" "$(answer b tcp 2001:db8:f::2 80)" unreachable

# A route too many and one too few.  The reverse path filter does not like them either.
leak()
{
	ip route replace 198.51.100.128/25 dev "$1"
	ip -6 route replace 2001:db8:c::/64 dev "$1"
}
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
ip route del unreachable default table 100 metric 4278198272
ip -6 route del unreachable default table 100 metric 4278198272
leak host1
is "routes can lead from one to the other" "$(answer d tcp 198.51.100.138 80)" "b 198.51.100.20"
is "... IPv6" "$(answer d tcp 2001:db8:c::b 80)" "b 2001:db8:b::d"
ok "drop what goes between host ports" nft -f - <<- 'END'
	table inet vr {
		counter between { }
		set host-ports {
			type ifname
			elements = { "host0", "host1", "vrf-green" }
		}
		chain forward {
			type filter hook forward priority filter
			iifname "host0" oifname @host-ports oifname != "host0" \
				counter name "between" drop
			iifname { "host1", "vrf-green" } oifname @host-ports \
				oifname != { "host1", "vrf-green" } counter name "between" drop
		}
	}
END
between()
{
	local before

	before=$(counter between)
	silent "$@"
	ok "... counted" test "$(counter between)" -gt "$before"
}
between "now they do not" d tcp 198.51.100.138 80
between "... IPv6" d tcp 2001:db8:c::b 80
between "... back" b tcp 198.51.100.20 80
between "... IPv6" b tcp 2001:db8:b::d 80
leak vrf-green
between "nor through the vrf's device" d tcp 198.51.100.138 80
between "... IPv6" d tcp 2001:db8:c::b 80
done_testing
