// SPDX-License-Identifier: Apache-2.0
/*
 * Words of a command line: KEY VALUE pairs by table, and one word that
 * stands alone.
 */
#include "args.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/field.h"
#include "lib/netns.h"
#include "lib/rate.h"

const char *args_peek(const struct args *args)
{
	return args->next < args->count ? args->words[args->next] : NULL;
}

const char *args_take(struct args *args)
{
	return args->next < args->count ? args->words[args->next++] : NULL;
}

bool args_match(struct args *args, const char *word)
{
	const char *next = args_peek(args);

	if (!next || strcmp(next, word) != 0)
		return false;

	args->next++;
	return true;
}

const char *args_value(struct args *args, const struct arg_key *key,
		       struct vr_error *err)
{
	const char *value = args_take(args);

	if (!value)
		vr_error_set(err, EINVAL,
			     "missing value of key \"%s\": expected %s",
			     key->word ? key->word : key->value, key->value);

	return value;
}

int args_end(const struct args *args, struct vr_error *err)
{
	const char *word = args_peek(args);

	if (!word)
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "unexpected word \"%s\": expected no more",
		     word);
	return VRCTL_USAGE;
}

/* Only digits: strtoull() takes signs, spaces and other bases. */
static int args_number(const char *word, const char *value, uint64_t max,
		       uint64_t *number, struct vr_error *err)
{
	size_t digits = strspn(value, "0123456789");
	bool good = digits > 0 && !value[digits];

	errno = 0;
	*number = good ? strtoull(value, NULL, 10) : 0;
	if (good && errno == 0 && *number <= max)
		return VRCTL_OK;

	vr_error_set(err, EINVAL,
		     "%s \"%s\": expected a number from 0 to %" PRIu64, word,
		     value, max);
	return VRCTL_USAGE;
}

int args_u8(const struct arg_key *key, const char *value, uint8_t *number,
	    struct vr_error *err)
{
	uint64_t wide;
	int ret;

	ret = args_number(key->word, value, UINT8_MAX, &wide, err);
	*number = wide;
	return ret;
}

static int args_switch(const char *word, const char *value, bool *on,
		       struct vr_error *err)
{
	*on = strcmp(value, "on") == 0;
	if (*on || strcmp(value, "off") == 0)
		return VRCTL_OK;

	vr_error_set(err, EINVAL, "%s \"%s\": expected on or off", word, value);
	return VRCTL_USAGE;
}

static int args_enum(const struct arg_key *key, const char *value,
		     unsigned int *number, struct vr_error *err)
{
	char words[256] = "";
	size_t len = 0;
	unsigned int i;

	if (vr_names_parse(key->names, value, number))
		return VRCTL_OK;

	for (i = 0; i < key->names->count && len < sizeof(words); i++)
		len += snprintf(words + len, sizeof(words) - len, "%s%s",
				i ? ", " : "", key->names->names[i]);
	vr_error_set(err, EINVAL, "%s \"%s\": expected one of %s", key->word,
		     value, words);
	return VRCTL_USAGE;
}

/* The value of a key of a type that has one, into the object's member. */
static int args_store(const struct arg_key *key, const char *value,
		      void *member, struct vr_error *err)
{
	uint64_t number;
	int ret;

	switch (key->type) {
	case ARG_SWITCH:
		return args_switch(key->word, value, member, err);
	case ARG_U8:
		return args_u8(key, value, member, err);
	case ARG_U16:
		ret = args_number(key->word, value, UINT16_MAX, &number, err);
		*(uint16_t *)member = number;
		return ret;
	case ARG_U32:
		ret = args_number(key->word, value, UINT32_MAX, &number, err);
		*(uint32_t *)member = number;
		return ret;
	case ARG_RATE:
		ret = vr_rate_parse(key->word, value, member, err);
		return ret < 0 ? VRCTL_USAGE : VRCTL_OK;
	case ARG_SIZE:
		ret = vr_size_parse(key->word, value, member, err);
		return ret < 0 ? VRCTL_USAGE : VRCTL_OK;
	case ARG_ENUM:
		return args_enum(key, value, member, err);
	case ARG_STRING:
		ret = vr_string_copy(key->word ? key->word : key->value, member,
				     key->size, value, err);
		return ret < 0 ? VRCTL_USAGE : VRCTL_OK;
	case ARG_MAC:
		ret = vr_mac_parse(key->word, value, member, err);
		return ret < 0 ? VRCTL_USAGE : VRCTL_OK;
	case ARG_IP:
		ret = vr_ip_parse(key->word ? key->word : key->value, value,
				  member, err);
		return ret < 0 ? VRCTL_USAGE : VRCTL_OK;
	case ARG_WORD:
	case ARG_CUSTOM:
		break;
	}

	return VRCTL_OK;
}

int args_parse_key(struct args *args, const struct arg_key *key, void *object,
		   struct vr_error *err)
{
	const char *value;
	int ret;

	if (key->type == ARG_CUSTOM)
		return key->parse(args, key, object, err);

	if (key->type != ARG_WORD) {
		value = args_value(args, key, err);
		if (!value)
			return VRCTL_USAGE;
		ret = args_store(key, value, (char *)object + key->offset, err);
		if (ret != VRCTL_OK)
			return ret;
	}

	*(uint64_t *)object |= VR_BIT(key->attr);
	return VRCTL_OK;
}

static int args_unknown(const char *word, const struct arg_key *keys,
			unsigned int count, struct vr_error *err)
{
	char words[512] = "";
	size_t len = 0;
	unsigned int i;

	for (i = 0; i < count && len < sizeof(words); i++)
		len += snprintf(words + len, sizeof(words) - len, "%s%s",
				i ? ", " : "",
				keys[i].word ? keys[i].word : keys[i].value);
	vr_error_set(err, EINVAL, "unknown key \"%s\": expected %s%s", word,
		     count > 1 ? "one of " : "", count ? words : "no more");
	return VRCTL_USAGE;
}

/* A key that has this word, or else the one for a word that stands alone. */
static const struct arg_key *
args_find(const char *word, const struct arg_key *keys, unsigned int count)
{
	const struct arg_key *alone = NULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!keys[i].word)
			alone = &keys[i];
		else if (strcmp(keys[i].word, word) == 0)
			return &keys[i];
	}

	return alone;
}

static int args_check_required(const struct arg_key *keys, unsigned int count,
			       uint64_t seen, struct vr_error *err)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!keys[i].required || seen & (UINT64_C(1) << i))
			continue;
		vr_error_set(err, EINVAL, "missing %s%s%s",
			     keys[i].word ? keys[i].word : "",
			     keys[i].word ? " " : "", keys[i].value);
		return VRCTL_USAGE;
	}

	return VRCTL_OK;
}

int args_parse(struct args *args, const struct arg_key *keys,
	       unsigned int count, void *object, struct vr_error *err)
{
	const struct arg_key *key;
	uint64_t seen = 0, bit;
	const char *word;
	int ret;

	while ((word = args_peek(args))) {
		key = args_find(word, keys, count);
		if (!key)
			return args_unknown(word, keys, count, err);
		bit = UINT64_C(1) << (key - keys);

		/* A second word that stands alone is more likely a typo. */
		if (!key->word && seen & bit)
			return args_unknown(word, keys, count, err);
		if (key->word)
			args->next++;
		if (seen & bit && !key->repeat) {
			word = args_peek(args);
			vr_error_set(err, EINVAL,
				     "%s \"%s\": expected this key only once",
				     key->word, word ? word : "");
			return VRCTL_USAGE;
		}
		seen |= bit;

		ret = args_parse_key(args, key, object, err);
		if (ret != VRCTL_OK)
			return ret;
	}

	return args_check_required(keys, count, seen, err);
}

int args_netns(struct args *args, const struct arg_key *key, int *fd,
	       const char **netns, struct vr_error *err)
{
	int *kept;

	*netns = args_value(args, key, err);
	if (!*netns)
		return VRCTL_USAGE;

	*fd = vr_netns_open(*netns, err);
	if (*fd < 0)
		return VRCTL_REFUSED;

	kept = vr_list_grow(&args->fds, &args->fd_count, sizeof(*kept));
	if (!kept) {
		close(*fd);
		vr_error_memory(err);
		return VRCTL_REFUSED;
	}

	*kept = *fd;
	return VRCTL_OK;
}

int args_ip(struct args *args, const struct arg_key *key, struct vr_ip *ip,
	    struct vr_error *err)
{
	const char *value = args_value(args, key, err);

	if (!value || vr_ip_parse(key->word, value, ip, err) < 0)
		return VRCTL_USAGE;

	return VRCTL_OK;
}

int args_ip_list(struct args *args, const struct arg_key *key,
		 struct vr_ip_list *list, struct vr_error *err)
{
	const char *word;
	struct vr_ip ip;
	int ret;

	do {
		ret = args_ip(args, key, &ip, err);
		if (ret != VRCTL_OK)
			return ret;
		if (vr_ip_list_add(list, &ip, err) < 0)
			return VRCTL_REFUSED;
		word = args_peek(args);
	} while (word && strpbrk(word, ".:"));

	return VRCTL_OK;
}

void args_close(struct args *args)
{
	unsigned int i;

	for (i = 0; i < args->fd_count; i++)
		close(args->fds[i]);
	free(args->fds);
	args->fds = NULL;
	args->fd_count = 0;
}
