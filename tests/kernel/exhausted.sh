#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# alone
#
# What is dropped where a CPU's backlog or the memory is at its end. The first
# is the machine's, the second takes a kernel with CONFIG_FAILSLAB.

. "$(dirname "$0")/setup.sh"
module_load

# The machine's own namespace has the settings of all.
backlog()
{
	nsenter --net="/proc/self/fd/$VR_MACHINE_NET" sh -c "$1" sh "$2"
}

full=$(backlog 'cat /proc/sys/net/core/netdev_max_backlog' '')
set_backlog()
{
	# shellcheck disable=SC2016 # expanded by the inner shell
	backlog 'echo "$1" > /proc/sys/net/core/netdev_max_backlog' "$1"
}
on_exit set_backlog "$full"

vrctl network add blue subnet 192.0.2.1/24
for i in a b c d; do
	raw_pod $i blue 02:00:00:00:00:0$i
done
ok "a backlog of one packet" set_backlog 0
python "$a" "$b" "$c" "$d" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c, d = (Station(name, '02:00:00:00:00:0' + last)
	              for name, last in zip(sys.argv[1:], 'abcd'))
	frame = eth(BROADCAST, a.mac, 0x88b5, b'to all')
	# A flood is one pass: no packet is taken from the backlog meanwhile.
	before = nl.drops()['backlog']
	a.send(frame)
	equal('of three copies two are dropped', nl.drops()['backlog'] - before, 2)
	check('... the last two', b.expect(frame) and not c.frames() and not d.frames())
	equal('... counted for their ports', [
	    [drop['packets'] for drop in nl.do('port-get', {'id': port})['stats'].get('drop', ())
	     if drop['name'] == 'backlog'] for port in (2, 3, 4)], [[], [1], [1]])
END
set_backlog "$full"

failslab=/sys/kernel/debug/failslab
if [ ! -d $failslab ]; then
	skip "no memory for a copy" "this kernel has no failslab"
	done_testing
fi
# Of one task, and only what cannot wait; not in the kernel's log.
for setting in "task-filter Y" "ignore-gfp-wait Y" "verbose 0" "interval 1" "times -1" \
		"probability 100"; do
	echo "${setting#* }" > "$failslab/${setting% *}"
done
on_exit sh -c "echo 0 > $failslab/probability"
python "$a" "$b" "$c" "$d" <<- 'END'
	import sys
	from packet import *
	from vrnl import *

	nl = Netlink()
	a, b, c, d = (Station(name, '02:00:00:00:00:0' + last)
	              for name, last in zip(sys.argv[1:], 'abcd'))
	frame = eth(BROADCAST, a.mac, 0x88b5, b'to all')

	def fail(on):
	    with open('/proc/self/make-it-fail', 'w', encoding='ascii') as file:
	        file.write(str(on))

	before = nl.drops()['no-memory']
	fail(1)
	a.send(frame)
	fail(0)
	equal('without memory for copies, two of three', nl.drops()['no-memory'] - before, 2)
	check('... and the last port has the packet', d.expect(frame))
	a.send(frame)
	check('with memory all have one', b.expect(frame) and c.expect(frame) and d.expect(frame))
END
done_testing
