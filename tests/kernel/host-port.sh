#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The host as a member of a network: it and the pods reach each other, and the pods
# what is outside by ordinary routing and masquerading of the host's.

. "$(dirname "$0")/host-setup.sh"

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes b 192.0.2.1 2001:db8:1::1
ok "a host port with the gateway's addresses" \
	host_port host0 blue "" 192.0.2.1/24 2001:db8:1::1/64
uplink
serve host host 80
serve a a 80
serve b b 80
serve outside outside 80

ping_ok host 192.0.2.10 2
ping_ok host 2001:db8:1::a 2
is "host to pod, TCP" "$(answer host tcp 192.0.2.10 80)" "a 192.0.2.1"
is "... IPv6" "$(answer host tcp 2001:db8:1::a 80)" "a 2001:db8:1::1"
is "... UDP" "$(answer host udp 192.0.2.10 80)" "a 192.0.2.1"
is "... IPv6" "$(answer host udp 2001:db8:1::a 80)" "a 2001:db8:1::1"
is "... nobody listens" "$(answer host tcp 192.0.2.10 81)" refused

ping_ok a 192.0.2.1 2
ping_ok a 2001:db8:1::1 2
is "pod to a service of the host, TCP" "$(answer a tcp 192.0.2.1 80)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::1 80)" "host 2001:db8:1::a"
is "... UDP" "$(answer a udp 192.0.2.1 80)" "host 192.0.2.10"
is "... IPv6" "$(answer a udp 2001:db8:1::1 80)" "host 2001:db8:1::a"
is "... nobody listens" "$(answer a tcp 192.0.2.1 81)" refused
is "... on its other address" "$(answer a tcp 203.0.113.1 80)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:f::1 80)" "host 2001:db8:1::a"
is "a lot, both ways" "$(answer a tcp 192.0.2.1 80 size 1000000)" "host 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::1 80 size 1000000)" "host 2001:db8:1::a"
is "pods talk past it" "$(answer a tcp 192.0.2.11 80)" "b 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::b 80)" "b 2001:db8:1::a"

silent "outside does not know the pods" a tcp 203.0.113.2 80
silent "... IPv6" a tcp 2001:db8:f::2 80
ok "masquerade what leaves the network" nft -f - <<- 'END'
	table inet vr {
		chain leaving {
			type nat hook postrouting priority srcnat
			iifname "host0" oifname != "host0" masquerade
		}
	}
END
ping_ok a 203.0.113.2 2
ping_ok a 2001:db8:f::2 2
is "pod to outside, TCP" "$(answer a tcp 203.0.113.2 80)" "outside 203.0.113.1"
is "... IPv6" "$(answer a tcp 2001:db8:f::2 80)" "outside 2001:db8:f::1"
is "... UDP" "$(answer b udp 203.0.113.2 80)" "outside 203.0.113.1"
is "... IPv6" "$(answer b udp 2001:db8:f::2 80)" "outside 2001:db8:f::1"
is "errors come back" "$(answer a udp 203.0.113.2 81)" refused
is "... IPv6" "$(answer a udp 2001:db8:f::2 81)" refused
is "a lot, both ways" "$(answer a tcp 203.0.113.2 80 size 1000000)" "outside 203.0.113.1"
is "... IPv6" "$(answer a tcp 2001:db8:f::2 80 size 1000000)" "outside 2001:db8:f::1"
ip route add 203.0.113.2 dev uplink mtu 1280
ip -6 route add 2001:db8:f::2 dev uplink mtu 1280
is "... with a smaller MTU on the way" "$(answer a tcp 203.0.113.2 80 size 1000000)" \
	"outside 203.0.113.1"
is "... IPv6" "$(answer a tcp 2001:db8:f::2 80 size 1000000)" "outside 2001:db8:f::1"
like "... of which the pod was told" "$(ip -n "$a" route get 203.0.113.2)" "mtu 1280"
like "... IPv6" "$(ip -n "$a" -6 route get 2001:db8:f::2)" "mtu 1280"
is "host to pod as before" "$(answer host tcp 192.0.2.10 80)" "a 192.0.2.1"
done_testing
