// SPDX-License-Identifier: MIT
#include <grove/blocked_watch.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/thread_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::blocked_report;
using grove::blocked_watch;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// What was told, by the watching thread.
class reports {
 public:
    grove::blocked_watch_options into(grove::duration longer_than = 100ms) {
        return {.longer_than = longer_than, .tell = [this](const blocked_report& told) {
                    const std::lock_guard hold(guard_);
                    all_.push_back(told);
                    when_.push_back(std::chrono::steady_clock::now());
                }};
    }

    std::vector<blocked_report> all() {
        const std::lock_guard hold(guard_);
        return all_;
    }

    std::chrono::steady_clock::time_point first() {
        const std::lock_guard hold(guard_);
        return when_.at(0);
    }

 private:
    std::mutex guard_;
    std::vector<blocked_report> all_;
    std::vector<std::chrono::steady_clock::time_point> when_;
};

/// Computes; nothing of it can be inlined into its caller.
[[gnu::noinline]] std::uint64_t burn_the_time(std::chrono::milliseconds time) {
    std::uint64_t sum = 0;
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        for (int i = 0; i < 1000; ++i) sum += static_cast<std::uint64_t>(i) * sum + 1;
    }
    return sum;
}

volatile std::uint64_t result;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

class blocked_hubs : public testing::Test {
 protected:
    /// libunwind keeps a pipe from its first use on.
    static void SetUpTestSuite() { const blocked_watch first; }
};

TEST_F(blocked_hubs, names_a_greenlet_that_computes_and_the_function_it_is_in) {
    reports told;
    const blocked_watch watching(told.into());
    const auto began = std::chrono::steady_clock::now();
    auto burner = grove::spawn({.name = "burner"}, [] { result = burn_the_time(300ms); });
    burner.join();
    ASSERT_THAT(told.all(), SizeIs(1));
    const blocked_report one = told.all().at(0);
    EXPECT_EQ(one.greenlet, "burner");
    EXPECT_THAT(one.spawned_at, HasSubstr("blocked_watch_test.cpp:"));
    EXPECT_THAT(one.frames, Contains(HasSubstr("burn_the_time")));
    EXPECT_GE(one.for_how_long, 100ms);
    EXPECT_LT(told.first() - began, 200ms);
}

TEST_F(blocked_hubs, names_one_that_blocks_its_thread) {
    reports told;
    const blocked_watch watching(told.into(20ms));
    auto sleeper = grove::spawn({.name = "sleeper"}, [] {
        const auto end = std::chrono::steady_clock::now() + 100ms;
        while (std::chrono::steady_clock::now() < end) ::usleep(1000);
    });
    sleeper.join();
    ASSERT_THAT(told.all(), SizeIs(1));
    EXPECT_EQ(told.all().at(0).greenlet, "sleeper");
}

TEST_F(blocked_hubs, tells_each_time_once) {
    reports told;
    const blocked_watch watching(told.into(20ms));
    for (int i = 0; i < 2; ++i) grove::spawn([] { result = burn_the_time(100ms); }).join();
    EXPECT_THAT(told.all(), SizeIs(2));
}

TEST_F(blocked_hubs, says_nothing_of_a_hub_that_waits_or_works) {
    reports told;
    const blocked_watch watching(told.into(20ms));
    auto busy = grove::spawn([] {
        const auto end = std::chrono::steady_clock::now() + 100ms;
        while (std::chrono::steady_clock::now() < end) grove::yield();
    });
    busy.join();
    grove::sleep_for(100ms);
    EXPECT_THAT(told.all(), IsEmpty());
}

TEST_F(blocked_hubs, sees_the_hubs_of_all_threads) {
    reports told;
    const blocked_watch watching(told.into(20ms));
    std::thread other(
        [] { grove::spawn({.name = "elsewhere"}, [] { result = burn_the_time(100ms); }).join(); });
    grove::thread_pool waiting(1);
    waiting.run([&] { other.join(); });
    ASSERT_THAT(told.all(), SizeIs(1));
    EXPECT_EQ(told.all().at(0).greenlet, "elsewhere");
}

TEST_F(blocked_hubs, a_callback_of_the_hub_is_named_so) {
    reports told;
    const blocked_watch watching(told.into(20ms));
    grove::hub::current().post([] { result = burn_the_time(100ms); });
    grove::sleep_for(1ms);
    ASSERT_THAT(told.all(), SizeIs(1));
    EXPECT_EQ(told.all().at(0).greenlet, "the hub");
    EXPECT_EQ(told.all().at(0).spawned_at, "");
}

TEST_F(blocked_hubs, does_not_count_time_in_which_the_process_was_stopped) {
    const pid_t me = ::getpid();
    reports told;
    const blocked_watch watching(told.into(40ms));
    std::thread stopper([me] {
        if (::fork() == 0) {
            ::kill(me, SIGSTOP);
            const timespec pause{0, 200'000'000};
            ::nanosleep(&pause, nullptr);
            ::kill(me, SIGCONT);
            ::_exit(0);
        }
        ::wait(nullptr);
    });
    grove::spawn([] { result = burn_the_time(20ms); }).join();
    grove::thread_pool waiting(1);
    waiting.run([&] { stopper.join(); });
    EXPECT_THAT(told.all(), IsEmpty());
}

TEST_F(blocked_hubs, is_alone_in_the_process) {
    const blocked_watch first;
    EXPECT_THROW(blocked_watch second, std::logic_error);
}

TEST_F(blocked_hubs, refuses_a_time_that_is_too_short) {
    EXPECT_THROW(blocked_watch({.longer_than = 1ms}), std::invalid_argument);
}

TEST_F(blocked_hubs, gives_the_signal_back) {
    struct sigaction before {};

    struct sigaction after {};

    ::sigaction(SIGURG, nullptr, &before);
    { const blocked_watch watching; }
    ::sigaction(SIGURG, nullptr, &after);
    EXPECT_EQ(after.sa_handler, before.sa_handler);
    const blocked_watch again;
}

TEST_F(blocked_hubs, prints_a_report_that_nobody_takes) {
    testing::internal::CaptureStderr();
    {
        const blocked_watch watching({.longer_than = 20ms});
        grove::spawn({.name = "burner"}, [] { result = burn_the_time(100ms); }).join();
    }
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_THAT(text,
                testing::MatchesRegex("grove: burner has kept its hub for [0-9]+ms, spawned at "
                                      "blocked_watch_test.cpp:[0-9]+:\n(  .*\n)+"));
    EXPECT_THAT(text, HasSubstr("burn_the_time"));
}

}  // namespace
