#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# What a runtime says of a container by capabilities, in the case of Go's structs too,
# and with null for what there is not.  bandwidth.sh has the one of this name.

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
CONF='{"cniVersion":"1.0.0","name":"green",'$COMMON','$IPAM',"subnets":["192.0.2.0/24"]'
ns POD

# add RUNTIMECONFIG [KEYS]: the answer is in $OUT
add()
{
	cni ADD POD "$CONF,\"runtimeConfig\":$1${2:+,$2}}" > /dev/null 2>&1
	is "ADD with ${1//[[:space:]]/}" "$?$(get .msg)" 0null
}

# In place of the network's subnet.
add '{"IPRanges":[[{"Subnet":"192.0.2.128/25","RangeStart":"192.0.2.200","RangeEnd":"192.0.2.210","Gateway":"192.0.2.1"}]],
	"Mac":"02:00:00:00:00:21","Ips":null}'
is "ipRanges" "$(get '.ips[0].address')" 192.0.2.200/25
is "mac" "$(get '.interfaces[0].mac')" 02:00:00:00:00:21
ok "DEL" cni DEL POD "$CONF}"

add '{"ips":["192.0.2.77/24"],"mac":"02:00:00:00:00:22"}'
is "ips, in the container" \
	"$(ip -n "$POD" -4 -json addr show eth0 | jq -r '.[0].addr_info[0].local')" 192.0.2.77
is "mac, in the container" "$(ip -n "$POD" -json link show eth0 | jq -r '.[0].address')" 02:00:00:00:00:22
ok "DEL" cni DEL POD "$CONF}"

DNS='"dns":{"nameservers":["192.0.2.53"],"domain":"example.org","search":["example.org"]}'
add '{"dns":{"Servers":["192.0.2.54"],"Searches":null,"Options":["ndots:5"]}}' "$DNS"
is "dns: the runtime's, and what it does not say of the configuration" "$(get '.dns | tojson')" \
	'{"domain":"example.org","search":["example.org"],"nameservers":["192.0.2.54"],"options":["ndots:5"]}'
ok "DEL" cni DEL POD "$CONF}"
add '{"DNS":{"servers":["192.0.2.54"],"searches":["svc.example.org"]}}'
is "dns: without any of the configuration" "$(get '.dns | tojson')" \
	'{"nameservers":["192.0.2.54"],"search":["svc.example.org"]}'
ok "DEL" cni DEL POD "$CONF}"
add '{"DNS":{"Servers":null,"Searches":null,"Options":null}}'
is "dns: nothing" "$(get .dns)" null
ok "DEL" cni DEL POD "$CONF}"

add '{"aliases":{"green":["a","b"]},"CgroupPath":"/kubepods/a","PortMappings":null,"bandwidth":null,
	"io.kubernetes.cri.pod-annotations":{"a.example.org/b":"c"}}'
is "others are accepted" "$(get '.ips | length')" 1
ok "DEL" cni DEL POD "$CONF}"
clean "nothing is left" POD

refusal "port mappings" 2 '"portMappings" is [{"HostPort":8080,"ContainerPort":80,"Protocol":"tcp"}], which vr-cni does not do: chain the plugin portmap' \
	ADD POD "$CONF"',"runtimeConfig":{"PortMappings":[{"HostPort":8080,"ContainerPort":80,"Protocol":"tcp"}]}}'
refusal "port mappings of a request" 2 'chain the plugin portmap' \
	ADD POD "$CONF"',"networks":[{"name":"red","portMappings":[{"hostPort":1,"containerPort":1}]}]}'
refusal "addresses of a network without a plugin" 7 '"ips" is ["192.0.2.7/24"], but the network has no IPAM plugin' \
	ADD POD '{"cniVersion":"1.0.0","name":"bare",'"$COMMON"',"ipam":{},"runtimeConfig":{"ips":["192.0.2.7/24"]}}'
refusal "a MAC that is none" 7 '"02:00"' ADD POD "$CONF"',"runtimeConfig":{"mac":"02:00"}}'
refusal "name servers as a string" 7 '"servers" is "192.0.2.1"' \
	ADD POD "$CONF"',"runtimeConfig":{"dns":{"Servers":"192.0.2.1"}}}'
done_testing
