// SPDX-License-Identifier: GPL-2.0-only
/* The module's workqueue. Entry: vr_work_queue_rcu(). */
#include <linux/errno.h>
#include <linux/rcupdate.h>

#include "work.h"

static struct workqueue_struct *vr_workqueue;

bool vr_work_queue(struct work_struct *work)
{
	return queue_work(vr_workqueue, work);
}

bool vr_work_queue_delayed(struct delayed_work *work, unsigned long ticks)
{
	return queue_delayed_work(vr_workqueue, work, ticks);
}

bool vr_work_queue_rcu(struct rcu_work *work)
{
	return queue_rcu_work(vr_workqueue, work);
}

int vr_work_init(void)
{
	vr_workqueue = alloc_workqueue("vr", 0, 0);
	return vr_workqueue ? 0 : -ENOMEM;
}

void vr_work_exit(void)
{
	/* Work that frees a network queues the work that frees its instance,
	 * each behind a grace period.
	 */
	rcu_barrier();
	flush_workqueue(vr_workqueue);
	rcu_barrier();
	destroy_workqueue(vr_workqueue);
}
