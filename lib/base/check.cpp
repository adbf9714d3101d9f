// SPDX-License-Identifier: MIT
#include "base/check.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <atomic>
#include <cstdlib>

namespace grove::detail {
namespace {

std::atomic<name_writer> current_name{nullptr};

void write_all(std::string_view text) noexcept {
    while (!text.empty()) {
        const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace

void set_name_writer(name_writer writer) noexcept {
    current_name = writer;
}

void fatal(std::string_view text) noexcept {
    char name[128];
    std::size_t length = 0;
    if (const name_writer writer = current_name.load()) length = writer(name, sizeof name);
    write_all("grove: ");
    write_all(text);
    if (length != 0) {
        write_all(" (in ");
        write_all({name, length});
        write_all(")");
    }
    write_all("\n");
    std::abort();
}

void check_failed(const char* file, int line, const char* rule, std::string_view text) {
    fatal(fmt::format("{}:{}: {} [{}]", file, line, text, rule));
}

}  // namespace grove::detail
