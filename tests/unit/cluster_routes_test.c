// SPDX-License-Identifier: Apache-2.0
/*
 * The routes to the cluster: as few as cover nodes, pods and services, and
 * nothing else.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "agent/cluster_routes.h"
#include "cni/json.h"
#include "tap.h"

/* Prefixes with spaces between them, and what becomes of them. */
struct sample {
	const char *list;
	const char *want;
};

static const struct sample samples[] = {
	{ "", "" },
	{ "192.0.2.1/32", "192.0.2.1/32" },
	{ "192.0.2.7/24", "192.0.2.0/24" },
	{ "10.0.1.0/24 10.0.0.0/24", "10.0.0.0/23" },
	{ "10.0.1.0/24 10.0.2.0/24", "10.0.1.0/24 10.0.2.0/24" },
	{ "10.0.3.0/24 10.0.0.0/24 10.0.2.0/24 10.0.1.0/24", "10.0.0.0/22" },
	{ "10.0.0.0/16 10.0.7.1/32 10.0.0.0/16", "10.0.0.0/16" },
	{ "10.0.0.0/25 10.0.0.128/25 10.0.1.0/24", "10.0.0.0/23" },
	{ "0.0.0.0/1 128.0.0.0/1", "0.0.0.0/0" },
	{ "2001:db8::1/128 192.0.2.0/24 2001:db8::/128",
	  "192.0.2.0/24 2001:db8::/127" },
	{ "::/0 192.0.2.0/24", "192.0.2.0/24 ::/0" },
	{ NULL, NULL },
};

static void join(const struct sample *sample)
{
	char *copy = strdup(sample->list), *rest = copy, *word;
	struct prefixes list = { 0 };
	char text[VR_PREFIX_TEXT];
	struct vr_prefix prefix;
	char got[256] = "";
	unsigned int i;

	while ((word = strsep(&rest, " "))) {
		if (word[0] && !vr_prefix_parse("", word, &prefix, NULL))
			prefixes_add(&list, &prefix, NULL);
	}
	prefixes_join(&list);
	for (i = 0; i < list.count; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s",
			 i ? " " : "", vr_prefix_format(&list.items[i], text));
	is_string(got, sample->want, "join \"%s\"", sample->list);
	prefixes_free(&list);
	free(copy);
}

static void test_nodes(void)
{
	struct peers peers = { .watch = NULL };
	struct prefixes given = { 0 };
	struct vr_prefix prefix;
	unsigned int i, count;
	struct peer *peer;
	char name[16];
	char *text;

	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		peer = table_get(&peers.table, name, sizeof(*peer));
		peer->pod_cidrs[0] = (struct vr_prefix){
			.ip = { .family = AF_INET,
				.bytes = { 10, 128 + i / 256, i % 256 } },
			.length = 24,
		};
		/* Every other one, so that none are a half. */
		peer->addresses[0] = (struct vr_ip){
			.family = AF_INET,
			.bytes = { 172, 16, i / 100, i % 100 * 2 },
		};
	}
	text = cluster_routes_text(&peers, &given, &count);
	ok(text && count == 1000 + 6, "1,000 nodes are %u routes", count);
	cJSON_free(text);
	vr_prefix_parse("", "172.16.0.0/16", &prefix, NULL);
	prefixes_add(&given, &prefix, NULL);
	text = cluster_routes_text(&peers, &given, &count);
	ok(text && count == 7, "and %u in a range that is given", count);
	cJSON_free(text);
	prefixes_free(&given);
	table_free(&peers.table);
}

int main(void)
{
	const struct sample *sample;

	for (sample = samples; sample->list; sample++)
		join(sample);
	test_nodes();
	return tap_end();
}
