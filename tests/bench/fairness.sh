#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # the namespaces of setup.sh
# timeout: 7200
#
# What a hostile pod takes from others on one CPU. Pods 1 to 3 send a TCP stream each to
# the next one, pod 4 floods; each has a cgroup, all of one weight. Compared is what the
# three streams have together, in the same time, when pod 4 sends as many bytes to a pod
# of its own (5, in its cgroup) that takes them, and when it sends so what it can.
# docs/performance.md says how to read the figures.
#
# In the guest of tests/bench/fairness.

. "$(dirname "$0")/../kernel/setup.sh"
module_load

WINDOW=300 WARM=100
KINDS="broadcast:60 spoofed:60 closed:60 malformed:60 unknown:60 spoofed:1400 ttl:60"
cgroups=$(mktemp -d)
fair=$(mktemp -d)/fair

cp "$TOP/build/bench/fair" "$fair"
mount -t cgroup2 none "$cgroups"
echo +cpu > "$cgroups/cgroup.subtree_control" || skip_all "no cgroup v2 with a cpu controller"
vrctl network add blue subnet 192.0.2.1/24
for i in 1 2 3 4 5; do
	pod "p$i" blue "02:00:00:00:00:0$i" "192.0.2.1$i/24"
	mkdir "$cgroups/$i"
	echo 100 > "$cgroups/$i/cpu.weight"
done
declare -A cgroup=([1]=1 [2]=2 [3]=3 [4]=4 [5]=4)

# as POD COMMAND...
as()
{
	local net=p$1

	echo $BASHPID > "$cgroups/${cgroup[$1]}/cgroup.procs"
	exec nsenter --net="/run/netns/${!net}" "${@:2}"
}

used()
{
	sed -n 's/^usage_usec //p' "$cgroups/4/cpu.stat"
}

# round KIND SIZE PER-MS: what the streams had in $goodput, what was sent in $bytes, and
# how much of the CPU it took, in percent, in $cpu.
round()
{
	local i before go=$fair.go jobs=()

	rm -f "$go" "$go.ready"
	(as 5 "$fair" "$go" sink 7000) &
	jobs+=($!)
	for i in 1 2 3; do
		(as $i "$fair" "$go" serve 5000 > "$fair.$i") &
		jobs+=($!)
		(as $i "$fair" "$go" stream "192.0.2.1$((i % 3 + 1))" 5000) &
		jobs+=($!)
	done
	(as 4 "$fair" "$go" flood "$1" "$2" "$3" > "$fair.4") &
	jobs+=($!)
	until [ "$(stat -c %s "$go.ready" 2> /dev/null)" = 8 ]; do
		sleep 0.05
	done
	before=$(used)
	"$fair" "$go" go $WARM $WINDOW
	wait "${jobs[@]}"
	cpu=$((($(used) - before) / 10 / (WINDOW + WARM)))
	goodput=$(($(< "$fair.1") + $(< "$fair.2") + $(< "$fair.3")))
	bytes=$(< "$fair.4")
}

ratio()
{
	printf '%d.%03d' $((1000 * $1 / $2 / 1000)) $((1000 * $1 / $2 % 1000))
}

echo "# $(uname -r): MB of the others' streams in $WINDOW ms, of one CPU"
printf '# %-16s %8s %5s %9s %5s %8s %9s %8s\n' "" hostile cpu legit cpu ratio share ratio
declare -A share
round own 60 10 # programs are in memory from now on
for kind in $KINDS; do
	size=${kind#*:} name=${kind%:*}
	if [ -z "${share[$size]:-}" ]; then
		round own "$size" 0
		share[$size]=$goodput
		echo "# own:$size: $goodput bytes of others, $bytes sent, CPU $cpu %"
	fi
	round "$name" "$size" 0
	hostile=$goodput hostile_cpu=$cpu sent=$bytes
	round own "$size" $((sent / size / WINDOW + 1))
	printf '# %-16s %8d %4d%% %9d %4d%% %8s %9d %8s   %d of %d bytes\n' "$kind" \
		$((hostile / 1000000)) "$hostile_cpu" $((goodput / 1000000)) "$cpu" \
		"$(ratio $hostile $goodput)" $((share[$size] / 1000000)) \
		"$(ratio $hostile "${share[$size]}")" "$sent" "$bytes"
	ok "$kind: others keep nine tenths beside as many bytes" \
		[ $((hostile * 10)) -ge $((goodput * 9)) ]
	ok "$kind: others keep nine tenths of their share" \
		[ $((hostile * 10)) -ge $((share[$size] * 9)) ]
done
umount "$cgroups"
done_testing
