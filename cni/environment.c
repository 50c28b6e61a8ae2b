// SPDX-License-Identifier: Apache-2.0
/*
 * The environment variables of a CNI call: read, checked, refused by name.
 * Entry point: environment_read().
 */
#include <linux/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "code.h"
#include "environment.h"

#define ALNUM                        \
	"0123456789"                 \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *name;
	enum cni_command command;
	bool container; /* needs container id and interface */
	bool netns;	/* needs a namespace */
	bool path;	/* needs to know where plugins are */
} commands[] = {
	{ "ADD", CNI_CMD_ADD, true, true, false },
	{ "DEL", CNI_CMD_DEL, true, false, false },
	{ "CHECK", CNI_CMD_CHECK, true, true, false },
	{ "GC", CNI_CMD_GC, false, false, true },
	{ "STATUS", CNI_CMD_STATUS, false, false, false },
	{ "VERSION", CNI_CMD_VERSION, false, false, false },
};

/* White space of Unicode, which runtimes refuse in names, as UTF-8. */
static const char *const spaces[] = {
	"\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003",
	"\u2004",   "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
	"\u2028",   "\u2029", "\u202f", "\u205f", "\u3000",
};

bool environment_name_is_valid(const char *name)
{
	return name[0] && strchr(ALNUM, name[0]) &&
	       strspn(name, ALNUM "_.-") == strlen(name);
}

const char *environment_ifname_problem(const char *name)
{
	const char *c;
	size_t i;

	if (!name[0])
		return "is empty";
	if (strlen(name) >= IFNAMSIZ)
		return "is longer than 15 bytes";
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return "is not a name";
	for (c = name; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return "has white space or a control character in it";
		/* The kernel takes % for a template. */
		if (strchr("/:%", *c))
			return "has one of / : % in it";
	}
	for (i = 0; i < sizeof(spaces) / sizeof(*spaces); i++) {
		if (strstr(name, spaces[i]))
			return "has white space in it";
	}
	return NULL;
}

static const char *read_variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static void add_missing(char *missing, size_t size, const char *name,
			const char *value)
{
	size_t len = strlen(missing);

	if (!value[0])
		snprintf(missing + len, size - len, "%s%s", len ? "," : "",
			 name);
}

static int check_container(const struct environment *env, bool netns,
			   struct vr_error *err)
{
	char missing[80] = "";
	const char *problem;

	add_missing(missing, sizeof(missing), "CNI_CONTAINERID",
		    env->container_id);
	if (netns)
		add_missing(missing, sizeof(missing), "CNI_NETNS", env->netns);
	add_missing(missing, sizeof(missing), "CNI_IFNAME", env->ifname);
	if (missing[0])
		return cni_fail(err, CNI_ENVIRONMENT,
				"required env variables [%s] missing", missing);
	if (!environment_name_is_valid(env->container_id))
		return cni_fail(
			err, CNI_ENVIRONMENT,
			"CNI_CONTAINERID \"%s\" is not made of letters, digits, _ . -",
			env->container_id);
	problem = environment_ifname_problem(env->ifname);
	if (problem)
		return cni_fail(err, CNI_ENVIRONMENT, "CNI_IFNAME \"%s\" %s",
				env->ifname, problem);
	return 0;
}

int environment_read(struct environment *env, struct vr_error *err)
{
	const char *override = read_variable("CNI_NETNS_OVERRIDE");
	const char *command = read_variable("CNI_COMMAND");
	size_t i;

	*env = (struct environment){
		.container_id = read_variable("CNI_CONTAINERID"),
		.netns = read_variable("CNI_NETNS"),
		.ifname = read_variable("CNI_IFNAME"),
		.args = read_variable("CNI_ARGS"),
		.path = read_variable("CNI_PATH"),
		.own_netns = !strcasecmp(override, "true") ||
			     !strcmp(override, "1"),
	};
	if (!command[0])
		return 0;
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(commands[i].name, command) != 0)
			continue;
		env->command = commands[i].command;
		if (commands[i].path && !env->path[0])
			return cni_fail(
				err, CNI_ENVIRONMENT,
				"required env variables [CNI_PATH] missing");
		if (!commands[i].container)
			return 0;
		return check_container(env, commands[i].netns, err);
	}
	return cni_fail(
		err, CNI_ENVIRONMENT,
		"CNI_COMMAND \"%s\" is none of VERSION ADD DEL CHECK GC STATUS",
		command);
}

struct environment environment_for(const struct environment *env,
				   const char *container_id, const char *ifname)
{
	struct environment other = *env;

	other.container_id = container_id;
	other.ifname = ifname;
	other.netns = "";
	other.args = "";
	return other;
}

/* One pair of CNI_ARGS, not terminated. */
struct pair {
	const char *key;
	size_t key_len;
	const char *value;
	size_t value_len;
};

static bool pair_is(const struct pair *pair, const char *key)
{
	return strlen(key) == pair->key_len &&
	       !strncmp(pair->key, key, pair->key_len);
}

/* Cut the first pair off; false when it does not have exactly one "=". */
static bool next_pair(const char **text, struct pair *pair)
{
	size_t len = strcspn(*text, ";");

	pair->key = *text;
	pair->key_len = strcspn(*text, "=;");
	*text += len;
	if (pair->key_len == len)
		return false;
	pair->value = pair->key + pair->key_len + 1;
	pair->value_len = len - pair->key_len - 1;
	return !memchr(pair->value, '=', pair->value_len);
}

static bool value_is_true(const struct pair *pair)
{
	return (pair->value_len == 1 && pair->value[0] == '1') ||
	       (pair->value_len == 4 && !strncasecmp(pair->value, "true", 4));
}

static bool value_is_false(const struct pair *pair)
{
	return (pair->value_len == 1 && pair->value[0] == '0') ||
	       (pair->value_len == 5 && !strncasecmp(pair->value, "false", 5));
}

static bool pair_is_known(const struct pair *pair)
{
	static const char *const known[] = {
		"IP",
		"MAC",
		"GATEWAY",
		"IgnoreUnknown",
		"K8S_POD_NAMESPACE",
		"K8S_POD_NAME",
		"K8S_POD_UID",
		"K8S_POD_INFRA_CONTAINER_ID",
	};
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (pair_is(pair, known[i]))
			return true;
	}
	return false;
}

static int parse_pair(const struct pair *pair, struct environment_args *args,
		      bool *ignore_unknown, struct vr_error *err)
{
	if (pair_is(pair, "MAC")) {
		if (pair->value_len >= sizeof(args->mac))
			return cni_fail(
				err, CNI_ENVIRONMENT,
				"CNI_ARGS: MAC \"%.*s\" is not a MAC address",
				(int)pair->value_len, pair->value);
		memcpy(args->mac, pair->value, pair->value_len);
		args->mac[pair->value_len] = '\0';
	} else if (pair_is(pair, "IP")) {
		args->ip = pair->value;
		args->ip_len = pair->value_len;
	} else if (pair_is(pair, "IgnoreUnknown")) {
		*ignore_unknown = value_is_true(pair);
		if (!*ignore_unknown && !value_is_false(pair))
			return cni_fail(
				err, CNI_ENVIRONMENT,
				"CNI_ARGS: IgnoreUnknown \"%.*s\" is not true or false",
				(int)pair->value_len, pair->value);
	}
	return 0;
}

int environment_parse_args(const char *text, struct environment_args *args,
			   struct vr_error *err)
{
	struct pair unknown = { 0 };
	bool ignore_unknown = false;
	const char *rest = text;
	struct pair pair;
	int ret;

	memset(args, 0, sizeof(*args));
	if (!text[0])
		return 0;
	for (;; rest++) {
		if (!next_pair(&rest, &pair))
			return cni_fail(err, CNI_ENVIRONMENT,
					"CNI_ARGS: \"%.*s\" is not KEY=VALUE",
					(int)(rest - pair.key), pair.key);
		if (!pair_is_known(&pair))
			unknown = pair;
		ret = parse_pair(&pair, args, &ignore_unknown, err);
		if (ret)
			return ret;
		if (!*rest)
			break;
	}
	/* The order of the pairs is random with some runtimes. */
	if (unknown.key && !ignore_unknown)
		return cni_fail(
			err, CNI_ENVIRONMENT,
			"CNI_ARGS: unknown key \"%.*s\" (value \"%.*s\") and no IgnoreUnknown=1",
			(int)unknown.key_len, unknown.key,
			(int)unknown.value_len, unknown.value);
	return 0;
}

/* A value that is one word, and fits. */
static int copy_word(const struct pair *pair, char *word, size_t bytes,
		     struct vr_error *err)
{
	size_t i;

	for (i = 0; i < pair->value_len && i < bytes; i++) {
		if ((unsigned char)pair->value[i] <= ' ')
			break;
		word[i] = pair->value[i];
	}
	if (i == pair->value_len && i < bytes) {
		word[i] = '\0';
		return 0;
	}
	return cni_fail(err, CNI_ENVIRONMENT,
			"CNI_ARGS: %.*s \"%.*s\" is not a word below %zu bytes",
			(int)pair->key_len, pair->key, (int)pair->value_len,
			pair->value, bytes);
}

int environment_pod(const char *text, struct environment_pod *pod,
		    struct vr_error *err)
{
	const char *rest = text;
	struct pair pair;
	int ret = 0;

	memset(pod, 0, sizeof(*pod));
	for (; !ret && *rest && next_pair(&rest, &pair); rest += *rest == ';') {
		if (pair_is(&pair, "K8S_POD_NAMESPACE"))
			ret = copy_word(&pair, pod->namespace,
					sizeof(pod->namespace), err);
		else if (pair_is(&pair, "K8S_POD_NAME"))
			ret = copy_word(&pair, pod->name, sizeof(pod->name),
					err);
		else if (pair_is(&pair, "K8S_POD_UID"))
			ret = copy_word(&pair, pod->uid, sizeof(pod->uid), err);
	}
	return ret;
}

int environment_pod_namespace(const char *text, struct environment_pod *pod,
			      struct vr_error *err)
{
	int ret;

	ret = environment_pod(text, pod, err);
	if (!ret && !pod->namespace[0])
		return cni_fail(
			err, CNI_ENVIRONMENT,
			"CNI_ARGS: there is no K8S_POD_NAMESPACE, of which the networks of a pod's annotation are");
	return ret;
}

char *environment_args_of_others(const char *text)
{
	char *result = calloc(1, strlen(text) + 1);
	const char *rest = text;
	struct pair pair;
	size_t len = 0;

	if (!result || !text[0])
		return result;
	for (;; rest++) {
		if (next_pair(&rest, &pair) && !pair_is(&pair, "IP") &&
		    !pair_is(&pair, "MAC") && !pair_is(&pair, "GATEWAY")) {
			if (len)
				result[len++] = ';';
			memcpy(result + len, pair.key, rest - pair.key);
			len += rest - pair.key;
		}
		if (!*rest)
			break;
	}
	return result;
}
