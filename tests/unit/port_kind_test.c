// SPDX-License-Identifier: Apache-2.0
/*
 * Who says of what kind a port is, and the names of host ends.
 */
#include <string.h>

#include "cni/code.h"
#include "cni/json.h"
#include "cni/port_kind.h"
#include "cni/tap.h"
#include "tap.h"

#define HANDLER "\"io.kubernetes.cri.runtime-handler\":\"kata\""

static void choose(const char *annotations, enum port_kind network,
		   enum port_kind fallback, const char *ifname,
		   enum port_kind want)
{
	cleanup_json cJSON *by_runtime = cJSON_Parse("{\"kata\":\"tap\"}");
	cleanup_json cJSON *json = cJSON_Parse(annotations);
	struct port_choice choice = { json, by_runtime, fallback };
	enum port_kind kind;

	ok(!port_kind_choose(&choice, network, ifname, &kind, NULL) &&
		   kind == want,
	   "%s: %s", ifname, annotations);
}

static void refuse(const char *value)
{
	cleanup_json cJSON *json = cJSON_CreateObject();
	struct port_choice choice = { .annotations = json };
	struct vr_error err = { 0 };
	enum port_kind kind;

	cJSON_AddStringToObject(json, "vrctl.dev/port", value);
	ok(port_kind_choose(&choice, PORT_KIND_UNSET, "eth0", &kind, &err) &&
		   cni_code(&err) == CNI_CONFIG && strstr(err.text, value),
	   "refused: \"%s\"", value);
}

static void test_choice(void)
{
	choose("{}", PORT_KIND_UNSET, PORT_KIND_UNSET, "eth0", PORT_KIND_UNSET);
	choose("{}", PORT_KIND_UNSET, PORT_KIND_TAP, "eth0", PORT_KIND_TAP);
	choose("{}", PORT_KIND_NATIVE, PORT_KIND_TAP, "eth0", PORT_KIND_NATIVE);
	choose("{" HANDLER "}", PORT_KIND_NATIVE, PORT_KIND_UNSET, "eth0",
	       PORT_KIND_TAP);
	choose("{" HANDLER ",\"vrctl.dev/port\":\"native\"}", PORT_KIND_TAP,
	       PORT_KIND_TAP, "eth0", PORT_KIND_NATIVE);
	choose("{" HANDLER ",\"vrctl.dev/port\":\"eth1=native\"}",
	       PORT_KIND_NATIVE, PORT_KIND_NATIVE, "eth0", PORT_KIND_TAP);
	choose("{\"vrctl.dev/port\":\"eth1=tap, native\"}", PORT_KIND_TAP,
	       PORT_KIND_TAP, "eth1", PORT_KIND_TAP);
	choose("{\"vrctl.dev/port\":\"native,eth1=tap\"}", PORT_KIND_TAP,
	       PORT_KIND_TAP, "eth1", PORT_KIND_TAP);
	choose("{\"vrctl.dev/port\":\"eth10=tap\"}", PORT_KIND_UNSET,
	       PORT_KIND_UNSET, "eth1", PORT_KIND_UNSET);
	choose("{\"VRCTL.dev/port\":\"tap\"}", PORT_KIND_UNSET, PORT_KIND_UNSET,
	       "eth0", PORT_KIND_UNSET);
	refuse("");
	refuse("veth");
	refuse("tap,");
	refuse("eth1=");
	refuse("Tap");
	refuse("eth1=tap=native");
}

static void test_names(void)
{
	char name[IFNAMSIZ], again[IFNAMSIZ], other[IFNAMSIZ];

	tap_name("c1", "eth0", 0, name);
	tap_name("c1", "eth0", 0, again);
	is_string(name, again, "a name is the same each time");
	is_int(strlen(name), 15, "as long as can be");
	tap_name("c1", "eth0", 1, other);
	ok(strcmp(name, other) != 0, "another attempt, another name");
	tap_name("c1", "eth1", 0, other);
	ok(strcmp(name, other) != 0, "another interface, another name");
	tap_name("c", "1eth0", 0, other);
	ok(strcmp(name, other) != 0, "where one ends and the other begins");
}

static void test_mac(void)
{
	struct attachment_interface interface = { .mac = { 2, 1, 2, 3, 4, 5 } };
	char text[VR_MAC_TEXT];
	uint8_t mac[VR_MAC_LEN];

	tap_mac(&interface, mac);
	is_string(vr_mac_format(mac, text), "fe:01:02:03:04:05",
		  "the MAC of a host end");
	interface.mac[0] = 0xfe;
	tap_mac(&interface, mac);
	is_string(vr_mac_format(mac, text), "fa:01:02:03:04:05",
		  "is never that of the container's end");
}

int main(void)
{
	test_choice();
	test_names();
	test_mac();
	return tap_end();
}
