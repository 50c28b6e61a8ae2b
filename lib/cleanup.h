/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cleanup attributes: what a variable holds is given back when it goes out
 * of scope.
 */
#ifndef VR_LIB_CLEANUP_H
#define VR_LIB_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define cleanup_free __attribute__((cleanup(vr_cleanup_free)))
/* The variable holds -1 while there is nothing to close. */
#define cleanup_fd __attribute__((cleanup(vr_cleanup_fd)))
#define cleanup_file __attribute__((cleanup(vr_cleanup_file)))

static inline void vr_cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void vr_cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void vr_cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#endif /* VR_LIB_CLEANUP_H */
