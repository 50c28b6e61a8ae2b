# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Go for the programs of the tests that are written in it.  Sourced after
# vm/common.sh.

# The program of a Go 1.MINOR or newer of this machine.  Debian's own is not in
# PATH, that of its makers is not in ours.
find_go()
{
	local go version

	for go in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go-1.*/bin/go \
		"$VR_CACHE"/golang/usr/lib/go-1.*/bin/go; do
		[ -x "$go" ] || continue
		version=$("$go" env GOVERSION 2> /dev/null) || continue
		version=${version#go1.}
		[ "${version%%[!0-9]*}" -ge "$1" ] 2> /dev/null || continue
		echo "$go"
		return
	done
}

# The package of the Go that this distribution has as its own.
go_of_apt()
{
	apt-cache depends golang-go | sed -n 's/^ *Depends: \(golang-[0-9.]*-go\)$/\1/p'
}

# That with its files in the cache and nothing of it installed.
go_run()
{
	local go=$1

	shift
	GOTOOLCHAIN=local GOFLAGS=-buildvcs=false CGO_ENABLED=0 \
	GOPATH=$VR_CACHE/go GOCACHE=$VR_CACHE/go-build "$go" "$@"
}
