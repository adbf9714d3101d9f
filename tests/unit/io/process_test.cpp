// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/pool.hpp>
#include <grove/process.hpp>
#include <grove/timeout.hpp>
#include <grove/wait_any.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::check_output;
using grove::exit_status;
using grove::process;
using grove::stdio;
using grove_test::let_it_park;
using grove_test::pattern;
using testing::Optional;

/// A child that lives until its input is closed.
process waiting_child() {
    return process({.command = {"cat"}, .input = stdio::pipe, .output = stdio::null});
}

// --- what it is given ---

TEST(process, takes_arguments_as_they_are) {
    EXPECT_EQ(check_output({.command = {"printf", "%s|", "a b", "$HOME", "*", ""}}),
              "a b|$HOME|*||");
}

TEST(process, runs_a_shell_line_with_its_arguments_apart) {
    EXPECT_EQ(check_output({.command = {"$(false)", "b"}, .shell = "echo \"$2 $1\" | tr b B"}),
              "B $(false)\n");
}

TEST(process, has_our_environment_or_the_one_that_is_given) {
    ::setenv("GROVE_PROCESS_TEST", "ours", 1);
    EXPECT_EQ(check_output({.shell = "echo $GROVE_PROCESS_TEST"}), "ours\n");
    const std::vector<std::string> given{"A=1", "B=two words"};
    EXPECT_EQ(check_output({.command = {"/usr/bin/env"}, .environment = given}),
              "A=1\nB=two words\n");
    ::unsetenv("GROVE_PROCESS_TEST");
}

TEST(process, starts_in_its_folder) {
    EXPECT_EQ(check_output({.command = {"pwd"}, .folder = "/usr"}), "/usr\n");
    EXPECT_EQ(check_output({.command = {"./env", "echo", "here"}, .folder = "/usr/bin"}), "here\n");
}

TEST(process, has_the_descriptor_limit_that_is_given) {
    EXPECT_EQ(check_output({.shell = "ulimit -Sn", .descriptor_limit = 64}), "64\n");
}

TEST(process, is_in_a_group_of_its_own_unless_it_inherits_our_input) {
    const auto group_of = [](grove::process_options options) {
        options.command = {"sleep", "1000"};
        const process p(options);
        return ::getpgid(p.pid()) == p.pid() ? "own" : "ours";
    };
    EXPECT_STREQ(group_of({.input = stdio::null}), "own");
    EXPECT_STREQ(group_of({}), "ours");
    EXPECT_STREQ(group_of({.group = grove::process_group::own}), "own");
    EXPECT_STREQ(group_of({.input = stdio::null, .group = grove::process_group::ours}), "ours");
}

// --- streams ---

TEST(process, talks_line_by_line) {
    process p({.command = {"cat"}, .input = stdio::pipe, .output = stdio::pipe});
    for (const std::string line : {"one\n", "two\n", "three\n"}) {
        p.in().write_all(line);
        EXPECT_EQ(p.out().read_line(), line);
    }
    p.in().write_all("no line feed");
    p.in().close();
    EXPECT_EQ(p.out().read_line(), "no line feed");
    EXPECT_EQ(p.out().read_line(), "");
    EXPECT_EQ(p.wait(), exit_status::exited(0));
}

TEST(process, writes_errors_where_its_output_goes) {
    const grove::completed all =
        grove::run({.shell = "echo a; echo b >&2; echo c", .errors = stdio::to_output});
    EXPECT_EQ(all.out, "a\nb\nc\n");
    EXPECT_EQ(all.err, "");
}

TEST(process, uses_a_descriptor_that_is_given) {
    auto [ours, theirs] = grove::socket::pair();
    process p({.shell = "cat; echo done >&2",
               .input = stdio::null,
               .output = stdio::null,
               .errors = stdio::descriptor(theirs.fd())});
    theirs.close();
    EXPECT_EQ(grove_test::read_to_end(ours), "done\n");
    EXPECT_TRUE(p.wait()->success());
}

TEST(process, a_megabyte_goes_through_both_outputs) {
    const std::string megabyte = pattern(std::size_t{1} << 20);
    process p({.command = {"tee", "/dev/stderr"},
               .input = stdio::pipe,
               .output = stdio::pipe,
               .errors = stdio::pipe});
    const auto all = p.communicate(megabyte);
    ASSERT_TRUE(all);
    EXPECT_TRUE(all->status.success());
    EXPECT_TRUE(all->out == megabyte);
    EXPECT_TRUE(all->err == megabyte);
    EXPECT_FALSE(all->cut);
}

TEST(process, output_above_the_cap_is_read_and_dropped) {
    const grove::completed all =
        grove::run({.shell = "head -c 1000000 /dev/zero; echo end >&2", .most_captured = 10});
    EXPECT_EQ(all.out.size(), 10U);
    EXPECT_EQ(all.err, "end\n");
    EXPECT_TRUE(all.cut);
    EXPECT_TRUE(all.status.success());
}

// --- how it ends ---

TEST(process, tells_how_it_ended) {
    const auto status_of = [](std::string line) {
        return grove::run({.shell = std::move(line)}).status;
    };
    EXPECT_TRUE(status_of("true").success());
    const exit_status three = status_of("exit 3");
    EXPECT_FALSE(three.success());
    EXPECT_THAT(three.code(), Optional(3));
    EXPECT_EQ(three.returncode(), 3);
    EXPECT_EQ(three.text(), "exit code 3");
    const exit_status killed = status_of("kill -TERM $$");
    EXPECT_FALSE(killed.success());
    EXPECT_EQ(killed.code(), std::nullopt);
    EXPECT_EQ(killed.signal(), SIGTERM);
    EXPECT_EQ(killed.returncode(), -SIGTERM);
    EXPECT_EQ(killed.text(), "killed by SIGTERM");
}

TEST(process, check_output_names_the_command_its_end_and_its_last_words) {
    EXPECT_EQ(check_output({.command = {"tr", "a-z", "A-Z"}}, "hello"), "HELLO");
    try {
        static_cast<void>(check_output({.shell = "echo out; echo oops >&2; exit 3"}));
        FAIL() << "no error";
    } catch (const grove::process_failed& e) {
        EXPECT_STREQ(e.what(), "echo out; echo oops >&2; exit 3: exit code 3: oops");
        EXPECT_EQ(e.result().out, "out\n");
        EXPECT_EQ(e.result().status, exit_status::exited(3));
    }
}

TEST(process, can_be_looked_at_without_waiting) {
    process p = waiting_child();
    EXPECT_EQ(p.poll(), std::nullopt);
    EXPECT_FALSE(p.ready());
    p.in().close();
    p.wait();
    EXPECT_TRUE(p.ready());
    EXPECT_EQ(p.poll(), exit_status::exited(0));
}

TEST(process, gets_signals_alone_or_with_its_group) {
    process p({.shell = "trap 'echo caught' USR1; echo on; while :; do read line; done",
               .input = stdio::pipe,
               .output = stdio::pipe});
    EXPECT_EQ(p.out().read_line(), "on\n");
    p.signal(SIGUSR1);
    EXPECT_EQ(p.out().read_line(), "caught\n");
    p.terminate();
    EXPECT_THAT(p.wait(), Optional(exit_status::killed_by(SIGTERM)));
    p.signal(SIGUSR1);  // it has ended: nothing happens
}

// --- waiting ---

TEST(process, a_wait_after_the_end_is_over_at_once) {
    process p({.command = {"true"}});
    EXPECT_EQ(p.wait(), exit_status::exited(0));
    EXPECT_EQ(p.wait(0s), exit_status::exited(0));
}

TEST(process, all_who_wait_are_told_in_the_order_they_came) {
    process p = waiting_child();
    std::string order;
    std::vector<grove::greenlet<void>> all;
    for (const char name : {'a', 'b', 'c'}) {
        all.push_back(grove::spawn([&, name] {
            EXPECT_EQ(p.wait(), exit_status::exited(0));
            order += name;
        }));
    }
    grove::idle();
    p.in().close();
    grove::join_all(all);
    EXPECT_EQ(order, "abc");
}

TEST(process, a_wait_ends_at_its_deadline_or_by_a_scope) {
    process p = waiting_child();
    EXPECT_EQ(p.wait(1ms), std::nullopt);
    EXPECT_FALSE(grove::with_timeout(1ms, [&] { p.wait(); }));
    p.in().close();
    EXPECT_EQ(p.wait(), exit_status::exited(0));
}

TEST(process, one_who_is_killed_waits_no_more_and_the_others_do) {
    process p = waiting_child();
    auto killed = grove::spawn([&] { p.wait(); });
    auto other = grove::spawn([&] { return p.wait(); });
    let_it_park(killed);
    killed.kill();
    EXPECT_TRUE(killed.killed());
    EXPECT_FALSE(other.ready());
    p.in().close();
    EXPECT_EQ(other.get(), exit_status::exited(0));
}

TEST(process, one_who_waits_while_the_handle_goes_is_told) {
    std::optional<process> p(waiting_child());
    auto waiting = grove::spawn([&] { return p->wait(); });
    let_it_park(waiting);
    p.reset();
    EXPECT_EQ(waiting.get(), exit_status::killed_by(SIGKILL));
}

TEST(process, can_be_waited_for_beside_other_things) {
    process p = waiting_child();
    grove::event never_set;
    p.in().close();
    EXPECT_THAT(grove::wait_any(grove::never, never_set, p), Optional(1U));
}

TEST(process, other_greenlets_run_meanwhile) {
    process p = waiting_child();
    auto closer = grove::spawn([&] { p.in().close(); });
    EXPECT_EQ(p.wait(), exit_status::exited(0));
}

TEST(process, each_thread_has_children_of_its_own) {
    std::vector<std::string> got(4);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < got.size(); ++i) {
        threads.emplace_back([&got, i] {
            for (int n = 0; n < 10; ++n) got[i] += check_output({.command = {"cat"}}, "x");
        });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_THAT(got, testing::Each(std::string(10, 'x')));
}

TEST(process, five_thousand_are_run_and_read_in_less_than_twenty_seconds) {
    const auto began = std::chrono::steady_clock::now();
    grove::pool two_at_a_time(2);
    std::vector<int> numbers(5000);
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto right = two_at_a_time.map(numbers, [](int n) {
        const std::string text = std::to_string(n);
        return check_output({.command = {"echo", text}}) == text + "\n";
    });
    EXPECT_EQ(std::ranges::count(right, true), 5000);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
}

}  // namespace
