#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
#
# The tracepoints, which are the whole machine's: what comes in, goes out and is
# dropped, with the fields that tell an operator which packet and port it was.

. "$(dirname "$0")/setup.sh"
module_load

TRACING=/sys/kernel/tracing
[ -e $TRACING/events ] || mount -t tracefs tracefs $TRACING
[ -e $TRACING/events/vr ] || skip_all "this kernel does not trace"

vrctl network add blue subnet 192.0.2.1/24
raw_pod a blue 02:00:00:00:00:0a 192.0.2.10
raw_pod b blue 02:00:00:00:00:0b 192.0.2.11
is "the three of them" "$(cd $TRACING/events/vr && echo */)" "vr_drop/ vr_input/ vr_output/"
echo > $TRACING/trace
echo 1 > $TRACING/events/vr/enable
on_exit sh -c "echo 0 > $TRACING/events/vr/enable"

python "$a" "$b" <<- 'END'
	import sys
	from packet import *

	a = Station(sys.argv[1], '02:00:00:00:00:0a')
	b = Station(sys.argv[2], '02:00:00:00:00:0b')
	good = eth(b.mac, a.mac, IP4, packet('192.0.2.10', '192.0.2.11', b'x' * 33))
	a.send(good)
	check('a packet arrives', b.expect(good[14:]))
	a.send(eth(b.mac, a.mac, IP4, packet('192.0.2.66', '192.0.2.11', b'y' * 44)))
END
echo 0 > $TRACING/events/vr/enable
trace=$(grep -v '^#' $TRACING/trace)

# event NAME TEXT: the first one with it, its fields
event()
{
	local line

	while read -r line; do
		if [[ $line = *" $1: "*"$2"* ]]; then
			echo "${line##*"$1: "}"
			return
		fi
	done <<< "$trace"
}

netns=$(stat -Lc %i /proc/self/ns/net)
is "it comes in" "$(event vr_input len=75 | sed 's/ skbaddr=.*//')" \
	"netns=$netns network=1 port=1 ifname=eth1 protocol=0x0800 len=75"
is "and goes out" "$(event vr_output len=75 | sed 's/ skbaddr=.*//')" \
	"netns=$netns network=1 port=2 ifname=eth1 protocol=0x0800 len=75"
like "in and out are one packet" \
	"$(event vr_input len=75 | grep -o 'skbaddr=.*') $(event vr_output len=75 | grep -o 'skbaddr=.*')" \
	"^(skbaddr=[^ ]+) \1$"
is "a false one comes in" "$(event vr_input len=86 | sed 's/ skbaddr=.*//')" \
	"netns=$netns network=1 port=1 ifname=eth1 protocol=0x0800 len=86"
is "... does not go out" "$(event vr_output len=86)" ''
like "... and says why" "$(event vr_drop len=86)" \
	"^netns=$netns network=1 port=1 ifname=eth1 protocol=0x0800 len=86 .*reason=source-address$"

# Every reason has its name in the format, for tools that read it by themselves.
format=$(< $TRACING/events/vr/vr_drop/format)
missing=
while read -r reason _; do
	[[ $format = *"\"$reason\""* ]] || missing+=" $reason"
done < <(vrctl drops)
is "the format names each reason" "$missing" ''
like "... by number" "$format" "\{ ?1, ?\"detached\" ?\}"
done_testing
