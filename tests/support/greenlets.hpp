// SPDX-License-Identifier: MIT
#pragma once

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace grove_test {

/// For a greenlet that is only ever killed.
[[noreturn]] inline void park_for_ever() {
    grove::sleep_until(grove::never);
    std::abort();
}

/// Keeps what greenlets fail with off stderr, and counts it.
class quiet : public testing::Test {
 protected:
    quiet() {
        grove::hub::current().set_error_handler(
            [this](std::string_view name, std::exception_ptr) { reported.emplace_back(name); });
    }

    std::vector<std::string> reported;
};

}  // namespace grove_test
