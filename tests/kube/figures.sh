#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 1800
#
# How long things take, printed as diagnostics: an address from the real API; a pod from
# its object to ready with four networks, with the default one, and with a bridge; a new
# pod until another node reaches it.  Run by tests/kube/cluster; processors may be
# emulated, and the machine busy, so what counts is one beside the other.
#
# RUNS=5 pods of each kind.

. "$(dirname "$0")/setup.sh"

NS=figures
RUNS=${RUNS:-5}

milliseconds()
{
	echo $((${EPOCHREALTIME/./} / 1000))
}

# The middle one of numbers.
median()
{
	sort -n | sed -n "$(((RUNS + 1) / 2))p"
}

# starts NAME NETWORKS     how long each of some pods takes, one after the other
starts()
{
	local i begin

	for ((i = 0; i < RUNS; i++)); do
		begin=$(milliseconds)
		pod "$1-$i" node1 "$2" > /dev/null
		pods_ready "$1-$i" > /dev/null || return
		echo $(($(milliseconds) - begin))
		k delete pod -n "$NS" "$1-$i" --timeout 180s > /dev/null || return
	done > "$WORK/$1"
	echo "# pod to ready, $1: $(median < "$WORK/$1") ms, of $(paste -sd ' ' "$WORK/$1")"
}

# As kubelet's runtime takes the first file in the folder.
bridge()
{
	guest bash -c 'ln -sf /usr/lib/cni/bridge /usr/lib/cni/host-local /tmp/kube/node1/bin/
		echo '"'"'{"cniVersion":"1.0.0","name":"bridge","plugins":[{"type":"bridge","bridge":"cni0",
			"isGateway":true,"ipam":{"type":"host-local","dataDir":"/tmp/kube/node1/addresses",
			"ranges":[[{"subnet":"198.51.100.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
			{"type":"portmap","capabilities":{"portMappings":true}}]}'"'"' > /tmp/kube/node1/net.d/.new
		mv /tmp/kube/node1/net.d/.new /tmp/kube/node1/net.d/05-bridge.conflist'
}

# allocations COUNT PARALLEL     by the socket, as vr-cni asks
allocations()
{
	local program

	program=$(cat <<- END
		import json, socket, threading, time
		pod = {"namespace": "$NS", "name": "asks", "uid": "$(_uid asks)"}
		errors = []
		def ask(first, step):
		    for i in range(first, $1, step):
		        s = socket.socket(socket.AF_UNIX)
		        s.connect("/run/vr/agent.sock")
		        s.sendall((json.dumps({"version": 1, "command": "ADD", "containerID": "figure-$2-%d" % i,
		            "ifname": "eth0", "pod": pod,
		            "networks": [{"network": "$NS.n1", "interface": "eth1"}]}) + "\\n").encode())
		        answer = json.loads(s.makefile().readline())
		        if "networks" not in answer:
		            errors.append(answer)
		begin = time.time()
		threads = [threading.Thread(target=ask, args=(i, $2)) for i in range($2)]
		for t in threads: t.start()
		for t in threads: t.join()
		print("%.1f" % ($1 / (time.time() - begin)), errors[:1] or "")
	END
	)
	on node1 python3 -c "$program"
}

# reachable     milliseconds from the last step of ADD to the first answer on another node
reachable()
{
	local program i

	program=$(cat <<- 'END'
		import os, re, subprocess, sys, time
		address, pod, state = sys.argv[1:]
		# Its MAC is made of its address.  Asking for it again takes Linux up to a second.
		mac = "0a:58:" + ":".join("%02x" % int(part) for part in address.split("."))
		subprocess.check_call(["ip", "neigh", "replace", address, "lladdr", mac, "dev", "eth1"])
		ping = subprocess.Popen(["ping", "-n", "-D", "-i", "0.02", "-W", "1", address], stdout=subprocess.PIPE, text=True)
		first = None
		for line in ping.stdout:
		    found = re.match(r"\[([0-9.]+)\] \d+ bytes", line)
		    if found:
		        first = float(found[1])
		        break
		ping.kill()
		times = [os.stat(os.path.join(state, f)).st_mtime for f in os.listdir(state)
		    if pod in open(os.path.join(state, f)).read()]
		print(round((first - max(times)) * 1000))
	END
	)
	for ((i = 0; i < RUNS; i++)); do
		in_pod asks timeout 120 python3 -c "$program" "10.70.1.$((10 + i))" "new-$i" \
			/tmp/kube/node1/files/var/lib/vr/cni > "$WORK/reach-$i" 2>&1 &
		pod "new-$i" node1 '[{"name":"n1","ips":["10.70.1.'$((10 + i))'/16"]}]' > /dev/null
		pods_ready "new-$i" > /dev/null
		wait $!
		cat "$WORK/reach-$i"
		k delete pod -n "$NS" "new-$i" --timeout 180s > /dev/null
	done > "$WORK/reach"
	echo "# new pod reached from another node: $(median < "$WORK/reach") ms after ADD, of $(paste -sd ' ' "$WORK/reach")"
}

k create namespace $NS > /dev/null
for i in 1 2 3 4; do
	ok "network $i" nad "n$i" "cidr=10.$((69 + i)).0.0/16"
done
for i in 1 2 3 4; do
	ok "network $i is ready" poll 60 k wait --for condition=Ready --timeout 5s "network/$NS.n$i"
done
pod asks node2 n1 > /dev/null
pod first node1 n1,n2,n3,n4 > /dev/null
ok "pods" pods_ready asks first
ok "addresses, one at a time" allocations 50 1
printf '# addresses a second: %s\n' "$_out"
ok "addresses, eight at a time" allocations 100 8
printf '# addresses a second, eight at a time: %s\n' "$_out"
ok "four networks" starts four n1,n2,n3,n4
printf '%s\n' "$_out"
ok "the default network alone" starts default ''
printf '%s\n' "$_out"
bridge
ok "a bridge" starts bridge ''
printf '%s\n' "$_out"
guest rm /tmp/kube/node1/net.d/05-bridge.conflist
ok "reachable" reachable
printf '%s\n' "$_out"
ok "the namespace goes" k delete namespace $NS --timeout 300s
done_testing
