// SPDX-License-Identifier: Apache-2.0
/*
 * IPAM by the node's agent: what it is asked, what is made of its answers, and of
 * spare addresses when it has none, by many processes at a time.
 */
#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cni/ask.h"
#include "cni/code.h"
#include "cni/ipam.h"
#include "cni/ipam_agent.h"
#include "cni/json.h"
#include "lib/cleanup.h"
#include "lib/field.h"
#include "tap.h"

#define ARGS                                                                   \
	"IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p;K8S_POD_UID=u;" \
	"IP=192.0.2.9"

static char folder[] = "/tmp/vr-agent-test.XXXXXX";
static char socket_path[64], question_path[64];

static struct environment env = {
	.container_id = "c",
	.netns = "/n",
	.ifname = "eth0",
	.args = "K8S_POD_NAMESPACE=shop;K8S_POD_NAME=p;K8S_POD_UID=u",
	.path = "",
};

/* --- an agent */

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(fd, 5))
		abort();
	return fd;
}

/* One question, kept in a file; the answer in pieces, or none. */
static void serve(int listener, const char *answer, size_t len)
{
	int fd = accept(listener, NULL, NULL);
	FILE *kept = fopen(question_path, "w");
	char c = 0;

	while (c != '\n' && read(fd, &c, 1) == 1)
		fputc(c, kept);
	fclose(kept);
	if (!answer)
		for (;;)
			pause();
	for (; len; len--) {
		if (send(fd, answer++, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	close(fd);
}

static pid_t agent(const char *answer, size_t len)
{
	int listener = listen_at(socket_path);
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		serve(listener, answer, len);
		_exit(0);
	}
	close(listener);
	return pid;
}

static void agent_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(socket_path);
}

/* --- calls */

struct network {
	struct attachment_interface interface;
	cJSON *conf;
};

static struct network network_of(const char *name, const char *ifname,
				 const char *ipam)
{
	struct network network = { 0 };
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"name\":\"%s\",\"ipam\":{\"type\":\"vr-agent\"%s%s},"
		 "\"agentSocket\":\"%s\",\"spareDir\":\"%s/spares\"}",
		 name, ipam[0] ? "," : "", ipam, socket_path, folder);
	network.conf = cJSON_Parse(text);
	network.interface.network = strdup(name);
	network.interface.ipam = network.conf;
	snprintf(network.interface.ifname, IFNAMSIZ, "%s", ifname);
	return network;
}

static void network_free(struct network *network)
{
	cJSON_Delete(network->conf);
	free(network->interface.network);
}

#define DUAL                                           \
	"\"ranges\":[[{\"subnet\":\"192.0.2.0/24\"}]," \
	"[{\"subnet\":\"2001:db8::/64\"}]]"
#define SINGLE "\"ranges\":[[{\"subnet\":\"198.51.100.0/24\"}]]"

static struct ipam_call call_of(const struct network *network,
				const char *command, const char *args)
{
	return (struct ipam_call){
		.env = &env,
		.command = command,
		.ifname = network->interface.ifname,
		.args = args,
		.conf = network->conf,
		.interface = &network->interface,
	};
}

/* Addresses and MAC of a call. */
static const char *given(const struct ipam_call *call)
{
	char text[VR_PREFIX_TEXT], gateway[VR_IP_TEXT], mac[VR_MAC_TEXT];
	static char answer[400];
	unsigned int i;
	size_t len = 0;

	answer[0] = '\0';
	for (i = 0; i < call->result.ip_count; i++)
		len += snprintf(answer + len, sizeof(answer) - len, "%s>%s ",
				vr_prefix_format(&call->result.ips[i].address,
						 text),
				vr_ip_format(&call->result.ips[i].gateway,
					     gateway));
	snprintf(answer + len, sizeof(answer) - len, "%s",
		 call->has_mac ? vr_mac_format(call->mac, mac) : "-");
	return answer;
}

static const char *question(void)
{
	static char text[2048];
	FILE *file = fopen(question_path, "r");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[len && text[len - 1] == '\n' ? len - 1 : len] = '\0';
	if (file)
		fclose(file);
	return text;
}

static void spare(const char *network, const char *name, const char *target)
{
	cleanup_free char *dir = NULL, *path = NULL;

	if (asprintf(&dir, "%s/spares/%s", folder, network) < 0 ||
	    asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	mkdir(dir, 0700);
	unlink(path);
	if (symlink(target, path))
		abort();
}

/* What a spare points to. */
static const char *spare_of(const char *network, const char *name)
{
	cleanup_free char *path = NULL;
	static char text[600];
	ssize_t len;

	if (asprintf(&path, "%s/spares/%s/%s", folder, network, name) < 0)
		abort();
	len = readlink(path, text, sizeof(text) - 1);
	text[len < 0 ? 0 : len] = '\0';
	return text;
}

static void clear_spares(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s/spares; mkdir %s/spares",
		 folder, folder);
	if (system(command))
		abort();
}

/* --- tests */

static void test_add(void)
{
	static const char answer[] =
		"{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
		"\"192.0.2.9/24\",\"gateway\":\"192.0.2.1\"},{\"address\":"
		"\"2001:db8::9/64\"}],\"mac\":\"02:00:00:00:00:09\"},{\"ips\":"
		"[{\"address\":\"198.51.100.7/24\"}],\"routes\":[{\"dst\":"
		"\"203.0.113.0/24\",\"gw\":\"198.51.100.1\"}],\"sequence\":4,"
		"\"standby\":true},{\"mac\":"
		"\"02:00:00:00:00:0a\"}]}\n";
	struct network networks[] = {
		network_of("shop.left", "eth0", DUAL),
		network_of("shop.right", "eth1", SINGLE),
		network_of("shop.flat", "eth2", ""),
	};
	struct ipam_call calls[3];
	struct vr_error err = { 0 };
	unsigned int i;
	pid_t pid;

	networks[1].interface.mac_asked = true;
	memcpy(networks[1].interface.mac, "\x02\0\0\0\0\7", VR_MAC_LEN);
	networks[1].interface.claim = "disk";
	for (i = 0; i < 3; i++)
		calls[i] = call_of(&networks[i], "ADD", i ? "" : ARGS);
	pid = agent(answer, strlen(answer));
	ok(!ipam_run_all(calls, 3, 5, &err), "ADD of three: %s", err.text);
	agent_end(pid);
	is_string(question(),
		  "{\"version\":1,\"command\":\"ADD\",\"containerID\":\"c\","
		  "\"ifname\":\"eth0\",\"pod\":{\"namespace\":\"shop\","
		  "\"name\":\"p\",\"uid\":\"u\"},\"networks\":[{\"network\":"
		  "\"shop.left\",\"interface\":\"eth0\",\"ips\":"
		  "[\"192.0.2.9\"]},{\"network\":\"shop.right\",\"interface\":"
		  "\"eth1\",\"mac\":\"02:00:00:00:00:07\",\"claim\":\"disk\"},"
		  "{\"network\":\"shop.flat\",\"interface\":\"eth2\"}]}",
		  "one question");
	is_string(given(&calls[0]),
		  "192.0.2.9/24>192.0.2.1 2001:db8::9/64>? 02:00:00:00:00:09",
		  "addresses and MAC of the first");
	is_string(given(&calls[1]), "198.51.100.7/24>? -", "of the second");
	is_int(calls[1].result.routes.count, 1, "its route");
	ok(calls[1].sequence == 4 && calls[1].standby,
	   "it stands by, with a sequence");
	ok(!calls[0].sequence && !calls[0].standby, "the first does not");
	is_string(given(&calls[2]), "02:00:00:00:00:0a",
		  "a network without addresses has a MAC");
	ok(calls[0].begun && calls[1].begun && calls[2].begun,
	   "all were begun");
	for (i = 0; i < 3; i++) {
		result_free(&calls[i].result);
		network_free(&networks[i]);
	}
}

/* Answers to an ADD for shop.left, and why they are none ("": they are). */
static const struct {
	const char *answer;
	const char *why;
} answers[] = {
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9/24\"}]}]}\n",
	  "" },
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9/24\"}]}]}\n{\"more\":1}\n",
	  "" },
	{ "", "it ended the connection" },
	{ "{\"version\":1", "it ended the connection" },
	{ "\n", "its answer: empty" },
	{ "garbage\n", "its answer: not JSON" },
	{ "[]\n", "is without \"version\"" },
	{ "{}\n", "is without \"version\"" },
	{ "{\"version\":2,\"networks\":[]}\n", "\"version\" is 2" },
	{ "{\"version\":1,\"code\":11}\n",
	  "is without \"version\" or \"msg\"" },
	{ "{\"version\":1,\"code\":0,\"msg\":\"m\"}\n", "\"code\" is 0" },
	{ "{\"version\":1,\"code\":7,\"msg\":1}\n", "\"msg\" is 1" },
	{ "{\"version\":1}\n", "as many networks" },
	{ "{\"version\":1,\"networks\":[]}\n", "as many networks" },
	{ "{\"version\":1,\"networks\":{}}\n", "\"networks\" is {}" },
	{ "{\"version\":1,\"networks\":[7]}\n", "not a JSON object" },
	{ "{\"version\":1,\"networks\":[{}]}\n", "without an address" },
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9/24\"}],\"standby\":1}]}\n",
	  "\"standby\" is 1" },
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9\"}]}]}\n",
	  "192.0.2.9" },
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9/24\"}],\"mac\":\"03:00:00:00:00:01\"}]}\n",
	  "not the MAC of one station" },
	{ "{\"version\":1,\"networks\":[{\"ips\":[{\"address\":"
	  "\"192.0.2.9/24\"}],\"mac\":\"x\"}]}\n",
	  "mac \"x\"" },
};

/* Without a spare its error is code 11, and with one there is none. */
static void test_answer(const char *answer, const char *why)
{
	struct network network = network_of("shop.left", "eth0", DUAL);
	struct ipam_call call = call_of(&network, "ADD", "");
	struct vr_error err = { 0 };
	pid_t pid = agent(answer, answer ? strlen(answer) : 0);
	int ret;

	ret = ipam_run_all(&call, 1, 1, &err);
	agent_end(pid);
	ok(why[0] ? ret && cni_code(&err) == CNI_AGAIN &&
			    strstr(err.text, why) &&
			    strstr(err.text, "vr-agent does not answer on") &&
			    strstr(err.text,
				   "and network \"shop.left\" has no spare address left on this node")
		  : !ret && call.result.ip_count == 1,
	   "answer %s", answer ? answer : "(none)");
	if (ret)
		printf("#   %s\n", err.text);
	result_free(&call.result);
	if (why[0]) {
		spare("shop.left", "192.0.2.5,2001:db8::5", "-");
		pid = agent(answer, answer ? strlen(answer) : 0);
		call = call_of(&network, "ADD", "");
		ok(!ipam_run_all(&call, 1, 1, NULL), "the same with a spare");
		agent_end(pid);
		is_string(given(&call),
			  "192.0.2.5/24>192.0.2.1 2001:db8::5/64>2001:db8::1 "
			  "0a:58:c0:00:02:05",
			  "its addresses, and the MAC made of them");
		result_free(&call.result);
		clear_spares();
	}
	network_free(&network);
}

static void test_answers(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(answers); i++)
		test_answer(answers[i].answer, answers[i].why);
	test_answer(NULL, "nothing came in time");
}

static void test_refusals(void)
{
	static const char final[] =
		"{\"version\":1,\"code\":11,\"msg\":\"network \\\"shop.left\\\" "
		"has no address left: 254 of 254\"}\n";
	static const char spares[] =
		"{\"version\":1,\"code\":11,\"spares\":true,\"msg\":\"the API "
		"is down\"}\n";
	static const char other[] =
		"{\"version\":1,\"code\":7,\"spares\":true,\"msg\":\"no\"}\n";
	static const struct {
		const char *answer, *message;
		enum cni_code code;
	} refusals[] = {
		{ final,
		  "network \"shop.left\" has no address left: 254 of 254",
		  CNI_AGAIN },
		{ spares, "the API is down", CNI_AGAIN },
		{ other, "no", CNI_CONFIG },
	};
	struct network network = network_of("shop.left", "eth0", DUAL);
	struct ipam_call call;
	struct vr_error err;
	unsigned int i, with;
	pid_t pid;
	int ret;

	for (i = 0; i < 2 * ARRAY_SIZE(refusals); i++) {
		const char *answer = refusals[i / 2].answer;

		with = i % 2;
		if (with)
			spare("shop.left", "192.0.2.5,2001:db8::5", "-");
		pid = agent(answer, strlen(answer));
		call = call_of(&network, "ADD", "");
		err = (struct vr_error){ 0 };
		ret = ipam_run_all(&call, 1, 5, &err);
		agent_end(pid);
		if (with && answer == spares) {
			ok(!ret && call.result.ip_count == 2,
			   "a refusal that allows spares: %s", err.text);
		} else {
			is_string(err.text, refusals[i / 2].message,
				  "refused with %u spares", with);
			is_int(cni_code(&err), refusals[i / 2].code, "code");
			is_int(call.code, refusals[i / 2].code,
			       "which is the call's, too");
			is_string(spare_of("shop.left",
					   "192.0.2.5,2001:db8::5"),
				  with ? "-" : "", "no spare is taken");
		}
		result_free(&call.result);
		clear_spares();
	}
	network_free(&network);
}

static int add(const struct network *network, struct ipam_call *call,
	       struct vr_error *err)
{
	*call = call_of(network, "ADD", "");
	*err = (struct vr_error){ 0 };
	return ipam_run_all(call, 1, 5, err);
}

static void test_spares(void)
{
	struct network left = network_of("shop.left", "eth1", DUAL);
	struct network right = network_of("shop.right", "eth2", SINGLE);
	struct network flat = network_of("shop.flat", "eth3", "");
	struct ipam_call calls[2], *call = &calls[0];
	struct vr_error err = { 0 };

	/* Of old ranges, of one family, no addresses, the gateway's, taken. */
	spare("shop.left", "203.0.113.9,2001:db8::9", "-");
	spare("shop.left", "192.0.2.9", "-");
	spare("shop.left", "192.0.2.9,192.0.2.10", "-");
	spare("shop.left", "192.0.2.9,2001:db8::9,2001:db8::a", "-");
	spare("shop.left", "x,y", "-");
	spare("shop.left", "192.0.2.1,2001:db8::9", "-");
	spare("shop.left", "192.0.2.7,2001:db8::7",
	      "d:eth1    0a:58:c0:00:02:07");
	spare("shop.left", "192.0.2.6,2001:db8::6",
	      "c:eth11    0a:58:c0:00:02:06");
	ok(add(&left, call, &err), "no spare fits");
	ok(strstr(err.text, "(no such file or directory) and network "
			    "\"shop.left\" has no spare address left"),
	   "its message: %s", err.text);
	is_int(cni_code(&err), CNI_AGAIN, "its code");
	ok(call->begun, "it was begun");

	spare("shop.left", "2001:db8::8,192.0.2.8", "-");
	ok(!add(&left, call, &err), "one does: %s", err.text);
	is_string(given(call),
		  "192.0.2.8/24>192.0.2.1 2001:db8::8/64>2001:db8::1 "
		  "0a:58:c0:00:02:08",
		  "in the order of the ranges");
	is_string(spare_of("shop.left", "2001:db8::8,192.0.2.8"),
		  "c:eth1 shop p u 0a:58:c0:00:02:08", "it says whose it is");
	result_free(&call->result);
	ok(!add(&left, call, &err) && call->result.ip_count == 2,
	   "its owner gets it again");
	result_free(&call->result);
	env.container_id = "e";
	ok(add(&left, call, &err), "another one does not");
	env.container_id = "c";

	/* Of all networks or of none. */
	clear_spares();
	spare("shop.left", "192.0.2.8,2001:db8::8", "-");
	calls[0] = call_of(&left, "ADD", "");
	calls[1] = call_of(&right, "ADD", "");
	ok(ipam_run_all(calls, 2, 5, &err) && strstr(err.text, "shop.right"),
	   "the second network has none");
	is_string(spare_of("shop.left", "192.0.2.8,2001:db8::8"), "-",
		  "that of the first is put back");
	is_int(calls[0].result.ip_count, 0, "and not given");

	/* Who asks for an address gets no other. */
	calls[0] = call_of(&left, "ADD", "IP=192.0.2.8");
	ok(ipam_run_all(calls, 1, 5, &err) &&
		   strstr(err.text,
			  "it alone can give the address 192.0.2.8 "
			  "that is asked for in network \"shop.left\""),
	   "an address that is asked for: %s", err.text);
	left.interface.claim = "disk";
	ok(add(&left, call, &err) &&
		   strstr(err.text, "the IPAMClaim \"disk\" in network "),
	   "a claim: %s", err.text);
	left.interface.claim = NULL;
	left.interface.mac_asked = true;
	memcpy(left.interface.mac, "\x02\0\0\0\0\7", VR_MAC_LEN);
	ok(!add(&left, call, &err), "a MAC that is asked for");
	is_string(spare_of("shop.left", "192.0.2.8,2001:db8::8"),
		  "c:eth1 shop p u 02:00:00:00:00:07", "is told");
	result_free(&call->result);
	ok(!add(&flat, call, &err) && !call->has_mac,
	   "a network without addresses needs no spare: %s", err.text);
	clear_spares();
	network_free(&left);
	network_free(&right);
	network_free(&flat);
}

static void test_others(void)
{
	static const char good[] = "{\"version\":1}\n";
	static const char bad[] =
		"{\"version\":1,\"code\":102,\"msg\":\"it is gone\"}\n";
	struct network network = network_of("shop.left", "eth1", DUAL);
	struct ipam_call call = call_of(&network, "DEL", "");
	struct vr_error err = { 0 };
	pid_t pid = agent(good, strlen(good));

	ok(!ipam_run_all(&call, 1, 5, &err), "DEL: %s", err.text);
	agent_end(pid);
	is_string(question(),
		  "{\"version\":1,\"command\":\"DEL\",\"containerID\":\"c\","
		  "\"ifname\":\"eth0\",\"networks\":[{\"network\":"
		  "\"shop.left\",\"interface\":\"eth1\"}]}",
		  "what it asks");
	call = call_of(&network, "DEL", "");
	ok(!ipam_run_all(&call, 1, 5, &err), "DEL without an agent");
	pid = agent("", 0);
	call = call_of(&network, "DEL", "");
	ok(!ipam_run_all(&call, 1, 5, &err), "DEL of one that dies");
	agent_end(pid);
	pid = agent(bad, strlen(bad));
	call = call_of(&network, "DEL", "");
	ok(ipam_run_all(&call, 1, 5, &err), "DEL that is refused");
	agent_end(pid);

	cJSON_AddItemToObject(
		network.conf, "prevResult",
		cJSON_Parse("{\"ips\":[{\"address\":\"192.0.2.9/24\"}]}"));
	call = call_of(&network, "CHECK", "");
	ok(!ipam_run_all(&call, 1, 5, &err), "CHECK without an agent");
	pid = agent(bad, strlen(bad));
	call = call_of(&network, "CHECK", "");
	ok(ipam_run_all(&call, 1, 5, &err) && cni_code(&err) == CNI_CHANGED,
	   "CHECK");
	agent_end(pid);
	ok(strstr(question(), "\"command\":\"CHECK\"") &&
		   strstr(question(), "\"ips\":[\"192.0.2.9\"]"),
	   "what it asks: %s", question());
	unlink(question_path);
	pid = agent(bad, strlen(bad));
	call = call_of(&network, "GC", "");
	ok(!ipam_run_all(&call, 1, 5, &err), "GC");
	call = call_of(&network, "STATUS", "");
	ok(!ipam_run_all(&call, 1, 5, &err), "STATUS");
	agent_end(pid);
	is_string(question(), "", "ask nothing");
	network_free(&network);
	network = network_of("shop.left", "eth1", "\"dataDir\":\"/x\"");
	call = call_of(&network, "STATUS", "");
	ok(ipam_run_all(&call, 1, 5, &err) && cni_code(&err) == CNI_CONFIG &&
		   strstr(err.text, "\"dataDir\" is \"/x\", a key type "
				    "\"vr-agent\" does not have"),
	   "STATUS tells what is wrong with a network: %s", err.text);
	network_free(&network);
}

#define PARALLEL 60
#define SPARES 40

/* Without an agent, more processes than there are spares. */
static void test_parallel(void)
{
	struct network network = network_of("shop.right", "eth0", SINGLE);
	unsigned int i, good = 0;
	struct ipam_call call;
	struct vr_error err;
	char text[32];
	int status;

	for (i = 0; i < SPARES; i++) {
		snprintf(text, sizeof(text), "198.51.100.%u", 10 + i);
		spare("shop.right", text, "-");
	}
	fflush(stdout);
	for (i = 0; i < PARALLEL; i++) {
		if (fork())
			continue;
		snprintf(text, sizeof(text), "p%u", i);
		env.container_id = text;
		_exit(add(&network, &call, &err) ? 1 : 0);
	}
	while (wait(&status) > 0)
		good += !status;
	is_int(good, SPARES, "of %d processes as many get a spare as there are",
	       PARALLEL);
	for (i = 0, good = 0; i < SPARES; i++) {
		snprintf(text, sizeof(text), "198.51.100.%u", 10 + i);
		good += spare_of("shop.right", text)[0] == 'p';
	}
	is_int(good, SPARES, "and all are taken");
	clear_spares();
	network_free(&network);
}

int main(void)
{
	char command[100];

	if (!mkdtemp(folder))
		return 1;
	snprintf(socket_path, sizeof(socket_path), "%s/agent.sock", folder);
	snprintf(question_path, sizeof(question_path), "%s/question", folder);
	clear_spares();
	test_add();
	test_answers();
	test_refusals();
	test_spares();
	test_others();
	test_parallel();
	snprintf(command, sizeof(command), "rm -r %s", folder);
	if (system(command))
		return 1;
	return tap_end();
}
