#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What each node runs before its agent: load the module, from the first place that has
# one for its kernel, and put vr-cni where the runtime looks for plugins.  What stands
# in the way is said in words.  In the image it is vr-install.
#
#	VR_MODULE	a file to load, and nothing else
#	VR_MODULES	folder of a module image, RELEASE/vr.ko (/opt/vr/modules)
#	VR_SOURCE	what to build of (/opt/vr/source)
#	VR_HOST		where the node's root is mounted, with its headers (/host)
#	CNI_BIN		the runtime's folder (/host/opt/cni/bin)
set -eu

modules=${VR_MODULES:-/opt/vr/modules}
source=${VR_SOURCE:-/opt/vr/source}
host=${VR_HOST:-/host}
bin=${CNI_BIN:-/host/opt/cni/bin}
plugin=${PLUGIN:-/opt/cni/bin/vr-cni}
kernel=$(uname -r)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say()
{
	echo "vr: $*"
}

# In words, what the kernel, kmod or make says.
why()
{
	case $1 in
	*"Key was rejected"*|*"Required key not available"*)
		echo "the kernel takes only modules that are signed by a key it knows:" \
			"sign vr.ko with one (mokutil --import), or turn Secure Boot off" ;;
	*"Operation not permitted"*)
		if [ "$(cat /proc/sys/kernel/modules_disabled 2> /dev/null)" = 1 ]; then
			echo "kernel.modules_disabled is 1, so no module can be loaded until" \
				"the node is booted again"
		else
			echo "the kernel is locked down, or this container is not privileged:" \
				"look at /sys/kernel/security/lockdown on the node"
		fi ;;
	*"Invalid module format"*|*"Exec format error"*|*"disagrees about version"*)
		echo "the module was built for another kernel than $kernel:" \
			"build it again (make dkms-install)" ;;
	*"Unknown symbol"*)
		echo "it needs udp_tunnel and ip6_udp_tunnel, which kernel $kernel" \
			"does not have, or it was built for another kernel" ;;
	*"GLIBC_"*)
		echo "the programs of the node's headers are of a newer system than this" \
			"image: build it of the node's distribution (BASE)" ;;
	*"not found in"*|*"No such file"*)
		echo "there is no module vr for kernel $kernel: install it on the node" \
			"(make dkms-install, with linux-headers-$kernel)" ;;
	*)
		echo "see the node's kernel log" ;;
	esac
}

# What was tried and not had; nothing else is tried when it would say the same.
refused()
{
	say "$1: $2" >> "$work/refused"
	say "$1: $(why "$2")" >> "$work/refused"
	case $2 in
	*"Operation not permitted"*)	give_up ;;
	esac
}

give_up()
{
	say "the module cannot be loaded" >&2
	cat "$work/refused" >&2
	exit 1
}

insert()
{
	# insmod does not look for what the module needs; a kernel may have it built in.
	modprobe -a udp_tunnel ip6_udp_tunnel 2> /dev/null || :
	insmod "$1"
}

# load WHAT FILE
load()
{
	if ! said=$(insert "$2" 2>&1); then
		refused "$1" "$said"
		return 1
	fi
	say "the module is loaded: $1"
}

installed()
{
	if ! said=$(modprobe vr 2>&1); then
		refused "installed on the node" "$said"
		return 1
	fi
	say "the module is loaded: installed on the node"
}

imaged()
{
	if [ ! -e "$modules/$kernel/vr.ko" ]; then
		say "module image: none has $modules/$kernel/vr.ko" >> "$work/refused"
		return 1
	fi
	load "module image" "$modules/$kernel/vr.ko"
}

# Where a distribution's headers look for their other half, by absolute path.
link_headers()
{
	for dir in "$host"/usr/src/* "$host"/usr/lib/linux-kbuild-*; do
		place=${dir#"$host"}
		[ ! -d "$dir" ] || [ -e "$place" ] || ln -s "$dir" "$place"
	done
}

# What is missing for building it.
cannot_build()
{
	if grep -q "Key was rejected\|Required key" "$work/refused"; then
		echo "not tried, it would not be signed"
	elif ! command -v gcc > /dev/null || ! command -v make > /dev/null; then
		echo "no compiler in this image: give this container the image vr-build"
	elif [ ! -e "$source/Kbuild" ]; then
		echo "no sources in $source"
	elif [ ! -e "$headers/Makefile" ]; then
		echo "no headers in $headers: install linux-headers-$kernel on the node," \
			"and mount its root on $host"
	else
		return 1
	fi
}

built()
{
	what="built from the node's headers"
	headers=${HEADERS:-/lib/modules/$kernel/build}
	link_headers
	if reason=$(cannot_build); then
		say "$what: $reason" >> "$work/refused"
		return 1
	fi
	say "building the module for kernel $kernel"
	cp -rL "$source" "$work/module"
	if ! make -C "$headers" M="$work/module" modules > "$work/log" 2>&1; then
		said=$(grep -m 1 -e 'error' -e 'GLIBC_' -e 'ERROR' "$work/log" ||
			tail -n 1 "$work/log")
		say "$what: make failed: $said" >> "$work/refused"
		case $said in
		*GLIBC_*)	say "$what: $(why "$said")" >> "$work/refused" ;;
		esac
		return 1
	fi
	load "$what" "$work/module/vr.ko"
}

if [ -d "${SYS_MODULE:-/sys/module}/vr" ]; then
	say "the module is loaded already"
elif [ -n "${VR_MODULE:-}" ]; then
	load "$VR_MODULE" "$VR_MODULE" || give_up
else
	installed || imaged || built || give_up
fi

# At once there or not: the runtime may be about to execute it.
cp "$plugin" "$bin/.vr-cni.new"
chmod 755 "$bin/.vr-cni.new"
mv "$bin/.vr-cni.new" "$bin/vr-cni"
say "vr-cni is in $bin"
