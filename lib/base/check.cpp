// SPDX-License-Identifier: MIT
#include "base/check.hpp"

#include "base/raw_write.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>

namespace grove::detail {
namespace {

std::atomic<name_writer> current_name{nullptr};

}  // namespace

void set_name_writer(name_writer writer) noexcept {
    current_name = writer;
}

void fatal(std::string_view text) noexcept {
    char name[128];
    std::size_t length = 0;
    if (const name_writer writer = current_name.load()) length = writer(name, sizeof name);
    say_raw("grove: ");
    say_raw(text);
    if (length != 0) {
        say_raw(" (in ");
        say_raw({name, length});
        say_raw(")");
    }
    say_raw("\n");
    std::abort();
}

void check_failed(const char* file, int line, const char* rule, std::string_view text) {
    fatal(fmt::format("{}:{}: {} [{}]", file, line, text, rule));
}

}  // namespace grove::detail
