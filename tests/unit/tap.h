/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP from unit tests: ok(), is_int(), is_string(), and tap_end() as the last
 * thing main() returns.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdio.h>
#include <string.h>

static unsigned int tap_count, tap_failed;

#define ok(good, ...) tap_ok(good, __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) tap_is_int(got, want, __LINE__, __VA_ARGS__)
#define is_string(got, want, ...) \
	tap_is_string(got, want, __LINE__, __VA_ARGS__)

#define tap_ok(good, file, line, ...)                                 \
	do {                                                          \
		int tap_good = !!(good);                              \
                                                                      \
		tap_result(tap_good, __VA_ARGS__);                    \
		if (!tap_good)                                        \
			printf("#   %s:%d: %s\n", file, line, #good); \
	} while (0)

#define tap_is_int(got, want, line, ...)                                       \
	do {                                                                   \
		long long tap_got = (got), tap_want = (want);                  \
                                                                               \
		tap_result(tap_got == tap_want, __VA_ARGS__);                  \
		if (tap_got != tap_want)                                       \
			printf("#   line %d: got %lld, expected %lld\n", line, \
			       tap_got, tap_want);                             \
	} while (0)

#define tap_is_string(got, want, line, ...)                                  \
	do {                                                                 \
		const char *tap_got = (got), *tap_want = (want);             \
		int tap_same = strcmp(tap_got, tap_want) == 0;               \
                                                                             \
		tap_result(tap_same, __VA_ARGS__);                           \
		if (!tap_same)                                               \
			printf("#   line %d: got \"%s\", expected \"%s\"\n", \
			       line, tap_got, tap_want);                     \
	} while (0)

#define tap_result(good, ...)                                          \
	do {                                                           \
		tap_count++;                                           \
		if (!(good))                                           \
			tap_failed++;                                  \
		printf("%sok %u - ", (good) ? "" : "not ", tap_count); \
		printf(__VA_ARGS__);                                   \
		putchar('\n');                                         \
		/* What a crash or stderr says comes behind it. */     \
		fflush(stdout);                                        \
	} while (0)

static inline int tap_end(void)
{
	printf("1..%u\n", tap_count);
	return tap_failed != 0;
}

#endif /* TESTS_TAP_H */
