// SPDX-License-Identifier: Apache-2.0
/*
 * From the name that is asked for to the network that is meant, and whether the
 * pod may have it.  Entry point: resolve_network().
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "contrail.h"
#include "resolve.h"

#define WHERE "network configuration"

/* What the steps of one request share. */
struct resolving {
	const struct netconf *netconf;
	struct definitions *definitions;
	const struct request *request;
};

static int find(const struct resolving *resolving, const char *network,
		struct definition *definition, struct vr_error *err)
{
	const struct netconf *netconf = resolving->netconf;

	if (!strcmp(network, netconf->name) && definition_is_in(netconf->json))
		return definition_parse(netconf->json, network, WHERE,
					definition, err);
	return definitions_find(resolving->definitions, network, WHERE,
				definition, err);
}

/* Of two the name does not say which. */
static int check_only_one(const struct resolving *resolving,
			  struct definition *definition, struct vr_error *err)
{
	const struct request *request = resolving->request;
	struct definition other;
	int ret;

	ret = find(resolving, request->fallback, &other, NULL);
	if (ret)
		return 0;
	definition_free(&other);
	definition_free(definition);
	return cni_fail(err, CNI_CONFIG,
			"the name \"%s\" is of network \"%s\" and of network \"%s\"",
			request->fallback, request->network, request->fallback);
}

static int find_requested(const struct resolving *resolving,
			  struct definition *definition, struct vr_error *err)
{
	const struct request *request = resolving->request;
	int ret;

	ret = find(resolving, request->network, definition, err);
	if (!ret && request->only_one)
		return check_only_one(resolving, definition, err);
	if (ret != -ENOENT || !request->fallback)
		return ret;
	ret = find(resolving, request->fallback, definition, err);
	if (ret == -ENOENT)
		cni_fail(err, CNI_CONFIG,
			 "%s: neither network \"%s\" nor network \"%s\" is defined by a file in %s",
			 request->only_one
				 ? WHERE
				 : "annotation \"" CONTRAIL_NETWORK_KEY "\"",
			 request->network, request->fallback,
			 resolving->netconf->networks_dir);
	return ret;
}

/* What the operator's configuration asks for is not asked by a pod. */
static bool is_allowed(const struct resolving *resolving,
		       const struct definition *definition,
		       const char *namespace)
{
	return !resolving->request->asked_from ||
	       resolving->netconf->all_shared ||
	       definition_allows(definition, namespace);
}

/* Whoever gives a network another name has to have a right to it. */
static int check_alias(const struct resolving *resolving,
		       const struct definition *alias,
		       const struct definition *other, struct vr_error *err)
{
	const char *name = alias->network.name;
	const char *dot = strchr(name, '.');
	char namespace[RESOLVE_NAME_BYTES];

	if (other->same_as[0])
		return cni_fail(
			err, CNI_CONFIG,
			"network \"%s\" is the same as \"%s\", which itself is the same as \"%s\"",
			name, other->network.name, other->same_as);
	/* One of no namespace is the operator's own. */
	if (!dot)
		return 0;
	snprintf(namespace, sizeof(namespace), "%.*s", (int)(dot - name), name);
	if (is_allowed(resolving, other, namespace))
		return 0;
	return cni_fail(
		err, CNI_CONFIG,
		"network \"%s\" is the same as \"%s\", which is not shared with namespace \"%s\"",
		name, other->network.name, namespace);
}

static int follow(const struct resolving *resolving,
		  struct definition *definition, struct vr_error *err)
{
	struct definition other;
	int ret;

	ret = find(resolving, definition->same_as, &other, err);
	if (ret)
		return cni_wrap(err, CNI_CONFIG, "network \"%s\"",
				definition->network.name);
	ret = check_alias(resolving, definition, &other, err);
	if (ret) {
		definition_free(&other);
		return ret;
	}
	definition_free(definition);
	*definition = other;
	return 0;
}

int resolve_network(const struct netconf *netconf,
		    struct definitions *definitions,
		    const struct request *request,
		    struct definition *definition,
		    char requested[RESOLVE_NAME_BYTES], struct vr_error *err)
{
	const struct resolving resolving = {
		.netconf = netconf,
		.definitions = definitions,
		.request = request,
	};
	int ret;

	snprintf(requested, RESOLVE_NAME_BYTES, "%s", request->network);
	ret = find_requested(&resolving, definition, err);
	if (ret)
		return ret;
	snprintf(requested, RESOLVE_NAME_BYTES, "%s", definition->network.name);
	if (!is_allowed(&resolving, definition, request->asked_from))
		return cni_fail(
			err, CNI_CONFIG,
			"network \"%s\" is not shared with namespace \"%s\", of which the pod is",
			requested, request->asked_from);
	return definition->same_as[0] ? follow(&resolving, definition, err) : 0;
}
