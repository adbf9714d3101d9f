// SPDX-License-Identifier: MIT
#include "tests/support/waiting_cases.hpp"
#include "tests/unit/net/websocket_ends.hpp"

#include <grove/websocket.hpp>

#include <gtest/gtest.h>

#include <system_error>

// What of WebSockets blocks, for the suite of tests/support/waiting_cases.hpp.

namespace {

using namespace grove_test;

struct websocket_receive : websocket_ends {
    bool wait(grove::deadline until) {
        try {
            EXPECT_EQ(told(server.receive(until)), "text:x");
            return true;
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::timed_out) throw;
            return false;
        }
    }

    void allow() { client.send("x"); }
};

const blocking_traits for_one{
    .waiters = company::alone, .wakes = wake_up::later, .at_end = ending::outlives};

INSTANTIATE_TEST_SUITE_P(websocket, waiting,
                         testing::Values(kind_of<websocket_receive>("websocket_receive", for_one)),
                         name_of_kind);

}  // namespace
