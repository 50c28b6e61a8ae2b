/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's own workqueue: what must wait for a grace period and then
 * sleep, floods too large for one go, and what packets say that tables keep.
 */
#ifndef VR_WORK_H
#define VR_WORK_H

#include <linux/workqueue.h>

int vr_work_init(void);
/* Waits for all of it. Nothing may queue any more but the work itself. */
void vr_work_exit(void);

bool vr_work_queue(struct work_struct *work);
bool vr_work_queue_delayed(struct delayed_work *work, unsigned long ticks);
bool vr_work_queue_rcu(struct rcu_work *work);

#endif /* VR_WORK_H */
