#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2317 # functions for ok and poll
#
# timeout: 1800
#
# Services by a real kube-proxy: ClusterIP, NodePort and hostPort, from pods, hosts and
# outside, TCP and UDP, IPv4 and IPv6; names by a real CoreDNS; probes of kubelet.  Prints
# a table of what address the server saw of whom, by which way.  Run by tests/kube/cluster.
#
# PROXY_MODE is nftables if not given, or iptables.

. "$(dirname "$0")/setup.sh"

MODE=${PROXY_MODE:-nftables}
NS=svc

# A server with a probe of each kind; who asks it is told its name and his address.
web()
{
	local script

	# shellcheck disable=SC2016 # expanded in the pod
	script='mkdir -p /www/cgi-bin; cd /www/cgi-bin
		printf "#!/bin/sh\necho; echo \$(hostname) \$REMOTE_ADDR\n" > who; chmod 755 who
		exec httpd -f -p 8080 -h /www'
	pod "$1" "$2" '' "$(jq -n --arg image "$IMAGE" --arg script "$script" --argjson port "$3" '{containers: [{
		name: "c", image: $image, command: ["sh", "-c", $script],
		ports: [{containerPort: 8080, hostPort: $port},
			{containerPort: 5353, hostPort: $port, protocol: "UDP"}],
		readinessProbe: {httpGet: {path: "/cgi-bin/who", port: 8080}, timeoutSeconds: 10},
		livenessProbe: {tcpSocket: {port: 8080}, timeoutSeconds: 10, periodSeconds: 20}}]}')"
}

# By a program of the VM.  Forked here, as the pod is found by who asks.
udp()
{
	in_pod "$1" setsid -f tests/kube/ask --serve "$1" 5353 < /dev/null > /dev/null 2>&1
}

# service NAME APP NODEPORT [FIELD]     of both families and protocols
service()
{
	apply <<- END
		apiVersion: v1
		kind: Service
		metadata: {name: $1, namespace: $NS}
		spec:
		  type: NodePort
		  selector: {app: $2}
		  ipFamilyPolicy: RequireDualStack
		  ${4:-}
		  ports:
		  - {name: t, port: 80, targetPort: 8080, nodePort: $3}
		  - {name: u, port: 80, targetPort: 5353, nodePort: $3, protocol: UDP}
	END
}

coredns()
{
	apply <<- 'END'
		apiVersion: v1
		kind: ServiceAccount
		metadata: {name: coredns, namespace: kube-system}
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: ClusterRole
		metadata: {name: coredns}
		rules:
		- {apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch]}
		- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
		---
		apiVersion: rbac.authorization.k8s.io/v1
		kind: ClusterRoleBinding
		metadata: {name: coredns}
		roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: coredns}
		subjects: [{kind: ServiceAccount, name: coredns, namespace: kube-system}]
		---
		apiVersion: v1
		kind: ConfigMap
		metadata: {name: coredns, namespace: kube-system}
		data:
		  Corefile: |
		    .:53 {
		        errors
		        health
		        ready
		        kubernetes cluster.local in-addr.arpa ip6.arpa
		    }
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns, vr-test: services}}
		spec:
		  serviceAccountName: coredns
		  dnsPolicy: Default
		  nodeSelector: {kubernetes.io/hostname: node2}
		  containers:
		  - name: coredns
		    image: docker.io/local/coredns:1
		    command: [/coredns, -conf, /etc/coredns/Corefile]
		    readinessProbe: {httpGet: {path: /ready, port: 8181}, timeoutSeconds: 10}
		    volumeMounts: [{name: config, mountPath: /etc/coredns}]
		  volumes: [{name: config, configMap: {name: coredns}}]
		---
		apiVersion: v1
		kind: Service
		metadata: {name: kube-dns, namespace: kube-system, labels: {vr-test: services}}
		spec:
		  clusterIP: 198.18.0.10
		  ipFamilyPolicy: PreferDualStack
		  selector: {k8s-app: kube-dns}
		  ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]
	END
}

# way WHAT PORT ADDRESS...     as tests/kube/ask wants it
way()
{
	local what=$1 port=$2 address

	shift 2
	for address; do
		[[ $address != *:* ]] || address="[$address]"
		printf '%s tcp:%s\n%s udp:%s\n' "$what" "$address:$port" "$what" "$address:$port"
	done
}

# All ways to the server.
targets()
{
	local addresses

	addresses=$(k get service -n $NS web -o 'jsonpath={.spec.clusterIPs[*]}')
	# shellcheck disable=SC2086 # two of them
	way ClusterIP 80 $addresses
	way NodePort 30080 192.0.2.11 2001:db8::11
	way NodePort-other 30080 192.0.2.12 2001:db8::12
	way NodePort-local 30081 192.0.2.11 2001:db8::11
	way hostPort 8001 192.0.2.11 2001:db8::11
}

# cell FROM WHAT     who asked, as the server saw it, if it was the same by TCP and UDP
cell()
{
	sed -n "s/^$1=$2 //p" "$WORK/seen" | sort -u | paste -sd ' '
}

table()
{
	local from what

	echo "# seen by the server | ClusterIP | NodePort | NodePort-other | NodePort-local | hostPort"
	while read -r from; do
		printf '# %s' "$from"
		for what in ClusterIP NodePort NodePort-other NodePort-local hostPort; do
			printf ' | %s' "$(cell "$from" $what)"
		done
		echo
	done < <(cut -d = -f 1 "$WORK/seen" | uniq)
}

# asked FROM CMD...     all ways, from there by that command
asked()
{
	local from=$1 what target answer who

	shift
	# Nobody outside has a route to a service.
	grep -v "^$([ "$from" = outside ] && echo ClusterIP || echo none)" "$WORK/targets" > "$WORK/ways"
	# shellcheck disable=SC2046 # words
	"$@" tests/kube/ask $(cut -d ' ' -f 2 "$WORK/ways") > "$WORK/answers"
	while read -r what target; do
		answer=$(grep -F "$target " "$WORK/answers")
		who=${answer#* }
		like "from $from by $what, $target" "$who" "^web "
		who=${who#* }
		who=${who//[\[\]]/}
		echo "$from=$what ${who#::ffff:}" >> "$WORK/seen"
	done < "$WORK/ways"
}

# names NODE NAME TYPE     the addresses of a name, asked for by a pod there
names()
{
	k exec -n $NS "client-$1" -- nslookup -type="$3" "$2" | sed -n '/^Name/,$s/^Address: *//p'
}

named()
{
	[ -n "$(names "$1" web.svc.svc.cluster.local a)" ]
}

# By a program of the VM: getaddrinfo() of a busybox without libraries crashes.
fetches()
{
	local address

	address=$(names "$1" web.svc.svc.cluster.local "$2")
	[[ $address != *:* ]] || address="[$address]"
	in_pod "client-$1" tests/kube/ask "tcp:$address:80"
}

k create namespace $NS > /dev/null
ok "kube-proxy on node 1, $MODE" guest tests/kube/node proxy /tmp/kube/node1 --proxy-mode "$MODE"
ok "and on node 2" guest tests/kube/node proxy /tmp/kube/node2 --proxy-mode "$MODE"
ok "CoreDNS, a pod and a service" coredns
ok "a server" web web node1 8001
ok "and another that is its neighbour's port" web other node2 8001
ok "clients" pod client-1 node1
ok "on both nodes" pod client-2 node2
ok "a service" service web web 30080
ok "and one whose nodes hand on nothing" service near web 30081 'externalTrafficPolicy: Local'
ok "probes by HTTP and TCP find them ready" pods_ready web other client-1 client-2
udp web

targets > "$WORK/targets"
asked "a pod of its node" in_pod client-1
asked "a pod of the other node" in_pod client-2
asked "itself" in_pod web
asked "its node" on node1
asked "the other node" on node2
asked "outside" on out
table
like "outside is seen by its address, where nodes hand on nothing" "$(cell outside NodePort-local)" \
	'^192\.0\.2\.100 2001:db8::100$'

ok "CoreDNS is ready" k wait -n kube-system --for condition=Ready --timeout 120s pod/coredns
for node in 2 1; do
	ok "a pod of node $node resolves a name" poll 60 named $node
	like "and gets there" "$(fetches $node a)" ':80 web '
	like "by the other family, too" "$(fetches $node aaaa)" ':80 web '
done
is "an address has a name" "$(k exec -n $NS client-1 -- nslookup "$(k get service -n $NS web -o 'jsonpath={.spec.clusterIP}')" |
	sed -n 's/.*name = //p')" web.svc.svc.cluster.local

pods_go > "$WORK/go" 2>&1
is "the pods go" $? 0
k delete namespace $NS --wait=false > /dev/null
k delete service,pod -n kube-system -l vr-test=services --wait=false > /dev/null
done_testing
