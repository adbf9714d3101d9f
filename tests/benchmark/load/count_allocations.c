// SPDX-License-Identifier: MIT
// Preloaded into a program, counts how often it asks for memory and says so at its end, on stderr:
// `allocations<TAB>N<TAB>`.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static atomic_ulong count;

// What dlsym itself asks for before the real ones are known.
static char early[16384] __attribute__((aligned(16)));
static size_t early_used;

static void* from_early(size_t size) {
    size_t begin = early_used;
    early_used += (size + 15) & ~(size_t)15;
    return early_used <= sizeof early ? early + begin : NULL;
}

static int is_early(const void* at) {
    return (const char*)at >= early && (const char*)at < early + sizeof early;
}

static void* (*real_malloc)(size_t);
static void* (*real_calloc)(size_t, size_t);
static void* (*real_realloc)(void*, size_t);
static void* (*real_aligned)(size_t, size_t);
static void (*real_free)(void*);

static void look_up(void* function, const char* name) {
    void* found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

__attribute__((constructor)) static void begin(void) {
    look_up(&real_free, "free");
    look_up(&real_realloc, "realloc");
    look_up(&real_aligned, "aligned_alloc");
    look_up(&real_calloc, "calloc");
    look_up(&real_malloc, "malloc");
}

__attribute__((destructor)) static void end(void) {
    fprintf(stderr, "allocations\t%lu\t\n", atomic_load(&count));
}

static void counted(void) {
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

void* malloc(size_t size) {
    counted();
    return real_malloc ? real_malloc(size) : from_early(size);
}

void* calloc(size_t n, size_t size) {
    counted();
    return real_calloc ? real_calloc(n, size) : from_early(n * size);
}

void* realloc(void* at, size_t size) {
    counted();
    return real_realloc(at, size);
}

void* aligned_alloc(size_t alignment, size_t size) {
    counted();
    return real_aligned(alignment, size);
}

int posix_memalign(void** into, size_t alignment, size_t size) {
    counted();
    *into = real_aligned(alignment, size);
    return *into ? 0 : 12;
}

void free(void* at) {
    if (at && !is_early(at)) real_free(at);
}
