#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 10800
#
# What vr-agent needs in a large cluster: memory, CPU, and how long it hears of nothing
# else. One agent, with an API server that has as many objects as the cluster would have.
# docs/performance.md says how to read the figures.
#
# In the guest of tests/bench/agent; NODES, PODS, NETWORKS and EACH say how large.

. "$(dirname "$0")/../agent/setup.sh"

NODES=${NODES:-1000} PODS=${PODS:-30} NETWORKS=${NETWORKS:-100} EACH=${EACH:-4}
LOADED=${LOADED:-$((2 * EACH))} # networks that the server has addresses of

# The guest's files are the host's, and while it waits for the host its clock runs away:
# what is measured is in memory, with its libraries.
in_memory()
{
	local program file

	mkdir "$WORK/programs" "$WORK/lib"
	for program in "$TOP"/build/vr{-agent,-cni,ctl} "$(command -v nsenter)"; do
		cp "$program" "$WORK/programs/"
		ldd "$program" | grep -o '/[^ ]*lib/[^ ]*' | while read -r file; do
			cp -Ln "$file" "$WORK/lib/"
		done
	done
	rm -f "$WORK"/lib/ld-linux*
	export PATH=$WORK/programs:$PATH
}

act()
{
	local answer

	echo "$*" >&"$to_cluster"
	read -r answer <&"$of_cluster"
	[ "$answer" = "done" ] || { say "$*: failed"; exit 1; }
}

say()
{
	printf '# %s\n' "$*"
}

# Without a program that would have to be read.
pause()
{
	read -rt "$1" _ <> "$WORK/never" || true
}

# figure TEXT VALUE UNIT
figure()
{
	printf '%-64s %10s %s\n' "$@"
}

# Nanoseconds on the CPU, of all of its threads, in $ran.
cpu()
{
	local ns rest file

	ran=0
	for file in /proc/"${_agents[n1]}"/task/*/schedstat; do
		read -r ns rest < "$file"
		ran=$((ran + ns))
	done
}

# Milliseconds, in $clock.
clock()
{
	read -r clock _ < /proc/uptime
	clock=${clock/./}
	clock=$((10#$clock * 10))
}

memory()
{
	sed -n "s/^$1:[[:space:]]*\([0-9]*\) kB/\1/p" /proc/"${_agents[n1]}"/status
}

milli()
{
	echo "$(($1 / 1000000)).$(printf '%03d' $(($1 / 1000 % 1000)))"
}

# Until it is nearly idle for two seconds, and what that took: begin, ..., settle TEXT.
begin()
{
	cpu
	clock
	_cpu=$ran _begin=$clock _line=$(wc -l < "$WORK/n1/log")
}

settle()
{
	local last quiet=0 since

	clock
	since=$clock
	cpu
	while [ $quiet -lt 8 ]; do
		last=$ran
		pause 0.25
		cpu
		quiet=$((quiet + 1))
		if [ $((ran - last)) -gt 25000000 ]; then
			clock
			quiet=0 since=$clock
		fi
	done
	spent "$1"
	figure "$1: until quiet" $((since - _begin)) ms
}

spent()
{
	cpu
	figure "$1: CPU" "$(milli $((ran - _cpu)))" ms
	figure "$1: longest turn of its loop, on the CPU" "$(longest)" ms
}

longest()
{
	tail -n "+$((_line + 1))" "$WORK/n1/log" |
		sed -n 's/.* on the CPU for \([0-9]*\) ms.*/\1/p' | sort -n | tail -1 | grep . || echo "< 20"
}

endpoints()
{
	at n1 endpoint show origin agent | wc -l
}

start_agent()
{
	LD_LIBRARY_PATH=$WORK/lib agent n1 --cni-conf-dir "$WORK/n1/net.d" \
		--cni-bin-dir "$WORK/bin" --log-level debug
}

# From the POST to the module's word: the median and the longest of what changes made.
told()
{
	local monitor times

	at n1 -j monitor endpoint | "$TESTS/bench/stamp.py" > "$WORK/told" &
	monitor=$!
	pause 2
	begin
	act changes "$1" "$2" "$3" "$WORK/made"
	spent "$1 changes a second $3, for $2 s"
	pause 2
	kill $monitor 2> /dev/null
	[ "$3" = here ] || return
	times=$(awk 'NR == FNR { if (!told[$2]) told[$2] = $1; next }
		$3 == "made" && told[$2] { printf "%.3f\n", 1000 * (told[$2] - $1) }' \
		"$WORK/told" "$WORK/made" | sort -n)
	figure "$1 changes a second: from POST to endpoint, median" \
		"$(sed -n "$((($(wc -l <<< "$times") + 1) / 2))p" <<< "$times")" ms
	figure "$1 changes a second: from POST to endpoint, longest" "$(tail -1 <<< "$times")" ms
}

# What vr-cni takes for a pod, in $took.
add_pod()
{
	local from=${EPOCHREALTIME/./}

	CNI_COMMAND=ADD CNI_CONTAINERID=p$1-id CNI_IFNAME=eth0 CNI_NETNS=/run/netns/$2 \
		CNI_ARGS="K8S_POD_NAMESPACE=default;K8S_POD_NAME=p$1;K8S_POD_UID=p$1-uid" \
		LD_LIBRARY_PATH=$WORK/lib nsenter --net="/run/netns/$n1" vr-cni \
		< "$WORK/conf" > "$WORK/answer" 2>> "$WORK/n1/cni.log" ||
		{ say "p$1: $(< "$WORK/answer")"; exit 1; }
	took=$((${EPOCHREALTIME/./} - from))
}

add_pods()
{
	local i nets='' name times=() took

	for ((i = 0; i < EACH; i++)); do
		nets+=${nets:+,}net$i
	done
	_conf n1 "$nets" > "$WORK/conf"
	for ((i = 1; i <= PODS; i++)); do
		ns "p$i"
		name=p$i
		add_pod "$i" "${!name}"
		times+=("$took")
	done
	figure "ADD of the first pod" "$(milli "${times[0]}000")" ms
	mapfile -t times < <(printf '%s\n' "${times[@]:1}" | sort -n)
	figure "ADD of another, median" "$(milli "${times[PODS / 2]}000")" ms
	figure "ADD of another, longest" "$(milli "${times[-1]}000")" ms
}

# The real one's, of which an agent hears now and then.
API_OPTIONS=(--bookmark-seconds 60)
cluster 1
in_memory
mkfifo "$WORK/never"
mkfifo "$WORK/to" "$WORK/of"
in_ns "$fabric" "$TESTS/bench/cluster.py" --nodes "$NODES" --pods "$PODS" --networks "$NETWORKS" \
	--each "$EACH" --loaded "$LOADED" < "$WORK/to" > "$WORK/of" &
on_exit kill $!
exec {to_cluster}> "$WORK/to" {of_cluster}< "$WORK/of"
say "loading $NODES nodes, $PODS pods on each, $NETWORKS networks, $EACH of them for a pod"
act load
api GET /control | jq -c .objects | sed 's/^/# /'

clock
_begin=$clock _line=0 _cpu=0
start_agent
ok "the configuration is written" poll 120 [ -s "$WORK/n1/net.d/10-vr.conflist" ]
settle "start, without pods"
figure "resident" "$(memory VmRSS)" KiB
begin
add_pods
settle "$PODS pods on $EACH networks, first to last"
figure "endpoints of other nodes" "$(endpoints)" ""
figure "resident" "$(memory VmRSS)" KiB
figure "resident, at most" "$(memory VmHWM)" KiB

agent_stop n1
rm "$WORK/n1/log"
clock
_begin=$clock _line=0 _cpu=0
start_agent
settle "start, with $PODS pods"
figure "resident" "$(memory VmRSS)" KiB
figure "resident, at most" "$(memory VmHWM)" KiB

# The one look back of the first minute is behind.
pause 60
begin
pause 60
spent "nothing happens, for 60 s"
told 10 10 here
told 100 10 here
told 100 10 elsewhere
begin
act heartbeats
settle "each Node's status once, all at once"
begin
act join
settle "a node joins"
begin
act leave
settle "it leaves"
begin
act move
settle "a node has another tunnel address"
begin
act gone 2
settle "a node with $PODS pods goes"
begin
act relist
settle "all is listed anew (410)"
say "asked for: $(api GET /control | jq -c .requests)"
figure "resident, in the end" "$(memory VmRSS)" KiB
figure "resident, at most" "$(memory VmHWM)" KiB
done_testing
