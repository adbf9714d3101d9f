// SPDX-License-Identifier: MIT
// Runs a command on the cores named and says what it took: wall time, CPU time and peak memory.
//
//     pinned CORE[,CORE...] COMMAND [ARGUMENT...]
//
// The command's stdout goes to stderr; stdout holds `wall`, `cpu` and `rss`, one line each. A small
// program of its own because the kernel counts the memory that a child shares with its parent until
// exec: measured from an interpreter, no child would seem smaller than the interpreter.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void fail(const char* call) {
    fprintf(stderr, "pinned: %s: %s\n", call, strerror(errno));
    exit(125);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t) {
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void pin_to(char* names) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (char* name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        CPU_SET(strtoul(name, NULL, 10), &cores);
    }
    if (sched_setaffinity(0, sizeof cores, &cores) < 0) fail("sched_setaffinity");
}

int main(int argc, char** argv) {
    int status;
    struct rusage used;
    if (argc < 3) {
        fprintf(stderr, "usage: pinned CORE[,CORE...] COMMAND [ARGUMENT...]\n");
        return 2;
    }
    pin_to(argv[1]);
    const double start = now();
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) fail("dup2");
        execvp(argv[2], argv + 2);
        fail(argv[2]);
    }
    if (wait4(child, &status, 0, &used) < 0) fail("wait4");
    printf("wall\t%.6f\ts\n", now() - start);
    printf("cpu\t%.6f\ts\n", seconds(used.ru_utime) + seconds(used.ru_stime));
    printf("rss\t%.1f\tMB\n", (double)used.ru_maxrss / 1024);
    if (WIFSIGNALED(status)) return 128 + WTERMSIG(status);
    return WEXITSTATUS(status);
}
