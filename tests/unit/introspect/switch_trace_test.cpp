// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/switch_trace.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::introspect::switch_trace;
using testing::ContainsRegex;
using testing::HasSubstr;

/// A file of its own, removed at the end.
class traces : public testing::Test {
 protected:
    traces() {
        std::string folder = testing::TempDir() + "grove-trace-XXXXXX";
        folder_ = ::mkdtemp(folder.data());
    }

    ~traces() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string file() const { return folder_ / "trace.json"; }

    /// Of many blanks, one.
    [[nodiscard]] std::string text() const {
        std::ostringstream all;
        all << std::ifstream(file()).rdbuf();
        std::string text = all.str();
        const auto both_blank = [](char a, char b) { return a == ' ' && b == ' '; };
        text.erase(std::unique(text.begin(), text.end(), both_blank), text.end());
        return text;
    }

    /// Its text, which Python takes for JSON.
    [[nodiscard]] std::string valid_text() const {
        const std::string command = "python3 -m json.tool " + file() + " /dev/null";
        EXPECT_EQ(std::system(command.c_str()), 0);
        return text();
    }

    /// Events of the kind, say `"ph":"X"`.
    [[nodiscard]] static std::size_t count(std::string_view what, const std::string& in) {
        std::size_t found = 0;
        for (std::size_t at = 0; (at = in.find(what, at)) != std::string::npos; ++at) ++found;
        return found;
    }

 private:
    std::filesystem::path folder_;
};

TEST_F(traces, have_a_slice_for_each_turn_that_says_what_came_then) {
    {
        const switch_trace trace(file());
        grove::event end;
        auto one = grove::spawn({.name = "one"}, [&] {
            grove::yield();
            end.wait();
        });
        grove::yield();
        grove::yield();
        end.set();
        one.join();
    }
    const std::string text = valid_text();
    EXPECT_EQ(count(R"("name":"one")", text), 3U) << text;
    const std::regex turns(
        R"re("ph":"X","pid":\d+,"tid":2,"ts":[0-9.]+,"name":"one","dur":[0-9.]+,)re"
        R"re("args":\{"then":"([a-z.]+)"\})re");
    std::vector<std::string> then;
    for (std::sregex_iterator at(text.begin(), text.end(), turns), last; at != last; ++at)
        then.push_back((*at)[1]);
    EXPECT_THAT(then, testing::ElementsAre("yield", "event", "ended"));
}

TEST_F(traces, have_a_track_a_greenlet_titled_with_its_name_and_place) {
    {
        const switch_trace trace(file());
        grove::spawn({.name = "one"}, [] {}).join();
    }
    EXPECT_THAT(valid_text(), ContainsRegex("\"tid\":2,\"name\":\"thread_name\",\"args\":."
                                            "\"name\":\"one .switch_trace_test.cpp:[0-9]+."));
}

TEST_F(traces, show_the_phases_of_the_hub) {
    {
        const switch_trace trace(file());
        grove::hub::current().post([] {});
        grove::sleep_for(1ms);
    }
    const std::string text = valid_text();
    for (const std::string phase : {"posted calls", "poll", "sleep", "timers"})
        EXPECT_THAT(text, HasSubstr(R"("name":")" + phase + R"(","dur":)"));
    EXPECT_THAT(text, HasSubstr(R"("then":"sleep")"));
}

TEST_F(traces, hold_the_hubs_of_all_threads) {
    std::atomic<bool> seen = false;
    std::promise<void> there;
    std::thread before([&] {
        auto busy = grove::spawn({.name = "was there before"}, [&] {
            there.set_value();
            while (!seen) grove::yield();
        });
        busy.join();
    });
    there.get_future().wait();
    {
        const switch_trace trace(file());
        std::thread after([] { grove::spawn({.name = "came after"}, [] {}).join(); });
        after.join();
        while (text().find("was there before") == std::string::npos) std::this_thread::yield();
        seen = true;
    }
    before.join();
    EXPECT_THAT(valid_text(), HasSubstr("came after"));
}

TEST_F(traces, keep_the_newest_and_say_how_many_are_lost) {
    std::uint64_t lost = 0;
    {
        const switch_trace trace(file(), {.events = 512});
        auto other = grove::spawn([] {
            for (int i = 0; i < 2000; ++i) grove::yield();
        });
        for (int i = 0; i < 2000; ++i) grove::yield();
        grove::spawn({.name = "the last"}, [] {}).join();
        lost = trace.lost();
    }
    const std::string text = valid_text();
    EXPECT_GT(lost, 3000U);
    EXPECT_THAT(text, ContainsRegex("\"lost_events\": *" + std::to_string(lost) + "}"));
    EXPECT_THAT(text, HasSubstr("the last"));
    EXPECT_LE(std::filesystem::file_size(file()), 3U * 65536U);
}

TEST_F(traces, are_valid_while_they_are_written) {
    const switch_trace trace(file());
    grove::spawn([] {}).join();
    EXPECT_THAT(valid_text(), HasSubstr(R"({"ph":"B")"));  // this turn, which goes on
}

TEST_F(traces, are_whole_when_the_program_is_killed) {
    const pid_t child = ::fork();
    if (child == 0) {
        const switch_trace trace(file());
        auto one = grove::spawn({.name = "killer"}, [] { ::kill(::getpid(), SIGKILL); });
        one.join();
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
    EXPECT_THAT(valid_text(), ContainsRegex("\"ph\":\"B\"[^\n]*\"name\":\"killer\""));
}

TEST_F(traces, bear_any_name) {
    {
        const switch_trace trace(file());
        grove::spawn({.name = std::string(300, '"')}, [] {}).join();
        grove::spawn({.name = std::string(300, 'x')}, [] {}).join();
        grove::spawn({.name = std::string(300, '\x01')}, [] {}).join();
        grove::spawn({.name = std::string(300, '\xFF')}, [] {}).join();
    }
    EXPECT_THAT(valid_text(), HasSubstr(std::string(98, 'x') + '"'));
}

TEST_F(traces, end_with_their_object) {
    { const switch_trace trace(file()); }
    const std::string before = text();
    grove::spawn([] {}).join();
    EXPECT_EQ(text(), before);
    { const switch_trace again(file()); }
}

TEST_F(traces, do_not_change_the_order) {
    const auto order = [] {
        std::string seen;
        std::vector<grove::greenlet<void>> all;
        for (char c = 'a'; c < 'f'; ++c) {
            all.push_back(grove::spawn([&seen, c] {
                for (int i = 0; i < 100; ++i) {
                    seen += c;
                    grove::yield();
                }
            }));
        }
        grove::join_all(all);
        return seen;
    };
    const std::string without = order();
    const switch_trace trace(file());
    EXPECT_EQ(order(), without);
}

TEST_F(traces, refuse_what_cannot_be) {
    EXPECT_THROW(switch_trace(file(), {.events = 511}), std::invalid_argument);
    EXPECT_THROW(switch_trace("/no/such/folder/trace.json"), std::system_error);
    EXPECT_THROW(switch_trace("/dev/null"), std::system_error);
    const switch_trace one(file());
    EXPECT_THROW(switch_trace(file() + "2"), std::logic_error);
}

TEST_F(traces, of_a_disk_that_is_full_count_what_they_lose) {
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    auto* const ignored = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{std::size_t{100} << 10, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    {
        const switch_trace trace(file());
        for (int i = 0; i < 1000; ++i) grove::spawn([] {}).join();
        EXPECT_GT(trace.lost(), 1000U);
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    EXPECT_THAT(valid_text(), HasSubstr("Greenlet-1000"));
}

}  // namespace
