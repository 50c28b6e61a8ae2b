#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each version of the specification: what VERSION says, the shape of the result,
# and which operations there are.
# timeout: 300

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
conf()
{
	printf '{"cniVersion":"%s","name":"green",%s,%s,"subnets":["192.0.2.0/24","2001:db8:1::/64"],
		"networks":["red"]%s}' "$1" "$COMMON" "$IPAM" "${2:-}"
}

ns POD
OUT=$(env -i CNI_COMMAND=VERSION CNI_NETNS=dummy CNI_IFNAME=dummy CNI_PATH=dummy \
	"$(command -v vr-cni)" <<< '{"cniVersion":"1.0.0"}')
is "VERSION answers in the version asked with" "$(get .cniVersion)" 1.0.0
is "and lists those there are" "$(get '.supportedVersions | join(" ")')" \
	"0.1.0 0.2.0 0.3.0 0.3.1 0.4.0 1.0.0 1.1.0"
ok "VERSION without input" env CNI_COMMAND=VERSION vr-cni
OUT=$(env CNI_COMMAND=VERSION vr-cni <<< 'garbage')
is "VERSION with garbage" "$(get .cniVersion)" 1.1.0
is "by hand, nothing goes to standard output" "$(env -u CNI_COMMAND vr-cni 2> /dev/null)" ""
ok "and that is no error" env -u CNI_COMMAND vr-cni

# All of a result in one line.
shape()
{
	get '[.cniVersion,
		(.interfaces | map("\(.name) mtu \(.mtu) \(.sandbox)") | join(", ")),
		(.ips | map("\(.interface) \(.version) \(.address) \(.gateway)") | join(", ")),
		(.routes | map("\(.dst) \(.gw)") | join(", ")), .dns] | join("; ")'
}

for version in 0.3.0 0.3.1 0.4.0 1.0.0 1.1.0; do
	four=null six=null mtu=null dns=
	case $version in
	0.*)	four=4 six=6 dns='{}' ;;
	1.1.0)	mtu=1500 ;;
	esac
	ID=id-$version
	cni ADD POD "$(conf $version)" > /dev/null
	is "$version: ADD" $? 0
	RESULT=$OUT
	host=$(get '.ips[0].address | split("/")[0] | split(".")[3]')
	OUT=$(jq '.dns = (.dns // "" | tostring)' <<< "$OUT")
	is "$version: its result" "$(shape)" "$version; eth0 mtu $mtu /run/netns/$POD; \
0 $four 192.0.2.$host/24 192.0.2.1, 0 $six 2001:db8:1::$host/64 2001:db8:1::1; \
0.0.0.0/0 192.0.2.1, ::/0 2001:db8:1::1; $dns"
	is "$version: the MAC" "$(get '.interfaces[0].mac')" \
		"$(ip -n "$POD" -json link show eth0 | jq -r ".[0].address")"
	case $version in
	0.3.*)	cni CHECK POD "$(conf $version ',"prevResult":'"$RESULT")" > /dev/null
		is "$version: no CHECK" "$(get .code)" 1 ;;
	*)	ok "$version: CHECK" cni CHECK POD "$(conf $version ',"prevResult":'"$RESULT")" ;;
	esac
	if [ $version = 1.1.0 ]; then
		ok "$version: STATUS" cni STATUS '' "$(conf $version)"
	else
		cni STATUS '' "$(conf $version)" > /dev/null
		is "$version: no STATUS" "$(get .code)" 1
	fi
	ok "$version: DEL with the result" cni DEL POD "$(conf $version ',"prevResult":'"$RESULT")"
done

cni ADD POD "$(conf 1.1.0 ',"result":"all"')" > /dev/null
is "all results, CNI_IFNAME first" "$(get '[.interfaces[].name] | join(" ")')" "eth0 eth1"
is "addresses are of their interfaces" "$(get '[.ips[].interface] | join(" ")')" "0 0 1"
ok "DEL" cni DEL POD "$(conf 1.1.0)"

# Before 0.3.0 there was one address of a family, and nothing of interfaces.
for version in 0.1.0 0.2.0; do
	ID=id-$version
	cni ADD POD "$(conf $version)" > /dev/null
	is "$version: ADD" $? 0
	RESULT=$OUT
	host=$(get '.ip4.ip | split("/")[0] | split(".")[3]')
	is "$version: its result" "$(jq -c . <<< "$OUT")" \
		'{"cniVersion":"'$version'","ip4":{"ip":"192.0.2.'"$host"'/24","gateway":"192.0.2.1",'\
'"routes":[{"dst":"0.0.0.0/0","gw":"192.0.2.1"}]},"ip6":{"ip":"2001:db8:1::'"$host"'/64",'\
'"gateway":"2001:db8:1::1","routes":[{"dst":"::/0","gw":"2001:db8:1::1"}]},"dns":{}}'
	is "$version: all interfaces are there" \
		"$(ip -n "$POD" -json link show type vr | jq -c '[.[].ifname]')" '["eth0","eth1"]'
	for command in CHECK GC STATUS; do
		cni $command POD "$(conf $version ',"prevResult":'"$RESULT")" > /dev/null
		is "$version: no $command" "$(get .code)" 1
		like "$version: and what there is" "$(get .details)" \
			"config is \"$version\", plugin supports .*\"1.1.0\""
	done
	ok "$version: DEL with the result" cni DEL POD "$(conf $version ',"prevResult":'"$RESULT")"
done
refusal "0.2.0 without an address" 1 '"0.2.0" has to have an address' ADD POD \
	'{"cniVersion":"0.2.0","name":"bare",'"$COMMON"',"ipam":{}}'
cni ADD POD "$(conf 1.0.0 | sed 's/"cniVersion":"1.0.0",//')" > /dev/null
is "without a version it is 0.1.0" "$(get .cniVersion)" 0.1.0
ok "DEL" cni DEL POD "$(conf 1.0.0 | sed 's/"cniVersion":"1.0.0",//')"

for version in 0.3.2 1.0 1.2.0 2.0.0; do
	refusal "version $version" 1 "\"$version\"" ADD POD "$(conf $version)"
	like "version $version: what there is" "$(get .details)" "config is \"$version\", plugin"
done
for version in 0.3.0 0.3.1 0.4.0 1.0.0; do
	refusal "$version: no GC" 1 'GC needs cniVersion 1.1.0' GC '' \
		"$(conf $version ',"cni.dev/valid-attachments":[]')"
done
ok "1.1.0: GC" cni GC '' "$(conf 1.1.0 ',"cni.dev/valid-attachments":[]')"
clean "nothing is left" POD
done_testing
