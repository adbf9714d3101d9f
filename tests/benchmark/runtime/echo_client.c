// SPDX-License-Identifier: MIT
// Loads an echo server: C connections, one request of 64 bytes in flight on each, for a fixed time.
//
//     echo_client PORT CONNECTIONS SECONDS SERVER_PID
//
// Prints requests a second and, from the server's own CPU clock, CPU microseconds a request: the
// steadier figure, because this client is often what limits the rate.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, REQUEST_BYTES = 64, PATIENCE_MS = 2000 };

static const double warm_up_seconds = 0.3;

static void fail(const char* call) {
    perror(call);
    exit(1);
}

static double seconds_of(clockid_t clock) {
    struct timespec now;
    if (clock_gettime(clock, &now) < 0) fail("clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int connect_to(int port) {
    const int on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((unsigned short)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) fail("socket");
    if (connect(fd, (struct sockaddr*)&address, sizeof address) < 0) fail("connect");
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0) fail("setsockopt");
    return fd;
}

static void send_request(int fd) {
    static const char request[REQUEST_BYTES] = {1};
    if (send(fd, request, sizeof request, MSG_NOSIGNAL) != REQUEST_BYTES) fail("send");
}

static int open_connections(int port, int connections) {
    const int poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    for (int i = 0; i < connections; ++i) {
        const int fd = connect_to(port);
        struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.fd = fd};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
        send_request(fd);
    }
    return poller;
}

// Result: 1 when an answer was read and the next request sent, 0 for a spurious wake-up.
static int exchange(int fd) {
    char answer[REQUEST_BYTES * 2];
    const ssize_t got = recv(fd, answer, sizeof answer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got < 0) fail("recv");
    if (got != REQUEST_BYTES) {
        fprintf(stderr, "echo_client: an answer of %zd bytes, not %d\n", got, REQUEST_BYTES);
        exit(1);
    }
    send_request(fd);
    return 1;
}

static long run_until(int poller, double end) {
    struct epoll_event events[EVENTS];
    long answers = 0;
    while (seconds_of(CLOCK_MONOTONIC) < end) {
        const int ready = epoll_wait(poller, events, EVENTS, PATIENCE_MS);
        if (ready == 0) {
            fprintf(stderr, "echo_client: no answer for %d ms\n", PATIENCE_MS);
            exit(1);
        }
        for (int i = 0; i < ready; ++i) answers += exchange(events[i].data.fd);
    }
    return answers;
}

int main(int argc, char** argv) {
    clockid_t server_clock;
    if (argc != 5) {
        fprintf(stderr, "usage: echo_client PORT CONNECTIONS SECONDS SERVER_PID\n");
        return 2;
    }
    if (clock_getcpuclockid((pid_t)atoi(argv[4]), &server_clock) != 0) fail("clock_getcpuclockid");
    const int poller = open_connections(atoi(argv[1]), atoi(argv[2]));
    run_until(poller, seconds_of(CLOCK_MONOTONIC) + warm_up_seconds);

    const double start = seconds_of(CLOCK_MONOTONIC);
    const double server_start = seconds_of(server_clock);
    const long answers = run_until(poller, start + atof(argv[3]));
    const double server_cpu = seconds_of(server_clock) - server_start;
    const double elapsed = seconds_of(CLOCK_MONOTONIC) - start;

    printf("echo_%s.rate\t%.0f\trequests/s\n", argv[2], (double)answers / elapsed);
    printf("echo_%s.cpu\t%.3f\tus\n", argv[2], server_cpu * 1e6 / (double)answers);
    return 0;
}
