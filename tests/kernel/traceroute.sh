#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The router is a hop that shows, and the end of a trace to the gateway.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 198.51.100.1/24 \
	subnet 2001:db8:1::1/64 subnet 2001:db8:2::1/64
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 198.51.100.11/24 2001:db8:2::b/64
default_routes a 192.0.2.1 2001:db8:1::1
default_routes b 198.51.100.1 2001:db8:2::1

trace()
{
	in_ns a tracepath -n "$@"
}

out=$(trace 198.51.100.11)
like "tracepath: the gateway of the own subnet" "$out" ' 1: +192\.0\.2\.1 '
like "... then the pod" "$out" ' 2: +198\.51\.100\.11 .*reached'
out=$(trace 2001:db8:2::b)
like "... IPv6: the gateway" "$out" ' 1: +2001:db8:1::1 '
like "... then the pod" "$out" ' 2: +2001:db8:2::b .*reached'
like "to the gateway" "$(trace 198.51.100.1)" ' 1: +192\.0\.2\.1 .*reached'
like "... IPv6" "$(trace 2001:db8:2::1)" ' 1: +2001:db8:1::1 .*reached'
like "to nobody: the host is unreachable" "$(trace 198.51.100.77)" ' 1: +192\.0\.2\.1 .*!H'
like "... IPv6" "$(trace 2001:db8:2::77)" ' 1: +2001:db8:1::1 .*!H'
like "nowhere: the network is unreachable" "$(trace 203.0.113.1)" ' 1: +192\.0\.2\.1 .*!N'
like "... IPv6" "$(trace 2001:db8:f::1)" ' 1: +2001:db8:1::1 .*!N'

ping=(in_ns a ping -n -c 1 -W 2)
like "ping with a short life" "$("${ping[@]}" -t 1 198.51.100.11)" \
	'From 192\.0\.2\.1 .*Time to live exceeded'
like "... IPv6" "$("${ping[@]}" -t 1 2001:db8:2::b)" \
	'From 2001:db8:1::1 .*Time exceeded: Hop limit'
like "ping nobody" "$("${ping[@]}" 198.51.100.77)" \
	'From 192\.0\.2\.1 .*Destination Host Unreachable'
like "... IPv6" "$("${ping[@]}" 2001:db8:2::77)" \
	'From 2001:db8:1::1 .*Destination unreachable: Address unreachable'

# What connects gives up at once.
connect()
{
	in_ns a socat -u -T 5 OPEN:/dev/null "TCP:$1,connect-timeout=10" 2>&1
}

like "TCP to nobody" "$(connect 198.51.100.77:80)" 'No route to host'
like "... IPv6" "$(connect '[2001:db8:2::77]:80')" 'No route to host'
like "TCP to the gateway" "$(connect 192.0.2.1:80)" 'Connection refused'
like "... IPv6" "$(connect '[2001:db8:1::1]:80')" 'Connection refused'
done_testing
