#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A network goes with all that is in it, its devices stay as detached ones.

. "$(dirname "$0")/setup.sh"
module_load

vrctl network add blue subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
vrctl network add red subnet 192.0.2.1/24
pod a blue 02:00:00:00:00:0a 192.0.2.10/24 2001:db8:1::a/64
pod b blue 02:00:00:00:00:0b 192.0.2.11/24 2001:db8:1::b/64
pod c red 02:00:00:00:00:0a 192.0.2.10/24
vrctl endpoint add network blue mac 02:00:00:00:01:0a address 192.0.2.50 dev eth1 netns "$a"
vrctl route add network blue 198.51.100.0/24 via dev eth1 netns "$b"
vrctl route add network blue 2001:db8:9::/48 via 2001:db8:1::b
ok "it works" ping_ok a 192.0.2.11

refused "if-unused with ports" "network has ports" vrctl network del blue if-unused
is "... changes nothing" "$(carrier a)" 1
ok "without it" vrctl network del blue
refused "... it is gone" "no such network" vrctl network show blue
is "... its ports are detached" "$(carrier a) $(carrier b)" "0 0"
is "... its endpoints are gone, another network's are not" \
	"$(vrctl -o endpoint show | grep -c .)" 1
is "... its routes too" "$(vrctl -o route show | grep -c .)" 1
refused "... its ports are unknown" "device is not attached" \
	vrctl port show dev eth1 netns "$a"
refused "a second time" "no such network" vrctl network del blue

ok "the name is free" vrctl network add blue
ok "... the devices too" vrctl port add dev eth1 netns "$a" network blue
ok "a port goes" vrctl port del dev eth1 netns "$a"
ok "if-unused without ports" vrctl network del blue if-unused
ok "by id" vrctl network del id 2
is "nothing is left" "$(vrctl network show; vrctl port show; vrctl endpoint show)" ''
done_testing
