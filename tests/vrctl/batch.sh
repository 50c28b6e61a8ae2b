#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# A batch runs its lines, and stops at the first that fails.

. "$(dirname "$0")/../lib.sh"
module_load

file=$(mktemp)
on_exit rm -f "$file"

cat > "$file" <<- 'END'
	# A comment, and an empty line.

	network add blue subnet 192.0.2.1/24
	network add 'two words' description "it's \"quoted\""	# behind a command
	route add network blue 198.51.100.0/24 via blackhole
END
ok "a batch of good lines" vrctl -batch "$file"
like "a name in quotes" "$(vrctl network show 'two words')" 'two words mtu'
like "quotes in quotes" "$(vrctl network show 'two words')" "it's \"quoted\""

cat > "$file" <<- 'END'
	network add red
	network add blue
	network add green
END
refused "the first error ends a batch" \
	"vrctl: $file:2: network add: network exists: name blue" vrctl -batch "$file"
ok "what was before it is done" vrctl network show red
refused "what was behind it is not" "no such network" vrctl network show green

refused "with -force it goes on, and fails" "$file:1: network add: network exists: name red" \
	vrctl -force -batch "$file"
ok "with what is behind the errors" vrctl network show green

printf 'network add\n' > "$file"
usage_error "a line that is no command" "$file:1: network add: missing NAME" vrctl -batch "$file"
printf 'network add "a\n' > "$file"
usage_error "a quote that is not closed" "$file:1: a quote is not closed" vrctl -batch "$file"
refused "a file that is not there" "no-such-file: No such file" vrctl -batch /no-such-file

vrctl -batch - <<< 'network del red' > /dev/null
refused "standard input is a file as well" "no such network" vrctl network show red

for ((i = 0; i < 2000; i++)); do
	echo "route add network blue 10.$((i / 250)).$((i % 250)).0/24 via unreachable"
done > "$file"
ok "2000 lines" vrctl -batch "$file"
is "and 2002 routes" "$(vrctl route show network blue | wc -l)" 2002
is "flushed at once" "$(vrctl -j route flush network blue)" '[{"deleted":2001}]'

done_testing
