#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Every command, notification and drop reason of the contract is in some script.

. "$(dirname "$0")/setup.sh"

# Not to be had without making an allocation fail, or a backlog overflow, at the
# right moment: the unit tests and fault injection are for these.
impossible=" no-memory backlog "

mapfile -t names < <(python3 -S -c '
from vrnl import SPEC
print(*SPEC.commands, "---", *SPEC.enums["drop-reason"][1:], sep="\n")')
suite=$(cat "$TESTS"/kernel/*.sh)
kind="command"
for name in "${names[@]}"; do
	if [ "$name" = --- ]; then
		kind="drop reason"
	elif [[ $impossible = *" $name "* ]]; then
		skip "$kind $name" "needs fault injection"
	else
		found=1
		[[ $suite != *"'$name'"* && $suite != *"drops $name)"* ]] || found=0
		_report $found "$kind $name"
	fi
done
done_testing
