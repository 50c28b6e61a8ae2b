// SPDX-License-Identifier: Apache-2.0
/*
 * Rates and sizes in words.
 */
#include "lib/rate.h"

#include <errno.h>
#include <string.h>

#include "lib/field.h"
#include "tap.h"

struct good {
	const char *text;
	uint64_t value;
	const char *printed;
};

static const struct good rates[] = {
	{ "0", 0, "0bit" },
	{ "1000", 1000, "1kbit" },
	{ "1001bit", 1001, "1001bit" },
	{ "8kbit", 8000, "8kbit" },
	{ "100mbit", 100000000, "100mbit" },
	{ "100Mbit", 100000000, "100mbit" },
	{ "1.5gbit", 1500000000, "1500mbit" },
	{ "0.25kbit", 250, "250bit" },
	{ "2tbit", 2000000000000, "2tbit" },
	{ "1kibit", 1024, "1024bit" },
	{ "1mibit", 1048576, "1048576bit" },
	{ "1gibit", 1073741824, "1073741824bit" },
	{ "1tibit", 1099511627776, "1099511627776bit" },
	{ "125bps", 1000, "1kbit" },
	{ "10kbps", 80000, "80kbit" },
	{ "10mbps", 80000000, "80mbit" },
	{ "1gbps", 8000000000, "8gbit" },
	{ "1tbps", 8000000000000, "8tbit" },
	{ "1kibps", 8192, "8192bit" },
	{ "1mibps", 8388608, "8388608bit" },
	{ "1gibps", 8589934592, "8589934592bit" },
	{ "1tibps", 8796093022208, "8796093022208bit" },
	{ "18446744073709551615", UINT64_MAX, "18446744073709551615bit" },
};

static const struct good sizes[] = {
	{ "0", 0, "0b" },
	{ "1500", 1500, "1500b" },
	{ "1500b", 1500, "1500b" },
	{ "64k", 65536, "64kb" },
	{ "64kb", 65536, "64kb" },
	{ "64Kb", 65536, "64kb" },
	{ "1.5kb", 1536, "1536b" },
	{ "2m", 2097152, "2mb" },
	{ "2mb", 2097152, "2mb" },
	{ "3g", 3221225472, "3gb" },
	{ "3gb", 3221225472, "3gb" },
	{ "4294967295", UINT32_MAX, "4294967295b" },
};

static const char *const bad[] = {
	"",    "mbit", "-1",	"+1",	 "1e3",	   "0x10",  "1.",
	".5",  "1..5", "1,5",	" 1",	 "1 mbit", "1mb1",  "kb",
	"inf", "nan",  "1ebit", "100mx", "1.5.5",  "1kilo",
};

static void test_rates(void)
{
	char text[VR_RATE_TEXT];
	uint64_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		is_int(vr_rate_parse("rate-in", rates[i].text, &value, NULL), 0,
		       "rate %s is taken", rates[i].text);
		ok(value == rates[i].value, "and is so many bits per second");
		is_string(vr_rate_format(value, text), rates[i].printed,
			  "and printed in the largest unit");
	}
}

static void test_sizes(void)
{
	char text[VR_RATE_TEXT];
	uint32_t value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		is_int(vr_size_parse("burst-in", sizes[i].text, &value, NULL),
		       0, "size %s is taken", sizes[i].text);
		ok(value == sizes[i].value, "and is so many bytes");
		is_string(vr_size_format(value, text), sizes[i].printed,
			  "and printed in the largest unit");
	}
}

static void test_bad(void)
{
	struct vr_error err;
	uint64_t rate;
	uint32_t size;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		is_int(vr_rate_parse("rate-in", bad[i], &rate, NULL), -EINVAL,
		       "\"%s\" is no rate", bad[i]);
		is_int(vr_size_parse("burst-in", bad[i], &size, NULL), -EINVAL,
		       "and no size");
	}
	is_int(vr_rate_parse("rate-in", "64kb", &rate, &err), -EINVAL,
	       "a size is no rate");
	ok(strstr(err.text, "rate-in \"64kb\": expected a rate"),
	   "and the error says so");
	is_int(vr_size_parse("burst-in", "64kbit", &size, &err), -EINVAL,
	       "a rate is no size");
	ok(strstr(err.text, "burst-in \"64kbit\": expected a size"),
	   "and the error says so");
	is_int(vr_rate_parse("r", "18446744073709551616", &rate, NULL), -EINVAL,
	       "a rate beyond 64 bits");
	is_int(vr_rate_parse("r", "20000000tbit", &rate, NULL), -EINVAL,
	       "also by its unit");
	is_int(vr_size_parse("s", "4gb", &size, NULL), -EINVAL,
	       "a size beyond 32 bits");
}

int main(void)
{
	test_rates();
	test_sizes();
	test_bad();

	return tap_end();
}
