// SPDX-License-Identifier: MIT
#include <grove/blocked_watch.hpp>
#include <grove/deadline.hpp>
#include <grove/introspect.hpp>
#include <grove/switch_trace.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace grove::introspect {
namespace {

constexpr duration shortest_watch = std::chrono::milliseconds(4);

void watch_blocked(const char* wish) {
    const auto longer_than = parse_duration(wish);
    if (!longer_than || *longer_than < shortest_watch) {
        std::fprintf(stderr, "grove: GROVE_WATCH_BLOCKED=%s: write a time of 4ms or more\n", wish);
        return;
    }
    static const blocked_watch watching({.longer_than = *longer_than});
}

/// With the process's number for `%p`.
std::string file_named_by(std::string_view wish) {
    std::string name(wish);
    const std::string number = std::to_string(::getpid());
    for (std::size_t at = 0; (at = name.find("%p", at)) != std::string::npos; at += number.size())
        name.replace(at, 2, number);
    return name;
}

void trace(const char* wish) {
    try {
        // Never ended: greenlets may run until the very last, and the file is whole as it is.
        static const auto* const tracing = new switch_trace(file_named_by(wish));
        static_cast<void>(tracing);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "grove: GROVE_TRACE=%s: %s\n", wish, error.what());
    }
}

bool obey_once() {
    if (const char* const wish = std::getenv("GROVE_WATCH_BLOCKED")) watch_blocked(wish);
    if (const char* const wish = std::getenv("GROVE_TRACE")) trace(wish);
    return true;
}

/// For programs on libgrove.so, which need not be made for it.
const bool at_load = obey_once();

}  // namespace

void obey_environment() {
    static_cast<void>(at_load);
}

}  // namespace grove::introspect
