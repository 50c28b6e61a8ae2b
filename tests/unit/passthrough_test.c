// SPDX-License-Identifier: Apache-2.0
/*
 * A result of earlier plugins joined with ours: order, indices, and what nobody
 * here knows.
 */
#include "cni/json.h"
#include "cni/passthrough.h"
#include "tap.h"

static void join(const char *previous, const char *own, int leading,
		 const char *want)
{
	cleanup_json cJSON *theirs = cJSON_Parse(previous);
	cleanup_json cJSON *ours = cJSON_Parse(own);
	cleanup_json_text char *text = NULL;

	ok(theirs && ours && !passthrough_join(theirs, ours, leading, NULL),
	   "join %s", previous);
	text = cJSON_PrintUnformatted(ours);
	is_string(text, want, "joined with %s", own);
}

int main(void)
{
	join("{\"cniVersion\":\"0.4.0\",\"interfaces\":[{\"name\":\"a\"},"
	     "{\"name\":\"b\",\"x\":1},{\"name\":\"c\"}],"
	     "\"ips\":[{\"interface\":1},{\"interface\":-1}],"
	     "\"routes\":[{\"dst\":1}]}",
	     "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"d\"},"
	     "{\"name\":\"e\"}],\"ips\":[{\"interface\":0},{\"interface\":1},"
	     "{}],\"routes\":[{\"dst\":2}]}",
	     1,
	     "{\"cniVersion\":\"1.0.0\",\"interfaces\":[{\"name\":\"a\"},"
	     "{\"name\":\"b\",\"x\":1},{\"name\":\"c\"},{\"name\":\"d\"},"
	     "{\"name\":\"e\"}],\"ips\":[{\"interface\":3},{\"interface\":1},"
	     "{},{\"interface\":4},{}],\"routes\":[{\"dst\":1},{\"dst\":2}]}");
	join("{\"Interfaces\":[{\"name\":\"a\"}],\"dns\":{\"domain\":\"a\"},"
	     "\"routes\":null,\"y\":2}",
	     "{\"cniVersion\":\"1.0.0\",\"dns\":{}}", 0,
	     "{\"cniVersion\":\"1.0.0\",\"Interfaces\":[{\"name\":\"a\"}],"
	     "\"dns\":{\"domain\":\"a\"},\"y\":2}");
	join("{\"dns\":{\"domain\":\"a\"}}", "{\"dns\":{\"domain\":\"b\"}}", 0,
	     "{\"dns\":{\"domain\":\"b\"}}");
	join("{}", "{\"ips\":[{\"interface\":0}]}", 1,
	     "{\"ips\":[{\"interface\":0}]}");
	return tap_end();
}
