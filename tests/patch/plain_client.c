/* SPDX-License-Identifier: MIT */
#include "plain_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int plain_connect(unsigned short port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (connect(fd, (const struct sockaddr*)&to, sizeof to) != 0) {
        const int reason = errno;
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

int plain_get(int connection, const char* path) {
    char text[2048];
    const int size =
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);
    if (write(connection, text, (size_t)size) != size) return -1;
    /* One byte after the other, for what follows the head is not ours to take. */
    size_t got = 0;
    int status = 0;
    while (got < 4 || memcmp(text + got - 4, "\r\n\r\n", 4) != 0) {
        const ssize_t n = read(connection, text + got, 1);
        if (n < 0) return -1;
        if (n == 0 || ++got == sizeof text) {
            errno = EPROTO;
            return -1;
        }
    }
    text[got - 1] = '\0';
    if (sscanf(text, "HTTP/1.1 %d", &status) != 1) errno = EPROTO;
    return status == 0 ? -1 : status;
}
