// SPDX-License-Identifier: Apache-2.0
/*
 * Text and JSON from one description.
 */
#include "print.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/address.h"
#include "lib/cleanup.h"
#include "lib/names.h"

void print_begin(struct print *p)
{
	p->first = true;
}

void print_end(struct print *p)
{
	if (!p->json)
		return;

	if (p->first)
		fputs("[]\n", p->out);
	else
		fputs(p->pretty ? "\n]\n" : "]\n", p->out);
}

/* Hang an item into what is open; without a key it is in a list. */
static bool print_add(struct print *p, const char *key, cJSON *item)
{
	cJSON *parent = p->depth ? p->open[p->depth - 1] : NULL;
	bool added;

	if (!item || !parent)
		added = false;
	else if (key)
		added = cJSON_AddItemToObject(parent, key, item);
	else
		added = cJSON_AddItemToArray(parent, item);

	if (!added) {
		p->failed = true;
		cJSON_Delete(item);
	}
	return added;
}

static void print_push(struct print *p, const char *key, cJSON *item)
{
	if (!item || p->depth == PRINT_DEPTH) {
		p->failed = true;
		cJSON_Delete(item);
		item = NULL;
	} else if (p->depth && !print_add(p, key, item)) {
		item = NULL;
	}

	if (p->depth < PRINT_DEPTH)
		p->open[p->depth] = item;
	p->depth++;
}

/* cJSON indents from the margin: move what it printed into our array. */
static void print_indented(struct print *p, const char *text)
{
	for (; *text; text++) {
		fputc(*text, p->out);
		if (*text == '\n')
			fputc('\t', p->out);
	}
}

static void print_item(struct print *p, const cJSON *item)
{
	char *text;

	text = p->pretty ? cJSON_Print(item) : cJSON_PrintUnformatted(item);
	if (!text) {
		p->failed = true;
		return;
	}

	fputc(p->first ? '[' : ',', p->out);
	if (p->pretty)
		fputs("\n\t", p->out);
	p->first = false;
	print_indented(p, text);
	cJSON_free(text);
}

static void print_open(struct print *p, const char *key, cJSON *item)
{
	if (p->json)
		print_push(p, key, item);
	else
		p->depth++;
}

void print_object(struct print *p, const char *key)
{
	print_open(p, key, p->json ? cJSON_CreateObject() : NULL);
}

void print_object_end(struct print *p)
{
	p->depth--;
	if (p->depth > 0)
		return;

	if (!p->json) {
		fputc('\n', p->out);
		return;
	}
	if (p->open[0])
		print_item(p, p->open[0]);
	cJSON_Delete(p->open[0]);
}

void print_list(struct print *p, const char *key)
{
	print_open(p, key, p->json ? cJSON_CreateArray() : NULL);
}

void print_list_end(struct print *p)
{
	p->depth--;
}

/* Bytes of the UTF-8 character at @text, 0 when it is not one. */
static unsigned int print_character(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	unsigned int i, len;

	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;

	len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	}
	/* Too long for what it says, a surrogate, past the last one. */
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;

	return len;
}

/*
 * Names and descriptions come from outside.  Copy one to @clean (as long as
 * it) so that it is UTF-8, as JSON has to be, and, for text, without what
 * could be part of a terminal's escape sequence.
 */
static void print_clean(char *clean, const char *text, bool escapes)
{
	unsigned int len;
	bool control;

	for (; *text; text += len ? len : 1) {
		len = print_character(text);
		control = iscntrl((unsigned char)*text) ||
			  (len == 2 && *text == '\xc2' && text[1] < '\xa0');
		if (len == 0 || (control && !escapes)) {
			*clean++ = '?';
			continue;
		}
		memcpy(clean, text, len);
		clean += len;
	}
	*clean = '\0';
}

void print_text(struct print *p, const char *text)
{
	if (!p->json)
		fputs(text, p->out);
}

/* As text, because a double holds only 53 bits of a counter. */
static void print_json_number(struct print *p, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	if (p->json)
		print_add(p, key, cJSON_CreateRaw(text));
}

void print_string(struct print *p, const char *key, const char *before,
		  const char *value)
{
	cleanup_free char *clean = malloc(strlen(value) + 1);

	if (!clean) {
		p->failed = true;
		return;
	}

	print_clean(clean, value, p->json);
	if (p->json)
		print_add(p, key, cJSON_CreateString(clean));
	else if (before)
		fprintf(p->out, "%s%s", before, clean);
}

void print_number(struct print *p, const char *key, const char *before,
		  uint64_t value)
{
	print_json_number(p, key, value);
	if (!p->json && before)
		fprintf(p->out, "%s%" PRIu64, before, value);
}

void print_quantity(struct print *p, const char *key, const char *before,
		    uint64_t value, const char *text)
{
	print_json_number(p, key, value);
	if (!p->json && before)
		fprintf(p->out, "%s%s", before, text);
}

void print_signed(struct print *p, const char *key, const char *before,
		  int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	if (p->json)
		print_add(p, key, cJSON_CreateRaw(text));
	else if (before)
		fprintf(p->out, "%s%s", before, text);
}

void print_switch(struct print *p, const char *key, const char *on,
		  const char *off, bool value)
{
	const char *text = value ? on : off;

	print_json_number(p, key, value);
	if (text)
		print_text(p, text);
}

void print_enum(struct print *p, const char *key, const char *before,
		const struct vr_names *names, unsigned int value)
{
	const char *text = vr_names_text(names, value);

	if (text)
		print_string(p, key, before, text);
	else
		print_number(p, key, before, value);
}

void print_ip(struct print *p, const char *key, const char *before,
	      const struct vr_ip *ip)
{
	char text[VR_IP_TEXT];

	print_string(p, key, before, vr_ip_format(ip, text));
}

void print_mac(struct print *p, const char *key, const char *before,
	       const uint8_t *mac)
{
	char text[VR_MAC_TEXT];

	print_string(p, key, before, vr_mac_format(mac, text));
}

void print_line(struct print *p)
{
	print_text(p, p->oneline ? " " : "\n    ");
}
