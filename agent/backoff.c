// SPDX-License-Identifier: Apache-2.0
/*
 * Waits that grow.  Entry point: backoff_next().
 */
#include <stdlib.h>

#include "backoff.h"

#define LONGEST_PAUSE 30000

unsigned int backoff_next(unsigned int *pause, unsigned int first,
			  unsigned int retry_after)
{
	unsigned int wait = *pause ? 2 * *pause : first;

	if (wait > LONGEST_PAUSE)
		wait = LONGEST_PAUSE;
	*pause = wait;
	wait += (unsigned int)random() % (wait / 2);
	return wait < 1000 * retry_after ? 1000 * retry_after : wait;
}
