// SPDX-License-Identifier: MIT
// The floor for an echo server: one thread, one epoll, edge-triggered, one recv and one send for
// each request. Prints its port as `echo.port<TAB>N<TAB>port` and serves until killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, BUFFER_BYTES = 4096, BACKLOG = 1024 };

static void fail(const char* call) {
    perror(call);
    exit(1);
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0) fail("socket");
    if (bind(listener, (struct sockaddr*)&address, size) < 0) fail("bind");
    if (listen(listener, BACKLOG) < 0) fail("listen");
    if (getsockname(listener, (struct sockaddr*)&address, &size) < 0) fail("getsockname");
    printf("echo.port\t%d\tport\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static void watch(int poller, int fd, unsigned events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
}

static void accept_all(int poller, int listener) {
    for (;;) {
        const int peer = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (peer >= 0) {
            watch(poller, peer, EPOLLIN | EPOLLET);
        } else if (errno == EAGAIN) {
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            fail("accept4");
        }
    }
}

// A read shorter than the buffer has drained the socket, so one read an event is enough.
static void answer(int peer) {
    char buffer[BUFFER_BYTES];
    const ssize_t got = recv(peer, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || send(peer, buffer, (size_t)got, MSG_NOSIGNAL) != got) close(peer);
}

int main(void) {
    struct epoll_event events[EVENTS];
    const int listener = listen_on_loopback();
    const int poller = epoll_create1(0);
    if (poller < 0) fail("epoll_create1");
    watch(poller, listener, EPOLLIN);
    for (;;) {
        const int ready = epoll_wait(poller, events, EVENTS, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; ++i) {
            if (events[i].data.fd == listener) {
                accept_all(poller, listener);
            } else {
                answer(events[i].data.fd);
            }
        }
    }
}
