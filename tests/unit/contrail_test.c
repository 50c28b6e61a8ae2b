// SPDX-License-Identifier: Apache-2.0
/*
 * The annotation by which pods of Contrail chose their network: which network it
 * is, and what is refused.
 */
#include <string.h>

#include "cni/code.h"
#include "cni/contrail.h"
#include "tap.h"

static void gives(const char *annotation, const char *cluster,
		  const char *network, const char *fallback)
{
	struct requests requests = { 0 };
	struct vr_error err = { 0 };
	const struct request *request;
	int ret = contrail_parse(annotation, cluster, &requests, &err);

	request = requests.items;
	ok(!ret && requests.count == 1 && !strcmp(request->network, network) &&
		   (fallback ? request->fallback &&
				       !strcmp(request->fallback, fallback)
			     : !request->fallback),
	   "%s gives %s", annotation, network);
	if (ret)
		printf("#   %s\n", err.text);
	else
		printf("#   %s %s\n", request->network,
		       request->fallback ? request->fallback : "-");
	requests_free(&requests);
}

static void refused(const char *annotation, enum cni_code code,
		    const char *message)
{
	struct requests requests = { 0 };
	struct vr_error err = { 0 };
	int ret = contrail_parse(annotation, "k8s", &requests, &err);
	bool right = ret < 0 && cni_code(&err) == code &&
		     strstr(err.text, message) &&
		     strstr(err.text, CONTRAIL_NETWORK_KEY);

	ok(right, "refused: %s", annotation);
	if (!right)
		printf("#   %s\n", err.text);
	requests_free(&requests);
}

#define IN(project, name)                                       \
	"{\"domain\":\"default-domain\",\"project\":\"" project \
	"\",\"name\":\"" name "\"}"

int main(void)
{
	gives(IN("k8s-shop", "k8s-blue-pod-network"), "k8s", "shop.blue",
	      "k8s-blue-pod-network");
	gives("{'domain': 'default-domain', 'project': 'k8s-shop', "
	      "'name': 'k8s-blue-pod-network'}",
	      "k8s", "shop.blue", "k8s-blue-pod-network");
	gives(IN("k8s-shop", "blue"), "k8s", "shop.blue", "blue");
	gives(IN("k8s-shop", "k8s-blue"), "k8s", "shop.k8s-blue", "k8s-blue");
	gives(IN("k8s-shop", "k8s--pod-network"), "k8s",
	      "shop.k8s--pod-network", "k8s--pod-network");
	gives(IN("east-shop", "east-blue-pod-network"), "east", "shop.blue",
	      "east-blue-pod-network");
	gives(IN("k8s-shop", "k8s-blue-pod-network"), "k",
	      "k8s-blue-pod-network", NULL);
	gives(IN("admin", "k8s-blue-pod-network"), "k8s",
	      "k8s-blue-pod-network", NULL);
	gives(IN("k8s-", "blue"), "k8s", "blue", NULL);
	gives(IN("k8s", "blue"), "k8s", "blue", NULL);

	refused("", CNI_DECODE, "empty");
	refused("blue", CNI_DECODE, "not JSON");
	refused("{'domain': \"default-domain\"}", CNI_DECODE, "not JSON");
	refused("[]", CNI_CONFIG, "is not an object");
	refused("{'project':'k8s-a','name':'b'}", CNI_CONFIG,
		"\"domain\" is missing");
	refused("{'domain':'default-domain','name':'b'}", CNI_CONFIG,
		"\"project\" is missing");
	refused("{'domain':'default-domain','project':'k8s-a'}", CNI_CONFIG,
		"\"name\" is missing");
	refused("{'domain':'default-domain','project':'','name':'b'}",
		CNI_CONFIG, "\"project\" is \"\"");
	refused("{'domain':1,'project':'k8s-a','name':'b'}", CNI_CONFIG,
		"\"domain\" is 1");
	refused("{'domain':'mine','project':'k8s-a','name':'b'}", CNI_CONFIG,
		"\"domain\" is \"mine\", but there is only \"default-domain\"");
	refused(IN("k8s-shop", "a b"), CNI_CONFIG, "\"name\" is \"a b\"");
	refused(IN("k8s-../x", "b"), CNI_CONFIG, "not the name of a network");
	return tap_end();
}
