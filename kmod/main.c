// SPDX-License-Identifier: GPL-2.0-only
/*
 * vr: a virtual router for pods. Loading and unloading, in mirror image: the
 * family is the last to come and the first to go, so that nothing is made
 * behind the back of what sweeps.
 */
#include <linux/module.h>

#include "instance.h"
#include "native.h"
#include "netlink.h"
#include "remote.h"
#include "tap.h"
#include "uplink.h"
#include "version.h"
#include "work.h"

static int __init vr_init(void)
{
	int err;

	err = vr_remotes_init();
	if (err)
		return err;
	err = vr_work_init();
	if (err)
		goto err_remotes;
	err = vr_instances_init();
	if (err)
		goto err_work;
	err = vr_native_init();
	if (err)
		goto err_instances;
	err = vr_tap_init();
	if (err)
		goto err_native;
	err = vr_uplinks_init();
	if (err)
		goto err_tap;
	err = vr_netlink_init();
	if (err)
		goto err_uplinks;
	pr_info("vr %s loaded\n", VR_VERSION);
	return 0;

err_uplinks:
	vr_uplinks_exit();
err_tap:
	vr_tap_exit();
err_native:
	vr_native_exit();
err_instances:
	vr_instances_exit();
err_work:
	vr_work_exit();
err_remotes:
	vr_remotes_exit();
	return err;
}

static void __exit vr_exit(void)
{
	vr_netlink_exit();
	vr_uplinks_exit();	/* by the notifiers, which see all devices go, ... */
	vr_tap_exit();		/* ... stock devices and taps are given back */
	vr_native_exit();
	vr_instances_exit();	/* and the uplinks with sockets go */
	vr_work_exit();
	vr_remotes_exit();
}

module_init(vr_init);
module_exit(vr_exit);

MODULE_DESCRIPTION("Virtual router for pods");
MODULE_AUTHOR("vr developers");
MODULE_VERSION(VR_VERSION);
MODULE_LICENSE("GPL");
