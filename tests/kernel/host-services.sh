#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A service address that the host translates to a pod of the client's own network: it
# answers only if the host masquerades the connection, because else the pod answers
# its neighbour directly.

. "$(dirname "$0")/host-setup.sh"

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes b 192.0.2.1 2001:db8:1::1
host_port host0 blue "" 192.0.2.1/24 2001:db8:1::1/64
serve a a 8080
serve b b 8080

# Port 80 leads to b, port 81 to a.  The host's own connections pass output alone.
rules()
{
	local hook priority

	echo "table inet vr {"
	for hook in "prerouting priority dstnat" "output priority -100"; do
		cat <<- END
			chain ${hook%% *} {
				type nat hook $hook
				ip daddr 198.51.100.80 meta l4proto { tcp, udp } th dport 80 \
					dnat ip to 192.0.2.11:8080
				ip6 daddr 2001:db8:5::80 meta l4proto { tcp, udp } th dport 80 \
					dnat ip6 to [2001:db8:1::b]:8080
				ip daddr 198.51.100.80 tcp dport 81 dnat ip to 192.0.2.10:8080
				ip6 daddr 2001:db8:5::80 tcp dport 81 dnat ip6 to [2001:db8:1::a]:8080
			}
		END
	done
	cat <<- 'END'
			chain returning {
				type nat hook postrouting priority srcnat
			}
		}
	END
}
ok "service addresses" nft -f - <<< "$(rules)"
# What the host sends itself is translated after it was routed.
uplink
ip route add default via 203.0.113.2
ip -6 route add default via 2001:db8:f::2

is "the host is a client like any" "$(answer host tcp 198.51.100.80 80)" "b 203.0.113.1"
is "... IPv6" "$(answer host tcp 2001:db8:5::80 80)" "b 2001:db8:f::1"
is "a pod reaches the backend itself" "$(answer a tcp 192.0.2.11 8080)" "b 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::b 8080)" "b 2001:db8:1::a"

silent "without masquerade no answer from the service, TCP" a tcp 198.51.100.80 80
tracked "... the host has seen no reply" 1 \
	'SYN_SENT src=192.0.2.10 dst=198.51.100.80 .*UNREPLIED'
silent "... IPv6" a tcp 2001:db8:5::80 80
silent "... UDP" a udp 198.51.100.80 80
silent "... IPv6" a udp 2001:db8:5::80 80

ok "masquerade what was translated and goes back" nft add rule inet vr returning \
	iifname host0 oifname host0 ct status dnat masquerade
is "it answers, TCP" "$(answer a tcp 198.51.100.80 80)" "b 192.0.2.1"
is "... IPv6" "$(answer a tcp 2001:db8:5::80 80)" "b 2001:db8:1::1"
is "... UDP" "$(answer a udp 198.51.100.80 80)" "b 192.0.2.1"
is "... IPv6" "$(answer a udp 2001:db8:5::80 80)" "b 2001:db8:1::1"
is "a lot, both ways" "$(answer a tcp 198.51.100.80 80 size 1000000)" "b 192.0.2.1"
is "... IPv6" "$(answer a tcp 2001:db8:5::80 80 size 1000000)" "b 2001:db8:1::1"
is "the client is its own backend" "$(answer a tcp 198.51.100.80 81)" "a 192.0.2.1"
is "... IPv6" "$(answer a tcp 2001:db8:5::80 81)" "a 2001:db8:1::1"
is "other connections are not masqueraded" "$(answer a tcp 192.0.2.11 8080)" "b 192.0.2.10"
is "... IPv6" "$(answer a tcp 2001:db8:1::b 8080)" "b 2001:db8:1::a"
# The host sees packets go back where they came from.
like "redirects do not mislead the pod" "$(ip -n "$a" route get 198.51.100.80)" 'via 192.0.2.1 '
like "... IPv6" "$(ip -n "$a" -6 route get 2001:db8:5::80)" 'via 2001:db8:1::1 '

nft flush chain inet vr returning
silent "without the rule again" a tcp 198.51.100.80 80
silent "... IPv6" a tcp 2001:db8:5::80 80
ok "the same by what the client asked for" nft -f - <<- 'END'
	add rule inet vr returning iifname "host0" oifname "host0" \
		ct original ip daddr 198.51.100.0/24 masquerade
	add rule inet vr returning iifname "host0" oifname "host0" \
		ct original ip6 daddr 2001:db8:5::/48 masquerade
END
is "it answers" "$(answer a tcp 198.51.100.80 80)" "b 192.0.2.1"
is "... IPv6" "$(answer a tcp 2001:db8:5::80 80)" "b 2001:db8:1::1"
done_testing
