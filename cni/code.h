/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VR_CNI_CODE_H
#define VR_CNI_CODE_H

#include "../lib/error.h"

/* Error codes of the CNI specification, and from 100 on our own. */
enum cni_code {
	CNI_OK = 0,
	CNI_VERSION = 1,     /* incompatible CNI version */
	CNI_UNSUPPORTED = 2, /* unsupported field, named with its value */
	CNI_UNKNOWN_CONTAINER = 3,
	CNI_ENVIRONMENT = 4, /* bad environment variable, named */
	CNI_IO = 5,	     /* reading, writing, or the system refused */
	CNI_DECODE = 6,	     /* not JSON */
	CNI_CONFIG = 7,	     /* invalid network configuration */
	CNI_NETNS = 8,	     /* invalid network namespace */
	CNI_AGAIN = 11,	     /* try again later */
	CNI_NOT_AVAILABLE = 50,
	CNI_LIMITED = 51,  /* and what is there already may be cut off */
	CNI_ROUTER = 100,  /* the kernel refused what was asked */
	CNI_IPAM = 101,	   /* the IPAM plugin misbehaved */
	CNI_CHANGED = 102, /* CHECK: not what ADD made */
};

/**
 * cni_fail() - Fill in an error with a code of the CNI specification
 *
 * Return: negative, for return statements.
 */
int cni_fail(struct vr_error *err, enum cni_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cni_wrap() - Put a prefix before the text of an error that was made below
 *
 * Gives it the code, unless it has one already.
 *
 * Return: negative, for return statements.
 */
int cni_wrap(struct vr_error *err, enum cni_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cni_code() - The code of an error, whoever made it
 *
 * What was made without a code is an errno of the system or of the kernel
 * module.
 */
enum cni_code cni_code(const struct vr_error *err);

#endif
