#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# In a chain of plugins: what came before is kept in the result, what comes after
# sees ours, CHECK and DEL get the final result.

. "$(dirname "$0")/lib.sh"

CNITOOL=${CNITOOL:-cnitool}
command -v "$CNITOOL" > /dev/null || skip_all "no cnitool; tests/cnitool builds it"

# Logs its input, passes prevResult through; as "before" it has one of its own.
plugin recorder << END
input=\$(cat)
echo "\$input" > "$WORK/\$(jq -r .as <<< "\$input").\$CNI_COMMAND"
[ "\$CNI_COMMAND" = ADD ] || exit 0
if [ "\$(jq -r .as <<< "\$input")" = before ]; then
	jq '{cniVersion, interfaces: [{name: "br0", mac: "02:00:00:00:00:44"}],
		routes: [{dst: "203.0.113.0/24", gw: "192.0.2.1"}]}' <<< "\$input"
else
	jq .prevResult <<< "\$input"
fi
END
define red '"subnets":["198.51.100.0/24"],'"$IPAM"
cat > "$WORK/10-vr.conflist" << END
{"cniVersion":"0.4.0","name":"green","plugins":[{"type":"recorder","as":"before"},
{$COMMON,$IPAM,"subnets":["192.0.2.0/24"],"networks":["red"],"result":"all"},
{"type":"recorder","as":"after"}]}
END

cnitool()
{
	in_ns NODE env NETCONFPATH="$WORK" "$CNITOOL" "$1" green "/run/netns/${!2}"
}

ns POD
ok "ADD" cnitool add POD
OUT=$(jq .prevResult "$WORK/after.ADD")
is "the result of the plugin before comes first" "$(get '[.interfaces[].name] | join(" ")')" \
	"br0 eth0 eth1"
is "addresses are of the right interfaces" "$(get '[.ips[] | "\(.interface) \(.address)"] | join(", ")')" \
	"1 192.0.2.2/24, 2 198.51.100.2/24"
is "routes of both" "$(get '[.routes[].dst] | join(" ")')" "203.0.113.0/24 0.0.0.0/0"
ip -n "$POD" route add 203.0.113.0/24 via 192.0.2.1
ok "CHECK" cnitool check POD
ok "DEL" cnitool del POD
is "the plugin behind us saw it" "$(jq -r '.prevResult.interfaces[1].name' "$WORK/after.DEL")" eth0
clean "nothing is left" POD

plugin recorder << END
cat > /dev/null
[ "\$CNI_COMMAND" = ADD ] || exit 0
echo '{"code":11,"msg":"the last one fails"}'
exit 1
END
sed -i 's/{"type":"recorder","as":"before"},//' "$WORK/10-vr.conflist"
fails "a plugin behind us fails" cnitool add POD
ok "the runtime's DEL" cnitool del POD
clean "nothing is left" POD
done_testing
