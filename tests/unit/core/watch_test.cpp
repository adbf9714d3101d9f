// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

using grove::keep_alive;
using grove::readiness;
using testing::ElementsAre;

/// Two connected sockets.
struct connected {
    std::array<int, 2> ends{-1, -1};

    connected() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
            throw std::runtime_error("socketpair");
    }

    connected(const connected&) = delete;
    connected& operator=(const connected&) = delete;

    ~connected() {
        for (int& fd : ends) close(fd);
    }

    static void close(int& fd) {
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }

    void send(char c = 'x') const { ASSERT_EQ(::write(ends[1], &c, 1), 1); }

    [[nodiscard]] char receive() const {
        char c = 0;
        return ::read(ends[0], &c, 1) == 1 ? c : '\0';
    }
};

TEST(watch, calls_back_when_the_descriptor_is_readable) {
    connected pair;
    grove::event seen;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read,
        [&](readiness r) {
            EXPECT_EQ(r, readiness::read);
            EXPECT_EQ(pair.receive(), 'x');
            seen.set();
        },
        keep_alive::yes);
    EXPECT_EQ(watch.fd(), pair.ends[0]);
    pair.send();
    EXPECT_TRUE(seen.wait());
}

TEST(watch, is_level_triggered_and_calls_back_for_as_long_as_it_is_ready) {
    connected pair;
    int calls = 0;
    grove::event enough;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read,
        [&](readiness) {
            if (++calls == 5) enough.set();
        },
        keep_alive::yes);
    pair.send();  // never read
    EXPECT_TRUE(enough.wait());
}

TEST(watch, tells_only_of_what_was_asked_for) {
    connected pair;
    std::vector<readiness> seen;
    grove::event done;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::write,
        [&](readiness r) {
            seen.push_back(r);
            done.set();
        },
        keep_alive::yes);
    pair.send();  // it is readable too
    done.wait();
    EXPECT_EQ(seen.front(), readiness::write);
}

TEST(watch, interest_can_be_taken_away_and_given_back) {
    connected pair;
    int calls = 0;
    grove::event seen;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read,
        [&](readiness) {
            ++calls;
            seen.set();
        },
        keep_alive::yes);
    watch.set_interest(readiness::none);
    pair.send();
    for (int i = 0; i < 5; ++i) grove::idle();
    EXPECT_EQ(calls, 0);
    watch.set_interest(readiness::read);
    EXPECT_TRUE(seen.wait());
}

TEST(watch, ends_with_its_object) {
    connected pair;
    int calls = 0;
    {
        auto watch = grove::hub::current().watch_fd(
            pair.ends[0], readiness::read, [&](readiness) { ++calls; }, keep_alive::yes);
        auto moved = std::move(watch);
        EXPECT_EQ(moved.fd(), pair.ends[0]);
    }
    pair.send();
    for (int i = 0; i < 5; ++i) grove::idle();
    EXPECT_EQ(calls, 0);
}

TEST(watch, can_end_inside_its_own_callback) {
    connected pair;
    grove::watch watch;
    grove::event seen;
    const auto held = std::make_shared<int>(1);
    watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read,
        [&watch, &seen, held](readiness) {
            watch = {};
            EXPECT_EQ(*held, 1);  // what the callback holds lives until it returns
            seen.set();
        },
        keep_alive::yes);
    pair.send();
    EXPECT_TRUE(seen.wait());
    EXPECT_EQ(held.use_count(), 1);
}

TEST(watch, tells_both_directions_of_a_hang_up) {
    connected pair;
    grove::event seen;
    readiness told = readiness::none;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::both,
        [&](readiness r) {
            told = r;
            seen.set();
        },
        keep_alive::yes);
    connected::close(pair.ends[1]);
    EXPECT_TRUE(seen.wait());
    EXPECT_EQ(told, readiness::both);
}

TEST(watch, of_a_regular_file_is_refused_by_name) {
    const std::string path = std::filesystem::temp_directory_path() / "grove_watch_test";
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ASSERT_GE(fd, 0);
    try {
        auto watch = grove::hub::current().watch_fd(
            fd, readiness::read, [](readiness) {}, keep_alive::yes);
        ADD_FAILURE() << "epoll took a regular file";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code().value(), EPERM);
        EXPECT_THAT(e.what(), testing::HasSubstr("epoll_ctl descriptor " + std::to_string(fd)));
    }
    ::close(fd);
    ::unlink(path.c_str());
}

TEST(watch, of_a_closed_descriptor_is_refused) {
    connected pair;
    const int closed = pair.ends[0];
    connected::close(pair.ends[0]);
    EXPECT_THROW(static_cast<void>(grove::hub::current().watch_fd(
                     closed, readiness::read, [](readiness) {}, keep_alive::yes)),
                 std::system_error);
}

TEST(watch, of_a_reused_number_hears_only_of_the_new_descriptor) {
    // A copy keeps the first one alive in the kernel after its number was closed, so that epoll
    // goes on telling of it: what it tells must not reach the one that got the number.
    connected first;
    connected second;
    auto& hub = grove::hub::current();
    int old_calls = 0;
    int new_calls = 0;
    const int number = first.ends[0];
    const int copy = ::dup(number);
    auto watch = hub.watch_fd(
        number, readiness::read, [&](readiness) { ++old_calls; }, keep_alive::yes);
    ::close(number);  // behind the watch's back
    watch = {};
    ASSERT_EQ(::dup2(second.ends[0], number), number);
    auto again = hub.watch_fd(
        number, readiness::read, [&](readiness) { ++new_calls; }, keep_alive::no);
    first.send();
    for (int i = 0; i < 5; ++i) grove::idle();
    EXPECT_EQ(old_calls, 0);
    EXPECT_EQ(new_calls, 0);
    second.send();
    for (int i = 0; i < 5; ++i) grove::idle();
    EXPECT_GT(new_calls, 0);
    again = {};
    ::close(copy);
    ::close(number);
    first.ends[0] = -1;
}

TEST(watch, what_a_callback_throws_is_reported) {
    connected pair;
    grove::event seen;
    std::string where;
    grove::hub::current().set_error_handler([&](std::string_view context, std::exception_ptr) {
        where = context;
        seen.set();
    });
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read,
        [&](readiness) {
            static_cast<void>(pair.receive());
            throw std::runtime_error("x");
        },
        keep_alive::yes);
    pair.send();
    EXPECT_TRUE(seen.wait());
    EXPECT_EQ(where, "a descriptor's callback");
}

TEST(watch, is_looked_at_though_greenlets_are_always_ready) {
    connected pair;
    bool seen = false;
    auto watch = grove::hub::current().watch_fd(
        pair.ends[0], readiness::read, [&](readiness) { seen = true; }, keep_alive::yes);
    pair.send();
    auto other = grove::spawn([] {
        for (int i = 0; i < 1000; ++i) grove::yield();
    });
    int yields = 0;
    for (; yields < 1000 && !seen; ++yields) grove::yield();
    EXPECT_TRUE(seen);
    EXPECT_LE(yields, 64);
}

}  // namespace
