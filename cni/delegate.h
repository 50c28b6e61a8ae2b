/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces that other plugins make, for networks that are not ours: the lists
 * of plugins that the node's definitions have, called as a runtime would.
 */
#ifndef VR_CNI_DELEGATE_H
#define VR_CNI_DELEGATE_H

#include "../lib/error.h"
#include "attachment.h"
#include "definition.h"
#include "environment.h"
#include "netconf.h"
#include "request.h"

/**
 * struct delegate_call - what the calls for one container share
 * @netns: path of its namespace, "" when that is gone
 * @args: CNI_ARGS, without what is for the first interface
 * @seconds: that each plugin has
 */
struct delegate_call {
	const struct environment *env;
	const char *netns;
	const char *args;
	unsigned int seconds;
};

/**
 * delegate_prepare() - Make the list for an interface
 * @delegate: its names are there; @conf is filled in
 *
 * Refusals have CNI code 7, for a type that the node did not open, or 2, for
 * what is asked for and its plugins cannot do.
 */
int delegate_prepare(const struct netconf *netconf,
		     const struct request *request,
		     const struct definition *definition,
		     struct attachment_delegate *delegate,
		     struct vr_error *err);

/* ADD: @delegate has the result then, and is begun also after an error. */
int delegate_add(const struct delegate_call *call,
		 struct attachment_delegate *delegate, struct vr_error *err);

/* CHECK, if the version of the list has it. */
int delegate_check(const struct delegate_call *call,
		   const struct attachment_delegate *delegate,
		   struct vr_error *err);

/* DEL, the last plugin first; what has nothing left succeeds. */
int delegate_del(const struct delegate_call *call,
		 const struct attachment_delegate *delegate,
		 struct vr_error *err);

#endif
