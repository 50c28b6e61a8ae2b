#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154,SC2317 # the namespaces of setup.sh; functions for ok and poll
#
# alone
# timeout: 200
#
# vr-agent uninstall: not while pods are attached, then all of vr goes and nothing else;
# and what deploy/install.sh puts on a node, with the module it built.

. "$(dirname "$0")/setup.sh"

cluster 1
k8s_network default.blue 5001 10.1.0.0/16
D=$WORK/n1
mkdir -p "$D/opt"

uninstall()
{
	nsenter --net="/run/netns/$n1" vr-agent uninstall --state-dir "$D/state" \
		--socket "$D/agent.sock" --spare-dir "$D/spares" --networks-dir "$D/networks" \
		--cluster-dir "$D/cluster" --host-root "$D/host" \
		--cni-conf-dir "$D/net.d" --cni-bin-dir "$D/opt" "$@"
}

# --- what the first container of the DaemonSet does
unloaded()
{
	rmmod vr 2> /dev/null || [ ! -d /sys/module/vr ]
}
ok "no module is loaded" poll 30 unloaded
built=$TOP/build/install/$(uname -r)/vr.ko
[ -e "$built" ] || built=$MODULE
mkdir -p "$WORK/modules/$(uname -r)"
cp "$built" "$WORK/modules/$(uname -r)/vr.ko"
plugin=$TOP/build/static/vr-cni
[ -e "$plugin" ] || plugin=$TOP/build/vr-cni
# No module of the name is installed here.
ok "deploy/install.sh loads one" env VR_MODULES="$WORK/modules" CNI_BIN="$D/opt" \
	PLUGIN="$plugin" "$TOP/deploy/install.sh"
ok "it is loaded" [ -d /sys/module/vr ]
like "once more: it is there" "$(CNI_BIN="$D/opt" PLUGIN="$plugin" "$TOP/deploy/install.sh")" \
	'is loaded already'
ok "the plugin is there" [ -x "$D/opt/vr-cni" ]

# --- what is of others
before=$(ip -n "$n1" -j link show | jq -r '.[].ifname' | sort)
on n1 nft 'table inet other { chain c { type filter hook input priority 0; }; }'
ip -n "$n1" route add 198.51.100.0/24 via 203.0.113.254
mkdir -p "$D/networks" "$D/net.d"
echo '{"name": "mine", "subnets": ["192.0.2.0/24"]}' > "$D/networks/mine.json"
echo '{}' > "$D/net.d/99-other.conf"
echo other > "$D/opt/other"

mkdir -p "$D/host/run/systemd/system"
on n1 iptables -P FORWARD DROP
agent_first n1 --host-root "$D/host"
listed()
{
	on n1 iptables -S FORWARD | grep -q vr-agent:
}
ok "iptables has rules of ours" poll 30 listed
ok "systemd a unit" [ -e "$D/host/etc/systemd/system/vr-cni-conf.service" ]
ok "a network is defined" poll 30 [ -s "$D/networks/default.blue.json" ]
PATH=$D/opt:$PATH attached "a pod, by the plugin that was put there" n1 a blue
attached "another" n1 b blue
refused "an agent runs" "delete the DaemonSet first" uninstall
agent_stop n1
refused "pods are attached" "interfaces of pods are attached" uninstall
fails "but no new one comes" [ -e "$D/net.d/10-vr.conflist" ]
ping_ok a 10.244.1.1
detached "a pod goes" n1 b

# Operators' networks are no reason to refuse, but to keep the module.
at n1 network add mine vni 7 subnet 192.0.2.1/24
ok "with force" uninstall --force
like "the module stays" "$_out" 'the module stays: 1 networks'
is "with their network" "$(at n1 -j network show | jq -r '.[].name')" mine
fails "the pod has lost its interfaces" ip -n "$a" link show eth0
at n1 network del mine
ok "again" uninstall
fails "no module" [ -d /sys/module/vr ]
is "devices are as before" "$(ip -n "$n1" -j link show | jq -r '.[].ifname' | sort)" "$before"
is "no routes of vr" "$(ip -n "$n1" route show proto 118; ip -n "$n1" -6 route show proto 118)" ""
is "rules of others" "$(on n1 nft list tables)" $'table inet other\ntable ip filter'
is "and theirs of iptables" "$(on n1 iptables -S FORWARD)" "-P FORWARD DROP"
is "no files for systemd" "$(find "$D/host/etc" ! -type d)" ""
like "routes of others" "$(ip -n "$n1" route show 198.51.100.0/24)" '203\.0\.113\.254'
is "files of others" "$(cd "$D" && find networks net.d opt -type f | sort | paste -sd' ')" \
	"net.d/99-other.conf networks/mine.json opt/other"
fails "no state" [ -e "$D/state" ]
fails "no spare addresses" [ -e "$D/spares" ]
fails "nothing of the cluster" [ -e "$D/cluster" ]
ok "and once more, with nothing there" uninstall

done_testing
