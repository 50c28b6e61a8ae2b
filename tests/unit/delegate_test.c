// SPDX-License-Identifier: Apache-2.0
/*
 * Lists of other plugins: in which order they are called, what each is given, and
 * what becomes of one that fails.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni/code.h"
#include "cni/delegate.h"
#include "cni/file.h"
#include "cni/json.h"
#include "tap.h"

static char folder[] = "/tmp/delegate_test.XXXXXX";

/* Says what it was called with, and answers with its name. */
static const char script[] =
	"#!/bin/sh\n"
	"dir=$(dirname \"$0\")\n"
	"name=$(basename \"$0\")\n"
	"input=$(cat)\n"
	"echo \"$CNI_COMMAND $name $CNI_IFNAME $CNI_NETNS $CNI_ARGS $input\" >> \"$dir/log\"\n"
	"if [ -e \"$dir/fail-$name-$CNI_COMMAND\" ]; then\n"
	"	echo '{\"code\":11,\"msg\":\"not now\"}'\n"
	"	exit 1\n"
	"fi\n"
	"[ \"$CNI_COMMAND\" != ADD ] || echo \"{\\\"by\\\":\\\"$name\\\"}\"\n";

static void plugin(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (file_write(folder, name, script, NULL) || chmod(path, 0755))
		abort();
}

static void check_log(const char *want, const char *what)
{
	cleanup_json_text char *log = NULL;
	char path[128];

	snprintf(path, sizeof(path), "%s/log", folder);
	log = file_read_path(path, NULL, NULL);
	is_string(log ? log : "", want, "%s", what);
	unlink(path);
}

static void fails(const char *file, bool is)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	if (!is)
		unlink(path);
	else if (file_write(folder, file, "", NULL))
		abort();
}

static void make(struct attachment_delegate *delegate)
{
	*delegate = (struct attachment_delegate){ .network = "shop.wire",
						  .ifname = "eth1" };
	delegate->conf = cJSON_Parse(
		"{\"cniVersion\":\"1.0.0\",\"name\":\"shop.wire\",\"plugins\":[{\"type\":\"one\"},{\"type\":\"two\",\"x\":1}]}");
}

static void destroy(struct attachment_delegate *delegate)
{
	cJSON_Delete(delegate->conf);
	cJSON_Delete(delegate->result);
}

#define LIST "\"cniVersion\":\"1.0.0\",\"name\":\"shop.wire\""

static void test_life(const struct delegate_call *call)
{
	struct attachment_delegate delegate;
	struct vr_error err = { 0 };
	char *text;

	make(&delegate);
	ok(!delegate_add(call, &delegate, &err), "ADD: %s", err.text);
	check_log("ADD one eth1 /n A=b {\"type\":\"one\"," LIST "}\n"
		  "ADD two eth1 /n A=b {\"type\":\"two\",\"x\":1," LIST
		  ",\"prevResult\":{\"by\":\"one\"}}\n",
		  "each gets the result before it");
	text = cJSON_PrintUnformatted(delegate.result);
	is_string(text, "{\"by\":\"two\"}", "the last one's is that of all");
	cJSON_free(text);
	ok(!delegate_check(call, &delegate, &err), "CHECK");
	check_log("CHECK one eth1 /n A=b {\"type\":\"one\"," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n"
		  "CHECK two eth1 /n A=b {\"type\":\"two\",\"x\":1," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n",
		  "by the result of all");
	fails("fail-two-CHECK", true);
	ok(delegate_check(call, &delegate, &err) &&
		   strstr(err.text,
			  "plugin \"two\", CHECK of eth1 in network \"shop.wire\": not now"),
	   "what is different is told: %s", err.text);
	check_log("CHECK one eth1 /n A=b {\"type\":\"one\"," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n"
		  "CHECK two eth1 /n A=b {\"type\":\"two\",\"x\":1," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n",
		  "by the second");
	ok(!delegate_del(call, &delegate, &err), "DEL");
	check_log("DEL two eth1 /n A=b {\"type\":\"two\",\"x\":1," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n"
		  "DEL one eth1 /n A=b {\"type\":\"one\"," LIST
		  ",\"prevResult\":{\"by\":\"two\"}}\n",
		  "is in reverse");
	destroy(&delegate);
}

static void test_failure(const struct delegate_call *call)
{
	struct attachment_delegate delegate;
	struct vr_error err = { 0 };

	make(&delegate);
	fails("fail-one-ADD", true);
	ok(delegate_add(call, &delegate, &err) && cni_code(&err) == CNI_AGAIN,
	   "an ADD that fails, with the code that runtimes know: %s", err.text);
	ok(delegate.begun, "was begun, and so is taken back");
	check_log("ADD one eth1 /n A=b {\"type\":\"one\"," LIST "}\n",
		  "those behind it are not called");
	fails("fail-one-ADD", false);
	cJSON_ReplaceItemInObject(
		cJSON_GetArrayItem(cJSON_GetObjectItem(delegate.conf,
						       "plugins"),
				   0),
		"type", cJSON_CreateString("nowhere"));
	ok(delegate_add(call, &delegate, &err) &&
		   strstr(err.text, "\"nowhere\" is not in CNI_PATH"),
	   "one that is not there: %s", err.text);
	destroy(&delegate);
}

int main(void)
{
	const struct environment env = { .container_id = "c", .path = folder };
	const struct delegate_call call = {
		.env = &env,
		.netns = "/n",
		.args = "A=b",
		.seconds = 60,
	};
	char command[64];

	if (!mkdtemp(folder))
		return 1;
	plugin("one");
	plugin("two");
	test_life(&call);
	test_failure(&call);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	ok(!system(command), "clean up");
	return tap_end();
}
