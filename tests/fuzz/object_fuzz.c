// SPDX-License-Identifier: Apache-2.0
/*
 * Objects of the Kubernetes API: NetworkAddresses, which other nodes write, its version,
 * and a kubeconfig.  An address that is accepted is written and read again as
 * the same.
 */
#include "agent/access.h"
#include "agent/address.h"
#include "agent/kube_version.h"
#include "agent/object.h"
#include "fuzz.h"

static void check_address(const cJSON *json)
{
	cleanup_address struct address address = { 0 }, again = { 0 };
	cleanup_json cJSON *written = NULL;
	struct vr_error err = { 0 };
	char name[ADDRESS_NAME_BYTES], name_again[ADDRESS_NAME_BYTES];

	if (address_parse(json, &address, &err)) {
		fuzz_assert(err.text[0]);
		return;
	}
	written = address_to_json(&address);
	fuzz_assert(written && !address_parse(written, &again, &err));
	fuzz_assert(!strcmp(address_name(&address, name),
			    address_name(&again, name_again)));
}

static void check_kubeconfig(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct vr_error err = { 0 };
	struct access access = { 0 };

	fuzz_assert(
		!access_parse_kubeconfig(text, "/d/config", &access, &err) ||
		err.text[0]);
	access_free(&access);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json cJSON *json = fuzz_json(data, size);
	struct vr_error err = { 0 };

	check_kubeconfig(data, size);
	if (!json)
		return 0;
	fuzz_assert(!kube_version_check(json, &err) || err.text[0]);
	fuzz_assert(object_name(json) && object_namespace(json) &&
		    object_uid(json) && object_version(json) &&
		    object_annotation(json, "k"));
	check_address(json);
	return 0;
}
