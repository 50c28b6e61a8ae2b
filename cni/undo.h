/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_UNDO_H
#define VR_CNI_UNDO_H

#include "attachment.h"
#include "environment.h"
#include "podns.h"

/**
 * undo_attachment() - Take back what a call made, in reverse, and only that
 * @podns: the container's namespace, or not open; another one than that the
 *	attachment was made in is left alone
 * @state_dir: where its state file is
 *
 * What is gone already is no error. An address is given back only when its
 * device is gone; after an error the state file stays, for another try.
 */
int undo_attachment(const struct attachment *attachment,
		    const struct environment *env, struct podns *podns,
		    const char *state_dir, struct vr_error *err);

#endif
