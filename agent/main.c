// SPDX-License-Identifier: Apache-2.0
/*
 * vr-agent: keeps a node true to the cluster, or (--controller) does what must
 * happen once in a cluster, or changes something on a node and ends.  Signals and
 * exit codes.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "access.h"
#include "api.h"
#include "controller.h"
#include "kube_version.h"
#include "log.h"
#include "loop.h"
#include "node.h"
#include "options.h"
#include "replug.h"
#include "uninstall.h"

#ifndef VR_VERSION
#define VR_VERSION "unknown"
#endif

static struct vr_error problem;

/* SIGHUP: after the end, begin anew. */
static bool begin_anew;

static int fail(void)
{
	agent_log(AGENT_ERROR, "%s", problem.text);
	return EXIT_FAILURE;
}

/* SIGTERM ends it as it should end, SIGHUP too. */
static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What runs, and what a signal ends: of a controller the other one is told. */
struct running {
	struct loop *loop;
	int signals;
	struct controller *controller;
};

static void end(void *arg)
{
	loop_stop(arg);
}

static void stop(void *arg)
{
	struct running *running = arg;
	struct signalfd_siginfo info;
	struct controller *controller = running->controller;

	/* Whoever is told twice does not wait. */
	if (read(running->signals, &info, sizeof(info)) != sizeof(info))
		return;
	begin_anew = info.ssi_signo == SIGHUP;
	agent_log(AGENT_INFO,
		  begin_anew ? "told to begin anew" : "told to stop");
	running->controller = NULL;
	if (controller)
		controller_release(controller, end, running->loop);
	else
		loop_stop(running->loop);
}

static int run_node(struct loop *loop, struct api *api,
		    const struct node_options *options)
{
	struct node *node = node_start(loop, api, options, &problem);
	int ret;

	if (!node)
		return fail();
	agent_log(AGENT_INFO, "vr-agent " VR_VERSION " of node %s",
		  options->name);
	ret = loop_run(loop, &problem);
	node_stop(node);
	return ret ? fail() : EXIT_SUCCESS;
}

static int run_controller(struct running *running, struct api *api,
			  const struct controller_options *options)
{
	struct controller *controller =
		controller_start(running->loop, api, options, &problem);
	int ret;

	if (!controller)
		return fail();
	agent_log(AGENT_INFO, "vr-agent " VR_VERSION ", controller %s",
		  options->identity);
	running->controller = controller;
	ret = loop_run(running->loop, &problem);
	running->controller = NULL;
	controller_stop(controller);
	return ret ? fail() : EXIT_SUCCESS;
}

/* The error is told when all is ended. */
static void refuse(void *arg)
{
	loop_stop(arg);
}

static int run_role(struct running *running, struct api *api,
		    const struct options *options)
{
	struct kube_version version = {
		.loop = running->loop,
		.api = api,
		.insecure = options->insecure_node_rights,
		.refused = refuse,
		.arg = running->loop,
	};
	int status;

	if (kube_version_start(&version, &problem))
		return fail();
	status = options->controller
			 ? run_controller(running, api,
					  &options->controller_options)
			 : run_node(running->loop, api, &options->node);
	kube_version_stop(&version);
	if (status || version.error.errnum != EPROTONOSUPPORT ||
	    version.insecure)
		return status;
	problem = version.error;
	return fail();
}

static int run(const struct options *options, const struct access *access)
{
	struct loop *loop = loop_create(&problem);
	struct api *api = loop ? api_create(loop, access, &problem) : NULL;
	struct running running = { .loop = loop, .signals = watch_signals() };
	struct loop_fd *stopping;
	int status;

	if (!api)
		return fail();
	stopping = loop_fd_add(loop, running.signals, stop, &running, &problem);
	if (!stopping)
		return fail();
	status = run_role(&running, api, options);
	loop_fd_remove(stopping);
	close(running.signals);
	api_destroy(api);
	loop_destroy(loop);
	return status;
}

static int serve(const struct options *options)
{
	struct access access;
	int status;

	srandom((unsigned int)getpid());
	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (options->kubeconfig ? access_read_kubeconfig(options->kubeconfig,
							 &access, &problem)
				: access_in_cluster(&access, &problem))
		return fail();
	status = run(options, &access);
	access_free(&access);
	curl_global_cleanup();
	return status;
}

int main(int argc, char **argv)
{
	/* Its lists are never freed. */
	static struct options options;
	int status;

	options_read(argc, argv, &options);
	if (options.command == OPTIONS_REPLUG)
		return replug_run(&options.replug, &problem) ? fail()
							     : EXIT_SUCCESS;
	if (options.command == OPTIONS_UNINSTALL)
		return uninstall_run(&options.node, options.force, &problem)
			       ? fail()
			       : EXIT_SUCCESS;
	status = serve(&options);
	if (begin_anew)
		execv("/proc/self/exe", argv);
	return status;
}
