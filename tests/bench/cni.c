// SPDX-License-Identifier: Apache-2.0
/*
 * What CNI plugins cost, called as a runtime does: exec, configuration on standard
 * input, result on standard output.
 *
 * usage: cni ROUNDS KEEPER NETNS PLUGIN=CONF...
 *		In each round ADD with each configuration, the first as eth0, the next
 *		as eth1, then DEL of all in reverse.  Prints the median of what a round
 *		takes, nanoseconds: "ADD-WALL ADD-CPU DEL-WALL DEL-CPU".  CPU is that of
 *		the plugins and what they executed.  The namespace KEEPER has a container
 *		meanwhile, so that bridges and networks are there.
 *	  cni parallel PLUGIN=CONF NETNS...
 *		ADD for each namespace at the same time, then DEL.  Prints how many
 *		succeeded and the nanoseconds that all took: "ADDS ADD-WALL DELS DEL-WALL".
 *
 * PLUGIN is a path.  The environment's PATH and CNI_PATH go to the plugins.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAIRS_MAX 16
#define TEXT_MAX 128

/* A plugin and its configuration, an open file. */
struct pair {
	const char *plugin;
	int conf;
};

struct cost {
	uint64_t wall;
	uint64_t cpu;
};

/* A call under way: its output, to show when it fails. */
struct call {
	pid_t pid;
	int out;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static uint64_t cpu_time(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) *
		       1000000000ULL +
	       (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000ULL;
}

static struct pair parse_pair(char *text)
{
	char *file = strchr(text, '=');
	struct pair pair = { .plugin = text };

	if (!file)
		errx(1, "\"%s\" is not PLUGIN=CONF", text);
	*file++ = 0;
	pair.conf = open(file, O_RDONLY | O_CLOEXEC);
	if (pair.conf < 0)
		err(1, "%s", file);
	return pair;
}

/* Start a plugin; each reads the configuration by a description of its own. */
static void start(struct call *call, const struct pair *pair,
		  const char *command, const char *id, const char *netns,
		  int number)
{
	char text[6][TEXT_MAX], conf[TEXT_MAX];
	char *argv[] = { (char *)pair->plugin, NULL };
	char *envp[8], *variables[] = { "PATH", "CNI_PATH" };
	char paths[2][4096];
	posix_spawn_file_actions_t files;
	int i, n = 0, ret;

	snprintf(text[0], TEXT_MAX, "CNI_COMMAND=%s", command);
	snprintf(text[1], TEXT_MAX, "CNI_CONTAINERID=%s", id);
	snprintf(text[2], TEXT_MAX, "CNI_NETNS=/run/netns/%s", netns);
	snprintf(text[3], TEXT_MAX, "CNI_IFNAME=eth%d", number);
	for (n = 0; n < 4; n++)
		envp[n] = text[n];
	for (i = 0; i < 2; i++) {
		const char *value = getenv(variables[i]);

		snprintf(paths[i], sizeof(paths[i]), "%s=%s", variables[i],
			 value ? value : "");
		envp[n++] = paths[i];
	}
	envp[n] = NULL;

	call->out = memfd_create("out", MFD_CLOEXEC);
	if (call->out < 0)
		err(1, "memfd_create");
	snprintf(conf, sizeof(conf), "/proc/self/fd/%d", pair->conf);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, conf, O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, call->out, 1);
	ret = posix_spawn(&call->pid, pair->plugin, &files, NULL, argv, envp);
	if (ret)
		errx(1, "%s: %s", pair->plugin, strerror(ret));
	posix_spawn_file_actions_destroy(&files);
}

/* Whether it succeeded; adds the CPU time. What it said goes to standard error. */
static int finish(struct call *call, uint64_t *cpu)
{
	struct rusage usage;
	char text[2048];
	ssize_t length;
	int status;

	if (wait4(call->pid, &status, 0, &usage) < 0)
		err(1, "wait4");
	*cpu += cpu_time(&usage);
	if (status) {
		length = pread(call->out, text, sizeof(text), 0);
		fwrite(text, 1, length > 0 ? length : 0, stderr);
		fputc('\n', stderr);
	}
	close(call->out);
	return status == 0;
}

/* One command with each of the pairs, one after the other. */
static struct cost run(const struct pair *pairs, int count, const char *command,
		       const char *id, const char *netns)
{
	int reverse = !strcmp(command, "DEL"), i, number;
	struct cost cost = { 0 };
	uint64_t begin = now();
	struct call call;

	for (i = 0; i < count; i++) {
		number = reverse ? count - 1 - i : i;
		start(&call, &pairs[number], command, id, netns, number);
		if (!finish(&call, &cost.cpu))
			errx(1, "%s: %s failed", pairs[number].plugin, command);
	}
	cost.wall = now() - begin;
	return cost;
}

static int compare(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static uint64_t median(uint64_t *values, int count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static int measure(int rounds, const char *keeper, const char *netns,
		   const struct pair *pairs, int count)
{
	uint64_t *values[4];
	char id[TEXT_MAX];
	struct cost cost;
	int round, i;

	for (i = 0; i < 4; i++) {
		values[i] = calloc(rounds, sizeof(uint64_t));
		if (!values[i])
			err(1, "calloc");
	}
	run(pairs, count, "ADD", "keeper", keeper);
	/* The first one warms up: what is read comes from files. */
	for (round = -1; round < rounds; round++) {
		snprintf(id, sizeof(id), "bench%d", round + 1);
		cost = run(pairs, count, "ADD", id, netns);
		if (round >= 0) {
			values[0][round] = cost.wall;
			values[1][round] = cost.cpu;
		}
		cost = run(pairs, count, "DEL", id, netns);
		if (round >= 0) {
			values[2][round] = cost.wall;
			values[3][round] = cost.cpu;
		}
	}
	run(pairs, count, "DEL", "keeper", keeper);
	for (i = 0; i < 4; i++)
		printf("%ju%s", (uintmax_t)median(values[i], rounds),
		       i < 3 ? " " : "\n");
	return 0;
}

/* How many succeeded, of one call for each namespace. */
static int run_parallel(const struct pair *pair, const char *command,
			char **names, int count, uint64_t *wall)
{
	struct call *calls = calloc(count, sizeof(*calls));
	uint64_t begin = now(), cpu = 0;
	int i, succeeded = 0;

	if (!calls)
		err(1, "calloc");
	for (i = 0; i < count; i++)
		start(&calls[i], pair, command, names[i], names[i], 0);
	for (i = 0; i < count; i++)
		succeeded += finish(&calls[i], &cpu);
	*wall = now() - begin;
	free(calls);
	return succeeded;
}

static int parallel(const struct pair *pair, char **names, int count)
{
	uint64_t wall;
	int done;

	done = run_parallel(pair, "ADD", names, count, &wall);
	printf("%d %ju ", done, (uintmax_t)wall);
	done = run_parallel(pair, "DEL", names, count, &wall);
	printf("%d %ju\n", done, (uintmax_t)wall);
	return 0;
}

int main(int argc, char **argv)
{
	struct pair pairs[PAIRS_MAX];
	int i, count = argc - 4;

	if (argc >= 4 && !strcmp(argv[1], "parallel")) {
		pairs[0] = parse_pair(argv[2]);
		return parallel(&pairs[0], argv + 3, argc - 3);
	}
	if (count < 1 || count > PAIRS_MAX)
		errx(1, "usage: cni ROUNDS KEEPER NETNS PLUGIN=CONF... | "
			"cni parallel PLUGIN=CONF NETNS...");
	for (i = 0; i < count; i++)
		pairs[i] = parse_pair(argv[i + 4]);
	return measure(atoi(argv[1]), argv[2], argv[3], pairs, count);
}
