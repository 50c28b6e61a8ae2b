// SPDX-License-Identifier: Apache-2.0
/*
 * The Kubernetes API over libcurl.  Entry point: api_send().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cni/file.h"
#include "../lib/cleanup.h"
#include "api.h"
#include "object.h"

#ifndef VR_VERSION
#define VR_VERSION "unknown"
#endif

#define CONNECT_MILLISECONDS 2000L
#define CALL_MILLISECONDS 15000L

/*
 * A stream that is silent for this long is dead: bookmarks come once a minute,
 * and TCP's own keepalive finds a server that is gone before.
 */
#define STREAM_SILENCE_SECONDS 150L
#define KEEPALIVE_SECONDS 20L

/* A page of a list, and the longest line of a watch. */
#define MAX_BODY_BYTES (64u << 20)

struct api {
	struct loop *loop;
	const struct access *access;
	/* Streams that got lines, which are given away by the timer. */
	struct api_call *ready;
	struct loop_timer *timer;
};

struct buffer {
	char *text;
	size_t len;
	size_t size;
};

struct api_call {
	struct loop_transfer transfer;
	struct api *api;
	CURL *curl;
	struct curl_slist *headers;
	char *url;
	char *sent;
	struct buffer got;
	api_line line;
	api_done done;
	void *arg;
	struct api_call *next_ready;
	bool is_ready;
	bool in_callback;
	bool cancelled;
};

static void call_free(struct api_call *call)
{
	curl_easy_cleanup(call->curl);
	curl_slist_free_all(call->headers);
	free(call->url);
	cJSON_free(call->sent);
	free(call->got.text);
	free(call);
}

static bool buffer_append(struct buffer *buffer, const char *data, size_t len)
{
	size_t size = buffer->size ? buffer->size : 4096;
	char *text;

	if (len >= MAX_BODY_BYTES - buffer->len)
		return false;
	while (size <= buffer->len + len)
		size *= 2;
	if (size != buffer->size) {
		text = realloc(buffer->text, size);
		if (!text)
			return false;
		buffer->text = text;
		buffer->size = size;
	}
	memcpy(buffer->text + buffer->len, data, len);
	buffer->len += len;
	buffer->text[buffer->len] = '\0';
	return true;
}

/* Hand over what are whole lines by now. */
static void give_lines(struct api_call *call)
{
	struct buffer *got = &call->got;
	char *begin = got->text, *end;

	call->in_callback = true;
	while (!call->cancelled &&
	       (end = memchr(begin, '\n', got->len - (begin - got->text)))) {
		*end = '\0';
		call->line(begin, end - begin, call->arg);
		begin = end + 1;
	}
	call->in_callback = false;
	got->len -= begin - got->text;
	memmove(got->text, begin, got->len + 1);
}

static void set_ready(struct api_call *call)
{
	if (call->is_ready)
		return;
	call->is_ready = true;
	call->next_ready = call->api->ready;
	call->api->ready = call;
	loop_timer_set(call->api->timer, 0);
}

static void unset_ready(struct api_call *call)
{
	struct api_call **at = &call->api->ready;

	if (!call->is_ready)
		return;
	while (*at != call)
		at = &(*at)->next_ready;
	*at = call->next_ready;
	call->is_ready = false;
}

/*
 * Nobody is called from here: libcurl lets no transfer be added or removed
 * meanwhile.
 */
static size_t receive(char *data, size_t size, size_t count, void *arg)
{
	struct api_call *call = arg;
	long status = 0;

	if (!buffer_append(&call->got, data, size * count))
		return 0;
	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &status);
	/* What refuses a stream is one document. */
	if (call->line && status == 200)
		set_ready(call);
	return size * count;
}

static int errno_of(long status, const char *reason, bool is_status)
{
	switch (status) {
	case 401:
	case 403:
		return EACCES;
	case 404:
		return is_status ? ENOENT : ENOSYS;
	case 409:
		return !strcmp(reason, "AlreadyExists") ? EEXIST : ESTALE;
	case 410:
		return EKEYEXPIRED;
	case 408:
	case 429:
		return EAGAIN;
	default:
		return status >= 400 && status < 500 ? EINVAL : EAGAIN;
	}
}

/* The object Status, or whatever else the server wrote. */
static void read_refusal(const struct api_call *call, struct api_answer *answer)
{
	const char *message = object_text(answer->body, "message");
	bool is_status = !strcmp(object_text(answer->body, "kind"), "Status");
	int errnum = errno_of(answer->status,
			      object_text(answer->body, "reason"), is_status);

	if (!message[0])
		message = call->got.text ? call->got.text : "";
	vr_error_set(&answer->error, errnum, "HTTP %ld: %.500s", answer->status,
		     message);
}

static void read_answer(struct api_call *call, CURLcode code,
			struct api_answer *answer)
{
	curl_off_t retry_after = 0;

	curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, &answer->status);
	curl_easy_getinfo(call->curl, CURLINFO_RETRY_AFTER, &retry_after);
	answer->retry_after = retry_after > 0 ? (unsigned int)retry_after : 0;
	if (answer->status >= 200 && answer->status < 300 && code) {
		vr_error_set(&answer->error, EAGAIN, "the answer broke off: %s",
			     curl_easy_strerror(code));
	} else if (code) {
		answer->status = 0;
		vr_error_set(&answer->error, EAGAIN, "no answer of %s: %s",
			     call->api->access->server,
			     curl_easy_strerror(code));
	} else if (answer->status < 200 || answer->status >= 300) {
		read_refusal(call, answer);
	}
}

static void finish(struct loop_transfer *transfer, CURLcode code)
{
	struct api_call *call = (struct api_call *)transfer;
	struct api_answer answer = { 0 };
	cJSON *body = NULL;

	if (call->is_ready) {
		unset_ready(call);
		give_lines(call);
	}
	if (!call->cancelled) {
		if (call->got.text && call->got.len)
			body = cJSON_ParseWithLength(call->got.text,
						     call->got.len);
		answer.body = body;
		read_answer(call, code, &answer);
		call->done(&answer, call->arg);
		cJSON_Delete(body);
	}
	call_free(call);
}

static void remove_call(struct api_call *call)
{
	unset_ready(call);
	curl_multi_remove_handle(loop_curl(call->api->loop), call->curl);
	call_free(call);
}

void api_cancel(struct api_call *call)
{
	if (!call)
		return;
	call->cancelled = true;
	/* Whoever gives it lines has not done with it. */
	if (!call->in_callback)
		remove_call(call);
}

static void give_all_lines(void *arg)
{
	struct api *api = arg;
	struct api_call *call;

	while (api->ready) {
		call = api->ready;
		unset_ready(call);
		give_lines(call);
		if (call->cancelled)
			remove_call(call);
	}
}

struct api *api_create(struct loop *loop, const struct access *access,
		       struct vr_error *err)
{
	struct api *api = calloc(1, sizeof(*api));

	if (!api) {
		vr_error_memory(err);
		return NULL;
	}
	api->loop = loop;
	api->access = access;
	api->timer = loop_timer_create(loop, give_all_lines, api, err);
	if (!api->timer) {
		free(api);
		return NULL;
	}
	return api;
}

void api_destroy(struct api *api)
{
	loop_timer_destroy(api->timer);
	free(api);
}

static int add_header(struct api_call *call, const char *text)
{
	struct curl_slist *headers = curl_slist_append(call->headers, text);

	if (!headers)
		return -ENOMEM;
	call->headers = headers;
	return 0;
}

static int add_token(struct api_call *call, struct vr_error *err)
{
	const struct access *access = call->api->access;
	cleanup_free char *read = NULL, *header = NULL;
	const char *token = access->token;

	if (access->token_file) {
		read = file_read_path(access->token_file, NULL, err);
		if (!read && errno == ENOENT)
			return vr_error_set(err, ENOENT, "%s: no token there",
					    access->token_file);
		if (!read)
			return -EIO;
		token = read;
	}
	if (!token)
		return 0;
	if (asprintf(&header, "Authorization: Bearer %.*s",
		     (int)strcspn(token, " \r\n\t"), token) < 0) {
		header = NULL;
		return vr_error_memory(err);
	}
	return add_header(call, header) ? vr_error_memory(err) : 0;
}

static void set_blob(CURL *curl, CURLoption option, char *text)
{
	struct curl_blob blob = {
		.data = text,
		.len = text ? strlen(text) : 0,
		.flags = CURL_BLOB_NOCOPY,
	};

	if (text)
		curl_easy_setopt(curl, option, &blob);
}

static void set_credentials(CURL *curl, const struct access *access)
{
	if (access->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, access->ca_file);
	set_blob(curl, CURLOPT_CAINFO_BLOB, access->ca);
	if (access->client_certificate)
		curl_easy_setopt(curl, CURLOPT_SSLCERT,
				 access->client_certificate);
	if (access->client_key)
		curl_easy_setopt(curl, CURLOPT_SSLKEY, access->client_key);
	set_blob(curl, CURLOPT_SSLCERT_BLOB, access->client_certificate_data);
	set_blob(curl, CURLOPT_SSLKEY_BLOB, access->client_key_data);
	if (access->insecure) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	/* Not the environment's: runtimes set it for images. */
	curl_easy_setopt(curl, CURLOPT_PROXY,
			 access->proxy_url ? access->proxy_url : "");
}

static void set_times(CURL *curl, bool stream)
{
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MILLISECONDS);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS);
	if (!stream) {
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, CALL_MILLISECONDS);
		return;
	}
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STREAM_SILENCE_SECONDS);
}

static int set_body(struct api_call *call, const struct api_request *request,
		    struct vr_error *err)
{
	const char *type = strcmp(request->method, "PATCH")
				   ? "application/json"
				   : "application/merge-patch+json";
	char header[64];

	if (!request->body)
		return 0;
	call->sent = cJSON_PrintUnformatted(request->body);
	snprintf(header, sizeof(header), "Content-Type: %s", type);
	if (!call->sent || add_header(call, header))
		return vr_error_memory(err);
	curl_easy_setopt(call->curl, CURLOPT_POSTFIELDS, call->sent);
	curl_easy_setopt(call->curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)strlen(call->sent));
	return 0;
}

static int set_up(struct api_call *call, const struct api_request *request,
		  struct vr_error *err)
{
	const struct access *access = call->api->access;
	CURL *curl = call->curl;
	int ret;

	if (asprintf(&call->url, "%s%s", access->server, request->path) < 0) {
		call->url = NULL;
		return vr_error_memory(err);
	}
	ret = set_body(call, request, err);
	if (!ret)
		ret = add_token(call, err);
	if (ret)
		return ret;
	if (add_header(call, "Accept: application/json") ||
	    add_header(call, "Expect:"))
		return vr_error_memory(err);
	curl_easy_setopt(curl, CURLOPT_URL, call->url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->headers);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "vr-agent/" VR_VERSION);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	/* Streams and requests share one connection where it is HTTP/2. */
	curl_easy_setopt(curl, CURLOPT_PIPEWAIT, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, &call->transfer);
	set_credentials(curl, access);
	set_times(curl, request->line);
	return 0;
}

struct api_call *api_send(struct api *api, const struct api_request *request,
			  struct vr_error *err)
{
	struct api_call *call = calloc(1, sizeof(*call));

	if (!call) {
		vr_error_memory(err);
		return NULL;
	}
	call->transfer.done = finish;
	call->api = api;
	call->line = request->line;
	call->done = request->done;
	call->arg = request->arg;
	call->curl = curl_easy_init();
	if (!call->curl)
		vr_error_memory(err);
	else if (!set_up(call, request, err)) {
		if (!curl_multi_add_handle(loop_curl(api->loop), call->curl))
			return call;
		vr_error_memory(err);
	}
	call_free(call);
	return NULL;
}

/* What RFC 3986, section 3.3, lets stand in a segment, and is no delimiter. */
static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static char *escape(const char *name)
{
	char *text = malloc(3 * strlen(name) + 1), *end = text;

	if (!text)
		return NULL;
	for (; *name; name++) {
		if (is_plain(*name))
			*end++ = *name;
		else
			end += sprintf(end, "%%%02X", (unsigned char)*name);
	}
	*end = '\0';
	return text;
}

static void append(char **path, const char *text, size_t len)
{
	char *longer = NULL;

	if (*path && asprintf(&longer, "%s%.*s", *path, (int)len, text) < 0)
		longer = NULL;
	free(*path);
	*path = longer;
}

char *api_path(const char *format, ...)
{
	char *path = strdup("");
	char *name;
	va_list args;
	size_t len;

	va_start(args, format);
	for (;;) {
		len = strcspn(format, "%");
		append(&path, format, len);
		if (!format[len])
			break;
		format += len + 2;
		if (format[-1] == '%') {
			append(&path, "%", 1);
			continue;
		}
		name = escape(va_arg(args, const char *));
		append(&path, name ? name : "", name ? strlen(name) : 0);
		if (!name) {
			free(path);
			path = NULL;
		}
		free(name);
	}
	va_end(args);
	return path;
}
