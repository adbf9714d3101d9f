/* SPDX-License-Identifier: MIT */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* An HTTP client as one would write it in C, of blocking calls alone. */

/* Connects to a port of 127.0.0.1. Result: a descriptor; -1 and errno. */
int plain_connect(unsigned short port);

/* Asks for `path` and reads the head of the answer; the connection is kept.
   Result: the status; -1 and errno. */
int plain_get(int connection, const char* path);

#ifdef __cplusplus
}
#endif
