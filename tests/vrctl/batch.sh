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

# What waits to be added together is added before what comes behind it, and
# refused line by line.
{
	for ((i = 0; i < 100; i++)); do
		echo "route add network blue 10.1.$i.0/24 via unreachable"
	done
	echo "route add network blue 10.1.70.0/24 via blackhole"
	echo "route add network blue 10.2.0.0/24 via blackhole"
} > "$file"
refused "a route that is there already" \
	"vrctl: $file:101: route add: route exists" vrctl -batch "$file"
is "what is before it is there" "$(vrctl route show network blue | grep -c '10\.1\.')" 100
refused "what is behind it is not" "no such route" vrctl route show network blue 10.2.0.0/24
vrctl route flush network blue > /dev/null
refused "with -force the rest is added" "$file:101: route add: route exists" \
	vrctl -force -batch "$file"
ok "... too" vrctl route show network blue 10.2.0.0/24
cat > "$file" <<- 'END'
	route add network blue 10.3.0.0/24 via blackhole
	endpoint add network blue mac 02:00:00:00:00:01 port 1
	route del network blue 10.3.0.0/24
	route add network blue 10.4.0.0/24 via blackhole
	nonsense
END
refused "an endpoint behind no port" "$file:2: endpoint add: no such port: port 1" \
	vrctl -batch "$file"
ok "the route before it is there" vrctl route show network blue 10.3.0.0/24
vrctl route flush network blue > /dev/null
sed -i 2d "$file"
usage_error "a line that is no command comes after those before it" "$file:4: " \
	vrctl -batch "$file"
refused "a route added and deleted" "no such route" vrctl route show network blue 10.3.0.0/24
ok "and one before the error" vrctl route show network blue 10.4.0.0/24

# What a line did is to be seen before the next one is written.
mkfifo "$file.fifo"
on_exit rm -f "$file.fifo"
vrctl -batch "$file.fifo" &
exec 5> "$file.fifo"
echo "route add network blue 10.5.0.0/24 via blackhole" >&5
ok "a writer that looks" poll 10 vrctl route show network blue 10.5.0.0/24
exec 5>&-
wait $!

done_testing
