#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# JSON is what the kernel's own tool for netlink specifications prints.

. "$(dirname "$0")/../lib.sh"
module_load

ynl=${VR_CACHE:-/var/lib/vr-cache}/kernel-tools/tools/net/ynl
[ -e "$ynl/lib/ynl.py" ] || skip_all "no YNL: $ynl"
python3 -c 'import jsonschema, yaml' 2> /dev/null || skip_all "no python3-yaml or -jsonschema"

ns pod other
pod=${pod:?} other=${other:?}
# A namespace has an id only when something asked for it.
ip netns set "$pod" auto
ip link add eth1 netns "$pod" type vr
ip link add eth1 netns "$other" type vr
vrctl network add blue vni 100 subnet 192.0.2.1/24 subnet 2001:db8:1::1/64 description 'a text'
vrctl network add red mtu 9000 gateway-mac 02:00:00:00:00:01 origin agent
vrctl port add dev eth1 netns "$pod" network blue mac 02:00:00:00:00:0a \
	address 192.0.2.10 address 2001:db8:1::a description 'pod a' origin cni
vrctl port add dev eth1 netns "$other" network red gateway
ip -n "$pod" link set eth1 up
vrctl endpoint add network blue mac 02:00:00:00:00:0c address 192.0.2.12 dev eth1 netns "$pod" \
	standby sequence 7
vrctl route add network blue 198.51.100.0/24 via 192.0.2.10
vrctl route add network blue 2001:db8:2::/48 via dev eth1 netns "$pod"
vrctl route add network blue default via blackhole
ip address add 198.18.0.1/32 dev lo
ip address add 2001:db8:fe::1/128 dev lo nodad
vrctl uplink add vx type vxlan local 198.18.0.1 ttl 3 dscp 8
vrctl uplink add v6 type vxlan local 2001:db8:fe::1 any on
vrctl uplink peer add vx 203.0.113.8 203.0.113.9
vrctl network set blue flood add 203.0.113.2 2001:db8:ff::2 flood add 203.0.113.3 \
	unknown-flood off
vrctl endpoint add network blue mac 02:00:00:00:00:0e address 192.0.2.14 \
	address 2001:db8:1::e remote 203.0.113.2 sequence 3
vrctl endpoint add network blue mac 02:00:00:00:00:0f remote 2001:db8:ff::3
vrctl route add network blue 203.0.113.0/24 via remote 203.0.113.4 mac 02:00:00:00:00:99
vrctl route add network blue 2001:db8:3::/48 nexthop remote 2001:db8:ff::4 weight 3 \
	nexthop remote 203.0.113.5
# What the pod's stack sends by itself would count between the two dumps.
ip -n "$pod" link set eth1 down

while IFS= read -r line; do
	case $line in
	"ok "*)		ok "${line#ok } as YNL has them" true ;;
	"not ok "*)	ok "${line#not ok } as YNL has them" false ;;
	*)		echo "# $line" ;;
	esac
done < <(python3 - "$ynl" "$TOP/uapi/vr.yaml" 2>&1 <<- 'END'
	import json, subprocess, sys
	sys.path.append(sys.argv[1])
	from lib import YnlFamily

	def keys(value):
	    if isinstance(value, dict):
	        return {k.replace('-', '_'): keys(v) for k, v in value.items()}
	    if isinstance(value, list):
	        return [keys(v) for v in value]
	    return value

	for name, command in (('network', 'network-get'), ('port', 'port-get'),
	                      ('endpoint', 'endpoint-get'), ('route', 'route-get'),
	                      ('uplink', 'uplink-get'), ('limits', 'limit-get'),
	                      ('drops', 'drop-get')):
	    ours = json.loads(subprocess.check_output(['vrctl', '-j', '-s', name]))
	    # Each its own socket: after an error the rest of a dump would come.
	    family = YnlFamily(sys.argv[2], schema=False)
	    try:
	        theirs = keys(family.dump(command, {}))
	    except Exception as error:
	        theirs = str(error)
	    if ours == theirs:
	        print('ok', len(ours), name)
	    else:
	        print('not ok', len(ours), name)
	        print(' ours: ', json.dumps(ours))
	        print(' theirs:', json.dumps(theirs))
END
)

done_testing
