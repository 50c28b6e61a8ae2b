# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Services in namespaces and their clients, all of service.py; sources setup.sh.
#
#	serve NS NAME PORT [DEV]		a service
#	answer NS tcp|udp ADDRESS PORT [KEY VALUE]...
#						what it says
#	answer NS ping ADDRESS SIZE		"pong" if it is that
#	silent DESC NS tcp|udp ADDRESS PORT	it says nothing
#	stream NAME NS ADDRESS PORT MS		datagrams to a service, one each MS
#	heard NAME				who answered last
#	all_heard NAME:WHO...			that of several, a condition
#	stream_end NAME				sets $sent, $lost, $gap (the longest
#						time without an answer, in ms) and $names
#	need_masquerade				or the script is skipped

. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

coproc python3 -S "$TESTS/kernel/service.py"
# A coprocess's own descriptors are not there in a subshell.
exec {_ask}>&"${COPROC[1]}" {_say}<&"${COPROC[0]}"

_service()
{
	local line

	printf '%s\n' "$*" >&"$_ask"
	read -r -t 60 line <&"$_say" || return
	echo "$line"
}

serve()
{
	local line net=$1

	shift
	line=$(_service serve "/run/netns/${!net}" "$@")
	[ "$line" = ready ] || _diag "service $*: $line"
}

answer()
{
	local net=$1

	shift
	_service ask 10 "/run/netns/${!net}" "$@"
}

silent()
{
	local desc=$1 net=$2

	shift 2
	is "$desc" "$(_service ask 1 "/run/netns/${!net}" "$@")" silence
}

stream()
{
	local line name=$1 net=$2

	shift 2
	line=$(_service stream "$name" "/run/netns/${!net}" "$@")
	[ "$line" = ready ] || _diag "stream $name: $line"
}

heard()
{
	_service heard "$1"
}

all_heard()
{
	local what

	for what; do
		[ "$(heard "${what%:*}")" = "${what#*:}" ] || return
	done
}

stream_end()
{
	read -r sent lost gap names <<< "$(_service end "$1")"
	echo "# stream $1: $lost of $sent lost, no answer for $gap ms at most; from $names"
}

# The kernel's part is in several modules, of which a small kernel may lack one.
need_masquerade()
{
	_run nft -f - <<- 'END'
		table inet probe {
			chain c {
				type nat hook postrouting priority srcnat
				ct status dnat ct zone 0 masquerade
			}
		}
	END
	[ $_rc = 0 ] || skip_all "no nftables that masquerade: ${_out%%$'\n'*}"
	nft delete table inet probe
}
