// SPDX-License-Identifier: MIT
// The least that downloading with libcurl costs: curl_multi_socket_action on one epoll, handles and
// connections reused, no retries, names, checksums or progress.
//
//     multi_floor [-c CONCURRENCY] [-b BUFFER_BYTES] [-o FOLDER] LIST
//
// LIST holds a URL a line. A body goes to FOLDER under the URL's last path segment; without -o it
// is dropped. Exit status: 0 when every URL answered 200, else 1.
#define _GNU_SOURCE
#include <curl/curl.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256 };

struct transfer {
    struct run* run;
    CURL* easy;
    int file;
    char url[2048];
};

struct run {
    CURLM* multi;
    int poller;
    int folder;    // -1: bodies are dropped
    double timer;  // when libcurl wants to be called; negative: not at all
    FILE* list;
    long concurrency;
    long buffer_bytes;
    long active;
    long failed;
    struct transfer* transfers;
};

static void fail(const char* what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// libcurl's three callbacks: a socket's interest, the timer, a piece of a body.

static int watch_socket(CURL* easy, curl_socket_t fd, int interest, void* context, void* watched) {
    struct run* run = context;
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    if (interest == CURL_POLL_REMOVE) {
        epoll_ctl(run->poller, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (interest & CURL_POLL_IN) event.events |= EPOLLIN;
    if (interest & CURL_POLL_OUT) event.events |= EPOLLOUT;
    if (epoll_ctl(run->poller, watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) < 0) {
        fail("epoll_ctl");
    }
    curl_multi_assign(run->multi, fd, run);
    return 0;
}

static int set_timer(CURLM* multi, long milliseconds, void* context) {
    struct run* run = context;
    (void)multi;
    run->timer = milliseconds < 0 ? -1 : now() + (double)milliseconds / 1e3;
    return 0;
}

static size_t write_body(char* data, size_t unit, size_t units, void* context) {
    struct transfer* transfer = context;
    const size_t bytes = unit * units;
    if (transfer->run->folder < 0) return bytes;
    if (transfer->file < 0) {
        const char* name = strrchr(transfer->url, '/') + 1;
        transfer->file = openat(transfer->run->folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        if (transfer->file < 0) return 0;
    }
    return write(transfer->file, data, bytes) == (ssize_t)bytes ? bytes : 0;
}

static void prepare(struct run* run, struct transfer* transfer) {
    transfer->run = run;
    transfer->file = -1;
    transfer->easy = curl_easy_init();
    if (!transfer->easy) fail("curl_easy_init");
    curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEFUNCTION, write_body);
    curl_easy_setopt(transfer->easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(transfer->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(transfer->easy, CURLOPT_BUFFERSIZE, run->buffer_bytes);
}

static void start_next(struct run* run, struct transfer* transfer) {
    if (!fgets(transfer->url, sizeof transfer->url, run->list)) return;
    transfer->url[strcspn(transfer->url, "\n")] = 0;
    curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url);
    if (curl_multi_add_handle(run->multi, transfer->easy) != CURLM_OK) fail("add_handle");
    ++run->active;
}

static void finish(struct run* run, CURL* easy, CURLcode result) {
    struct transfer* transfer;
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result != CURLE_OK || status != 200) {
        fprintf(stderr, "%s: %s, status %ld\n", transfer->url, curl_easy_strerror(result), status);
        ++run->failed;
    }
    if (transfer->file >= 0) close(transfer->file);
    transfer->file = -1;
    curl_multi_remove_handle(run->multi, easy);
    --run->active;
    start_next(run, transfer);
}

static void finish_done(struct run* run) {
    int left;
    CURLMsg* message;
    while ((message = curl_multi_info_read(run->multi, &left))) {
        if (message->msg == CURLMSG_DONE) finish(run, message->easy_handle, message->data.result);
    }
}

static int milliseconds_to_timer(const struct run* run) {
    if (run->timer < 0) return -1;
    const double left = (run->timer - now()) * 1e3;
    return left <= 0 ? 0 : (int)left + 1;
}

static void loop(struct run* run) {
    struct epoll_event events[EVENTS];
    int running;
    while (run->active > 0) {
        const int ready = epoll_wait(run->poller, events, EVENTS, milliseconds_to_timer(run));
        for (int i = 0; i < ready; ++i) {
            const unsigned seen = events[i].events;
            const int flags = (seen & EPOLLIN ? CURL_CSELECT_IN : 0) |
                              (seen & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                              (seen & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
            curl_multi_socket_action(run->multi, events[i].data.fd, flags, &running);
        }
        if (run->timer >= 0 && now() >= run->timer) {
            run->timer = -1;
            curl_multi_socket_action(run->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        finish_done(run);
    }
}

static int open_folder(const char* path) {
    const int folder = open(path, O_RDONLY | O_DIRECTORY);
    if (folder < 0) fail(path);
    return folder;
}

static void read_arguments(struct run* run, int argc, char** argv) {
    for (int letter; (letter = getopt(argc, argv, "c:b:o:")) != -1;) {
        switch (letter) {
            case 'c':
                run->concurrency = atol(optarg);
                break;
            case 'b':
                run->buffer_bytes = atol(optarg);
                break;
            case 'o':
                run->folder = open_folder(optarg);
                break;
            default:
                exit(2);
        }
    }
    if (optind + 1 != argc || run->concurrency < 1) {
        fprintf(stderr, "usage: multi_floor [-c N] [-b BYTES] [-o FOLDER] LIST\n");
        exit(2);
    }
    run->list = fopen(argv[optind], "r");
    if (!run->list) fail(argv[optind]);
}

int main(int argc, char** argv) {
    struct run run = {.folder = -1, .timer = -1, .concurrency = 64, .buffer_bytes = 16384};
    read_arguments(&run, argc, argv);
    curl_global_init(CURL_GLOBAL_ALL);
    run.poller = epoll_create1(0);
    run.multi = curl_multi_init();
    curl_multi_setopt(run.multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    curl_multi_setopt(run.multi, CURLMOPT_SOCKETDATA, &run);
    curl_multi_setopt(run.multi, CURLMOPT_TIMERFUNCTION, set_timer);
    curl_multi_setopt(run.multi, CURLMOPT_TIMERDATA, &run);
    curl_multi_setopt(run.multi, CURLMOPT_MAXCONNECTS, run.concurrency);

    run.transfers = calloc((size_t)run.concurrency, sizeof *run.transfers);
    if (!run.transfers) fail("calloc");
    for (long i = 0; i < run.concurrency; ++i) {
        prepare(&run, &run.transfers[i]);
        start_next(&run, &run.transfers[i]);
    }
    loop(&run);
    return run.failed != 0;
}
