/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the Kubernetes API is and by what right we use it.
 */
#ifndef VR_AGENT_ACCESS_H
#define VR_AGENT_ACCESS_H

#include <stdbool.h>

#include "../lib/error.h"

/**
 * struct access - one way to the API
 * @server: URL without a "/" at its end
 * @ca_file: certificates of who may sign the server's, NULL for the system's
 * @ca: the same, in PEM, when it is not in a file
 * @token_file: bearer token, read again for every request: kubelet renews it
 * @token: one that stays, NULL for none
 * @client_certificate, @client_key: files, or NULL
 * @client_certificate_data, @client_key_data: the same in PEM
 * @server_name: of the certificate, when it is not the URL's
 * @proxy_url: "" for none, whatever the environment says
 * @insecure: whoever answers is the server
 *
 * All strings are owned.
 */
struct access {
	char *server;
	char *ca_file;
	char *ca;
	char *token_file;
	char *token;
	char *client_certificate;
	char *client_key;
	char *client_certificate_data;
	char *client_key_data;
	char *server_name;
	char *proxy_url;
	bool insecure;
};

/**
 * access_in_cluster() - That of a pod: environment and service account
 *
 * Return: 0, or -ENOENT when this is no pod, or another negative errno.
 */
int access_in_cluster(struct access *access, struct vr_error *err);

/**
 * access_parse_kubeconfig() - That of a kubeconfig, which has to be JSON
 * @text: the file; JSON is YAML as well, so kubectl reads it too
 * @path: its path, for messages; relative paths in it are of its folder
 *
 * Of the current context. What runs programs for credentials is refused.
 */
int access_parse_kubeconfig(const char *text, const char *path,
			    struct access *access, struct vr_error *err);

/* The same, of a file. */
int access_read_kubeconfig(const char *path, struct access *access,
			   struct vr_error *err);

void access_free(struct access *access);

#endif /* VR_AGENT_ACCESS_H */
