# SPDX-License-Identifier: Apache-2.0
#
# make help lists what there is.  The module's own list of objects is Kbuild.

KERNELDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
CNIBINDIR ?= /opt/cni/bin
CACHE_KERNEL = tests/vm/kernel

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

.PHONY: all
all: module tools

.PHONY: help
help:
	@echo 'make                   module and tools'
	@echo 'make module            build/RELEASE/vr.ko for the running kernel, or KERNELDIR=FOLDER;'
	@echo '                       CHECK=1 refuses what gcc W=1 and sparse warn of'
	@echo 'make tools             build/vrctl, build/vr-cni and build/vr-agent; SANITIZE=1 makes'
	@echo '                       them with sanitizers'
	@echo 'make cross-arm64       both for arm64, in build/arm64'
	@echo 'make lint              style and licences, and that generated files are up to date'
	@echo 'make format            give the userspace the look that lint asks for'
	@echo 'make check             unit tests on this machine, with sanitizers'
	@echo 'make analyze           cppcheck, and the analyzers of gcc and clang'
	@echo 'make test-valgrind     the unit tests under valgrind'
	@echo 'sudo make fuzz         what the tools read, with inputs that are made up; FUZZ_SECONDS=10 each'
	@echo 'sudo make demo         two pods, three networks, in a VM'
	@echo 'sudo make demo-kube    a Kubernetes cluster in a VM, and what docs/tutorial.md does'
	@echo 'sudo make test         all of the above and the kernel tests, one VM for each kernel'
	@echo 'sudo make test-vm      only the kernel tests; KERNELS="6.1 6.12"'
	@echo 'sudo make test-kube    the tutorial, with a real Kubernetes in a VM;'
	@echo '                       test-kube-all has a cluster of two nodes besides'
	@echo 'sudo make test-image   the images of deploy/, built without a registry'
	@echo 'sudo make test-debug   the same on a sanitizer kernel, DEBUG_KERNEL=FOLDER; takes hours'
	@echo 'sudo make test-soak    storms, failures and attacks there, at full length'
	@echo 'sudo make test-sanitized  vrctl, vr-cni and vr-agent with sanitizers, in a VM'
	@echo 'sudo make bench        what a packet costs, against veth, bridge and others;'
	@echo '                       BENCH_KERNEL="6.12 6.1", BENCH_ROUTES=1000000, PROFILE=1'
	@echo 'sudo make bench-agent  what vr-agent takes in a cluster of a thousand nodes'
	@echo 'sudo make bench-fairness what a hostile pod takes from others on one CPU; BENCH_KERNEL'
	@echo 'make bench-fib         the prefix table alone: memory, lookups and changes a second'
	@echo 'make regen             files generated from uapi/vr.yaml'
	@echo 'sudo make install      tools, header, manual pages; PREFIX, DESTDIR, CNIBINDIR'
	@echo 'sudo make dkms-install the module, now and for each kernel to come'
	@echo 'make uninstall, dkms-uninstall, clean'

# --- module

# Kernels before 6.13 build a module where its source is.  Each kernel gets a
# folder of links to the source, so that objects of two kernels never mix.
ifneq ($(filter module modules_install,$(or $(MAKECMDGOALS),module)),)
ifneq ($(wildcard $(KERNELDIR)/Makefile),)
RELEASE := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KERNELDIR)/include/generated/utsrelease.h)
endif
endif
MODULE_DIR = $(CURDIR)/build/$(RELEASE)

ifeq ($(CHECK),1)
MODULE_FLAGS = W=1 C=2 CHECK=sparse CF=-D__CHECK_ENDIAN__ KCFLAGS=-Werror
endif

.PHONY: module
module:
ifeq ($(RELEASE),)
	@echo 'make: nothing to build a module against in $(KERNELDIR)' >&2
	@echo 'make: install linux-headers-$(shell uname -r), or give KERNELDIR=FOLDER, or build only the tools: make tools' >&2
	@false
else
	@mkdir -p $(MODULE_DIR)
	@find $(MODULE_DIR) -xtype l -delete
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/uapi $(MODULE_DIR)/
	@tests/kbuild-check $(MAKE) -C $(KERNELDIR) M=$(MODULE_DIR) $(MODULE_FLAGS) modules
endif

.PHONY: modules_install
modules_install: module
	$(MAKE) -C $(KERNELDIR) M=$(MODULE_DIR) modules_install

# --- tools

CC ?= cc
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config
PACKAGES := libnl-3.0 libnl-genl-3.0 libnl-route-3.0 libcjson libcurl
OUT ?= build

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	    -Wswitch-enum -Wundef $(if $(CI)$(CHECK),-Werror)
# What the built programs have of it is seen by tests/hardened.  The last is of the
# processor: gcc refuses that of another one.
HARDENING := -fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
	     -fPIE -pie -Wl,-z,relro,-z,now,-z,noexecstack \
	     $(firstword $(foreach flag,-fcf-protection=full -mbranch-protection=standard,\
	       $(shell $(CC) $(flag) -E -x c /dev/null > /dev/null 2>&1 && echo $(flag))))
# SANITIZE=1: what the programs do is watched by the compiler, in any test that runs them.
ifeq ($(SANITIZE),1)
HARDENING := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	     -Wno-format-truncation
endif
TOOL_CFLAGS = -std=gnu11 $(WARNINGS) $(HARDENING) -Iuapi -I. -DVR_VERSION='"$(VERSION)"' \
	      $(shell $(PKG_CONFIG) --cflags $(PACKAGES)) $(CPPFLAGS) $(CFLAGS)
TOOL_LIBS = -Wl,--as-needed $(shell $(PKG_CONFIG) --libs $(PACKAGES)) $(LDLIBS)

objects = $(patsubst %.c,$(OUT)/obj/%.o,$(wildcard $(1)/*.c))
LIB_OBJECTS := $(call objects,lib)
VRCTL_OBJECTS := $(call objects,vrctl)
CNI_OBJECTS := $(call objects,cni)
AGENT_OBJECTS := $(call objects,agent)

.PHONY: tools
tools: $(OUT)/vrctl $(OUT)/vr-cni $(OUT)/vr-agent

# Recompile when the flags change: compiler, version, CHECK.
FLAGS_FILE := $(OUT)/obj/flags
.PHONY: FORCE
$(FLAGS_FILE): FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(subst ','\'',$(TOOL_CFLAGS))' | cmp -s - $@ || \
		echo '$(CC) $(subst ','\'',$(TOOL_CFLAGS))' > $@

$(OUT)/obj/%.o: %.c $(FLAGS_FILE)
	@mkdir -p $(@D)
	$(CC) $(filter-out -Wl$(,)% -pie,$(TOOL_CFLAGS)) -MMD -MP -c -o $@ $<

, := ,
$(OUT)/vrctl: $(VRCTL_OBJECTS) $(LIB_OBJECTS)
	$(CC) $(TOOL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS)

# STATIC=1: a vr-cni that needs nothing of the node it is copied to.  Debian has no
# libcjson.a: give the source, too, CJSON_SOURCE=FOLDER ("apt-get source cjson").
ifeq ($(STATIC),1)
STATIC_PACKAGES = $(filter-out libcurl $(if $(CJSON_SOURCE),libcjson),$(PACKAGES))
CNI_OBJECTS_ALL = $(CNI_OBJECTS) $(LIB_OBJECTS) $(if $(CJSON_SOURCE),$(OUT)/obj/cJSON.o)
CNI_CFLAGS = $(filter-out -pie,$(TOOL_CFLAGS)) -static-pie
CNI_LIBS = $(shell $(PKG_CONFIG) --static --libs $(STATIC_PACKAGES)) $(LDLIBS)
else
CNI_OBJECTS_ALL = $(CNI_OBJECTS) $(LIB_OBJECTS)
CNI_CFLAGS = $(TOOL_CFLAGS)
CNI_LIBS = $(TOOL_LIBS)
endif

$(OUT)/vr-cni: $(CNI_OBJECTS_ALL)
	$(CC) $(CNI_CFLAGS) $(LDFLAGS) -o $@ $^ $(CNI_LIBS)

$(OUT)/obj/cJSON.o: $(CJSON_SOURCE)/cJSON.c $(FLAGS_FILE)
	$(CC) $(filter-out -Wl$(,)% -pie,$(HARDENING)) $(CFLAGS) -c -o $@ $<

# It reads what vr-cni writes and is asked for, with the same code.
$(OUT)/vr-agent: $(AGENT_OBJECTS) $(filter-out %/cni/main.o,$(CNI_OBJECTS)) $(LIB_OBJECTS)
	$(CC) $(TOOL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS)

-include $(patsubst %.o,%.d,$(LIB_OBJECTS) $(VRCTL_OBJECTS) $(CNI_OBJECTS) $(AGENT_OBJECTS))

.PHONY: cross-arm64
cross-arm64:
	tests/cross arm64

# --- tests

.PHONY: lint
lint:
	tests/lint

.PHONY: format
format:
	clang-format -i $(wildcard lib/*.[ch] vrctl/*.[ch] cni/*.[ch] agent/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/bench/*.c)

.PHONY: check
check:
	$(MAKE) -C tests/unit check

# The same without sanitizers, by valgrind: it knows what is read before it is written.
.PHONY: test-valgrind
test-valgrind:
	tests/vm/deps build analyze
	$(MAKE) -C tests/unit valgrind

.PHONY: analyze
analyze:
	tests/analyze

FUZZ_SECONDS ?= 10
.PHONY: fuzz
fuzz:
	tests/fuzz/run $(FUZZ_SECONDS)

.PHONY: regen
regen:
	uapi/regen

.PHONY: demo
demo:
	tests/demo/run

.PHONY: demo-kube
demo-kube:
	tests/kube/demo

.PHONY: test
test:
	tests/all

.PHONY: test-kube test-kube-all
test-kube:
	tests/all kube

test-kube-all:
	tests/all kube cluster

.PHONY: test-image
test-image:
	tests/deploy/image

.PHONY: test-vm
test-vm:
	tests/all vm

.PHONY: test-debug
test-debug:
	tests/all debug

.PHONY: test-sanitized
test-sanitized:
	tests/all asan

.PHONY: test-soak
test-soak:
	tests/all soak

BENCH_KERNEL ?= 6.12
BENCH_ROUTES ?= 1000000
.PHONY: bench
bench: tools bench-tools $(OUT)/bench/prefixes
	tests/vm/deps build
	for kernel in $(BENCH_KERNEL); do \
		tests/vm/kernel $$kernel && \
		$(MAKE) module KERNELDIR=$$(tests/vm/kernel dir $$kernel) && \
		ROUTES=$(BENCH_ROUTES) PROFILE=$(PROFILE) tests/bench/run $$kernel || exit 1; \
	done

# In a cluster of a thousand nodes, which takes its time; NODES, PODS, NETWORKS, EACH.
.PHONY: bench-agent
bench-agent: tools
	tests/vm/deps build
	tests/vm/kernel $(BENCH_KERNEL)
	$(MAKE) module KERNELDIR=$$(tests/vm/kernel dir $(BENCH_KERNEL))
	tests/bench/agent $(BENCH_KERNEL)

# What a hostile pod takes from others on one CPU.
.PHONY: bench-fairness
bench-fairness: $(OUT)/bench/fair tools
	tests/vm/deps build
	for kernel in $(BENCH_KERNEL); do \
		tests/vm/kernel $$kernel && \
		$(MAKE) module KERNELDIR=$$(tests/vm/kernel dir $$kernel) && \
		tests/bench/fairness $$kernel || exit 1; \
	done

# What the measurements run in the VM.
.PHONY: bench-tools
bench-tools: $(OUT)/bench/rr $(OUT)/bench/fill $(OUT)/bench/cni $(OUT)/bench/fair

$(OUT)/bench/%: $(OUT)/obj/tests/bench/%.o $(LIB_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(TOOL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS)

# The table of prefixes as a program, on this machine; in a VM: tests/bench/fib.sh
POPCNT := $(if $(filter x86_64,$(shell uname -m)),-mpopcnt)
.PHONY: bench-fib
bench-fib: $(OUT)/bench/fib $(OUT)/bench/prefixes
	$(OUT)/bench/fib

$(OUT)/bench/fib: tests/bench/fib.c $(wildcard kmod/fib*.[ch]) tests/bgp.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 $(POPCNT) -Wall -Wextra -Itests/unit/kernel -Ikmod -o $@ $<

$(OUT)/bench/prefixes: tests/bench/prefixes.c tests/bgp.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -Wall -Wextra -o $@ $<

# --- installation

MANDIR = $(DESTDIR)$(PREFIX)/share/man
MANUALS = $(wildcard docs/man/*.[1-8])
COMPLETIONS = $(DESTDIR)$(PREFIX)/share/bash-completion/completions

.PHONY: install
install: tools
	install -D -m 755 build/vrctl $(DESTDIR)$(PREFIX)/sbin/vrctl
	install -D -m 755 build/vr-agent $(DESTDIR)$(PREFIX)/sbin/vr-agent
	install -D -m 755 build/vr-cni $(DESTDIR)$(CNIBINDIR)/vr-cni
	install -D -m 644 uapi/linux/vr.h $(DESTDIR)$(PREFIX)/include/linux/vr.h
	install -D -m 644 vrctl/completion.bash $(COMPLETIONS)/vrctl
	for page in $(MANUALS); do \
		install -D -m 644 $$page $(MANDIR)/man$${page##*.}/$${page##*/} || exit 1; \
	done

.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/vrctl $(DESTDIR)$(PREFIX)/sbin/vr-agent
	rm -f $(DESTDIR)$(CNIBINDIR)/vr-cni
	rm -f $(DESTDIR)$(PREFIX)/include/linux/vr.h $(COMPLETIONS)/vrctl
	for page in $(MANUALS); do rm -f $(MANDIR)/man$${page##*.}/$${page##*/}; done

DKMS_SOURCE = $(DESTDIR)/usr/src/vr-$(VERSION)

.PHONY: dkms-install
dkms-install:
	install -d $(DKMS_SOURCE)
	cp -r Kbuild dkms.conf kmod uapi $(DKMS_SOURCE)/
	$(if $(DESTDIR),,dkms install --force vr/$(VERSION))

.PHONY: dkms-uninstall
dkms-uninstall:
	-$(if $(DESTDIR),,dkms remove vr/$(VERSION) --all)
	rm -rf $(DKMS_SOURCE)

.PHONY: clean
clean:
	rm -rf build
	-[ ! -e tests/unit/Makefile ] || $(MAKE) -C tests/unit clean
