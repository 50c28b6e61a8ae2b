# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests with real runtimes share; source it after lib.sh.
#
#	recorder NAME [RESULT]		a plugin of a chain that keeps what it is called
#					with; the first of a chain needs a result
#	calls NAME FILTER		what jq makes of the list of its calls, each
#					{command, id, netns, ifname, args, input}
#	forget NAME...			their calls so far
#	image FILE NAME			an image with busybox, as docker save writes it
#	address NS DEV [FAMILY]		the global address of a device, 4 or 6

RUNTIMES=$VR_CACHE/runtimes
RECORDS=$WORK/records
mkdir "$RECORDS"

recorder()
{
	: > "$RECORDS/$1"
	# VERSION is asked for each call of some runtimes: not kept.
	plugin "$1" <<- END
		input=\$(< /dev/stdin)
		if [ "\$CNI_COMMAND" = VERSION ]; then
			echo '{"cniVersion":"1.1.0","supportedVersions":["0.4.0","1.0.0","1.1.0"]}'
			exit
		fi
		printf '{"command":"%s","id":"%s","netns":"%s","ifname":"%s","args":"%s","input":%s}\n' \
			"\$CNI_COMMAND" "\${CNI_CONTAINERID-}" "\${CNI_NETNS-}" "\${CNI_IFNAME-}" \
			"\${CNI_ARGS-}" "\$input" >> "$RECORDS/$1"
		[ "\$CNI_COMMAND" != ADD ] || ${2:+echo '$2' "||"} jq .prevResult <<< "\$input"
	END
}

calls()
{
	jq -rs "$2" "$RECORDS/$1"
}

forget()
{
	local name

	for name; do
		: > "$RECORDS/$name"
	done
}

image()
{
	local dir=$WORK/image id

	mkdir -p "$dir/root/bin" "$dir/root/etc" "$dir/root/proc" "$dir/root/sys" "$dir/root/dev"
	cp "$(command -v busybox)" "$dir/root/bin/busybox"
	ln -sf busybox "$dir/root/bin/sh"
	tar -C "$dir/root" -cf "$dir/layer.tar" .
	id=$(sha256sum < "$dir/layer.tar")
	printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/busybox","sleep","3600"]},
		"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "${id%% *}" > "$dir/config.json"
	printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$2" \
		> "$dir/manifest.json"
	tar -C "$dir" -cf "$1" manifest.json config.json layer.tar
	rm -rf "$dir"
}

address()
{
	local net=$1

	[ -e "/run/netns/$net" ] || net=${!net}
	ip -n "$net" "-${3:-4}" -json addr show dev "$2" |
		jq -r '[.[0].addr_info[] | select(.scope == "global")][0].local'
}
