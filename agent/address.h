/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Objects of kind NetworkAddress: who has which address of a network, and on
 * which node it is.  Creating one is how an address is taken: the API server
 * refuses the second of a name.
 */
#ifndef VR_AGENT_ADDRESS_H
#define VR_AGENT_ADDRESS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "../lib/address.h"
#include "../lib/error.h"

#define ADDRESS_PATH "/apis/vrctl.dev/v1alpha1/networkaddresses"
#define ADDRESS_API "vrctl.dev/v1alpha1"
#define ADDRESS_KIND "NetworkAddress"
#define ADDRESS_LABEL_VNI "vrctl.dev/vni"
#define ADDRESS_LABEL_NODE "vrctl.dev/node"
#define ADDRESS_LABEL_CLAIM "vrctl.dev/claim"
#define ADDRESS_LABEL_STANDBY "vrctl.dev/standby"

/* "v", a VNI, "-", 32 digits, NUL. */
#define ADDRESS_NAME_BYTES 48

/* A label's value. */
#define ADDRESS_LABEL_BYTES 64

/* "labelSelector=", a key and a value. */
#define ADDRESS_SELECTOR_BYTES 160

enum address_state {
	ADDRESS_BOUND,	 /* an interface has it */
	ADDRESS_SPARE,	 /* its node may give it to one without asking */
	ADDRESS_COOLING, /* nobody has it, but others may think so */
	ADDRESS_WANTED, /* none: its node found no address free, and needs one */
	ADDRESS_KEPT,	/* nobody has it, an IPAMClaim keeps it for the next */
};

/**
 * struct address - a NetworkAddress
 * @network: name of the network, whose VNI is in @name
 * @ip: AF_UNSPEC on a network without addresses, where it is of @mac
 * @node: whose agent may change it
 * @pod_namespace, @pod_name, @pod_uid: of whom has it, or ""
 * @container, @interface: the attachment on its node, or ""
 * @requested: the network by which it was asked for, if that is another name of
 *	@network, or ""
 * @claim: "NAMESPACE/NAME" of the IPAMClaim that keeps it, or ""
 * @since: when the state began
 * @sequence: rises when it moves
 * @standby_node, @standby_name, @standby_uid: the pod that may take it from
 *	there, as the controller says, or ""; never written
 * @uid, @version: of the object, as it was read; never written
 *
 * Strings are owned; a NULL of them is as "".
 */
struct address {
	char *network;
	struct vr_ip ip;
	uint8_t mac[VR_MAC_LEN];
	char *node;
	char *pod_namespace;
	char *pod_name;
	char *pod_uid;
	char *container;
	char *interface;
	char *requested;
	char *claim;
	char *standby_node;
	char *standby_name;
	char *standby_uid;
	char *uid;
	char *version;
	enum address_state state;
	time_t since;
	uint32_t vni;
	uint32_t sequence;
};

#define cleanup_address __attribute__((cleanup(address_free)))

/* The name of the object. */
const char *address_name(const struct address *address,
			 char name[ADDRESS_NAME_BYTES]);

/* The value of a label for a node or a claim, whose names may be longer. */
const char *address_label(const char *name, char label[ADDRESS_LABEL_BYTES]);

/**
 * address_selector() - The query for objects with a label
 * @key: ADDRESS_LABEL_NODE and the like, but for its "vrctl.dev/"
 * @name: of what address_label() makes the value
 */
const char *address_selector(const char *key, const char *name,
			     char selector[ADDRESS_SELECTOR_BYTES]);

/**
 * address_parse() - Read an object
 * @address: overwritten; to address_free(), after a refusal too
 *
 * Return: 0, or -EINVAL when it is none that we wrote.
 */
int address_parse(const cJSON *object, struct address *address,
		  struct vr_error *err);

/* Return: the object, to cJSON_Delete(), or NULL. */
cJSON *address_to_json(const struct address *address);

/* Only "spec", for a merge patch: what is not set is taken away. */
cJSON *address_spec_to_json(const struct address *address);

int address_copy(struct address *to, const struct address *from,
		 struct vr_error *err);

/* The name of what a node wants is a MAC's, which is the node's own. */
void address_want_mac(const char *node, uint8_t mac[VR_MAC_LEN]);

/* Replace a string; without memory it stays as it was. */
void address_set_text(char **to, const char *from);

void address_free(struct address *address);

#endif /* VR_AGENT_ADDRESS_H */
