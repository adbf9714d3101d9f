// SPDX-License-Identifier: MIT
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/select.hpp>
#include <grove/timeout.hpp>
#include <grove/wait_any.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::complaint;
using grove_test::failure;
using grove_test::let_it_park;
using testing::ElementsAre;
using testing::IsEmpty;

/// Two ends of a blocking connection that grove knows nothing of.
class plain_pair {
 public:
    plain_pair() {
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()) != 0)
            grove::throw_errno("socketpair");
    }

    plain_pair(const plain_pair&) = delete;
    plain_pair& operator=(const plain_pair&) = delete;

    ~plain_pair() {
        for (const int fd : ends_) ::close(fd);
    }

    [[nodiscard]] int near() const { return ends_[0]; }

    [[nodiscard]] int far() const { return ends_[1]; }

    void send() const { ASSERT_EQ(::send(far(), "x", 1, 0), 1); }

    void take() const {
        char c = 0;
        ASSERT_EQ(::recv(near(), &c, 1, 0), 1);
    }

    void close_far() { ::close(std::exchange(ends_[1], -1)); }

 private:
    std::array<int, 2> ends_{};
};

/// A seeded schedule permutes on purpose what is ready: order and turns are then not what is
/// tested.
bool shuffled() {
    return std::getenv("GROVE_SCHEDULE") != nullptr;
}

pollfd to_read(int fd) {
    return {.fd = fd, .events = POLLIN, .revents = 0};
}

int poll_one(pollfd& one, grove::deadline until = grove::never) {
    return grove::poll({&one, 1}, until);
}

TEST(poll, tells_at_once_what_is_ready) {
    const plain_pair ends;
    ends.send();
    pollfd one = to_read(ends.near());
    EXPECT_EQ(poll_one(one), 1);
    EXPECT_EQ(one.revents, POLLIN);
}

TEST(poll, lets_the_others_run_once_even_when_something_is_ready) {
    const plain_pair ends;
    ends.send();
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    pollfd one = to_read(ends.near());
    EXPECT_EQ(poll_one(one), 1);
    EXPECT_TRUE(ran || shuffled());
}

TEST(poll, lets_the_others_run_once_even_without_time) {
    const plain_pair ends;
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    pollfd one = to_read(ends.near());
    EXPECT_EQ(poll_one(one, 0ms), 0);
    EXPECT_TRUE(ran || shuffled());
}

TEST(poll, tells_of_a_descriptor_that_is_not_open) {
    pollfd one = to_read(1'000'000);
    EXPECT_EQ(poll_one(one), 1);
    EXPECT_EQ(one.revents, POLLNVAL);
}

TEST(poll, leaves_out_negative_numbers) {
    const plain_pair ends;
    ends.send();
    std::array<pollfd, 2> both{to_read(-1), to_read(ends.near())};
    both[0].revents = POLLIN;
    EXPECT_EQ(grove::poll(both), 1);
    EXPECT_EQ(both[0].revents, 0);
}

TEST(poll, finds_regular_files_always_ready) {
    const int file = ::open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    pollfd one{.fd = file, .events = POLLIN | POLLOUT, .revents = 0};
    EXPECT_EQ(poll_one(one), 1);
    EXPECT_EQ(one.revents, POLLIN | POLLOUT);
    one.events = 0;
    EXPECT_EQ(poll_one(one, 1ms), 0);
    ::close(file);
}

TEST(poll, wakes_when_something_comes) {
    const plain_pair ends;
    pollfd one = to_read(ends.near());
    auto g = grove::spawn([&] { return poll_one(one); });
    let_it_park(g);
    ends.send();
    EXPECT_EQ(g.get(), 1);
    EXPECT_EQ(one.revents, POLLIN);
}

TEST(poll, wakes_when_the_peer_hangs_up_though_nothing_was_asked) {
    plain_pair ends;
    pollfd one{.fd = ends.near(), .events = 0, .revents = 0};
    auto g = grove::spawn([&] { return poll_one(one); });
    let_it_park(g);
    ends.close_far();
    EXPECT_EQ(g.get(), 1);
    EXPECT_EQ(one.revents, POLLHUP);
}

TEST(poll, gives_nothing_when_the_deadline_comes_first) {
    const plain_pair ends;
    pollfd one = to_read(ends.near());
    const grove::deadline until = 5ms;
    EXPECT_EQ(poll_one(one, until), 0);
    EXPECT_TRUE(until.expired());
}

TEST(poll, is_ended_by_the_timeout_of_a_scope_and_can_be_called_again) {
    const plain_pair ends;
    pollfd one = to_read(ends.near());
    EXPECT_FALSE(grove::with_timeout(5ms, [&] { poll_one(one); }));
    ends.send();
    EXPECT_EQ(poll_one(one), 1);
}

TEST(poll, a_killed_one_leaves_nothing_registered) {
    const plain_pair ends;
    pollfd one = to_read(ends.near());
    auto g = grove::spawn([&] { poll_one(one); });
    let_it_park(g);
    g.kill();
    EXPECT_TRUE(g.killed());
    EXPECT_THROW(grove::event().wait(), grove::would_block_forever);
}

TEST(poll, a_kill_lets_go_of_what_the_greenlet_holds) {
    const plain_pair ends;
    grove::event freed;
    auto g = grove::spawn([&] {
        const grove::on_exit free([&] { freed.set(); });
        grove::wait_read(ends.near());
    });
    let_it_park(g);
    g.kill();
    EXPECT_TRUE(freed.wait(0ms));
}

TEST(poll, many_may_wait_for_one_descriptor_and_wake_in_order) {
    const plain_pair ends;
    std::vector<int> order;
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 10; ++i) {
        all.push_back(grove::spawn([&, i] {
            grove::wait_read(ends.near());
            order.push_back(i);
        }));
    }
    let_it_park(all.back());
    ends.send();
    grove::join_all(all);
    if (shuffled()) std::ranges::sort(order);
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(poll, one_reads_while_another_waits_on) {
    const plain_pair ends;
    int turns = 0;
    const auto reader = [&] {
        for (int i = 0; i < 50; ++i) {
            grove::wait_read(ends.near());
            char c = 0;
            while (::recv(ends.near(), &c, 1, MSG_DONTWAIT) < 0) grove::wait_read(ends.near());
            ++turns;
        }
    };
    auto a = grove::spawn(reader);
    auto b = grove::spawn(reader);
    for (int i = 0; i < 100; ++i) {
        ends.send();
        grove::yield();
    }
    grove::join_all(a, b);
    EXPECT_EQ(turns, 100);
}

TEST(poll, waits_for_reading_and_writing_of_one_descriptor_at_once) {
    const plain_pair ends;
    const std::string much(1 << 20, 'x');
    ASSERT_GT(::send(ends.near(), much.data(), much.size(), MSG_DONTWAIT), 0);
    auto reader = grove::spawn([&] { return grove::wait_read(ends.near()); });
    auto writer = grove::spawn([&] { return grove::wait_write(ends.near()); });
    let_it_park(writer);
    std::string into(1 << 20, '\0');
    ASSERT_GT(::recv(ends.far(), into.data(), into.size(), 0), 0);
    EXPECT_TRUE(writer.get());
    EXPECT_FALSE(reader.ready());
    ends.send();
    EXPECT_TRUE(reader.get());
}

TEST(poll, sees_a_descriptor_that_took_the_number_of_one_closed_behind_its_back) {
    plain_pair first;
    auto lost = grove::spawn([&] { grove::wait_read(first.near()); });
    let_it_park(lost);
    const plain_pair second;
    ASSERT_EQ(::dup2(second.near(), first.near()), first.near());
    auto g = grove::spawn([&] { return grove::wait_read(first.near(), 10s); });
    let_it_park(g);
    second.send();
    EXPECT_TRUE(g.get());
}

TEST(poll, waits_beside_a_socket_of_grove) {
    auto ends = grove::socket::pair();
    auto poller = grove::spawn([&] { return grove::wait_read(ends.first.fd()); });
    auto reader = grove::spawn([&] { return grove_test::read_to_end(ends.first); });
    let_it_park(poller);
    ends.second.write_all("line\n");
    ends.second.close();
    EXPECT_TRUE(poller.get());
    EXPECT_EQ(reader.get(), "line\n");
}

TEST(poll, a_socket_that_grove_closes_wakes_who_polls_it) {
    auto [near, far] = grove::socket::pair();
    pollfd one = to_read(near.fd());
    auto g = grove::spawn([&] { return poll_one(one); });
    let_it_park(g);
    near.close();
    const plain_pair takes_the_number;
    EXPECT_EQ(g.get(), 1);
    EXPECT_EQ(one.revents, POLLNVAL);
}

TEST(poll, of_nothing_is_a_sleep) {
    const grove::deadline until = 5ms;
    EXPECT_EQ(grove::poll({}, until), 0);
    EXPECT_TRUE(until.expired());
}

TEST(poll, of_nothing_for_ever_is_reported) {
    EXPECT_THROW(grove::poll({}), grove::would_block_forever);
}

TEST(poll, does_not_spin_on_what_was_not_asked) {
    const plain_pair ends;
    ends.send();
    pollfd one{.fd = ends.near(), .events = POLLPRI, .revents = 0};
    auto g = grove::spawn([&] { return poll_one(one); });
    let_it_park(g);  // waits until the hub has nothing to do, and so would never return
    g.kill();
}

TEST(wait_read, gives_false_when_late_and_throws_for_what_is_not_open) {
    const plain_pair ends;
    EXPECT_FALSE(grove::wait_read(ends.near(), 1ms));
    EXPECT_EQ(complaint([] { grove::wait_read(1'000'000); }),
              "wait_read descriptor 1000000: Bad file descriptor");
    EXPECT_EQ(failure([] { grove::wait_read(-1); }), std::errc::bad_file_descriptor);
}

TEST(wait_write, is_true_at_once_while_there_is_room) {
    const plain_pair ends;
    EXPECT_TRUE(grove::wait_write(ends.near()));
}

TEST(select, gives_what_is_ready_by_kind) {
    const plain_pair a;
    const plain_pair b;
    a.send();
    const auto found = grove::select({a.near(), b.near()}, {b.near()}, {a.near()});
    EXPECT_THAT(found.read, ElementsAre(a.near()));
    EXPECT_THAT(found.write, ElementsAre(b.near()));
    EXPECT_THAT(found.urgent, IsEmpty());
}

TEST(select, gives_nothing_when_late) {
    const plain_pair ends;
    EXPECT_TRUE(grove::select({ends.near()}, {}, {}, 2ms).empty());
}

TEST(select, without_descriptors_sleeps_while_others_run) {
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    EXPECT_TRUE(grove::select({}, {}, {}, 2ms).empty());
    EXPECT_TRUE(ran);
}

TEST(select, throws_for_a_descriptor_that_is_not_open) {
    EXPECT_EQ(complaint([] { static_cast<void>(grove::select({1'000'000})); }),
              "select descriptor 1000000: Bad file descriptor");
    EXPECT_EQ(complaint([] { static_cast<void>(grove::select({-3})); }),
              "select descriptor -3: Bad file descriptor");
}

TEST(select, tells_of_urgent_data) {
    grove_test::connected ends = grove_test::tcp_pair();
    auto g = grove::spawn([&] { return grove::select({}, {}, {ends.server.fd()}); });
    let_it_park(g);
    ASSERT_EQ(::send(ends.client.fd(), "!", 1, MSG_OOB), 1);
    EXPECT_THAT(g.get().urgent, ElementsAre(ends.server.fd()));
}

TEST(select, of_urgent_data_alone_waits_on_after_a_hang_up) {
    plain_pair ends;
    ends.close_far();
    EXPECT_TRUE(grove::select({}, {}, {ends.near()}, 2ms).empty());
}

TEST(poll_at_the_end, a_hub_that_ends_unwinds_who_waits) {
    const plain_pair ends;
    bool unwound = false;
    auto g = grove::spawn([&] {
        const grove::on_exit mark([&] { unwound = true; });
        grove::wait_read(ends.near());
    });
    let_it_park(g);
    g = {};
    EXPECT_TRUE(unwound);
}

TEST(descriptors_to_wait_for, are_told_beside_other_things) {
    const plain_pair ends;
    grove::event stop;
    grove::readable input(ends.near());
    EXPECT_EQ(grove::wait_any(1ms, input, stop), std::nullopt);
    ends.send();
    EXPECT_EQ(grove::wait_any(grove::never, stop, input), 1U);
    ends.take();
    stop.set();
    EXPECT_EQ(grove::wait_any(grove::never, input, stop), 1U);
    const grove::writable output(ends.near());
    EXPECT_EQ(grove::wait_any(grove::never, output), 0U);
}

TEST(descriptors_to_wait_for, may_be_those_of_groves_own_sockets) {
    auto [near, far] = grove_test::tcp_pair();
    grove::readable input(near);
    EXPECT_FALSE(input.wait(1ms));
    far.write_all("x\n");
    EXPECT_TRUE(input.wait());
    EXPECT_EQ(near.read_line(), "x\n");
    EXPECT_FALSE(input.wait(1ms));
    EXPECT_TRUE(grove::writable(near).wait());
}

TEST(descriptors_to_wait_for, come_in_the_order_they_are_ready) {
    const plain_pair first;
    const plain_pair second;
    std::vector<grove::readable> both{grove::readable(first.near()),
                                      grove::readable(second.near())};
    grove::ready_order order;
    for (auto& each : both) order.add(each);
    second.send();
    EXPECT_EQ(order.next(), 1U);
    first.send();
    EXPECT_EQ(order.next(), 0U);
    EXPECT_EQ(order.next(), std::nullopt);
}

TEST(descriptors_to_wait_for, are_none_when_they_are_not_open) {
    grove::readable nothing(-1);
    EXPECT_THROW(static_cast<void>(grove::wait_any(grove::never, nothing)), std::system_error);
}

}  // namespace
