// SPDX-License-Identifier: Apache-2.0
/*
 * Of what kind the interfaces of a container are.
 * Entry point: port_kind_choose().
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/cleanup.h"
#include "../lib/error.h"
#include "code.h"
#include "json.h"
#include "port_kind.h"

#define ANNOTATION "vrctl.dev/port"
/* No runtime sets it by itself yet; an admission webhook can. */
#define RUNTIME_ANNOTATION "io.kubernetes.cri.runtime-handler"
#define NOT_A_KIND "neither \"native\" nor \"tap\""

static enum port_kind kind_of(const char *text)
{
	if (!strcmp(text, "native"))
		return PORT_KIND_NATIVE;
	return strcmp(text, "tap") ? PORT_KIND_UNSET : PORT_KIND_TAP;
}

int port_kind_parse(const cJSON *object, const char *where,
		    enum port_kind *kind, struct vr_error *err)
{
	const char *text = NULL;
	int ret;

	ret = json_string(object, where, "port", &text, err);
	if (ret || !text)
		return ret;
	*kind = kind_of(text);
	if (*kind == PORT_KIND_UNSET)
		return json_refuse(where, "port", json_item(object, "port"),
				   NOT_A_KIND, err);
	return 0;
}

int port_kind_parse_by_runtime(const cJSON *object, const char *where,
			       const cJSON **by_runtime, struct vr_error *err)
{
	const cJSON *item;
	int ret;

	ret = json_object(object, where, "portByRuntime", by_runtime, err);
	if (ret)
		return ret;
	cJSON_ArrayForEach(item, *by_runtime) {
		if (!cJSON_IsString(item) ||
		    kind_of(item->valuestring) == PORT_KIND_UNSET)
			return json_refuse("portByRuntime", item->string, item,
					   NOT_A_KIND, err);
	}
	return 0;
}

/* An annotation, NULL when there is none; keys of annotations have a case. */
static const char *annotation(const cJSON *annotations, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(annotations, key);

	return cJSON_IsString(item) ? item->valuestring : NULL;
}

/*
 * "tap", or "eth1=tap,native": what is said of an interface wins over what is
 * said of all.  Interfaces there are not may be another plugin's.
 */
static int read_annotation(const char *text, const char *ifname,
			   enum port_kind *kind, struct vr_error *err)
{
	cleanup_free char *copy = strdup(text);
	char *part, *value, *rest = copy;
	bool named = false;
	enum port_kind one;

	if (!copy)
		return vr_error_memory(err);
	for (part = strsep(&rest, ","); part; part = strsep(&rest, ",")) {
		part += strspn(part, " ");
		part[strcspn(part, " ")] = '\0';
		value = strchr(part, '=');
		if (value)
			*value++ = '\0';
		one = kind_of(value ? value : part);
		if (one == PORT_KIND_UNSET)
			return cni_fail(
				err, CNI_CONFIG,
				"annotation \"%s\" is \"%s\", not as \"tap\" or \"eth1=tap,native\"",
				ANNOTATION, text);
		if (value ? strcmp(part, ifname) != 0 : named)
			continue;
		*kind = one;
		named = value != NULL;
	}
	return 0;
}

int port_kind_choose(const struct port_choice *choice, enum port_kind network,
		     const char *ifname, enum port_kind *kind,
		     struct vr_error *err)
{
	const char *text = annotation(choice->annotations, ANNOTATION);
	const char *handler =
		annotation(choice->annotations, RUNTIME_ANNOTATION);
	int ret;

	*kind = PORT_KIND_UNSET;
	if (text) {
		ret = read_annotation(text, ifname, kind, err);
		if (ret)
			return ret;
	}
	if (*kind == PORT_KIND_UNSET && handler) {
		text = annotation(choice->by_runtime, handler);
		if (text)
			*kind = kind_of(text);
	}
	if (*kind == PORT_KIND_UNSET)
		*kind = network;
	if (*kind == PORT_KIND_UNSET)
		*kind = choice->fallback;
	return 0;
}
