# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Count results; sourced.  The counts are in $passed, $failed and $skipped, what
# failed is a line each in $failures.

passed=0
failed=0
skipped=0
failures=

# A result of ours, as a TAP line of its own: exit code, description.
verdict()
{
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok - $2"
	else
		failed=$((failed + 1))
		failures+="  $2"$'\n'
		echo "not ok - $2"
	fi
}

# Count a file of TAP, whose plan and exit code ($2) have to agree with it.
count()
{
	local file=$1 rc=$2 good bad skip plan

	good=$(grep -cE '^ok( |$)' "$file" || true)
	bad=$(grep -cE '^not ok( |$)' "$file" || true)
	skip=$(grep -cE '^ok .*# SKIP' "$file" || true)
	plan=$(sed -n 's/^1\.\.\([0-9]*\).*/\1/p' "$file" | tail -n 1)
	if [ "$rc" = 4 ] && [ $((good + bad)) = 0 ]; then
		skipped=$((skipped + 1))
		return
	fi
	passed=$((passed + good - skip))
	failed=$((failed + bad))
	skipped=$((skipped + skip))
	[ "$bad" = 0 ] || failures+=$(sed -n "s|^not ok \\(.*\\)|  $(basename "$file"): \\1|p" "$file")$'\n'
	if [ "$bad" = 0 ] && { [ "$rc" != 0 ] || [ "$plan" != "$good" ] || [ "$good" = 0 ]; }; then
		verdict 1 "$(basename "$file"): exit code $rc, plan ${plan:-missing}, $good tests"
	fi
}

# Add what a file of summary() has; false when there is none.
add_counts()
{
	local p f s

	[ -e "$1" ] && read -r p f s < "$1" || return
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))
	failures+=$(sed 1d "$1")
	[ -z "$failures" ] || [[ $failures == *$'\n' ]] || failures+=$'\n'
}

# The last word: $1 is a file that gets the three numbers and what failed, for
# who adds up.
summary()
{
	printf '%s\n%s' "$passed $failed $skipped" "$failures" > "$1"
	[ -z "$failures" ] || printf 'failed:\n%s' "$failures"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}
