# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of this folder share: which Kubernetes, and where its programs
# are.  Sourced, never run.

. "$(dirname "${BASH_SOURCE[0]}")/../vm/common.sh"

# shellcheck disable=SC2034 # the rest is for who sources this
PROGRAMS=$ROOT/tests/kube/programs

# Of a module that go.mod there requires.
module_version()
{
	sed -n "s,^\(require \)\?[[:space:]]*$1 \(v[^ ]*\).*,\2,p" "$PROGRAMS/go.mod" | head -n 1
}

KUBE_VERSION=$(module_version k8s.io/kubernetes)
KUBE=$VR_CACHE/kube-$KUBE_VERSION
within=()

# The programs there are made from what the tree has now.
kube_key()
{
	cat "$PROGRAMS"/{go.mod,go.sum,coredns/main.go} | sha256sum
}

# Ends the script when a program has not been built.
kube_need()
{
	local program

	for program; do
		[ -x "$KUBE/$program" ] ||
			die "no $program yet: run tests/kube/build $program"
	done
}

# image_pack ROOT NAME FILE CMD...     ROOT as an image, as docker save would write it
image_pack()
{
	local root=$1 name=$2 file=$3 tmp id word command

	shift 3
	# Not jq's --args, which takes no words that look like options.
	command=$(for word; do printf %s "$word" | jq -Rs .; done | jq -s .)
	tmp=$(mktemp -d)
	tar -C "$root" --owner 0 --group 0 -cf "$tmp/layer.tar" .
	id=$(sha256sum < "$tmp/layer.tar")
	jq -n --arg id "sha256:${id%% *}" --argjson command "$command" '{architecture: "amd64", os: "linux",
		config: {Env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], Cmd: $command},
		rootfs: {type: "layers", diff_ids: [$id]}}' > "$tmp/config.json"
	printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$name" \
		> "$tmp/manifest.json"
	tar -C "$tmp" -cf "$file" manifest.json config.json layer.tar
	rm -rf "$tmp"
}

# What follows is about programs that go on when the script has ended, with
# PROGRAM.pid and PROGRAM.log in the current folder.

# How long a start may take; a minute or two in an emulated machine, more on a busy one.
LIMIT=${VR_LIMIT:-1200}

# When a process began: what tells it from a later one of the same number.
began()
{
	local stat

	read -r stat 2> /dev/null < "/proc/$1/stat" || return
	# After the name, which may hold blanks.
	read -r -a stat <<< "${stat##*) }"
	[ "${stat[0]}" != Z ] && echo "${stat[19]}"
}

runs()
{
	local pid start

	read -r pid start 2> /dev/null < "$1.pid" && [ -n "$start" ] && [ "$(began "$pid")" = "$start" ]
}

# launch PROGRAM FLAG...     by the command "within", if that is set
launch()
{
	local program=$1

	shift
	# Without the lock that a script may hold.
	setsid "${within[@]}" "$program" "$@" > "$program.log" 2>&1 < /dev/null 8>&- &
	echo "$! $(began $!)" > "$program.pid"
}

# stop is the script's own.
failed()
{
	tail -n 20 "$1.log" >&2
	stop
	die "$1 $2"
}

# wait_for PROGRAM CMD...     until CMD succeeds
wait_for()
{
	local program=$1

	shift
	while ! "$@" > /dev/null 2>&1; do
		runs "$program" || failed "$program" ended
		[ "$SECONDS" -lt "$LIMIT" ] || failed "$program" "is not ready after $LIMIT s"
		sleep 0.2
	done
}

end()
{
	local program=$1 pid tries

	runs "$program" || return 0
	read -r pid _ < "$program.pid"
	kill "$pid"
	for ((tries = 0; tries < 150; tries++)); do
		runs "$program" || return 0
		sleep 0.1
	done
	kill -KILL "$pid"
}
