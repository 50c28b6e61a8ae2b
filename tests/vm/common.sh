# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the scripts of this folder share: where things are kept, the kernels, and
# the one command line that boots a VM.  Sourced, never run.

set -o errexit -o nounset -o pipefail

VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$VM_DIR/../.." && pwd)

# Debian's dpkg-deb, ip and qemu live in sbin for some; a venv or pyenv in front
# of PATH must not choose the python that the distribution's modules are for.
PATH=/usr/bin:/usr/sbin:/bin:/sbin:$PATH

# Not under /var/cache, /var/tmp or /tmp: a guest mounts a tmpfs over those and
# would not find its own modules.
if [ -z "${VR_CACHE:-}" ]; then
	if [ "$(id -u)" = 0 ]; then
		VR_CACHE=/var/lib/vr-cache
	else
		VR_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/vr
	fi
fi
export VR_CACHE

VIRTME_VERSION=1.42
VIRTME=$VR_CACHE/virtme-ng-$VIRTME_VERSION

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# What a kernel says when something is wrong with it.  Tests that provoke
# allocation failures silence them (verbose = 0 in debugfs).
# shellcheck disable=SC2034 # for who sources this
SPLATS='WARNING:|\bBUG\b|Call Trace|Oops|KASAN|UBSAN|KFENCE|kmemleak: [1-9]|possible circular locking'
SPLATS+='|suspicious RCU usage|possible recursive locking|inconsistent lock state|bad unlock balance'
SPLATS+='|held lock freed|sleeping function called|unregister_netdevice: waiting for'
SPLATS+='|leaked reference|ref_tracker: (reference|.* has )|refcount_t|hung_task|blocked for more than|soft lockup'
SPLATS+='|hard LOCKUP|detected (expedited )?stalls|general protection fault|Kernel panic'
SPLATS+='|Out of memory: Killed|ODEBUG|list_(add|del) corruption|DEBUG_LOCKS_WARN_ON|self-detected stall'

# Kernel of a series (6.1, 6.12), "debug", or a path to an image.  Sets KIMG, and
# KDIR: the tree to build a module against.
# shellcheck disable=SC2034 # KDIR is for who sources this
kernel_find()
{
	local release

	case $1 in
	debug)
		KDIR=$VR_CACHE/debug-kernel/build
		KIMG=$VR_CACHE/debug-kernel/bzImage
		[ -e "$KIMG" ] || die "no debug kernel yet: run tests/vm/kernel debug"
		;;
	*/*)
		KIMG=$1
		KDIR=
		[ -e "$KIMG" ] || die "$1: no such kernel image"
		;;
	*)
		[ -e "$VR_CACHE/kernel-$1" ] || die "no kernel $1 yet: run tests/vm/kernel ${1/-/ }"
		read -r release < "$VR_CACHE/kernel-$1"
		KDIR=$VR_CACHE/kernels/$release/usr/src/linux-headers-$release
		KIMG=$VR_CACHE/kernels/$release/boot/vmlinuz-$release
		;;
	esac
}

# A device node that opens proves nothing: nested virtualization can be broken
# so that a guest never runs its first instruction.  Boot one, once per uptime.
kvm_works()
{
	local answer

	answer=$VR_CACHE/kvm-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -e "$answer" ]; then
		if [ -w /dev/kvm ] && kvm_boots; then
			echo yes > "$answer"
		else
			echo no > "$answer"
		fi
	fi
	[ "$(cat "$answer")" = yes ]
}

kvm_boots()
{
	say "does KVM work here?  booting a guest, at most 20 seconds"
	timeout -k 1 20 env PATH="$VIRTME/bin:$PATH" virtme-run --mods=auto --force-9p \
		--memory 512M --kimg "$KIMG" --script-sh true < /dev/null 2>&1 | cat > /dev/null
}

BORING=ahci,libata,sg,sr_mod,kvm_amd,kvm_intel,kvm,ccp,iTCO_wdt,i6300esb,lpc_ich,i2c_i801
BORING+=,psmouse,serio_raw,evdev,pcspkr,button,qemu_fw_cfg,powernow_k8,acpi_cpufreq
BORING+=,aesni_intel,ghash_clmulni_intel,polyval_clmulni,sha1_ssse3,sha256_ssse3,sha512_ssse3
BORING+=,crct10dif_pclmul,crc32_pclmul

# Fills the array VM with the command that boots $KIMG with the machine's root,
# read-only, and $2 on the host as /run/vr/io in the guest, and runs the script
# $3 of this folder there.  $1 is live or still, see guest.  CPUS, MEMORY, ICOUNT and
# NETDEV come from the environment; NETDEV is a network card as -netdev of QEMU has it,
# without its id; with ICOUNT a nanosecond of the guest is an
# instruction, and QEMU's monitor is at $2/monitor.
vm_command()
{
	local mode=$1 io=$2 script=$3

	VM=("$VIRTME/bin/virtme-run" --mods=auto --force-9p --kimg "$KIMG"
	    --show-boot-console --memory "${MEMORY:-2G}" --cpus "${CPUS:-2}" --name vr
	    --rwdir "/run/vr/io=$io" --rodir "/run/vr/root=$ROOT"
	    -q=-fsdev "-q=local,id=vrhost,path=/,security_model=none,readonly=on,multidevs=remap"
	    -q=-device "-q=virtio-9p-pci,fsdev=vrhost,mount_tag=vrhost"
	    --script-sh "/bin/bash /run/vr/root/tests/vm/guest $mode $ROOT $VR_CACHE /run/vr/root/tests/vm/$script")
	# Nothing of the PC but what a test needs: probing the rest took half of a
	# boot.
	VM+=(-q=-nodefaults -a "modprobe.blacklist=$BORING")
	[ -z "${NETDEV:-}" ] || VM+=("-q=-netdev" "-q=$NETDEV,id=card" "-q=-device" "-q=virtio-net-pci,netdev=card")
	if [ -n "${ICOUNT:-}" ]; then
		# The kernel as a user has it: its defences cost instructions too.  But
		# without "rep movsb" and "stosq", of which an emulator counts each byte
		# or word, and a processor does a cache line at a time.
		VM+=(--disable-kvm -q=-icount "-q=shift=0,sleep=off"
		     -q=-cpu "-q=max,-erms" -a clearcpuid=rep_good
		     -q=-monitor "-q=unix:$io/monitor,server=on,wait=off")
	elif ! kvm_works; then
		# All CPUs in one thread: with a thread each, QEMU may translate code
		# while another CPU patches it, and keep the breakpoint that a static
		# key has for a moment.  Then the kernel dies of "Oops: int3": with
		# packets on the way and timestamps switched on and off, within seconds
		# by QEMU 7.2, once by 10.0.  The tests that were timed took as long.
		VM+=(--disable-kvm -q=-accel "-q=tcg,thread=single")
		# An emulated CPU translates code by its address: programs start faster
		# at equal ones, and without what slows down attackers only.
		VM+=(-a norandmaps -a mitigations=off -a init_on_alloc=0
		     -a lsm=capability -a audit=0)
	fi
}
