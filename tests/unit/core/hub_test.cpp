// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/local.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// --- a wait that can never end ---

std::string report_of(const std::function<void()>& wait) {
    try {
        wait();
    } catch (const grove::would_block_forever& e) {
        return e.what();
    }
    return "nothing was reported";
}

TEST(blocked_forever, is_thrown_in_the_main_greenlet) {
    grove::event never_set;
    EXPECT_THROW(never_set.wait(), grove::would_block_forever);
    EXPECT_THROW(never_set.wait(), grove::would_block_forever);  // each time
}

TEST(blocked_forever, names_every_parked_greenlet_and_what_it_waits_on) {
    grove::event e;
    auto named = grove::spawn({.name = "reader"}, [&] { e.wait(); });
    auto joiner = grove::spawn([&] { named.join(); });
    const std::string report = report_of([&] { joiner.join(); });
    EXPECT_THAT(report, HasSubstr("would block forever"));
    EXPECT_THAT(report, HasSubstr("main greenlet parked on greenlet.join"));
    EXPECT_THAT(report, HasSubstr("reader parked on event 0x"));
    EXPECT_THAT(report, HasSubstr(joiner.name() + " parked on greenlet.join"));
    EXPECT_THAT(report, HasSubstr("spawned at hub_test.cpp:"));
}

TEST(blocked_forever, is_not_thrown_while_a_timer_is_pending) {
    const grove::simulation world;
    grove::event e;
    auto later = grove::spawn_after(1h, [&] { e.set(); });
    EXPECT_TRUE(e.wait());
}

TEST(blocked_forever, is_not_hidden_by_what_does_not_count) {
    auto& hub = grove::hub::current();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    {
        auto watch = hub.watch_fd(
            ends[0], grove::readiness::read, [](grove::readiness) {}, grove::keep_alive::no);
        auto call = hub.call_at(
            1h, [] {}, grove::keep_alive::no);
        grove::event e;
        EXPECT_THROW(e.wait(), grove::would_block_forever);
    }
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(blocked_forever, waits_for_work_that_another_thread_promised) {
    auto& hub = grove::hub::current();
    grove::event e;
    std::thread other;
    {
        auto promise = hub.expect_outside_work();
        other = std::thread([address = hub.address(), &e, kept = std::move(promise)] {
            std::this_thread::sleep_for(20ms);
            EXPECT_TRUE(address.post([&e] { e.set(); }));
        });
    }
    EXPECT_TRUE(e.wait());
    other.join();
}

TEST(blocked_forever, is_thrown_when_the_promise_was_broken) {
    auto& hub = grove::hub::current();
    grove::event e;
    std::thread other([kept = hub.expect_outside_work()]() mutable {
        std::this_thread::sleep_for(20ms);
        const grove::outside_work given_up = std::move(kept);
    });
    EXPECT_THROW(e.wait(), grove::would_block_forever);
    other.join();
}

TEST(blocked_forever, in_a_shielded_destructor_ends_the_process_with_the_report) {
    EXPECT_DEATH(
        {
            auto stubborn = grove::spawn({.name = "stubborn"}, [] {
                const grove::shield deaf;
                grove::sleep_until(grove::never);
            });
            grove::yield();
        },
        "would block forever.*\n.*main greenlet parked on greenlet.join.*\n.*stubborn parked");
}

TEST(blocked_forever, in_an_unshielded_destructor_ends_the_process_with_the_report) {
    EXPECT_DEATH(
        {
            grove::event e;
            const grove::on_exit waits([&] { e.wait(); });
            throw std::runtime_error("unwinding");
        },
        "would block forever");
}

// --- post ---

TEST(hub_post, runs_on_the_hub_in_order) {
    auto& hub = grove::hub::current();
    std::vector<int> order;
    for (int i = 0; i < 5; ++i) hub.post([&, i] { order.push_back(i); });
    EXPECT_TRUE(order.empty());
    grove::idle();
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(hub_post, from_many_threads_arrives_whole_and_in_each_threads_order) {
    constexpr int threads = 4;
    constexpr int posts = 2000;
    auto& hub = grove::hub::current();
    std::vector<std::vector<int>> seen(threads);
    int arrived = 0;
    grove::event all;
    std::vector<std::thread> senders;
    for (std::size_t t = 0; t < threads; ++t) {
        senders.emplace_back([&, t, address = hub.address(), kept = hub.expect_outside_work()] {
            for (int i = 0; i < posts; ++i) {
                address.post([&, t, i] {
                    seen[t].push_back(i);
                    if (++arrived == threads * posts) all.set();
                });
            }
        });
    }
    all.wait();
    for (auto& sender : senders) sender.join();
    for (const auto& of_thread : seen) {
        EXPECT_EQ(of_thread.size(), static_cast<std::size_t>(posts));
        EXPECT_TRUE(std::is_sorted(of_thread.begin(), of_thread.end()));
    }
}

TEST(hub_post, reaches_a_hub_whose_greenlets_are_busy) {
    auto& hub = grove::hub::current();
    std::atomic<bool> arrived = false;
    std::thread sender([&, address = hub.address()] { address.post([&] { arrived = true; }); });
    while (!arrived) grove::yield();  // never idle
    sender.join();
}

TEST(hub_post, to_a_hub_that_has_ended_says_false_and_destroys_the_call) {
    std::optional<grove::hub_address> address;
    std::thread([&] { address = grove::hub::current().address(); }).join();
    const auto held = std::make_shared<int>(1);
    EXPECT_FALSE(address->post([held] {}));
    EXPECT_EQ(held.use_count(), 1);
}

TEST(hub_post, what_a_posted_call_throws_is_reported_and_stops_no_other) {
    auto& hub = grove::hub::current();
    std::vector<std::string> reported;
    hub.set_error_handler(
        [&](std::string_view where, std::exception_ptr) { reported.emplace_back(where); });
    bool ran = false;
    hub.post([] { throw std::runtime_error("x"); });
    hub.post([&] { ran = true; });
    grove::idle();
    EXPECT_TRUE(ran);
    EXPECT_THAT(reported, ElementsAre("a posted call"));
}

// --- timed calls ---

TEST(timed_call, runs_at_its_time) {
    const grove::simulation world;
    grove::duration at{};
    auto call = grove::hub::current().call_at(
        3s, [&] { at = world.elapsed(); }, grove::keep_alive::yes);
    EXPECT_TRUE(call.pending());
    grove::sleep_for(5s);
    EXPECT_EQ(at, 3s);
    EXPECT_FALSE(call.pending());
}

TEST(timed_call, is_cancelled_with_its_object) {
    const grove::simulation world;
    bool ran = false;
    {
        auto call = grove::hub::current().call_at(
            1s, [&] { ran = true; }, grove::keep_alive::yes);
    }
    grove::sleep_for(5s);
    EXPECT_FALSE(ran);
}

TEST(timed_call, can_be_moved_to_another_time_and_set_again) {
    const grove::simulation world;
    std::vector<grove::duration> ran;
    auto call = grove::hub::current().call_at(
        1s, [&] { ran.push_back(world.elapsed()); }, grove::keep_alive::yes);
    call.set(2s);
    grove::sleep_for(5s);
    call.set(1s);
    grove::sleep_for(5s);
    call.set(1s);
    call.cancel();
    grove::sleep_for(5s);
    EXPECT_THAT(ran, ElementsAre(2s, 6s));
}

TEST(timed_call, that_sets_itself_again_repeats_without_starving_others) {
    auto& hub = grove::hub::current();
    int ticks = 0;
    grove::timed_call call;
    call = hub.call_at(
        0s, [&] { ++ticks, call.set(0s); }, grove::keep_alive::yes);
    grove::sleep_for(1ms);
    auto other = grove::spawn([] { grove::yield(); });
    other.join();
    EXPECT_GT(ticks, 0);
}

TEST(timed_call, can_end_inside_its_own_callback) {
    const grove::simulation world;
    const auto held = std::make_shared<int>(1);
    grove::timed_call call;
    call = grove::hub::current().call_at(
        1s,
        [&call, held] {
            call = {};
            EXPECT_EQ(*held, 1);  // what the callback holds lives until it returns
        },
        grove::keep_alive::yes);
    grove::sleep_for(2s);
    EXPECT_EQ(held.use_count(), 1);
}

// --- services, errors, snapshot ---

std::vector<std::string>* life = nullptr;

template <char Name>
struct noted_service : grove::hub_service {
    explicit noted_service(grove::hub&) { note("made"); }

    ~noted_service() override { note("destroyed"); }

    void on_stop() override { note("stopped"); }

    static void note(const char* what) { life->push_back(std::string(1, Name) + " " + what); }
};

TEST(hub_services, are_made_once_and_end_with_the_hub_in_reverse_order) {
    std::vector<std::string> trace;
    life = &trace;
    std::thread([] {
        auto& hub = grove::hub::current();
        auto& a = hub.service<noted_service<'a'>>();
        hub.service<noted_service<'b'>>();
        EXPECT_EQ(&hub.service<noted_service<'a'>>(), &a);
    }).join();
    EXPECT_THAT(trace, ElementsAre("a made", "b made", "b stopped", "a stopped", "b destroyed",
                                   "a destroyed"));
}

TEST(hub_errors, are_told_with_the_greenlets_name_and_kept) {
    std::string who;
    std::string what;
    grove::hub::current().set_error_handler([&](std::string_view name, std::exception_ptr e) {
        who = name;
        try {
            std::rethrow_exception(e);
        } catch (const std::exception& error) {
            what = error.what();
        }
    });
    auto g = grove::spawn({.name = "fail"}, [] { throw std::runtime_error("You fail"); });
    g.join();
    EXPECT_EQ(who, "fail");
    EXPECT_EQ(what, "You fail");
    EXPECT_NE(g.exception(), nullptr);
}

TEST(hub_errors, are_printed_in_one_line_unless_handled) {
    testing::internal::CaptureStderr();
    grove::spawn({.name = "fail"}, [] { throw std::runtime_error("You fail"); }).join();
    const std::string line = testing::internal::GetCapturedStderr();
    EXPECT_THAT(line, testing::MatchesRegex(
                          "[0-9-]+T[0-9:]+Z fail failed with std::runtime_error: You fail\n"));
}

TEST(hub_errors, of_a_kill_are_none) {
    testing::internal::CaptureStderr();
    auto g = grove::spawn([] { grove::sleep_until(grove::never); });
    grove::yield();
    g.kill();
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(hub_snapshot, tells_of_every_greenlet) {
    const grove::simulation world;
    grove::event e;
    auto parked = grove::spawn({.name = "waiter"}, [&] { e.wait(); });
    grove::yield();
    auto ready = grove::spawn({.name = "next"}, [] {});
    parked.request_kill();
    const auto seen = grove::hub::current().snapshot();
    ASSERT_EQ(seen.greenlets.size(), 3U);
    EXPECT_EQ(seen.greenlets[0].state, "running");
    EXPECT_EQ(seen.greenlets[1].name, "waiter");
    EXPECT_TRUE(seen.greenlets[1].kill_pending);
    EXPECT_EQ(seen.greenlets[2].name, "next");
    EXPECT_EQ(seen.greenlets[2].state, "ready");
    EXPECT_THAT(grove::to_string(seen), HasSubstr("kill pending"));
}

// --- join, idle ---

TEST(hub_join, waits_until_no_other_greenlet_is_left) {
    const grove::simulation world;
    int ended = 0;
    for (int i = 1; i <= 3; ++i) {
        grove::spawn_detached([&, i] {
            grove::sleep_for(std::chrono::seconds(i));
            ++ended;
        });
    }
    EXPECT_TRUE(grove::hub::current().join());
    EXPECT_EQ(ended, 3);
}

TEST(hub_join, says_false_at_its_deadline) {
    const grove::simulation world;
    auto g = grove::spawn([] { grove::sleep_for(5s); });
    EXPECT_FALSE(grove::hub::current().join(1s));
    EXPECT_EQ(world.elapsed(), 1s);
}

TEST(hub_join, of_an_idle_hub_returns) {
    EXPECT_TRUE(grove::hub::current().join());
}

TEST(idle, waits_until_nothing_else_is_ready) {
    int turns = 0;
    auto busy = grove::spawn([&] {
        for (; turns < 100; ++turns) grove::yield();
    });
    grove::idle();
    EXPECT_EQ(turns, 100);
}

// --- the end of a thread ---

TEST(end_of_a_thread, kills_the_greenlets_that_are_left_and_runs_their_destructors) {
    std::vector<std::string> trace;
    std::thread([&] {
        grove::spawn_detached([&] {
            const grove::on_exit note([&] { trace.emplace_back("parked one gone"); });
            grove::sleep_for(1h);
        });
        grove::yield();
        grove::spawn_detached([&] { trace.emplace_back("never runs"); });
        trace.emplace_back("thread returns");
    }).join();
    EXPECT_THAT(trace, ElementsAre("thread returns", "parked one gone"));
}

TEST(end_of_a_thread, waits_for_clean_up_that_waits) {
    bool cleaned = false;
    std::thread([&] {
        grove::spawn_detached([&] {
            const grove::on_exit cleanup([&] {
                const grove::shield finish;
                grove::sleep_for(5ms);
                cleaned = true;
            });
            grove::sleep_for(1h);
        });
        grove::yield();
    }).join();
    EXPECT_TRUE(cleaned);
}

TEST(end_of_a_thread, destroys_the_main_greenlets_locals) {
    const auto held = std::make_shared<int>(1);
    const grove::local<std::shared_ptr<int>> x;
    std::thread([&] { *x = held; }).join();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(end_of_a_thread, a_greenlet_that_spawns_another_while_it_dies_holds_nothing_up) {
    bool ran = false;
    std::thread([&] {
        grove::spawn_detached([&] {
            const grove::on_exit again([&] { grove::spawn_detached([&] { ran = true; }); });
            grove::sleep_for(1h);
        });
        grove::yield();
    }).join();
    SUCCEED();
}

TEST(end_of_a_thread, a_handle_that_outlives_its_hub_can_be_destroyed) {
    EXPECT_EXIT(
        {
            static auto forever = grove::spawn([] { grove::sleep_until(grove::never); });
            grove::yield();
            std::exit(0);
        },
        testing::ExitedWithCode(0), "^$");
}

/// For the programs that death tests begin meanwhile: LeakSanitizer does not look into the frames
/// of a main that is parked when the process ends.
class no_leak_check {
 public:
    no_leak_check() {
        if (before_ != nullptr) options_ = before_;
        ::setenv(name, (options_ + ":detect_leaks=0").c_str(), 1);
    }

    no_leak_check(const no_leak_check&) = delete;
    no_leak_check& operator=(const no_leak_check&) = delete;

    ~no_leak_check() {
        if (before_ == nullptr)
            ::unsetenv(name);
        else
            ::setenv(name, options_.c_str(), 1);
    }

 private:
    static constexpr const char* name = "ASAN_OPTIONS";
    const char* before_ = std::getenv(name);
    std::string options_;
};

TEST(end_of_a_thread, exit_inside_a_greenlet_ends_the_process) {
    const no_leak_check main_is_parked;
    EXPECT_EXIT(grove::spawn([] { std::exit(3); }).join(), testing::ExitedWithCode(3), "^$");
}

}  // namespace
