#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The first call after a reboot takes back what attachments of earlier boots hold,
# whichever call it is, once, and does not fail because of it.
# timeout: 400

. "$(dirname "$0")/lib.sh"

LOG=$WORK/log
host_local logging << END
echo "\$CNI_COMMAND \$CNI_CONTAINERID \$CNI_IFNAME" >> "$LOG"
if [ "\$CNI_COMMAND \$CNI_CONTAINERID" = "DEL \$(cat "$WORK/stuck" 2> /dev/null)" ]; then
	. "$WORK/fault"
fi
END
define_with logging green:192.0.2 other:203.0.113
define red '"subnets":["198.51.100.0/24"],"ipam":{"type":"vr","dataDir":"'"$STORE"'"}'
# conf [NAME] [KEYS]
conf()
{
	printf '{"cniVersion":"1.1.0","name":"%s",%s,"networks":["red"]%s}' "${1:-green}" "$COMMON" \
		"${2:+,$2}"
}
stored()
{
	find "$STORE" -name '*.*.*.*' ! -name 'last_*' ! -name '.last*' -printf '%P\n' | sort | tr '\n' ' '
}
states()
{
	find "$STATE" -name '*.json' -printf '%f\n' | sort | tr '\n' ' '
}
ns A B C

# What a reboot leaves: files that are of another boot, and no device.
reboot()
{
	local pod name

	sed -i 's/"bootID":.*/"bootID": "earlier",/' "$STATE"/*.json
	echo earlier > "$STATE.boot"
	for pod in "$A" "$B" "$C"; do
		for name in eth0 eth1; do
			ip -n "$pod" link del $name 2> /dev/null
		done
	done
	vrctl -n "$NODE" flush networks 2> /dev/null
	rm -f "$LOG"
}
two_pods()
{
	ID=one cni ADD A "$(conf green)" > /dev/null && ID=two cni ADD B "$(conf other)" > /dev/null
}

ok "two containers, of two configurations" two_pods
is "the boot is noted" "$(cat "$STATE.boot")" "$(cat /proc/sys/kernel/random/boot_id)"
for command in ADD DEL GC; do
	reboot
	case $command in
	ADD)	ID=three cni ADD C "$(conf)" > /dev/null ;;
	DEL)	ID=nobody cni DEL '' "$(conf)" > /dev/null ;;
	GC)	cni GC '' "$(conf green '"cni.dev/valid-attachments":[]')" > /dev/null ;;
	esac
	is "$command as the first call" $? 0
	is "$command: plugins of earlier attachments are called" \
		"$(grep -E ' (one|two) ' "$LOG" | sort | tr '\n' ' ')" "DEL one eth0 DEL two eth0 "
	case $command in
	ADD)
		is "ADD: only what is new is there" "$(states)" "green:three:eth0.json "
		is "ADD: and its addresses" "$(stored)" "green/192.0.2.3 red/198.51.100.4 "
		rm "$LOG"
		ok "DEL of it" eval 'ID=three cni DEL C "$(conf)"'
		is "nobody else is looked at any more" "$(cut -d' ' -f2 "$LOG" | sort -u)" three ;;
	*)
		is "$command: no state is left" "$(states)" ""
		is "$command: no address is left" "$(stored)" "" ;;
	esac
	ok "two containers again" two_pods
done

# Many calls at once: one of them does it, the others wait.
reboot
pids=()
for pod in A B C; do
	(ID=new-$pod cni ADD "$pod" "$(conf)" > /dev/null) &
	pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
is "three first calls at once, none fails" $failed 0
is "each earlier attachment is removed once" "$(grep -c -E '^DEL (one|two) ' "$LOG")" 2
is "only the new ones are there" "$(states)" \
	"green:new-A:eth0.json green:new-B:eth0.json green:new-C:eth0.json "

# What cannot be taken back is told, and is no reason to refuse.
reboot
echo new-A > "$WORK/stuck"
echo 'echo "{\"code\":7,\"msg\":\"stuck\"}"; exit 1' > "$WORK/fault"
ID=last cni ADD A "$(conf)" > "$WORK/out" 2> "$WORK/err"
is "an earlier one that fails" $? 0
like "is told on standard error" "$(cat "$WORK/err")" 'after a reboot: container new-A: .*: stuck'
is "and kept for its DEL" "$(states)" "green:last:eth0.json green:new-A:eth0.json "
rm "$LOG" "$WORK/stuck"
ID=last
ok "DEL of the new one" cni DEL A "$(conf)"
is "what failed is not tried by each call" "$(grep -c new-A "$LOG")" 0
ID=new-A
ok "DEL of the earlier one" cni DEL '' "$(conf)"
is "no state is left" "$(states)" ""
is "no address is left" "$(stored)" ""

# A plugin that hangs: the first call waits as long as plugins have, no other does.
ok "two containers again" two_pods
reboot
echo one > "$WORK/stuck"
echo 'exec sleep 1000' > "$WORK/fault"
begin=$SECONDS
ID=last
ok "an earlier one that hangs" cni ADD C "$(conf green '"ipamTimeout":2')"
ok "is not waited for long" [ $((SECONDS - begin)) -lt 25 ]
is "the boot is seen to" "$(cat "$STATE.boot")" "$(cat /proc/sys/kernel/random/boot_id)"
rm "$WORK/stuck"
ok "DEL" cni DEL C "$(conf)"
ok "GC gets the rest" cni GC '' "$(conf green '"cni.dev/valid-attachments":[]')"
ok "of each network" cni GC '' "$(conf other '"cni.dev/valid-attachments":[]')"
is "no state is left by it" "$(states)" ""
is "no address is left by it" "$(stored)" ""

# Files that cannot be read, and none to write to.
head -c 20 /dev/zero > "$STATE/green:torn:eth0.json"
reboot
ID=one
ok "a state that is cut off is no reason to fail" cni ADD A "$(conf)"
ok "DEL" cni DEL A "$(conf)"
ID=torn
ok "DEL of what is cut off" cni DEL '' "$(conf)"
clean "nothing is left" A
done_testing
