// SPDX-License-Identifier: MIT
#include "tests/patch/calls.hpp"

#include <grove/patch.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::blocking_pair;
using grove_test::parks;
using grove_test::spawn_client;
using grove_test::tell;
using grove_test::told;
using testing::EndsWith;
using testing::HasSubstr;

std::string object_of(void* function) {
    Dl_info where{};
    return ::dladdr(function, &where) != 0 ? where.dli_fname : "";
}

TEST(patch, every_name_resolves_to_the_library) {
    EXPECT_TRUE(grove::patch());
    const auto all = grove::patched();
    EXPECT_GE(all.size(), 30U);
    for (const auto& call : all) {
        EXPECT_TRUE(call.ours) << call.name;
        EXPECT_THAT(call.object, HasSubstr("libgrove-patch.so")) << call.name;
    }
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, &grove::patched_call::name));
}

TEST(patch, the_original_is_libcs) {
    const auto original = grove::original(&::connect);
    EXPECT_NE(original, &::connect);
    EXPECT_THAT(object_of(reinterpret_cast<void*>(original)), EndsWith("/libc.so.6"));
    EXPECT_EQ(grove::original(&::getpid), &::getpid);
}

/// 50 sleepers of 20 ms each, together: far below the second that they take one by one.
template <class Sleep>
void sleep_together(Sleep sleep) {
    const grove::deadline began = grove::deadline::now();
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 50; ++i) all.push_back(spawn_client(sleep));
    grove::join_all(all);
    EXPECT_GE(grove::deadline::now() - began, 20ms);
    EXPECT_LT(grove::deadline::now() - began, 1s);
}

TEST(patched_sleeps, run_together) {
    const timespec time{0, 20'000'000};
    sleep_together([] { EXPECT_EQ(::usleep(20'000), 0); });
    sleep_together([&] { EXPECT_EQ(::nanosleep(&time, nullptr), 0); });
    sleep_together([&] { EXPECT_EQ(::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr), 0); });
    sleep_together([] {
        timespec until{};
        ::clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 20'000'000;
        until.tv_sec += until.tv_nsec / 1'000'000'000;
        until.tv_nsec %= 1'000'000'000;
        EXPECT_EQ(::clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, nullptr), 0);
    });
}

TEST(patched_sleeps, of_no_time_let_the_others_run) {
    bool ran = false;
    auto sleeper = spawn_client([&] {
        EXPECT_EQ(::sleep(0), 0U);
        return ran;
    });
    auto other = spawn_client([&] { ran = true; });
    EXPECT_TRUE(sleeper.get());
}

TEST(patched_sleeps, a_kill_ends_them_and_tells_what_is_left) {
    unsigned left = 0;
    int error = 0;
    timespec rest{};
    auto g = spawn_client([&] {
        left = ::sleep(100);
        const timespec time{100, 0};
        error = ::nanosleep(&time, &rest) == 0 ? 0 : errno;
    });
    ASSERT_TRUE(parks(g));
    g.kill();
    EXPECT_EQ(left, 100U);
    EXPECT_EQ(error, ECANCELED);
    EXPECT_GE(rest.tv_sec, 99);
}

TEST(patched_sleeps, refuse_what_libc_refuses) {
    spawn_client([] {
        const timespec wrong{0, 1'000'000'000};
        EXPECT_EQ(tell([&] { return ::nanosleep(&wrong, nullptr); }), (told{-1, EINVAL}));
        EXPECT_EQ(::clock_nanosleep(CLOCK_MONOTONIC, 0, &wrong, nullptr), EINVAL);
    }).join();
}

TEST(patched_poll, waits_in_the_hub) {
    const blocking_pair ends;
    pollfd one{.fd = ends.near(), .events = POLLIN, .revents = 0};
    auto g = spawn_client([&] { return ::poll(&one, 1, -1) + ::ppoll(&one, 1, nullptr, nullptr); });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    EXPECT_EQ(g.get(), 2);
    EXPECT_EQ(one.revents, POLLIN);
}

TEST(patched_poll, keeps_its_own_limit) {
    const blocking_pair ends;
    spawn_client([&] {
        pollfd one{.fd = ends.near(), .events = POLLIN, .revents = 0};
        const grove::deadline began = grove::deadline::now();
        EXPECT_EQ(::poll(&one, 1, 10), 0);
        EXPECT_GE(grove::deadline::now() - began, 10ms);
        EXPECT_EQ(::poll(&one, 1, 0), 0);
        EXPECT_EQ(::poll(nullptr, 0, 1), 0);
    }).join();
}

TEST(patched_poll, a_timeout_scope_makes_it_fail) {
    const blocking_pair ends;
    spawn_client([&] {
        const grove::timeout within(5ms);
        pollfd one{.fd = ends.near(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(tell([&] { return ::poll(&one, 1, -1); }), (told{-1, ETIMEDOUT}));
    }).join();
}

TEST(patched_select, waits_in_the_hub_and_writes_back_what_is_left) {
    const blocking_pair ends;
    fd_set reads;
    FD_ZERO(&reads);
    FD_SET(ends.near(), &reads);
    timeval time{100, 0};
    auto g =
        spawn_client([&] { return ::select(ends.near() + 1, &reads, nullptr, nullptr, &time); });
    ASSERT_FALSE(g.ready());
    grove::yield();
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    EXPECT_EQ(g.get(), 1);
    EXPECT_NE(FD_ISSET(ends.near(), &reads), 0);
    EXPECT_LT(time.tv_sec, 100);
    EXPECT_GT(time.tv_sec, 90);
}

TEST(patched_select, empties_the_sets_when_the_time_is_over) {
    const blocking_pair ends;
    spawn_client([&] {
        fd_set reads;
        FD_ZERO(&reads);
        FD_SET(ends.near(), &reads);
        const timespec time{0, 1'000'000};
        EXPECT_EQ(::pselect(ends.near() + 1, &reads, nullptr, nullptr, &time, nullptr), 0);
        EXPECT_EQ(FD_ISSET(ends.near(), &reads), 0);
    }).join();
}

TEST(patched_select, refuses_a_descriptor_that_is_not_open) {
    const int gone = ::dup(0);
    ::close(gone);
    spawn_client([&] {
        fd_set reads;
        FD_ZERO(&reads);
        FD_SET(gone, &reads);
        EXPECT_EQ(tell([&] { return ::select(gone + 1, &reads, nullptr, nullptr, nullptr); }),
                  (told{-1, EBADF}));
    }).join();
}

std::set<std::string> addresses_of(const char* name, const addrinfo* hints, int& status) {
    addrinfo* list = nullptr;
    std::set<std::string> found;
    status = ::getaddrinfo(name, "80", hints, &list);
    if (status != 0) return found;
    for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
        std::string text(NI_MAXHOST, '\0');
        ::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), NI_MAXHOST, nullptr, 0,
                      NI_NUMERICHOST);
        found.insert(text.c_str());
    }
    ::freeaddrinfo(list);
    return found;
}

TEST(patched_names, are_found_without_leaving_the_hub) {
    spawn_client([] {
        addrinfo hints{};
        hints.ai_family = AF_INET;
        hints.ai_socktype = SOCK_STREAM;
        int status = 0;
        EXPECT_THAT(addresses_of("localhost", &hints, status), testing::ElementsAre("127.0.0.1"));
        EXPECT_THAT(addresses_of("127.0.0.7", &hints, status), testing::ElementsAre("127.0.0.7"));
        EXPECT_THAT(addresses_of("localhost", nullptr, status), testing::Contains("127.0.0.1"));
    }).join();
}

TEST(patched_names, the_first_has_the_canonical_name_when_asked) {
    spawn_client([] {
        addrinfo hints{};
        hints.ai_flags = AI_CANONNAME;
        addrinfo* list = nullptr;
        ASSERT_EQ(::getaddrinfo("localhost", nullptr, &hints, &list), 0);
        EXPECT_STREQ(list->ai_canonname, "localhost");
        ::freeaddrinfo(list);
    }).join();
}

TEST(patched_names, what_is_no_name_fails_as_it_does_without_us) {
    spawn_client([] {
        addrinfo hints{};
        hints.ai_flags = AI_NUMERICHOST;
        int status = 0;
        addresses_of("localhost", &hints, status);
        EXPECT_EQ(status, EAI_NONAME);
        hints.ai_flags = 0;
        addresses_of("not..a..name", &hints, status);
        EXPECT_EQ(status, EAI_NONAME);
    }).join();
}

TEST(patched_names, gethostbyname_too) {
    spawn_client([] {
        const hostent* found = ::gethostbyname("localhost");
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->h_addrtype, AF_INET);
        const in_addr expected{htonl(INADDR_LOOPBACK)};
        EXPECT_EQ(reinterpret_cast<const in_addr*>(found->h_addr_list[0])->s_addr, expected.s_addr);
        EXPECT_EQ(found->h_addr_list[1], nullptr);
    }).join();
}

TEST(patched_waitpid, waits_for_one_child_in_the_hub) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        char c = 0;
        ::_exit(::read(pipe[0], &c, 1) == 1 ? 7 : 8);
    }
    int status = 0;
    auto g = spawn_client([&] { return ::waitpid(child, &status, 0); });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::write(pipe[1], "x", 1), 1);
    EXPECT_EQ(g.get(), child);
    EXPECT_EQ(WEXITSTATUS(status), 7);
    for (const int fd : pipe) ::close(fd);
}

TEST(patched_fork, the_child_of_a_greenlet_makes_libcs_calls) {
    auto g = spawn_client([] {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto slept = ::usleep(1000);
            std::array<int, 2> pipe{};
            char c = 0;
            const bool good = ::pipe(pipe.data()) == 0 && ::write(pipe[1], "x", 1) == 1 &&
                              ::read(pipe[0], &c, 1) == 1;
            ::_exit(slept == 0 && good ? 0 : 1);
        }
        int status = -1;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return status;
    });
    EXPECT_EQ(g.get(), 0);
}

TEST(patched_fork, what_a_child_closes_is_still_waited_for_here) {
    const blocking_pair ends;
    auto g = spawn_client([&] {
        char c = 0;
        return ::recv(ends.near(), &c, 1, 0);
    });
    ASSERT_TRUE(parks(g));
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::close(ends.near()));
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    EXPECT_EQ(g.get(), 1);
}

TEST(patched_waitpid, without_such_a_child_fails_at_once) {
    spawn_client([] {
        EXPECT_EQ(tell([] { return ::waitpid(::getpid(), nullptr, 0); }), (told{-1, ECHILD}));
    }).join();
}

}  // namespace
