// SPDX-License-Identifier: MIT
#include "core/beacon.hpp"

#include <grove/blocked_watch.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/introspect.hpp>
#include <grove/remote_event.hpp>
#include <grove/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::greenlet_snapshot;
using grove::introspect::hub_view;
using grove::introspect::process_snapshot;
using grove::introspect::snapshot;
using grove::introspect::to_json;
using grove::introspect::to_tree;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// A thread with a hub whose main greenlet waits until the test ends.
class other_hub {
 public:
    explicit other_hub(std::string name) {
        std::promise<void> there;
        thread_ = std::thread([this, name, &there] {
            ::pthread_setname_np(::pthread_self(), name.c_str());
            auto worker = grove::spawn({.name = name + "'s worker"}, [this] { end_.wait(); });
            grove::yield();
            there.set_value();
            end_.wait();
        });
        there.get_future().wait();
    }

    other_hub(const other_hub&) = delete;
    other_hub& operator=(const other_hub&) = delete;

    ~other_hub() {
        end_.set();
        thread_.join();
    }

 private:
    grove::remote_event end_;
    std::thread thread_;
};

/// A thread whose hub is kept by a greenlet that computes until the test ends.
class kept_hub {
 public:
    kept_hub() {
        std::promise<void> there;
        thread_ = std::thread([this, &there] {
            auto burner = grove::spawn({.name = "burner"}, [this, &there] {
                there.set_value();
                compute_until_told();
            });
            burner.join();
        });
        there.get_future().wait();
    }

    kept_hub(const kept_hub&) = delete;
    kept_hub& operator=(const kept_hub&) = delete;

    ~kept_hub() {
        end_ = true;
        thread_.join();
    }

 private:
    [[gnu::noinline]] void compute_until_told() {
        while (!end_) {
        }
    }

    std::atomic<bool> end_ = false;
    std::thread thread_;
};

class introspection : public testing::Test {
 protected:
    /// libunwind keeps a pipe from its first use on.
    static void SetUpTestSuite() { const grove::blocked_watch first; }
};

greenlet_snapshot parked(std::uint32_t id, std::uint32_t spawner) {
    greenlet_snapshot g;
    g.id = id;
    g.name = id == 0 ? "main greenlet" : "Greenlet-" + std::to_string(id);
    g.state = "parked";
    g.waits_on = "event 0x" + std::to_string(id);
    g.for_how_long = std::chrono::milliseconds(id);
    if (id != 0) {
        g.spawned_at = "a.cpp:1";
        g.spawner = spawner;
        g.spawned_by = spawner == 0 ? "main greenlet" : "Greenlet-" + std::to_string(spawner);
    }
    return g;
}

process_snapshot one_hub(std::vector<greenlet_snapshot> greenlets) {
    hub_view hub;
    hub.thread = 7;
    hub.thread_name = "crawler";
    hub.answered = true;
    hub.seen.greenlets = std::move(greenlets);
    hub.seen.timers = 1;
    hub.seen.watches = 2;
    hub.seen.switches = 3;
    hub.seen.contexts = 4;
    return {.within = 100ms, .hubs = {hub}};
}

TEST_F(introspection, a_tree_has_each_greenlet_under_the_one_that_spawned_it) {
    EXPECT_EQ(to_tree(one_hub({parked(0, 0), parked(1, 0), parked(2, 1), parked(3, 0)})),
              "hub of thread 7 (crawler): 4 greenlets, 1 timer, 2 descriptors, 3 switches\n"
              "  main greenlet, parked on event 0x0 for 0s\n"
              "    Greenlet-1, parked on event 0x1 for 1ms, spawned at a.cpp:1\n"
              "      Greenlet-2, parked on event 0x2 for 2ms, spawned at a.cpp:1\n"
              "    Greenlet-3, parked on event 0x3 for 3ms, spawned at a.cpp:1\n");
}

TEST_F(introspection, a_tree_names_a_spawner_that_has_ended_in_brackets) {
    EXPECT_THAT(to_tree(one_hub({parked(0, 0), parked(9, 5)})),
                HasSubstr("  [Greenlet-5]\n"
                          "    Greenlet-9, parked"));
}

TEST_F(introspection, a_tree_makes_one_line_of_many_that_are_alike) {
    const auto seen = one_hub(
        {parked(0, 0), parked(1, 0), parked(2, 0), parked(3, 0), parked(4, 0), parked(5, 4)});
    EXPECT_THAT(to_tree(seen, {.alike = 2}),
                HasSubstr("    Greenlet-1 and 2 more, parked on event for 1ms to 3ms, spawned at "
                          "a.cpp:1\n"
                          "    Greenlet-4, parked on event 0x4 for 4ms, spawned at a.cpp:1\n"
                          "      Greenlet-5,"));
    EXPECT_THAT(to_tree(seen, {.alike = 3}), Not(HasSubstr("more")));
}

TEST_F(introspection, says_so_where_no_thread_has_a_hub) {
    EXPECT_EQ(to_tree(snapshot()), "no thread has a hub\n");
    EXPECT_THAT(to_json(snapshot()), HasSubstr("\"hubs\":[]"));
}

TEST_F(introspection, a_chain_of_spawners_may_be_long) {
    std::vector<greenlet_snapshot> chain{parked(0, 0)};
    for (std::uint32_t i = 1; i < 5000; ++i) chain.push_back(parked(i, i - 1));
    EXPECT_THAT(to_tree(one_hub(chain)), HasSubstr("Greenlet-4999"));
}

/// Easier to read in C++.
std::string with_double_quotes(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

TEST_F(introspection, json_says_all_with_the_same_keys_each_time) {
    process_snapshot seen = one_hub({parked(0, 0), parked(3, 0)});
    seen.hubs[0].seen.services.push_back({"3foo", ""});
    seen.hubs[0].stacks = {{}, {"inner()", "outer()"}};
    hub_view silent;
    silent.thread = 8;
    silent.running = "Greenlet-9";
    silent.spawned_at = "b.cpp:2";
    silent.frames = {"burn(int)"};
    seen.hubs.push_back(silent);
    const std::string expected =
        "{'pid':" + std::to_string(::getpid()) +
        ",'hubs':[{'thread':7,'thread_name':'crawler','answered':true,"
        "'timers':1,'watches':2,'switches':3,'stacks':4,"
        "'services':[{'name':'foo','text':null}],'greenlets':["
        "{'id':0,'name':'main greenlet','state':'parked','waits_on':'event 0x0',"
        "'seconds':0.000000,'spawned_at':null,'spawner':null,'spawned_by':null,"
        "'kill_pending':false,'stack':[]},"
        "{'id':3,'name':'Greenlet-3','state':'parked','waits_on':'event 0x3',"
        "'seconds':0.003000,'spawned_at':'a.cpp:1','spawner':0,'spawned_by':'main greenlet',"
        "'kill_pending':false,'stack':['inner()','outer()']}]},"
        "{'thread':8,'thread_name':null,'answered':false,'running':'Greenlet-9',"
        "'spawned_at':'b.cpp:2','stack':['burn(int)']}]}";
    EXPECT_EQ(to_json(seen), with_double_quotes(expected));
}

TEST_F(introspection, json_is_valid_whatever_a_greenlet_is_named) {
    process_snapshot seen = one_hub({parked(0, 0)});
    seen.hubs[0].seen.greenlets[0].name = "a\"\\\n\x01 \xC3\xA9 \xC3 \xED\xA0\x80 \xF0\x9F\x98\x80";
    EXPECT_THAT(to_json(seen),
                HasSubstr("\"a\\\"\\\\\\u000a\\u0001 \xC3\xA9 \xEF\xBF\xBD "
                          "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xF0\x9F\x98\x80\""));
}

TEST_F(introspection, tells_name_state_wait_and_place) {
    grove::event never_set;
    auto waiting = grove::spawn({.name = "waiting"}, [&] { never_set.wait(); });
    grove::yield();
    const auto seen = snapshot();
    ASSERT_THAT(seen.hubs, SizeIs(1));
    EXPECT_EQ(seen.hubs[0].thread, ::gettid());
    EXPECT_THAT(to_tree(seen), HasSubstr("    waiting, parked on event 0x"));
    EXPECT_THAT(to_tree(seen), HasSubstr(", spawned at introspect_test.cpp:"));
    EXPECT_THAT(to_tree(seen), HasSubstr("main greenlet, running"));
}

TEST_F(introspection, sees_the_hubs_of_all_threads_though_they_sleep) {
    const other_hub first("first");
    const other_hub second("second");
    const auto seen = snapshot({.within = 10s});
    ASSERT_THAT(seen.hubs, SizeIs(2));
    EXPECT_EQ(seen.hubs[0].thread_name, "first");
    EXPECT_EQ(seen.hubs[1].thread_name, "second");
    EXPECT_THAT(to_tree(seen), HasSubstr("first's worker, parked on remote_event"));
    EXPECT_THAT(to_tree(seen), HasSubstr("second's worker, parked on remote_event"));
}

TEST_F(introspection, two_hubs_may_ask_each_other) {
    grove::remote_event both;
    std::optional<process_snapshot> theirs;
    std::promise<void> there;
    std::thread other([&] {
        static_cast<void>(grove::hub::current());
        there.set_value();
        both.wait();
        theirs = snapshot({.within = 10s});
    });
    there.get_future().wait();
    both.set();
    const auto ours = snapshot({.within = 10s});
    EXPECT_TRUE(ours.hubs.at(0).answered);
    other.join();
    for (const hub_view& hub : theirs->hubs) EXPECT_TRUE(hub.answered);
}

TEST_F(introspection, lets_other_greenlets_run_while_a_hub_does_not_answer) {
    const kept_hub kept;
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    static_cast<void>(snapshot({.within = 10ms}));
    EXPECT_TRUE(ran);
}

TEST_F(introspection, says_what_keeps_a_hub_that_does_not_answer) {
    const kept_hub kept;
    const auto seen = snapshot({.within = 10ms});
    ASSERT_THAT(seen.hubs, SizeIs(1));
    const hub_view& hub = seen.hubs[0];
    EXPECT_FALSE(hub.answered);
    EXPECT_EQ(hub.running, "burner");
    EXPECT_THAT(hub.frames, Contains(HasSubstr("compute_until_told")));
    EXPECT_THAT(
        to_tree(seen),
        HasSubstr(
            ": has not answered within 10ms; kept by burner, spawned at introspect_test.cpp:"));
}

TEST_F(introspection, does_not_jump_in_the_time_of_a_simulation) {
    const kept_hub kept;
    const grove::simulation time;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THAT(snapshot({.within = 10ms}).hubs, SizeIs(2));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 10ms);
    EXPECT_EQ(time.elapsed(), 0ns);
}

TEST_F(introspection, may_be_asked_for_in_a_callback_of_the_hub) {
    std::optional<process_snapshot> seen;
    grove::event looked;
    grove::hub::current().post([&] {
        seen = snapshot();
        looked.set();
    });
    looked.wait();
    EXPECT_THAT(to_tree(*seen), HasSubstr("main greenlet, parked on event"));
}

volatile int result;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

[[gnu::noinline]] void wait_deep_inside(grove::event& until) {
    until.wait();
    result = 1;  // no call in the last place, whose frame would be gone
}

TEST_F(introspection, takes_the_stacks_of_greenlets_that_wait) {
    grove::event end;
    auto waiting = grove::spawn([&] { wait_deep_inside(end); });
    grove::yield();
    const auto seen = snapshot({.stacks = true});
    ASSERT_THAT(seen.hubs[0].stacks, SizeIs(2));
    EXPECT_THAT(seen.hubs[0].stacks[0],
                IsEmpty());  // it runs:
    // it asks
    EXPECT_THAT(seen.hubs[0].stacks[1], Contains(HasSubstr("wait_deep_inside")));
    EXPECT_THAT(seen.hubs[0].stacks[1], Not(Contains(HasSubstr("greenlet_loop"))));
    EXPECT_THAT(to_tree(seen), HasSubstr("        (anonymous namespace)::wait_deep_inside("));
    end.set();
    waiting.join();
}

bool some_hub_sleeps() {
    bool sleeps = false;
    grove::detail::beacon::each([&](const auto& hub) { sleeps |= hub.asleep(); });
    return sleeps;
}

TEST_F(introspection, counts_a_wait_from_its_beginning_on_a_hub_without_timers) {
    grove::event later;
    std::chrono::steady_clock::time_point posted;
    {
        const auto work = grove::hub::current().expect_outside_work();
        std::thread other([&, hub = grove::hub::current().address()] {
            while (!some_hub_sleeps()) std::this_thread::yield();
            posted = std::chrono::steady_clock::now();
            hub.post([&] { later.set(); });
        });
        later.wait();
        other.join();
    }
    auto waiting = grove::spawn([] { grove::event().wait(); });
    grove::yield();
    const auto seen = grove::hub::current().snapshot();
    const auto since_then = std::chrono::steady_clock::now() - posted;
    ASSERT_THAT(seen.greenlets, SizeIs(2));
    EXPECT_LE(seen.greenlets[1].for_how_long, since_then);
}

}  // namespace
