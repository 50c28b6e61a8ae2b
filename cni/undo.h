/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_UNDO_H
#define VR_CNI_UNDO_H

#include "attachment.h"
#include "environment.h"
#include "netconf.h"
#include "podns.h"

/**
 * undo_attachment() - Take back what a call made, in reverse, and only that
 * @podns: the container's namespace, or not open; another one than that the
 *	attachment was made in is left alone
 * @netconf: where its state file is, and how long IPAM plugins may take
 *
 * What is gone already is no error. An address is given back only when its
 * device is gone, but for one that is given back by way of the device; after an
 * error the state file stays, for another try.
 */
int undo_attachment(const struct attachment *attachment,
		    const struct environment *env,
		    const struct netconf *netconf, struct podns *podns,
		    struct vr_error *err);

/* The same, of some of its interfaces: the state file is the caller's. */
int undo_interfaces(const struct attachment *attachment,
		    const struct environment *env,
		    const struct netconf *netconf, struct podns *podns,
		    struct vr_error *err);

#endif
