#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Bad input is refused with the code of the specification and a message that names
# key and value, and changes nothing.  What needs no kernel is in tests/unit.
# timeout: 300

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
define wrong '"subnets":["198.51.100.7/24"],'"$IPAM"
define typo '"subnet":"198.51.100.0/24"'
printf '{"name":"broken",' > "$NETWORKS/broken.json"
define clash '"subnets":["198.51.100.0/24","198.51.100.0/24"],"ipam":{}'
ns POD

# A configuration with further keys; of a network that is fine.
conf()
{
	printf '{"cniVersion":"1.0.0","name":"green",%s,%s,"subnets":["192.0.2.0/24"]%s}' \
		"$COMMON" "$IPAM" "${1:+,$1}"
}

refusal "not JSON" 6 'network configuration: not JSON' ADD POD '{"cniVersion":"1.0.0",'
refusal "nothing" 6 'empty' ADD POD ''
refusal "a bad name" 7 '"a/b"' ADD POD '{"cniVersion":"1.0.0","name":"a/b"}'
refusal "a key of a wrong type" 7 '"mtu" is "big"' ADD POD "$(conf '"mtu":"big"')"
refusal "a bad prefix" 7 '192.0.2.0/33' ADD POD "$(conf | sed 's-0/24-0/33-')"
refusal "host bits set" 7 'subnet "192.0.2.3/24" has host bits set' ADD POD \
	"$(conf | sed 's-0/24-3/24-')"
refusal "host bits set in a definition" 7 'wrong.json: subnet "198.51.100.7/24"' ADD POD \
	"$(conf '"networks":["wrong"]')"
refusal "a key no definition has" 7 'typo.json: "subnet" is "198.51.100.0/24"' ADD POD \
	"$(conf '"networks":["typo"]')"
refusal "an unknown network" 7 'network "pink" is defined by no file' ADD POD \
	"$(conf '"networks":["pink"]')"
refusal "an unknown network, and a file that is broken" 7 'broken.json: not JSON' ADD POD \
	"$(conf '"networks":["broken"]')"
refusal "a network of the name that nothing defines" 7 'network "pink"' ADD POD \
	'{"cniVersion":"1.0.0","name":"pink",'"$COMMON"'}'
refusal "two interfaces of one name" 7 'interface "x" is asked for twice' ADD POD \
	"$(conf '"networks":["red@x","red@x"]')"
refusal "another one named CNI_IFNAME" 7 'interface "eth0" is asked for twice' ADD POD \
	"$(conf '"networks":["red@eth0"]')"
refusal "a name no interface can have" 7 'interface "a/b"' ADD POD "$(conf '"networks":["red@a/b"]')"
refusal "a bad MAC" 7 'mac "02:00"' ADD POD \
	"$(conf '"networks":[{"name":"red","mac":"02:00"}]')"
refusal "a group's MAC" 7 '03:00:00:00:00:01' ADD POD \
	"$(conf '"runtimeConfig":{"mac":"03:00:00:00:00:01"}')"
refusal "an address outside of the subnet" 101 '203.0.113.9' ADD POD \
	"$(conf '"networks":[{"name":"red","ips":["203.0.113.9"]}]')"
refusal "what is not supported" 2 '"ipMasq" is true' ADD POD "$(conf '"ipMasq":true')"
mv "$NETWORKS/red.json" "$NETWORKS/1.json"
cp "$NETWORKS/1.json" "$NETWORKS/2.json"
refusal "a network that is defined twice" 7 '2.json' ADD POD "$(conf '"networks":["red"]')"
mv "$NETWORKS/1.json" "$NETWORKS/red.json"
rm "$NETWORKS/2.json"

clean "nothing is left by bad configurations" POD

refusal "CNI_ARGS without a value" 4 'CNI_ARGS: "IP"' ADD POD "$(conf)" CNI_ARGS=IP
refusal "CNI_ARGS with an unknown key" 4 '"COLOUR"' ADD POD "$(conf)" CNI_ARGS=COLOUR=red
refusal "a bad CNI_CONTAINERID" 4 'CNI_CONTAINERID "a/b"' ADD POD "$(conf)" CNI_CONTAINERID=a/b
refusal "a bad CNI_IFNAME" 4 'CNI_IFNAME "a:b"' ADD POD "$(conf)" CNI_IFNAME=a:b
refusal "variables missing" 4 '[CNI_CONTAINERID,CNI_IFNAME]' ADD POD "$(conf)" \
	CNI_CONTAINERID= CNI_IFNAME=
refusal "a bad CNI_COMMAND" 4 'CNI_COMMAND "ATTACH"' ATTACH POD "$(conf)"
refusal "no CNI_PATH" 101 '"host-local" is not in CNI_PATH ""' ADD POD "$(conf)" CNI_PATH=

refusal "a namespace that does not exist" 8 '/run/netns/no-such' ADD /run/netns/no-such "$(conf)"
refusal "a file that is no namespace" 8 '"/etc/passwd" is not a network namespace' \
	ADD /etc/passwd "$(conf)"
refusal "a namespace of another kind" 8 '/proc/self/ns/uts' ADD /proc/self/ns/uts "$(conf)"
refusal "a namespace by name" 8 "\"$POD\" is not an absolute path" ADD POD "$(conf)" "CNI_NETNS=$POD"
refusal "the plugin's own namespace" 8 'the namespace of the plugin itself' \
	ADD "/run/netns/$NODE" "$(conf)"
clean "nothing is left by a bad environment" POD
cni DEL "/run/netns/$NODE" "$(conf)" > /dev/null
is "which DEL refuses too" "$(get .code)" 8
ok "unless it is allowed" cni ADD "/run/netns/$NODE" "$(conf)" CNI_NETNS_OVERRIDE=1
ok "and so for DEL" cni DEL "/run/netns/$NODE" "$(conf)" CNI_NETNS_OVERRIDE=1
clean "nothing is left"

# What the module refuses, in its own words.
refusal "a subnet twice" 100 'cannot attach: subnet is given twice' ADD POD "$(conf '"networks":["clash"]')"
clean "nothing is left when the module refuses" POD
vrctl -n "$NODE" network add red subnet 203.0.113.1/24
cni ADD POD "$(conf '"networks":["red"]')" > /dev/null
like "a network that exists and differs" "$(get '"\(.code) \(.msg)"')" '^100 cannot attach: .*red'
is "it stays as it is" "$(vrctl -n "$NODE" -j network show | jq -r '[.[] | .name, .origin] | join(" ")')" \
	"red static"
is "no address is left" "$(find "$STORE" -name '*.*.*.*')" ""
vrctl -n "$NODE" network del red
vrctl -n "$NODE" network add red subnet 198.51.100.1/24
ok "an operator's network that is equal" cni ADD POD "$(conf '"networks":["red"]')"
ok "DEL" cni DEL POD "$(conf)"
is "leaves it" "$(vrctl -n "$NODE" -j network show | jq -r '[.[] | .name, .origin] | join(" ")')" \
	"red static"
vrctl -n "$NODE" network del red

ns OTHER
mac='"runtimeConfig":{"mac":"02:00:00:00:00:21"}'
ok "a MAC" cni ADD POD "$(conf "$mac")"
ID=other
cni ADD OTHER "$(conf "$mac")" > /dev/null
like "that is in use" "$(get '"\(.code) \(.msg)"')" '^100 cannot attach: .*02:00:00:00:00:21'
ok "DEL of what was not added" cni DEL OTHER "$(conf)"
is "changes nothing for the first" "$(vrctl -n "$NODE" -j port show | jq -r '.[].mac')" \
	02:00:00:00:00:21
ID=container
ok "DEL" cni DEL POD "$(conf)"
clean "nothing is left" OTHER

# Without the right to administrate networks.
cat > "$WORK/without" << END
#!/bin/bash
exec setpriv --bounding-set=-net_admin "$(command -v vr-cni)"
END
chmod +x "$WORK/without"
OUT=$(in_ns NODE env CNI_COMMAND=ADD CNI_CONTAINERID=c CNI_IFNAME=eth0 \
	CNI_NETNS="/run/netns/$POD" "$WORK/without" <<< "$(conf)")
like "without CAP_NET_ADMIN" "$(get '"\(.code) \(.msg)"')" '^100 .*CAP_NET_ADMIN'
clean "nothing is left" POD

head -c 5000000 /dev/zero | tr '\0' ' ' > "$WORK/long"
OUT=$(in_ns NODE env CNI_COMMAND=ADD CNI_CONTAINERID=c CNI_IFNAME=eth0 \
	CNI_NETNS="/run/netns/$POD" vr-cni < "$WORK/long")
like "input without end" "$(get '"\(.code) \(.msg)"')" '^5 .*longer than'
ok "long annotations are no trouble" cni ADD POD \
	"$(conf '"runtimeConfig":{"io.kubernetes.cri.pod-annotations":{"a":"'"$(head -c 100000 /dev/zero | tr '\0' a)"'"}}')"
ok "nor kept on disk" [ "$(du -bs "$STATE" | cut -f 1)" -lt 20000 ]
ok "DEL" cni DEL POD "$(conf)"
clean "nothing is left" POD
done_testing
