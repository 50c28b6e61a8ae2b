#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# IPAM by way of the link: the plugin "dhcp" is called when the interface is
# attached and up, on a port that may send no more than what asks for an address,
# and gives it back while there is an interface.  With a plugin of this name that
# looks about, then with the real one and a DHCP server in another container.
# timeout: 400

. "$(dirname "$0")/lib.sh"

LOG=$WORK/log
# What there is while the plugin runs, and what the pod can send then.
plugin dhcp << END
exec 2> /dev/null
{
	echo "\$CNI_COMMAND \$CNI_IFNAME"
	nsenter --net="\$CNI_NETNS" ip -json link show dev "\$CNI_IFNAME" |
		jq -r '.[0] | "\(.ifname) \(.flags | index("UP") != null)"'
	vrctl -n "$NODE" -j port show | jq -rc ".[] | select(.description == \"\$CNI_CONTAINERID/\$CNI_IFNAME\") |
		[.network, .address // [], .antispoof]"
} >> "$LOG"
if [ "\$CNI_COMMAND" = ADD ]; then
	nsenter --net="\$CNI_NETNS" bash "$WORK/try" "\$CNI_IFNAME" >> "$LOG"
	[ ! -e "$WORK/fail" ] || { echo '{"code":11,"msg":"no offer"}'; exit 1; }
	echo '{"cniVersion":"1.0.0","ips":[{"address":"192.0.2.9/24","gateway":"192.0.2.1"}]}'
fi
END
# As a pod that does not wait: an address of its own choice, and no answer.
cat > "$WORK/try" << 'END'
ip addr add 192.0.2.77/24 dev "$1"
ping -c 1 -W 1 192.0.2.1 > /dev/null && echo "reaches the gateway"
ping -c 1 -W 1 192.0.2.2 > /dev/null && echo "reaches another pod"
ip addr del 192.0.2.77/24 dev "$1"
END
define other '"subnets":["198.51.100.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
DHCP='{"cniVersion":"1.0.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24"],
	"networks":["other"],"ipam":{"type":"dhcp"}}'
FIXED='{"cniVersion":"1.0.0","name":"green",'$COMMON',"subnets":["192.0.2.0/24"],
	"ipam":{"type":"vr","dataDir":"'$STORE'"}}'
ns POD PEER

ID=peer
ok "a pod with an address of its own" cni ADD PEER "$FIXED"
ID=container
cni ADD POD "$DHCP" > /dev/null
is "ADD" $? 0
is "the plugin finds an interface that is attached, up and without address" "$(cat "$LOG")" \
	'ADD eth0
eth0 true
["green",[],1]'
is "the address is in the result" "$(get '.ips[0].address')" 192.0.2.9/24
is "and on the port" "$(vrctl -n "$NODE" -j port show |
	jq -rc '.[] | select(.description == "container/eth0") | .address')" '["192.0.2.9"]'
is "the default route is by the gateway" \
	"$(ip -n "$POD" -json route show default | jq -r '.[0].gateway')" 192.0.2.1
ok "the pod reaches another" in_ns POD ping -c 1 -W 5 192.0.2.2
is "the other network has its address" "$(ip -n "$POD" -json addr show eth1 |
	jq -r '.[0].addr_info[] | select(.family == "inet").local')" 198.51.100.2
ok "CHECK" cni CHECK POD "$(jq -c --argjson r "$OUT" '.prevResult = $r' <<< "$DHCP")"
rm "$LOG"
ok "DEL" cni DEL POD "$DHCP"
is "it is given back while the interface is there" "$(sed -n 1,2p "$LOG" | tr '\n' ' ')" \
	"DEL eth0 eth0 true "
is "the interfaces are gone" "$(ip -n "$POD" link show type vr)" ""

# The port is the other end, on the host, and has to be up as well.
rm "$LOG"
TAP=${DHCP/%\}/',"port":"tap"}'}
cni ADD POD "$TAP" > /dev/null
is "ADD by way of a tap" $? 0
is "the plugin finds the same" "$(cat "$LOG")" \
	'ADD eth0
eth0 true
["green",[],1]'
is "the port has the address" "$(vrctl -n "$NODE" -j port show |
	jq -rc '.[] | select(.description == "container/eth0") | [.kind, .address]')" '["tap",["192.0.2.9"]]'
ok "the pod reaches another" in_ns POD ping -c 1 -W 5 192.0.2.2
ok "DEL" cni DEL POD "$TAP"
is "the interfaces are gone" "$(ip -n "$POD" link show type veth; ip -n "$NODE" link show type veth)" ""

touch "$WORK/fail"
rm "$LOG"
cni ADD POD "$DHCP" > /dev/null
is "no lease" "$(get '"\(.code) \(.msg)"')" \
	'11 IPAM plugin "dhcp", ADD of eth0 in network "green": no offer (code 11)'
is "everything is taken back" "$(ip -n "$POD" link show type vr)$(find "$STORE" -name '198*')" ""
is "the plugin as well" "$(grep -c DEL "$LOG")" 1
rm "$WORK/fail"
ID=peer
ok "DEL of the other pod" cni DEL PEER "$FIXED"
clean "nothing is left" POD

# The real one.
rm "$PLUGINS/dhcp"
if [ ! -x /usr/lib/cni/dhcp ] || ! busybox --list | grep -qx udhcpd; then
	skip "DHCP" "no dhcp plugin, or no udhcpd in busybox"
	done_testing
fi
ns SERVER
CLIENT='{"cniVersion":"1.0.0","name":"leased",'$COMMON',
	"ipam":{"type":"dhcp","daemonSocketPath":"'$WORK/dhcp.sock'"}}'
ip -n "$SERVER" link add eth0 type dummy
ip -n "$SERVER" link del eth0
BY_HAND='{"cniVersion":"1.0.0","name":"leased",'$COMMON',"ipam":{}}'
ID=server
ok "a pod for the server" cni ADD SERVER "$BY_HAND"
ip -n "$SERVER" addr add 192.0.2.1/24 dev eth0
vrctl -n "$NODE" port set dev eth0 netns "$SERVER" address 192.0.2.1 dhcp-server on
printf '%s\n' 'start 192.0.2.100' 'end 192.0.2.110' 'interface eth0' "lease_file $WORK/leases" \
	"pidfile $WORK/udhcpd.pid" 'option subnet 255.255.255.0' 'option router 192.0.2.1' > "$WORK/udhcpd.conf"
touch "$WORK/leases"
in_ns SERVER busybox udhcpd -f "$WORK/udhcpd.conf" > /dev/null 2>&1 &
on_exit kill $!
nsenter --net="/run/netns/$NODE" /usr/lib/cni/dhcp daemon -socketpath "$WORK/dhcp.sock" \
	-timeout 60s > "$WORK/daemon" 2>&1 &
on_exit kill $!
ok "the plugin's daemon is up" poll 10 [ -S "$WORK/dhcp.sock" ]
ID=container
cni ADD POD "$CLIENT" > /dev/null
is "ADD with a lease" $? 0
like "its address is of the server" "$(get '.ips[0].address')" '^192[.]0[.]2[.]1[01][0-9]/24$'
is "and its port's" "$(vrctl -n "$NODE" -j port show |
	jq -r '.[] | select(.description == "container/eth0") | .address[0]')/24" "$(get '.ips[0].address')"
ok "it reaches the server" in_ns POD ping -c 1 -W 5 192.0.2.1
ok "DEL" cni DEL POD "$CLIENT"
ID=server
ok "DEL of the server" cni DEL SERVER "$BY_HAND"
clean "nothing is left at the end" POD
done_testing
