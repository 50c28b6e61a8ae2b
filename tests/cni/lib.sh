# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2153 # NODE is set by ns
#
# Helpers of the tests of vr-cni; source it first.  Each script has a node of its
# own: a network namespace in which vr-cni runs, which so has an instance of the
# router to itself, and folders for definitions, state and IPAM plugins.
#
#	define NAME [JSON]		a network by file; JSON is further keys
#	cni COMMAND POD CONF [VAR=VALUE...]	run vr-cni; POD is a namespace, a path
#					or empty; ID and IFNAME name the attachment
#	plugin NAME			an IPAM plugin, the script is on stdin
#	host_local NAME			the same, which does what host-local does behind that
#	define_with PLUGIN NAME:PREFIX...	networks of PREFIX.0/24 with an IPAM plugin that has
#					the keys of host-local
#	refusal DESC CODE TEXT COMMAND POD CONF [VAR=VALUE...]
#					cni fails with that code and text, and no file
#					is left behind; see clean for the rest
#	clean DESC [POD]		nothing is left on the node or in the POD
#	get FILTER			what jq makes of the last answer, in $OUT

. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

module_load
ns NODE
WORK=$(mktemp -d)
on_exit rm -rf "$WORK"
NETWORKS=$WORK/networks
STATE=$WORK/state
STORE=$WORK/store
PLUGINS=$WORK/plugins
mkdir "$NETWORKS" "$STORE" "$PLUGINS"
export CNI_PATH=$PLUGINS:$TOP/build:/usr/lib/cni

ID=container
IFNAME=eth0
OUT=''

# Keys that every configuration of a test needs.
# shellcheck disable=SC2034 # for the scripts
COMMON='"type":"vr-cni","networksDir":"'$NETWORKS'","stateDir":"'$STATE'"'
# What makes host-local keep its addresses here.
IPAM='"ipam":{"dataDir":"'$STORE'"}'

define()
{
	printf '{"name":"%s"%s}\n' "$1" "${2:+,$2}" > "$NETWORKS/${1//\//-}.json"
}

plugin()
{
	{
		echo "#!/bin/bash"
		cat
	} > "$PLUGINS/$1"
	chmod +x "$PLUGINS/$1"
}

host_local()
{
	{
		cat
		echo "sed 's/\"type\":\"$1\"/\"type\":\"host-local\"/' | exec /usr/lib/cni/host-local"
	} | plugin "$1"
}

define_with()
{
	local plugin=$1 net subnet

	shift
	for net; do
		subnet=${net#*:}.0/24
		define "${net%:*}" '"subnets":["'"$subnet"'"],"ipam":{"type":"'"$plugin"'",
			"dataDir":"'"$STORE"'","ranges":[[{"subnet":"'"$subnet"'"}]]}'
	done
}

_netns()
{
	case $1 in
	''|/*)	echo "$1" ;;
	*)	[ -e "/run/netns/$1" ] && echo "/run/netns/$1" || echo "/run/netns/${!1:-$1}" ;;
	esac
}

cni()
{
	local command=$1 pod=$2 conf=$3 rc=0

	shift 3
	# Without env: every program costs time under emulation.
	OUT=$(
		export CNI_COMMAND=$command CNI_CONTAINERID=$ID CNI_IFNAME=$IFNAME
		CNI_NETNS=$(_netns "$pod")
		# shellcheck disable=SC2163 # NAME=VALUE
		export CNI_NETNS "$@"
		exec nsenter --net="/run/netns/$NODE" vr-cni <<< "$conf"
	) || rc=$?
	echo "$OUT"
	return $rc
}

get()
{
	jq -r "$1" <<< "$OUT"
}

# Everything there is, but for what was there before.
_left()
{
	[ ! -d "$STATE" ] || find "$STATE" -mindepth 1
	find "$STORE" -type f ! -name lock ! -name 'last_reserved_ip.*'
	vrctl -n "$NODE" network show
	vrctl -n "$NODE" port show
	[ -z "${1:-}" ] || ip -n "${!1:-$1}" link show type vr
}

clean()
{
	is "$1" "$(_left "${2:-}" 2>&1)" ""
}

# State files, and addresses that host-local gave away.
_files()
{
	local file

	for file in "$STATE"/* "$STORE"/*/*; do
		case $file in
		*/lock|*/last_reserved_ip.*|*/\*)	;;
		*)	echo "$file" ;;
		esac
	done
}

refusal()
{
	local desc=$1 code=$2 text=$3 rc=0 got

	shift 3
	cni "$@" > /dev/null 2>&1 || rc=$?
	# As it is in JSON, but for the quotes.
	got=${OUT//\\\"/\"}
	if [[ $rc = 1 && $got =~ \"code\":[[:space:]]*$code, && $got == *"$text"* ]]; then
		_report 0 "refused: $desc"
	else
		_report 1 "refused: $desc"
		_diag "exit code $rc, it printed:"
		_diag "$OUT"
		_diag "want: exit code 1, code $code: ... $text ..."
	fi
	is "no file is left: $desc" "$(_files)" ""
}
