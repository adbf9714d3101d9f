// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/process.hpp>
#include <grove/signals.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <latch>
#include <optional>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::failure;
using grove_test::let_it_park;

/// What the process does with a signal.
auto* action_of(int number) {
    struct sigaction present = {};
    ::sigaction(number, nullptr, &present);
    return present.sa_handler;
}

TEST(signals, run_their_function_in_a_new_greenlet_at_each_arrival) {
    grove::event came;
    std::vector<std::uint32_t> ids;
    const auto handle = grove::on_signal(SIGUSR1, [&] {
        grove::yield();  // it may wait
        ids.push_back(grove::this_greenlet::id());
        came.set();
    });
    auto keeper = grove::spawn([] { grove::sleep_for(20s); });  // a handle alone does not wait
    for (int i = 0; i < 2; ++i) {
        std::raise(SIGUSR1);
        came.wait();
        came.clear();
    }
    ASSERT_EQ(ids.size(), 2U);
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_NE(ids[0], grove::this_greenlet::id());
}

TEST(signals, end_nothing_while_a_handle_lives_and_do_as_before_after_it) {
    auto* const before = action_of(SIGUSR1);
    {
        auto handle = grove::on_signal(SIGUSR1);
        const auto second = grove::on_signal(SIGUSR1);
        EXPECT_NE(action_of(SIGUSR1), before);
        EXPECT_EQ(handle.number(), SIGUSR1);
        std::raise(SIGUSR1);
        EXPECT_TRUE(handle.wait());
    }
    EXPECT_EQ(action_of(SIGUSR1), before);
}

TEST(signals, reach_all_handles) {
    auto first = grove::on_signal(SIGUSR1);
    auto second = grove::on_signal(SIGUSR1);
    auto other = grove::on_signal(SIGUSR2);
    std::raise(SIGUSR1);
    EXPECT_TRUE(first.wait());
    EXPECT_TRUE(second.wait());
    EXPECT_EQ(second.arrivals(), 1U);
    EXPECT_EQ(other.arrivals(), 0U);
}

TEST(signals, leave_alone_what_somebody_else_has_set_meanwhile) {
    {
        const auto handle = grove::on_signal(SIGUSR1);
        std::signal(SIGUSR1, SIG_IGN);
    }
    EXPECT_EQ(action_of(SIGUSR1), SIG_IGN);
    std::signal(SIGUSR1, SIG_DFL);
}

// --- waiting ---

TEST(signals, a_wait_tells_of_each_arrival_once) {
    auto handle = grove::on_signal(SIGUSR1);
    std::raise(SIGUSR1);
    EXPECT_TRUE(handle.wait());
    EXPECT_FALSE(handle.wait(1ms));
    std::raise(SIGUSR1);
    EXPECT_TRUE(handle.wait(20s));
}

TEST(signals, a_wait_goes_on_until_another_thread_gets_one) {
    auto handle = grove::on_signal(SIGUSR1);
    auto waiting = grove::spawn([&] { return handle.wait(); });
    let_it_park(waiting);
    std::thread other([] { std::raise(SIGUSR1); });
    EXPECT_TRUE(waiting.get());
    other.join();
}

TEST(signals, a_wait_ends_by_a_scope_or_a_kill_and_takes_nothing) {
    auto handle = grove::on_signal(SIGUSR1);
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { handle.wait(); }));
    auto killed = grove::spawn([&] { handle.wait(); });
    let_it_park(killed);
    killed.kill();
    std::raise(SIGUSR1);
    EXPECT_TRUE(handle.wait());
}

TEST(signals, of_several_who_wait_each_arrival_is_told_to_one) {
    auto handle = grove::on_signal(SIGUSR1);
    auto first = grove::spawn([&] { return handle.wait(); });
    auto second = grove::spawn([&] { return handle.wait(); });
    let_it_park(second);
    std::raise(SIGUSR1);
    EXPECT_TRUE(first.get());
    let_it_park(second);
    std::raise(SIGUSR1);
    EXPECT_TRUE(second.get());
}

TEST(signals, who_waits_when_the_handle_goes_is_told) {
    std::optional handle(grove::on_signal(SIGUSR1));
    auto waiting = grove::spawn([&] { EXPECT_THROW(handle->wait(), std::logic_error); });
    let_it_park(waiting);
    handle.reset();
    waiting.join();
}

TEST(signals, do_not_keep_a_hub_from_saying_that_all_wait_for_ever) {
    const auto handle = grove::on_signal(SIGUSR1, [] {});
    grove::event never_set;
    EXPECT_THROW(never_set.wait(), grove::would_block_forever);
}

// --- ends ---

TEST(signals, a_handle_that_goes_kills_what_runs) {
    grove::event began;
    bool unwound = false;
    std::optional handle(grove::on_signal(SIGUSR1, [&] {
        const grove::on_exit note([&] { unwound = true; });
        began.set();
        grove::sleep_for(1000s);
    }));
    std::raise(SIGUSR1);
    EXPECT_TRUE(began.wait(20s));
    handle.reset();
    EXPECT_TRUE(unwound);
}

TEST(signals, a_function_may_end_its_own_handle) {
    auto* const before = action_of(SIGUSR1);
    grove::event done;
    std::optional<grove::signal_handle> handle;
    handle.emplace(grove::on_signal(SIGUSR1, [&] {
        handle.reset();
        grove::yield();
        done.set();
    }));
    std::raise(SIGUSR1);
    EXPECT_TRUE(done.wait(20s));
    EXPECT_EQ(action_of(SIGUSR1), before);
}

TEST(signals, those_that_cannot_be_taken_are_refused) {
    for (const int number : {0, -1, 65, SIGKILL, SIGSTOP, SIGSEGV, SIGFPE}) {
        EXPECT_EQ(failure([&] { static_cast<void>(grove::on_signal(number)); }),
                  std::errc::invalid_argument)
            << number;
    }
}

TEST(signals, have_names) {
    EXPECT_EQ(grove::signal_name(SIGTERM), "SIGTERM");
    EXPECT_EQ(grove::signal_name(35), "signal 35");
}

TEST(signals, are_not_taken_from_children) {
    const auto handle = grove::on_signal(SIGUSR1);
    EXPECT_EQ(grove::run({.shell = "kill -USR1 $$"}).status,
              grove::exit_status::killed_by(SIGUSR1));
    EXPECT_EQ(handle.arrivals(), 0U);
}

// --- threads ---

TEST(signals, reach_the_hubs_of_all_threads_that_asked) {
    auto handle = grove::on_signal(SIGUSR1);
    std::latch listening(2);
    std::atomic<int> told{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            auto mine = grove::on_signal(SIGUSR1);
            listening.count_down();
            if (mine.wait(20s)) ++told;
        });
    }
    listening.wait();
    ::kill(::getpid(), SIGUSR1);
    EXPECT_TRUE(handle.wait(20s));
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(told, 2);
}

TEST(signals, that_come_while_handles_come_and_go_do_no_harm) {
    auto* const before = std::signal(SIGUSR1, SIG_IGN);
    std::atomic<bool> enough{false};
    std::thread sender([&] {
        while (!enough) ::kill(::getpid(), SIGUSR1);
    });
    for (int i = 0; i < 200; ++i) {
        const auto handle = grove::on_signal(SIGUSR1, [] {});
        grove::yield();
    }
    enough = true;
    sender.join();
    std::signal(SIGUSR1, before);
}

}  // namespace
