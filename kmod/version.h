/* SPDX-License-Identifier: GPL-2.0-only */
/* The version of all of vr. dkms.conf and lib/version.h say the same. */
#ifndef VR_VERSION_H
#define VR_VERSION_H

#define VR_VERSION	"0.1.0"

#endif /* VR_VERSION_H */
