# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2030,SC2031 # _nested is set for a subshell
#
# Helpers of the shell tests; source it first.  A test script prints TAP and ends
# with done_testing.  Its exit code is 0, 1 (failed) or 4 (skipped as a whole).
# Two comment lines tell tests/vm/run more: "# alone" for a script that must not
# share the kernel with another one, "# timeout: SECONDS" if 120 are too few.
# A third, "# soak", takes it into make test-soak, where $VR_SOAK is 1 and else empty.
#
#	ok "DESC" CMD...		passes when CMD succeeds
#	fails "DESC" CMD...		passes when CMD fails (but not from a signal)
#	refused "DESC" "TEXT" CMD...	CMD exits with 1 and says TEXT
#	usage_error "DESC" "TEXT" CMD..	CMD exits with 2 and says TEXT
#	is "DESC" GOT WANT		equal strings
#	like "DESC" GOT REGEX		extended regular expression
#	skip "DESC" "REASON"		count one test as skipped
#	skip_all REASON			end here, nothing to test
#	ns NAME...			namespaces; their real names in $NAME
#	in_ns NAME CMD...		run in a namespace (NAME or $NAME)
#	poll SECONDS CMD...		repeat CMD until it succeeds
#	ping_ok NS ADDR [COUNT]		within ok, fails, poll a condition,
#	ping_fails NS ADDR		alone on a line a test of its own
#	on_exit CMD...			run at the end, last one first
#	module_load			insmod what was built for this kernel
#	done_testing			print the plan and exit
#
# CMD runs in a subshell: what it sets is lost.  Starting a program costs
# 10 to 50 ms under emulation, so these helpers start none they can do without.

set -u

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=${TESTS%/*}
# shellcheck disable=SC2034 # for the scripts
MODULE=$TOP/build/$(uname -r)/vr.ko
PATH=$TOP/build:$PATH

_count=0 _failed=0 _done='' _nested=''
_exit_commands=() _namespaces=()

# Nothing ever comes here: waiting with read starts no program, sleep does.
exec {_never}<> <(:)

echo "TAP version 13"

# One line of TAP; $1 is 0 when the test passed, then the description.
_report()
{
	local rc=$1

	shift
	_count=$((_count + 1))
	if [ "$rc" = 0 ]; then
		echo "ok $_count - $*"
	else
		_failed=$((_failed + 1))
		echo "not ok $_count - $*"
	fi
}

# Text as TAP diagnostics.
_diag()
{
	local line

	while IFS= read -r line; do
		printf '#   %s\n' "$line"
	done <<< "$1"
}

# Run a command: exit code in $_rc, what it printed in $_out.
_run()
{
	_rc=0
	_out=$(_nested=1; "$@" 2>&1) || _rc=$?
}

# Report, and when it failed say what was run: $1 passed?, DESC, wanted, CMD...
_verdict()
{
	local passed=$1 desc=$2 wanted=$3

	shift 3
	_report "$passed" "$desc"
	if [ "$passed" != 0 ]; then
		_diag "command: $*"
		_diag "exit code $_rc, wanted $wanted; it printed:"
		_diag "$_out"
	fi
}

ok()
{
	local desc=$1

	shift
	_run "$@"
	_verdict "$_rc" "$desc" 0 "$@"
}

fails()
{
	local desc=$1 passed=1

	shift
	_run "$@"
	# 126 and up: not found, not executable, killed.  A crash is no refusal.
	if [ "$_rc" -gt 0 ] && [ "$_rc" -lt 124 ]; then
		passed=0
	fi
	_verdict $passed "$desc" "not 0" "$@"
}

# The given exit code and text: $1 code, DESC, TEXT, CMD...
_error()
{
	local code=$1 desc=$2 text=$3 passed=1

	shift 3
	_run "$@"
	if [ "$_rc" = "$code" ] && [[ $_out == *"$text"* ]]; then
		passed=0
	fi
	_verdict $passed "$desc" "$code and the text: $text" "$@"
}

refused()
{
	_error 1 "$@"
}

usage_error()
{
	_error 2 "$@"
}

is()
{
	if [ "$2" = "$3" ]; then
		_report 0 "$1"
	else
		_report 1 "$1"
		_diag "got:  $2"
		_diag "want: $3"
	fi
}

like()
{
	if [[ $2 =~ $3 ]]; then
		_report 0 "$1"
	else
		_report 1 "$1"
		_diag "got:     $2"
		_diag "pattern: $3"
	fi
}

skip()
{
	_count=$((_count + 1))
	echo "ok $_count - $1 # SKIP $2"
}

skip_all()
{
	_done=1
	echo "1..0 # SKIP $*"
	exit 4
}

done_testing()
{
	_done=1
	echo "1..$_count"
	if [ $_count = 0 ]; then
		echo "# no test was run"
		exit 1
	fi
	[ $_failed = 0 ]
	exit
}

ns()
{
	local name real

	for name; do
		real=$name-$$
		ip netns add "$real" || return
		_namespaces+=("$real")
		ip -n "$real" link set lo up || return
		printf -v "$name" %s "$real"
	done
}

in_ns()
{
	local net=$1

	shift
	[ -e "/run/netns/$net" ] || net=${!net}
	nsenter --net="/run/netns/$net" "$@"
}

poll()
{
	local end=$((SECONDS + $1 + 1))

	shift
	until (_nested=1; "$@") > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		read -r -t 0.05 -u "$_never" || :
	done
}

_ping_ok()
{
	local count=${3:-1}

	in_ns "$1" ping -q -n -i 0.2 -W 5 -c "$count" "$2"
}

_ping_fails()
{
	! in_ns "$1" ping -q -n -i 0.2 -W 1 -c 1 "$2"
}

ping_ok()
{
	if [ -n "$_nested" ]; then
		_ping_ok "$@"
	else
		ok "ping from $1 to $2" _ping_ok "$@"
	fi
}

ping_fails()
{
	if [ -n "$_nested" ]; then
		_ping_fails "$@"
	else
		ok "no ping from $1 to $2" _ping_fails "$@"
	fi
}

on_exit()
{
	_exit_commands+=("$(printf '%q ' "$@")")
}

module_load()
{
	local depends

	[ ! -d /sys/module/vr ] || return 0
	[ -e "$MODULE" ] || skip_all "no module for this kernel: $MODULE"
	(
		flock 9
		[ ! -d /sys/module/vr ] || exit 0
		depends=$(modinfo -F depends "$MODULE")
		# shellcheck disable=SC2086 # a list
		[ -z "$depends" ] || modprobe -a ${depends//,/ } || exit
		insmod "$MODULE"
	) 9> /run/lock-vr-module
}

_at_exit()
{
	local rc=$? i pids _saved

	trap - EXIT
	exec {_saved}>&2 2> /dev/null
	for ((i = ${#_exit_commands[@]} - 1; i >= 0; i--)); do
		eval "${_exit_commands[i]}" > /dev/null
	done
	mapfile -t pids < <(jobs -p)
	kill "${pids[@]}"
	for i in ${_namespaces[@]+"${_namespaces[@]}"}; do
		mapfile -t pids < <(ip netns pids "$i")
		[ ${#pids[@]} = 0 ] || kill -9 "${pids[@]}"
		ip netns del "$i"
	done
	exec 2>&"$_saved"
	if [ -z "$_done" ]; then
		echo "not ok $((_count + 1)) - the script ended early, with exit code $rc"
		echo "1..$((_count + 1))"
		exit 1
	fi
	exit "$rc"
}
trap _at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
