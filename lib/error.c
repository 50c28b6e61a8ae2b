// SPDX-License-Identifier: Apache-2.0
/*
 * Errors that carry text up the stack.
 */
#include "error.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void vr_error_clean(char *text)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text))
			*text = '?';
	}
}

int vr_error_set(struct vr_error *err, int errnum, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return -errnum;

	err->errnum = errnum;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	vr_error_clean(err->text);

	return -errnum;
}

int vr_error_prefix(struct vr_error *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list args;
	size_t room;
	int len;

	if (!err)
		return -EINVAL;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(text) - 2)
		return -err->errnum;

	memcpy(text + len, ": ", 2);
	len += 2;
	room = sizeof(text) - len - 1;
	memcpy(text + len, err->text, room);
	text[sizeof(text) - 1] = '\0';
	memcpy(err->text, text, sizeof(text));

	return -err->errnum;
}

int vr_error_memory(struct vr_error *err)
{
	return vr_error_set(err, ENOMEM, "out of memory");
}
