// SPDX-License-Identifier: Apache-2.0
/*
 * Address and credentials of the Kubernetes API.
 * Entry points: access_in_cluster() and access_read_kubeconfig().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "../cni/file.h"
#include "../cni/json.h"
#include "../lib/cleanup.h"
#include "access.h"

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

static int copy(char **to, const char *from, struct vr_error *err)
{
	*to = strdup(from);
	return *to ? 0 : vr_error_memory(err);
}

int access_in_cluster(struct access *access, struct vr_error *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	int ret;

	*access = (struct access){ 0 };
	if (!host || !port)
		return vr_error_set(
			err, ENOENT,
			"not in a pod (no KUBERNETES_SERVICE_HOST): give --kubeconfig FILE");
	if (asprintf(&access->server,
		     strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s",
		     host, port) < 0) {
		access->server = NULL;
		return vr_error_memory(err);
	}
	ret = copy(&access->ca_file, ACCOUNT "/ca.crt", err);
	if (!ret)
		ret = copy(&access->token_file, ACCOUNT "/token", err);
	if (!ret)
		ret = copy(&access->proxy_url, "", err);
	return ret;
}

/* The object of a name in one of the lists of a kubeconfig. */
static const cJSON *named(const cJSON *root, const char *list, const char *name,
			  const char *kind)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, list)) {
		const char *its = cJSON_GetStringValue(
			cJSON_GetObjectItemCaseSensitive(item, "name"));

		if (its && name && !strcmp(its, name))
			return cJSON_GetObjectItemCaseSensitive(item, kind);
	}
	return NULL;
}

static const char *text_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(object, key));
}

static int take(const cJSON *object, const char *key, char **into,
		struct vr_error *err)
{
	const char *text = text_of(object, key);

	return text ? copy(into, text, err) : 0;
}

/* A path, seen from the folder of the kubeconfig. */
static int take_path(const cJSON *object, const char *key, const char *config,
		     char **into, struct vr_error *err)
{
	const char *text = text_of(object, key);
	const char *slash = strrchr(config, '/');

	if (!text || text[0] == '/' || !slash)
		return take(object, key, into, err);
	if (asprintf(into, "%.*s/%s", (int)(slash - config), config, text) <
	    0) {
		*into = NULL;
		return vr_error_memory(err);
	}
	return 0;
}

static int sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Base64 of RFC 4648, section 4. */
static int take_base64(const cJSON *object, const char *key, char **into,
		       struct vr_error *err)
{
	const char *text = text_of(object, key), *c;
	unsigned int bits = 0, value = 0;
	char *end;

	if (!text)
		return 0;
	*into = end = calloc(1, strlen(text) + 1);
	if (!end)
		return vr_error_memory(err);
	for (c = text; *c && *c != '='; c++) {
		if (*c == '\n')
			continue;
		if (sextet(*c) < 0)
			return vr_error_set(err, EINVAL, "\"%s\" is no base64",
					    key);
		value = (value << 6 | (unsigned int)sextet(*c)) & 0xffffff;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		*end++ = (char)(value >> bits);
	}
	return 0;
}

static int parse_cluster(const cJSON *cluster, const char *path,
			 struct access *access, struct vr_error *err)
{
	size_t len;
	int ret;

	ret = take(cluster, "server", &access->server, err);
	if (!ret && !access->server)
		return vr_error_set(err, EINVAL,
				    "no cluster with a \"server\"");
	if (!ret)
		ret = take_path(cluster, "certificate-authority", path,
				&access->ca_file, err);
	if (!ret)
		ret = take_base64(cluster, "certificate-authority-data",
				  &access->ca, err);
	if (!ret)
		ret = take(cluster, "tls-server-name", &access->server_name,
			   err);
	if (!ret)
		ret = take(cluster, "proxy-url", &access->proxy_url, err);
	if (!ret && !access->proxy_url)
		ret = copy(&access->proxy_url, "", err);
	if (ret)
		return ret;
	access->insecure = cJSON_IsTrue(
		cJSON_GetObjectItemCaseSensitive(cluster,
						 "insecure-skip-tls-verify"));
	len = strlen(access->server);
	while (len && access->server[len - 1] == '/')
		access->server[--len] = '\0';
	return 0;
}

static int refuse_programs(const cJSON *user, struct vr_error *err)
{
	static const char *const keys[] = { "exec", "auth-provider", "username",
					    "as" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (cJSON_GetObjectItemCaseSensitive(user, keys[i]))
			return vr_error_set(
				err, EOPNOTSUPP,
				"a user with \"%s\", which is not supported: use a token, \"tokenFile\" or a client certificate",
				keys[i]);
	}
	return 0;
}

static int parse_user(const cJSON *user, const char *path,
		      struct access *access, struct vr_error *err)
{
	int ret;

	ret = refuse_programs(user, err);
	if (!ret)
		ret = take(user, "token", &access->token, err);
	if (!ret)
		ret = take_path(user, "tokenFile", path, &access->token_file,
				err);
	if (!ret)
		ret = take_path(user, "client-certificate", path,
				&access->client_certificate, err);
	if (!ret)
		ret = take_path(user, "client-key", path, &access->client_key,
				err);
	if (!ret)
		ret = take_base64(user, "client-certificate-data",
				  &access->client_certificate_data, err);
	if (!ret)
		ret = take_base64(user, "client-key-data",
				  &access->client_key_data, err);
	return ret;
}

int access_parse_kubeconfig(const char *text, const char *path,
			    struct access *access, struct vr_error *err)
{
	cleanup_json cJSON *root = cJSON_Parse(text);
	const cJSON *context;
	int ret;

	*access = (struct access){ 0 };
	if (!root)
		return vr_error_set(
			err, EINVAL,
			"%s: not JSON; make it so: kubectl config view --flatten --minify --output json",
			path);
	context = named(root, "contexts", text_of(root, "current-context"),
			"context");
	if (!context)
		return vr_error_set(err, EINVAL,
				    "%s: no context that is current", path);
	ret = parse_cluster(named(root, "clusters", text_of(context, "cluster"),
				  "cluster"),
			    path, access, err);
	if (!ret)
		ret = parse_user(named(root, "users", text_of(context, "user"),
				       "user"),
				 path, access, err);
	return ret ? vr_error_prefix(err, "%s", path) : 0;
}

int access_read_kubeconfig(const char *path, struct access *access,
			   struct vr_error *err)
{
	cleanup_free char *text = file_read_path(path, NULL, err);

	*access = (struct access){ 0 };
	if (!text && errno == ENOENT)
		return vr_error_set(err, ENOENT, "%s: no such file", path);
	if (!text)
		return -EIO;
	return access_parse_kubeconfig(text, path, access, err);
}

void access_free(struct access *access)
{
	free(access->server);
	free(access->ca_file);
	free(access->ca);
	free(access->token_file);
	free(access->token);
	free(access->client_certificate);
	free(access->client_key);
	free(access->client_certificate_data);
	free(access->client_key_data);
	free(access->server_name);
	free(access->proxy_url);
	*access = (struct access){ 0 };
}
