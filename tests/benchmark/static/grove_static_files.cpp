// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/static_files.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>

// What it costs to know the answer to a request for a file that was asked for before.
//
//     grove_static_files WORKLOAD [COUNT]
//
// The request has the fields that a browser sends. `looked_up` is what is spared: the file opened
// below its folder, looked at and closed.

namespace {

std::atomic<std::uint64_t> allocations{0};

class area {
 public:
    area() {
        std::string made = "/tmp/grove_static_XXXXXX";
        if (::mkdtemp(made.data()) == nullptr) throw std::runtime_error("no folder in /tmp");
        path_ = made;
        for (const char* name : {"index.html", "index.html.br", "large.bin"}) {
            const std::size_t size = std::string_view(name) == "large.bin" ? 100'000 : 1024;
            std::ofstream(path_ / name) << std::string(size, 'x');
        }
    }

    area(const area&) = delete;
    area& operator=(const area&) = delete;

    ~area() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string path() const { return path_.string(); }

 private:
    std::filesystem::path path_;
};

constexpr grove::static_field browser_fields[] = {
    {"Host", "localhost:8000"},
    {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
    {"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    {"Accept-Language", "en-US,en;q=0.5"},
    {"Accept-Encoding", "gzip, deflate, br, zstd"},
    {"Connection", "keep-alive"},
    {"Upgrade-Insecure-Requests", "1"},
    {"Sec-Fetch-Dest", "document"},
    {"Sec-Fetch-Mode", "navigate"},
    {"Sec-Fetch-Site", "none"},
    {"Priority", "u=0, i"},
};

grove::static_answer ask(grove::static_files& site, std::string_view target,
                         const grove::static_field& more) {
    grove::static_request request{.method = "GET", .target = target};
    for (const auto& field : browser_fields) request.add(field.name, field.value);
    if (!more.name.empty()) request.add(more.name, more.value);
    return site.answer(request);
}

void expect(const grove::static_answer& answer, unsigned status) {
    if (answer.status() != status)
        throw std::runtime_error("status " + std::to_string(answer.status()));
}

void measure_answers(std::string_view name, std::uint64_t count, std::string_view target,
                     const grove::static_field& more, unsigned status) {
    const area folder;
    grove::static_files site(folder.path(), {.valid = std::chrono::hours(1)});
    expect(ask(site, target, more), status);
    const std::uint64_t before = allocations;
    const double each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) expect(ask(site, target, more), status);
    });
    const auto taken = static_cast<double>(allocations - before) / static_cast<double>(count);
    measure::report(name, each, "ns");
    measure::report(std::string(name) + ".allocations", taken, "a request");
}

void whole(std::string_view name, std::uint64_t count) {
    measure_answers(name, count, "/index.html?v=3", {}, 200);
}

void opened(std::string_view name, std::uint64_t count) {
    measure_answers(name, count, "/large.bin", {}, 200);
}

void part(std::string_view name, std::uint64_t count) {
    measure_answers(name, count, "/large.bin", {"Range", "bytes=1000-1999"}, 206);
}

void unchanged(std::string_view name, std::uint64_t count) {
    measure_answers(name, count, "/large.bin", {"If-None-Match", "*"}, 304);
}

void looked_up(std::string_view, std::uint64_t count) {
    const area folder;
    const int root = ::open(folder.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH;
    const double each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            struct stat about {};
            const auto fd =
                static_cast<int>(::syscall(SYS_openat2, root, "index.html", &how, sizeof how));
            if (fd < 0 || ::fstat(fd, &about) != 0) throw std::runtime_error("openat2");
            ::close(fd);
        }
    });
    measure::report("static_whole", each, "ns");
    ::close(root);
}

constexpr measure::workload workloads[] = {
    {"static_whole", 2'000'000, whole}, {"static_opened", 2'000'000, opened},
    {"static_part", 1'000'000, part},   {"static_unchanged", 2'000'000, unchanged},
    {"looked_up", 300'000, looked_up},
};

}  // namespace

void* operator new(std::size_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

int main(int argc, char** argv) {
    return measure::run_one(workloads, {argv, static_cast<std::size_t>(argc)});
}
