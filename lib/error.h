/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors that carry text up the stack.  The function that fails says what
 * happened, each layer above may put one prefix before it, and only main()
 * prints and exits.
 */
#ifndef VR_LIB_ERROR_H
#define VR_LIB_ERROR_H

/**
 * struct vr_error - what went wrong
 * @errnum: an errno value, above 0
 * @text: what to tell the user: lower case, no full stop, no newline
 *
 * Every function that takes one also takes NULL (the caller does not want the
 * text), and fills it only when it fails.  A text that is too long is cut, and
 * control characters become "?": texts quote what users and pods wrote.
 */
struct vr_error {
	int errnum;
	char text[1536];
};

/**
 * vr_error_set - say what went wrong
 *
 * Return: -@errnum, so that a function can return what this returns.
 */
int vr_error_set(struct vr_error *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * vr_error_prefix - put "<prefix>: " before the text
 *
 * Return: -@err->errnum.
 */
int vr_error_prefix(struct vr_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * vr_error_memory - say that memory ran out
 *
 * Return: -ENOMEM.
 */
int vr_error_memory(struct vr_error *err);

#endif /* VR_LIB_ERROR_H */
