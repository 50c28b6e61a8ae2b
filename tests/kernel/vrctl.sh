#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# vrctl against the module: the forms that scripts may rely on, JSON, exit codes,
# batch files.

. "$(dirname "$0")/setup.sh"
module_load

ns a
device a eth1 eth2
sleep 1000 & holder=$!
file=$(mktemp)
on_exit rm -f "$file"

# The fixed forms.
ok "network add" vrctl network add team/blue id 7 vni 70 mtu 1400 gateway-mac 02:00:00:00:99:01 \
	description "of blue" subnet 192.0.2.1/24 subnet 2001:db8:1::1/64
ok "network show" vrctl network show
ok "network show NAME" vrctl network show team/blue
ok "port add" vrctl port add dev eth1 netns "$a" network team/blue mac 02:00:00:00:00:0a \
	address 192.0.2.10 address 2001:db8:1::a description "pod a"
ok "port add, namespace as a path" vrctl port add dev eth2 netns "/run/netns/$a" network team/blue
ip link add own type vr
ok "port add, namespace as a process, gateway" \
	vrctl port add dev own netns $holder network team/blue gateway
for selector in "" "network team/blue" "dev eth1 netns $a" "dev own"; do
	# shellcheck disable=SC2086 # words
	ok "port show $selector" vrctl port show $selector
done
ok "port set, a key of add" vrctl port set dev eth1 netns "$a" description other
ok "endpoint add" vrctl endpoint add network team/blue mac 02:00:00:00:01:0a address 192.0.2.50 \
	address 2001:db8:1::50 dev eth1 netns "$a" sequence 3
ok "endpoint add standby" vrctl endpoint add network team/blue mac 02:00:00:00:01:0b \
	dev eth1 netns "$a" standby
ok "endpoint replace" vrctl endpoint replace network team/blue mac 02:00:00:00:01:0a \
	address 192.0.2.51 dev eth1 netns "$a" sequence 3
ok "endpoint show" vrctl endpoint show network team/blue mac 02:00:00:00:01:0a
ok "route add via IP" vrctl route add network team/blue 198.51.100.0/24 via 192.0.2.10
ok "route add via dev" vrctl route add network team/blue 2001:db8:9::/48 via dev eth1 netns "$a"
ok "route add via blackhole" vrctl route add network team/blue 203.0.113.0/25 via blackhole
ok "route add via unreachable" vrctl route add network team/blue 203.0.113.128/25 via unreachable
ok "route show" vrctl route show
ok "route get" vrctl route get network team/blue 198.51.100.7
ok "route add, several" vrctl route add network team/blue 10.0.0.0/8 \
	nexthop via 192.0.2.10 weight 2 nexthop port 1
ok "route get of a flow" vrctl route get network team/blue 10.1.2.3 from 192.0.2.10 proto tcp \
	sport 1024 dport 80
ok "drops" vrctl drops
ok "limits" vrctl limits
ok "uplink show" vrctl uplink show
ok "-n NETNS" vrctl -n "$a" network show
ok "-V" vrctl -V
ip address add 198.18.0.1/32 dev lo
ok "uplink add" vrctl uplink add up type vxlan local 198.18.0.1 port 4789 ttl 3 dscp 10 any off
ok "uplink set" vrctl uplink set up ttl 64
ok "uplink peer add" vrctl uplink peer add up 203.0.113.1 203.0.113.2
ok "uplink peer del" vrctl uplink peer del up 203.0.113.2
ok "network set flood" vrctl network set team/blue flood add 203.0.113.1 flood add 203.0.113.3
ok "endpoint add remote" vrctl endpoint add network team/blue mac 02:00:00:00:02:02 \
	remote 203.0.113.1 uplink up
ok "endpoint show remote" vrctl endpoint show network team/blue remote 203.0.113.1
ok "route add via remote" vrctl route add network team/blue 10.128.0.0/9 via remote 203.0.113.1
ok "route add via remote, several" vrctl route add network team/blue 10.64.0.0/10 \
	nexthop via remote 203.0.113.1 uplink up weight 2 nexthop remote 203.0.113.3 mac 02:00:00:00:02:09
ok "uplink show NAME" vrctl uplink show up

# JSON: valid, and each key a name of the contract.
for kind in network port endpoint route uplink drops limits; do
	vrctl -j -s $kind show > "$file.$kind" 2>&1
	vrctl -j -p -s $kind show > "$file.$kind-p" 2>&1
	on_exit rm -f "$file.$kind" "$file.$kind-p"
done
python "$file" <<- 'END'
	import json
	import sys
	from packet import check, equal
	from vrnl import SPEC, Netlink

	nl = Netlink()

	def wrong(name, value):
	    """Keys that the contract does not have, and those it has no value for."""
	    out = []
	    for key, each in value.items():
	        attr = SPEC.attrs[name].get(key.replace('_', '-'))
	        if not attr:
	            out.append(key)
	        elif attr.multi and not isinstance(each, list):
	            out.append(key + ' is no list')
	        elif attr.nested:
	            for nest in each if attr.multi else [each]:
	                out += wrong(attr.nested, nest)
	    return out

	for kind, command in (('network', 'network-get'), ('port', 'port-get'),
	                      ('endpoint', 'endpoint-get'), ('route', 'route-get'),
	                      ('uplink', 'uplink-get'),
	                      ('drops', 'drop-get'), ('limits', 'limit-get')):
	    with open(sys.argv[1] + '.' + kind, encoding='utf-8') as file:
	        shown = json.load(file)
	    name = SPEC.sets[command]
	    equal('%s: keys are names of the contract' % kind,
	          [wrong(name, each) for each in shown], [[] for each in shown])
	    there = nl.dump(command)
	    check('%s: all are shown' % kind, len(shown) == len(there) > 0, shown)
	    keys = [sorted(key.replace('_', '-') for key in each) for each in shown]
	    equal('%s: with all they have' % kind, keys, [sorted(each) for each in there])
	    with open(sys.argv[1] + '.' + kind + '-p', encoding='utf-8') as file:
	        equal('%s: -p is the same' % kind, len(json.load(file)), len(shown))
END
ok "route get is JSON" python3 -S -c 'import json, sys; json.load(sys.stdin)' \
	< <(vrctl -j route get network team/blue 192.0.2.10)
is "nothing is an empty list" "$(vrctl -j network show origin learned)" '[]'

# Exit codes.
usage_error "no object" "usage" vrctl
usage_error "an unknown object" 'unknown object "nets"' vrctl nets show
usage_error "an unknown verb" 'unknown verb "make"' vrctl network make x
usage_error "an unknown key" 'unknown key "color"' vrctl network add x color red
usage_error "a key without value" 'missing value of key "mtu"' vrctl network add x mtu
usage_error "no number" '"12x"' vrctl network add x mtu 12x
usage_error "a bad prefix" "192.0.2.1/33" vrctl network add x subnet 192.0.2.1/33
usage_error "a bad address" "192.0.2.256" \
	vrctl port add dev eth1 netns "$a" network team/blue address 192.0.2.256
usage_error "a bad MAC" "02:00" vrctl network add x gateway-mac 02:00
usage_error "no network" "network NAME" vrctl port add dev eth2 netns "$a"
usage_error "an unknown option" "" vrctl -x network show
refused "a kernel's refusal, with its words" "network exists" vrctl network add team/blue
like "... and what was asked" "$(vrctl network add team/blue 2>&1)" 'team/blue'
like "... for a port, its name" "$(vrctl port add dev eth1 netns "$a" network team/blue 2>&1)" eth1

# Batch.
cat > "$file" <<- 'END'
	# a comment, and an empty line

	network add one description "two words"
	network add 'with space'
	network show one
END
ok "a batch" vrctl -batch "$file"
is "... is run" "$(vrctl -o network show 'with space' | grep -c .)" 1
cat > "$file" <<- 'END'
	network add two
	network add two
	network add three
END
refused "it stops at a refusal, with the line" "$file:2" vrctl -batch "$file"
refused "... and runs no more" "no such network" vrctl network show three
vrctl network del two
refused "with -force it goes on" "network exists" vrctl -force -batch "$file"
ok "... to the end" vrctl network show three
usage_error "a usage error in it" ":1" vrctl -batch - <<< "network make"

ok "uplink del" vrctl uplink del up
ok "port del" vrctl port del dev eth1 netns "$a"
ok "endpoint del is for what is there" \
	vrctl endpoint add network team/blue mac 02:00:00:00:03:03 dev own
ok "endpoint del" vrctl endpoint del network team/blue mac 02:00:00:00:03:03
ok "route del" vrctl route del network team/blue 203.0.113.0/25
refused "network del if-unused" "network has ports" vrctl network del team/blue if-unused
ok "network del" vrctl network del team/blue
done_testing
