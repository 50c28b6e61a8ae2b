/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What vr-cni asks of the agent.
 */
#ifndef VR_AGENT_ASKING_H
#define VR_AGENT_ASKING_H

#include "attachments.h"
#include "device.h"
#include "host_ports.h"
#include "networks.h"
#include "own.h"
#include "pods.h"
#include "server.h"
#include "standing.h"

struct asking;

/**
 * struct asking_context - what requests are answered from
 * @host_ports: the host's on networks, NULL when it has none but the default one's
 * @open_networks: any pod may use any network ("compat: contrail")
 * @under_multus: it is Multus that asks, call by call
 * @adding: ADDs on their way
 */
struct asking_context {
	struct loop *loop;
	struct networks *networks;
	struct own *own;
	const struct standing *standing;
	const struct devices *devices;
	struct pods *pods;
	const struct attachments *attachments;
	const struct host_ports *host_ports;
	bool open_networks;
	bool under_multus;
	struct asking *adding;
};

/* A server_handler with a struct asking_context. */
void asking_handle(struct server_call *call, const cJSON *request, void *arg);

/* Those who wait are told that there is no agent any more. */
void asking_stop(struct asking_context *context);

#endif /* VR_AGENT_ASKING_H */
