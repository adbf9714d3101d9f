// SPDX-License-Identifier: MIT
#include "io/fd_wait.hpp"

#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::detail::direction;
using grove::detail::fd_wait;
using grove::detail::unique_fd;
using grove_test::failure;
using grove_test::let_it_park;
using testing::StartsWith;

struct raw_pair {
    raw_pair() {
        std::array<int, 2> fds{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0)
            grove::throw_errno("socketpair");
        near.reset(fds[0]);
        far.reset(fds[1]);
    }

    void send() const { ASSERT_EQ(::write(far.get(), "x", 1), 1); }

    unique_fd near;
    unique_fd far;
};

/// Lets the hub look at the descriptors.
void look() {
    grove::idle();
    grove::idle();
}

TEST(fd_wait, takes_the_descriptor_and_makes_it_non_blocking) {
    raw_pair pair;
    const int number = pair.near.get();
    ASSERT_EQ(::fcntl(number, F_GETFL) & O_NONBLOCK, 0);
    {
        const fd_wait waits(pair.near.release());
        EXPECT_EQ(waits.fd(), number);
        EXPECT_NE(::fcntl(number, F_GETFL) & O_NONBLOCK, 0);
    }
    EXPECT_EQ(::fcntl(number, F_GETFL), -1);
}

TEST(fd_wait, of_what_epoll_does_not_take_is_refused_and_closed) {
    const grove_test::scratch_path path;
    const int number = ::open(path.text().c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    ASSERT_GE(number, 0);
    EXPECT_EQ(failure([&] { const fd_wait waits(number); }), std::errc::operation_not_permitted);
    EXPECT_EQ(::fcntl(number, F_GETFL), -1);
}

TEST(fd_wait, of_no_descriptor_is_refused) {
    EXPECT_EQ(failure([] { const fd_wait waits(-1); }), std::errc::bad_file_descriptor);
}

TEST(fd_wait, may_try_first_and_not_again_until_something_comes) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    EXPECT_TRUE(waits.may_try(direction::read));
    waits.exhausted(direction::read);
    EXPECT_FALSE(waits.may_try(direction::read));
    look();
    EXPECT_FALSE(waits.may_try(direction::read));
    pair.send();
    look();
    EXPECT_TRUE(waits.may_try(direction::read));
}

TEST(fd_wait, is_told_once_of_what_came) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    pair.send();
    look();
    waits.exhausted(direction::read);  // though it was not read
    look();
    EXPECT_FALSE(waits.may_try(direction::read));
}

TEST(fd_wait, keeps_the_directions_apart) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    waits.exhausted(direction::read);
    EXPECT_TRUE(waits.may_try(direction::write));
    auto reader = grove::spawn([&] { waits.wait(direction::read, grove::never, "reading"); });
    let_it_park(reader);
    EXPECT_FALSE(waits.may_try(direction::read));  // it was writable all the time
    pair.send();
    reader.get();
}

TEST(fd_wait, may_always_try_once_the_peer_has_hung_up) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    look();
    pair.far.reset();
    look();
    for (const direction d : {direction::read, direction::write}) {
        waits.exhausted(d);
        EXPECT_TRUE(waits.may_try(d));
    }
}

TEST(fd_wait, of_one_who_waits_already_names_both) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    auto first = grove::spawn({.name = "first"},
                              [&] { waits.wait(direction::read, grove::never, "reading"); });
    let_it_park(first);
    grove::this_greenlet::set_name("second");
    EXPECT_THAT(grove_test::complaint([&] { waits.wait(direction::read, 10s, "reading"); }),
                StartsWith("reading in second: first already reads this descriptor"));
    pair.send();
    first.get();
}

TEST(fd_wait, ended_in_any_way_makes_room_for_the_next) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    const auto wait = [&](grove::deadline until) { waits.wait(direction::read, until, "reading"); };
    EXPECT_EQ(failure([&] { wait(0ms); }), std::errc::timed_out);
    auto killed = grove::spawn([&] { wait(grove::never); });
    let_it_park(killed);
    killed.kill();
    auto next = grove::spawn([&] { wait(grove::never); });
    let_it_park(next);
    pair.send();
    next.get();
}

TEST(fd_wait, closed_may_try_and_so_fails_at_once) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    look();
    for (const direction d : {direction::read, direction::write}) waits.exhausted(d);
    waits.close();
    EXPECT_EQ(waits.fd(), -1);
    for (const direction d : {direction::read, direction::write}) EXPECT_TRUE(waits.may_try(d));
}

TEST(fd_wait, closed_wakes_the_one_who_waits) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    auto reader = grove::spawn(
        [&] { return failure([&] { waits.wait(direction::read, grove::never, "reading"); }); });
    let_it_park(reader);
    waits.close();
    EXPECT_EQ(reader.get(), std::errc::bad_file_descriptor);
}

TEST(fd_wait, of_a_reused_number_hears_only_of_the_new_descriptor) {
    // A copy keeps the first one alive in the kernel after its number was closed.
    raw_pair first;
    raw_pair second;
    const int number = first.near.get();
    const unique_fd copy(::dup(number));
    fd_wait old(first.near.release());
    old.close();
    ASSERT_EQ(::dup2(second.near.get(), number), number);
    fd_wait again(number);
    again.exhausted(direction::read);
    first.send();
    first.far.reset();
    look();
    EXPECT_FALSE(again.may_try(direction::read));
    second.send();
    look();
    EXPECT_TRUE(again.may_try(direction::read));
}

TEST(fd_wait, of_a_reused_number_does_not_get_an_event_that_was_already_fetched) {
    // Both are seen in one look of the hub; the callback of the first closes the second and gives
    // its number away.
    raw_pair trigger;
    raw_pair first;
    raw_pair second;
    const int number = first.near.get();
    fd_wait old(first.near.release());
    look();
    std::unique_ptr<fd_wait> again;
    grove::event swapped;
    grove::watch watch = grove::hub::current().watch_fd(
        trigger.near.get(), grove::readiness::read,
        [&](grove::readiness) {
            watch = {};
            old.close();
            ASSERT_EQ(::dup2(second.near.get(), number), number);
            again = std::make_unique<fd_wait>(number);
            again->exhausted(direction::read);
            swapped.set();
        },
        grove::keep_alive::yes);
    trigger.send();
    first.send();
    ASSERT_TRUE(swapped.wait());
    look();
    EXPECT_FALSE(again->may_try(direction::read));
}

TEST(fd_wait, counts_as_something_that_can_wake) {
    raw_pair pair;
    fd_wait waits(pair.near.release());
    // No greenlet or timer is left that could; it comes from another thread.
    std::thread other([&] { pair.send(); });
    waits.wait(direction::read, grove::never, "reading");
    EXPECT_TRUE(waits.may_try(direction::read));
    other.join();
}

}  // namespace
