// SPDX-License-Identifier: Apache-2.0
/*
 * Request and response, one byte each way, as netperf's TCP_RR and UDP_RR.
 * Prints the nanoseconds that one of them takes, in the best of a few rounds.
 *
 * usage: rr serve PORT			TCP and UDP, until killed
 *	  rr tcp|udp ADDRESS PORT COUNT
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 1000
#define ROUNDS 3

static int bound(int type, struct sockaddr_in *addr)
{
	int fd = socket(AF_INET, type, 0);
	int one = 1;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)addr, sizeof(*addr)) < 0)
		err(1, "bind");
	return fd;
}

static void serve_udp(struct sockaddr_in *addr)
{
	int fd = bound(SOCK_DGRAM, addr);
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char byte;

	while (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) >= 0)
		sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, len);
}

static void no_delay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void serve_tcp(struct sockaddr_in *addr)
{
	int fd = bound(SOCK_STREAM, addr);
	char byte;
	int peer;

	if (listen(fd, 1) < 0)
		err(1, "listen");
	while ((peer = accept(fd, NULL, NULL)) >= 0) {
		no_delay(peer);
		while (recv(peer, &byte, 1, 0) == 1)
			send(peer, &byte, 1, 0);
		close(peer);
	}
}

static void exchange(int fd, long count)
{
	char byte = 0;

	while (count--) {
		if (send(fd, &byte, 1, 0) != 1)
			err(1, "send");
		if (recv(fd, &byte, 1, 0) != 1)
			err(1, "recv");
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static double measure(int fd, long count)
{
	double start = now();

	exchange(fd, count);
	return (now() - start) / count;
}

static void request(int type, const struct sockaddr_in *addr, long count)
{
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_INET, type, 0);
	double best, time;
	int i;

	if (fd < 0 || connect(fd, (struct sockaddr *)addr, sizeof(*addr)) < 0)
		err(1, "connect");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (type == SOCK_STREAM)
		no_delay(fd);
	exchange(fd, WARM_UP);
	best = measure(fd, count);
	for (i = 1; i < ROUNDS; i++) {
		time = measure(fd, count);
		best = time < best ? time : best;
	}
	printf("%.1f\n", best);
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };

	if (argc == 3 && strcmp(argv[1], "serve") == 0) {
		addr.sin_port = htons(atoi(argv[2]));
		if (fork() == 0)
			serve_udp(&addr);
		else
			serve_tcp(&addr);
		return 0;
	}
	if (argc != 5 || inet_pton(AF_INET, argv[2], &addr.sin_addr) != 1)
		errx(2, "usage: rr serve PORT | tcp|udp ADDRESS PORT COUNT");
	addr.sin_port = htons(atoi(argv[3]));
	request(strcmp(argv[1], "tcp") == 0 ? SOCK_STREAM : SOCK_DGRAM, &addr,
		atol(argv[4]));
	return 0;
}
