/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version of the tools.  make lint holds it against dkms.conf and the module.
 */
#ifndef VR_LIB_VERSION_H
#define VR_LIB_VERSION_H

#define VR_VERSION "0.1.0"

#endif /* VR_LIB_VERSION_H */
