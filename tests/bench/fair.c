// SPDX-License-Identifier: Apache-2.0
/*
 * What pods do while it is measured who gets how much of a CPU. All wait until
 * the file GO tells when it begins and ends, in milliseconds of CLOCK_MONOTONIC;
 * that they wait is a byte more in GO.ready. Who receives or floods prints how
 * many bytes it were in that time.
 *
 * usage: fair GO go WARM WINDOW	writes that file: from in WARM on, for so long
 *	  fair GO serve PORT		a TCP stream
 *	  fair GO stream ADDRESS PORT	sends one
 *	  fair GO sink PORT		takes datagrams
 *	  fair GO flood KIND SIZE PER-MS
 *					frames by eth1, PER-MS each millisecond or 0 for as
 *					many as go; of pod 4, see fairness.sh
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define BATCH 16
#define BUFFER 65536

static char buffer[BUFFER];

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void go(const char *path, long warm, long window)
{
	char tmp[256];
	FILE *file;

	snprintf(tmp, sizeof(tmp), "%s.new", path);
	file = fopen(tmp, "w");
	if (!file)
		err(1, "%s", tmp);
	fprintf(file, "%ld %ld\n", now() + warm, now() + warm + window);
	fclose(file);
	if (rename(tmp, path) < 0)
		err(1, "%s", path);
}

static void wait_for_go(const char *path, long *start, long *end)
{
	char ready[256];
	FILE *file;

	snprintf(ready, sizeof(ready), "%s.ready", path);
	file = fopen(ready, "a");
	if (!file)
		err(1, "%s", ready);
	fputc('.', file);
	fclose(file);
	while (!(file = fopen(path, "r")))
		usleep(1000);
	if (fscanf(file, "%ld %ld", start, end) != 2)
		errx(1, "%s: not two numbers", path);
	fclose(file);
}

static int bound(int type, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, type, 0);
	int one = 1;

	addr.sin_port = htons(atoi(port));
	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(1, "bind");
	return fd;
}

static void serve(const char *path, const char *port)
{
	int listener = bound(SOCK_STREAM, port);
	long total = 0, start, end, at;
	ssize_t len;
	int fd;

	if (listen(listener, 1) < 0)
		err(1, "listen");
	wait_for_go(path, &start, &end);
	fd = accept(listener, NULL, NULL);
	if (fd < 0)
		err(1, "accept");
	do {
		len = read(fd, buffer, sizeof(buffer));
		at = now();
		if (at >= start && at < end && len > 0)
			total += len;
	} while (at < end && len > 0);
	printf("%ld\n", total);
}

static void stream(const char *path, const char *address, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	long start, end;

	addr.sin_port = htons(atoi(port));
	addr.sin_addr.s_addr = inet_addr(address);
	signal(SIGPIPE, SIG_IGN);
	wait_for_go(path, &start, &end);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(1, "connect");
	while (now() < end)
		if (write(fd, buffer, sizeof(buffer)) < 0)
			return;
}

static void sink(const char *path, const char *port)
{
	struct timeval limit = { .tv_usec = 10000 };
	int fd = bound(SOCK_DGRAM, port);
	long start, end;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	wait_for_go(path, &start, &end);
	while (now() < end)
		recv(fd, buffer, sizeof(buffer), 0);
}

static unsigned short sum(const void *data, size_t len)
{
	const unsigned short *words = data;
	unsigned int total = 0;
	size_t i;

	for (i = 0; i < len / 2; i++)
		total += words[i];
	total = (total & 0xffff) + (total >> 16);
	return ~(total + (total >> 16));
}

/* What it is by its kind; whatever is not said below is as it should be. */
static void make_frame(char *frame, const char *kind, size_t size)
{
	struct ether_header *eth = (void *)frame;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);

	memcpy(eth->ether_dhost, "\2\0\0\0\0\1", 6);
	memcpy(eth->ether_shost, "\2\0\0\0\0\4", 6);
	eth->ether_type = htons(ETHERTYPE_IP);
	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(size - sizeof(*eth));
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->saddr = inet_addr("192.0.2.14");
	ip->daddr = inet_addr("192.0.2.11");
	udp->source = htons(9);
	udp->dest = htons(7001); /* closed */
	udp->len = htons(size - sizeof(*eth) - sizeof(*ip));
	if (!strcmp(kind, "own")) { /* to the sink */
		memcpy(eth->ether_dhost, "\2\0\0\0\0\5", 6);
		ip->daddr = inet_addr("192.0.2.15");
		udp->dest = htons(7000);
	} else if (!strcmp(kind, "broadcast")) {
		memset(eth->ether_dhost, 0xff, 6);
		ip->daddr = 0xffffffff;
	} else if (!strcmp(kind, "unknown")) {
		memcpy(eth->ether_dhost, "\2\0\0\0\7\7", 6);
	} else if (!strcmp(kind, "spoofed")) {
		ip->saddr = inet_addr("192.0.2.13");
	} else if (!strcmp(kind,
			   "malformed")) { /* to the gateway, longer than it is */
		memcpy(eth->ether_dhost, "\2vr\0\0\1", 6);
		ip->tot_len = 0xffff;
	} else if (!strcmp(kind, "ttl")) {
		memcpy(eth->ether_dhost, "\2vr\0\0\1", 6);
		ip->ttl = 1;
	} else if (strcmp(kind, "closed") != 0) {
		errx(1, "no kind %s", kind);
	}
	ip->check = sum(ip, sizeof(*ip));
}

static int packet_socket(void)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	addr.sll_ifindex = if_nametoindex("eth1");
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(1, "packet socket");
	return fd;
}

static void flood(const char *path, const char *kind, size_t size, long per_ms)
{
	static char frame[2048];
	struct mmsghdr messages[BATCH] = { 0 };
	struct iovec iov = { .iov_base = frame, .iov_len = size };
	struct timespec pause = { .tv_nsec = 500000 };
	long sent = 0, before = 0, start, end, begun, at;
	int fd = packet_socket(), i;

	make_frame(frame, kind, size);
	for (i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &iov;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	wait_for_go(path, &start, &end);
	begun = now();
	for (at = begun; at < end; at = now()) {
		if (at < start)
			before = sent;
		if (per_ms && sent >= (at - begun + 1) * per_ms) {
			nanosleep(&pause, NULL);
			continue;
		}
		i = sendmmsg(fd, messages, BATCH, 0);
		sent += i > 0 ? i : 1;
	}
	printf("%ld\n", (sent - before) * (long)size);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	if (!strcmp(what, "go") && argc == 5)
		go(argv[1], atol(argv[3]), atol(argv[4]));
	else if (!strcmp(what, "serve") && argc == 4)
		serve(argv[1], argv[3]);
	else if (!strcmp(what, "stream") && argc == 5)
		stream(argv[1], argv[3], argv[4]);
	else if (!strcmp(what, "sink") && argc == 4)
		sink(argv[1], argv[3]);
	else if (!strcmp(what, "flood") && argc == 6)
		flood(argv[1], argv[3], atol(argv[4]), atol(argv[5]));
	else
		errx(1, "usage: see the head of fair.c");
	return 0;
}
