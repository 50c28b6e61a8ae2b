/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long to wait before something that failed is tried again.
 */
#ifndef VR_AGENT_BACKOFF_H
#define VR_AGENT_BACKOFF_H

/**
 * backoff_next() - The next wait
 * @pause: the one before, 0 when nothing failed before; gets this one
 * @first: milliseconds of the first one; each is twice the one before, up to half
 *	a minute
 * @retry_after: seconds that the server asked for, 0 for none
 *
 * Return: milliseconds: no two agents wait for the same time.
 */
unsigned int backoff_next(unsigned int *pause, unsigned int first,
			  unsigned int retry_after);

#endif /* VR_AGENT_BACKOFF_H */
