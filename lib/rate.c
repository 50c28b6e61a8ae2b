// SPDX-License-Identifier: Apache-2.0
/*
 * Rates and sizes as tc(8) writes them: 100mbit, 1.5gbit, 10mbps, 64kb.
 */
#include "rate.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "field.h"

struct vr_unit {
	const char *name;
	uint64_t factor;
};

#define KILO UINT64_C(1000)
#define MEGA UINT64_C(1000000)
#define GIGA UINT64_C(1000000000)
#define TERA UINT64_C(1000000000000)
#define KIBI (UINT64_C(1) << 10)
#define MEBI (UINT64_C(1) << 20)
#define GIBI (UINT64_C(1) << 30)
#define TEBI (UINT64_C(1) << 40)

/* Those that are printed come first, the largest one foremost. */
static const struct vr_unit rate_units[] = {
	{ "tbit", TERA },      { "gbit", GIGA },      { "mbit", MEGA },
	{ "kbit", KILO },      { "bit", 1 },	      { "", 1 },
	{ "tibit", TEBI },     { "gibit", GIBI },     { "mibit", MEBI },
	{ "kibit", KIBI },     { "bps", 8 },	      { "kbps", 8 * KILO },
	{ "mbps", 8 * MEGA },  { "gbps", 8 * GIGA },  { "tbps", 8 * TERA },
	{ "kibps", 8 * KIBI }, { "mibps", 8 * MEBI }, { "gibps", 8 * GIBI },
	{ "tibps", 8 * TEBI },
};

static const struct vr_unit size_units[] = {
	{ "gb", GIBI }, { "mb", MEBI }, { "kb", KIBI }, { "b", 1 },
	{ "", 1 },	{ "k", KIBI },	{ "m", MEBI },	{ "g", GIBI },
};

static uint64_t vr_unit_factor(const struct vr_unit *units, size_t count,
			       const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcasecmp(units[i].name, name) == 0)
			return units[i].factor;
	}

	return 0;
}

/* Digits, with a point among them or not, and a unit. */
static bool vr_quantity_parse(const char *text, const struct vr_unit *units,
			      size_t count, uint64_t max, uint64_t *quantity)
{
	size_t whole = strspn(text, "0123456789"), part = 0, len = whole;
	long double value;
	uint64_t factor;
	char *number;

	if (text[len] == '.') {
		part = strspn(text + len + 1, "0123456789");
		len += 1 + part;
	}
	factor = vr_unit_factor(units, count, text + len);
	if (!whole || (len > whole && !part) || !factor)
		return false;

	/* strtold() alone would take exponents, signs and other bases. */
	number = strndup(text, len);
	if (!number)
		return false;
	value = strtold(number, NULL) * factor;
	free(number);
	if (value > max)
		return false;

	*quantity = value;
	if (value - *quantity >= 0.5L)
		(*quantity)++;
	return true;
}

int vr_rate_parse(const char *key, const char *text, uint64_t *bits,
		  struct vr_error *err)
{
	if (vr_quantity_parse(text, rate_units, ARRAY_SIZE(rate_units),
			      UINT64_MAX, bits))
		return 0;

	*bits = 0;
	return vr_error_set(err, EINVAL,
			    "%s \"%s\": expected a rate, as 100mbit or 1.5gbit",
			    key, text);
}

int vr_size_parse(const char *key, const char *text, uint32_t *bytes,
		  struct vr_error *err)
{
	uint64_t value = 0;
	bool good = vr_quantity_parse(text, size_units, ARRAY_SIZE(size_units),
				      UINT32_MAX, &value);

	*bytes = value;
	if (good)
		return 0;

	return vr_error_set(err, EINVAL,
			    "%s \"%s\": expected a size below 4gb, as 64kb",
			    key, text);
}

static const char *vr_quantity_format(const struct vr_unit *units,
				      uint64_t quantity, char *text)
{
	while (units->factor > 1 && (!quantity || quantity % units->factor))
		units++;
	snprintf(text, VR_RATE_TEXT, "%" PRIu64 "%s", quantity / units->factor,
		 units->name);

	return text;
}

const char *vr_rate_format(uint64_t bits, char text[VR_RATE_TEXT])
{
	return vr_quantity_format(rate_units, bits, text);
}

const char *vr_size_format(uint32_t bytes, char text[VR_RATE_TEXT])
{
	return vr_quantity_format(size_units, bytes, text);
}
