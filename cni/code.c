// SPDX-License-Identifier: Apache-2.0
/*
 * Error codes of the CNI specification inside struct vr_error: they follow
 * the last errno there can be.
 */
#include <stdarg.h>
#include <stdio.h>

#include "code.h"

#define ERRNUM_OF_CODE_0 4096 /* the kernel's MAX_ERRNO, plus 1 */

int cni_fail(struct vr_error *err, enum cni_code code, const char *format, ...)
{
	int errnum = ERRNUM_OF_CODE_0 + code;
	va_list args;

	if (!err)
		return -errnum;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	err->errnum = errnum;
	return -errnum;
}

int cni_wrap(struct vr_error *err, enum cni_code code, const char *format, ...)
{
	char prefix[sizeof(err->text)];
	va_list args;

	if (!err)
		return -(ERRNUM_OF_CODE_0 + code);
	if (err->errnum < ERRNUM_OF_CODE_0)
		err->errnum = ERRNUM_OF_CODE_0 + code;
	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	return vr_error_prefix(err, "%s", prefix);
}

enum cni_code cni_code(const struct vr_error *err)
{
	if (err->errnum < ERRNUM_OF_CODE_0)
		return CNI_IO;
	return err->errnum - ERRNUM_OF_CODE_0;
}
