// SPDX-License-Identifier: MIT
#include "tests/patch/calls.hpp"

#include <grove/deadline_scope.hpp>
#include <grove/event.hpp>
#include <grove/timeout.hpp>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove_test::blocking_listener;
using grove_test::blocking_pair;
using grove_test::parks;
using grove_test::spawn_client;
using grove_test::tell;
using grove_test::told;

void limit(int fd, int option, std::chrono::microseconds to) {
    const timeval time{0, to.count()};
    ASSERT_EQ(::setsockopt(fd, SOL_SOCKET, option, &time, sizeof time), 0);
}

/// A C client: connects, says its number, reads it back, as if it were alone.
bool echoes(const blocking_listener& door, int number) {
    const int fd = door.connect();
    if (fd < 0) return false;
    const std::string said = "client " + std::to_string(number);
    std::array<char, 32> heard{};
    const bool same = ::send(fd, said.data(), said.size(), 0) == ssize_t(said.size()) &&
                      ::recv(fd, heard.data(), said.size(), MSG_WAITALL) == ssize_t(said.size()) &&
                      said == heard.data();
    ::close(fd);
    return same;
}

void echo_back(int fd) {
    std::array<char, 32> bytes{};
    for (ssize_t n = 0; (n = ::read(fd, bytes.data(), bytes.size())) > 0;) {
        if (::write(fd, bytes.data(), static_cast<std::size_t>(n)) != n) break;
    }
    ::close(fd);
}

TEST(patched_sockets, a_hundred_blocking_clients_and_their_server_run_on_one_hub) {
    const blocking_listener door;
    std::vector<grove::greenlet<void>> servers;
    auto server = spawn_client([&] {
        for (int i = 0; i < 100; ++i) {
            const int fd = ::accept(door.fd(), nullptr, nullptr);
            servers.push_back(spawn_client([fd] { echo_back(fd); }));
        }
    });
    std::vector<grove::greenlet<bool>> clients;
    for (int i = 0; i < 100; ++i)
        clients.push_back(spawn_client([&, i] { return echoes(door, i); }));
    for (auto& client : clients) EXPECT_TRUE(client.get());
    server.join();
    grove::join_all(servers);
}

TEST(patched_sockets, each_way_to_receive_waits_in_the_hub) {
    const blocking_pair ends;
    char c = 0;
    iovec one{&c, 1};
    msghdr message{};
    message.msg_iov = &one;
    message.msg_iovlen = 1;
    auto g = spawn_client([&] {
        return ::recv(ends.near(), &c, 1, 0) + ::read(ends.near(), &c, 1) +
               ::readv(ends.near(), &one, 1) + ::recvmsg(ends.near(), &message, 0) +
               ::recvfrom(ends.near(), &c, 1, 0, nullptr, nullptr);
    });
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(parks(g));
        ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    }
    EXPECT_EQ(g.get(), 5);
}

TEST(patched_sockets, each_way_to_send_sends_all_of_it) {
    const blocking_pair ends;
    std::string much(1 << 20, 'x');
    iovec halves[] = {{much.data(), much.size() / 2}, {much.data(), much.size() / 2}};
    msghdr message{};
    message.msg_iov = halves;
    message.msg_iovlen = 2;
    const auto whole = static_cast<ssize_t>(much.size());
    auto sender = spawn_client([&] {
        EXPECT_EQ(::send(ends.near(), much.data(), much.size(), 0), whole);
        EXPECT_EQ(::write(ends.near(), much.data(), much.size()), whole);
        EXPECT_EQ(::writev(ends.near(), halves, 2), whole);
        EXPECT_EQ(::sendmsg(ends.near(), &message, 0), whole);
        EXPECT_EQ(::sendto(ends.near(), much.data(), much.size(), 0, nullptr, 0), whole);
    });
    auto reader = spawn_client([&] {
        std::string into(5 * much.size(), '\0');
        return ::recv(ends.far(), into.data(), into.size(), MSG_WAITALL);
    });
    EXPECT_EQ(reader.get(), 5 * whole);
    sender.join();
}

TEST(patched_sockets, datagrams_stay_whole) {
    const blocking_pair ends(SOCK_DGRAM);
    std::array<char, 8> into{};
    auto g = spawn_client([&] { return ::recv(ends.near(), into.data(), 8, MSG_WAITALL); });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::send(ends.far(), "abc", 3, 0), 3);
    EXPECT_EQ(g.get(), 3);
}

TEST(patched_sockets, errno_is_the_callers_own_after_a_wait) {
    const blocking_pair ends;
    auto g = spawn_client([&] {
        char c = 0;
        errno = E2BIG;
        EXPECT_EQ(::recv(ends.near(), &c, 1, 0), 1);
        return errno;
    });
    ASSERT_TRUE(parks(g));
    errno = EXDEV;
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    EXPECT_EQ(g.get(), E2BIG);
}

TEST(patched_sockets, what_the_program_made_non_blocking_stays_untouched) {
    const blocking_pair ends;
    const int flags = ::fcntl(ends.near(), F_GETFL);
    ASSERT_EQ(::fcntl(ends.near(), F_SETFL, flags | O_NONBLOCK), 0);
    spawn_client([&] {
        char c = 0;
        EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }), (told{-1, EAGAIN}));
        EXPECT_EQ(tell([&] { return ::read(ends.near(), &c, 1); }), (told{-1, EAGAIN}));
        EXPECT_EQ(tell([&] { return ::recv(ends.far(), &c, 1, MSG_DONTWAIT); }),
                  (told{-1, EAGAIN}));
    }).join();
}

TEST(patched_sockets, the_flags_tell_the_programs_own_truth) {
    const blocking_listener door;
    auto client = spawn_client([&] {
        const int fd = door.connect();
        EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        char c = 0;
        EXPECT_EQ(::recv(fd, &c, 1, 0), 0);
        ::close(fd);
    });
    auto server = spawn_client([&] {
        const int fd = ::accept4(door.fd(), nullptr, nullptr, SOCK_NONBLOCK);
        EXPECT_NE(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
        grove::yield();
        ::close(fd);
    });
    while (!server.ready()) {
        EXPECT_EQ(::fcntl(door.fd(), F_GETFL) & O_NONBLOCK, 0);
        grove::sleep_for(1ms);
    }
    client.join();
}

TEST(patched_sockets, a_refused_connection_is_refused) {
    int port_gone = 0;
    sockaddr_in address{};
    {
        const blocking_listener door;
        socklen_t size = sizeof address;
        ASSERT_EQ(::getsockname(door.fd(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    }
    spawn_client([&] {
        port_gone = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* to = reinterpret_cast<const sockaddr*>(&address);
        EXPECT_EQ(tell([&] { return ::connect(port_gone, to, sizeof address); }),
                  (told{-1, ECONNREFUSED}));
        ::close(port_gone);
    }).join();
}

TEST(patched_sockets, a_full_backlog_of_a_unix_socket_is_waited_for) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "grove_patch_" + std::to_string(::getpid());
    name.copy(address.sun_path + 1, name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    const int door = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::bind(door, raw, size), 0);
    ASSERT_EQ(::listen(door, 0), 0);
    const auto connect = [&] {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::connect(fd, raw, size), 0);
        ::close(fd);
    };
    auto first = spawn_client(connect);
    auto second = spawn_client(connect);
    grove::yield();
    grove::yield();
    EXPECT_NE(first.ready(), second.ready());
    ::close(::accept(door, nullptr, nullptr));
    grove::join_all(first, second);
    ::close(door);
}

TEST(patched_sockets, the_limit_of_the_socket_holds) {
    const blocking_pair ends;
    limit(ends.near(), SO_RCVTIMEO, 20ms);
    limit(ends.near(), SO_SNDTIMEO, 20ms);
    spawn_client([&] {
        char c = 0;
        const grove::deadline began = grove::deadline::now();
        EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }), (told{-1, EAGAIN}));
        EXPECT_GE(grove::deadline::now() - began, 20ms);
        const std::string much(1 << 22, 'x');
        const ssize_t sent = ::send(ends.near(), much.data(), much.size(), 0);
        EXPECT_GT(sent, 0);
        EXPECT_LT(sent, ssize_t(much.size()));
        EXPECT_EQ(tell([&] { return ::send(ends.near(), "x", 1, 0); }), (told{-1, EAGAIN}));
    }).join();
}

TEST(patched_sockets, a_kill_makes_the_call_fail_and_is_thrown_at_the_next_wait_of_grove) {
    const blocking_pair ends;
    told first{};
    told second{};
    bool past_the_wait = false;
    auto g = spawn_client([&] {
        char c = 0;
        first = tell([&] { return ::recv(ends.near(), &c, 1, 0); });
        second = tell([&] { return ::recv(ends.near(), &c, 1, 0); });
        grove::yield();
        past_the_wait = true;
    });
    ASSERT_TRUE(parks(g));
    g.kill();
    EXPECT_EQ(first, (told{-1, ECANCELED}));
    EXPECT_EQ(second, (told{-1, ECANCELED}));
    EXPECT_FALSE(past_the_wait);
    EXPECT_TRUE(g.killed());
}

TEST(patched_sockets, a_timeout_makes_the_call_fail_and_is_thrown_at_the_next_wait_of_grove) {
    const blocking_pair ends;
    spawn_client([&] {
        const grove::timeout within(20ms);
        try {
            char c = 0;
            EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }), (told{-1, ETIMEDOUT}));
            grove::yield();
            ADD_FAILURE() << "the timeout was lost";
        } catch (const grove::timeout_expired& e) {
            EXPECT_TRUE(within.is_source(e));
        }
        grove::yield();
    }).join();
}

TEST(patched_sockets, a_deadline_scope_makes_each_call_fail_until_it_ends) {
    const blocking_pair ends;
    spawn_client([&] {
        char c = 0;
        {
            const grove::deadline_scope within(20ms);
            for (int i = 0; i < 3; ++i) {
                EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }),
                          (told{-1, ETIMEDOUT}));
            }
            EXPECT_THROW(grove::yield(), grove::timeout_expired);
            EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }), (told{-1, ETIMEDOUT}));
        }
        EXPECT_EQ(::send(ends.far(), "x", 1, 0), 1);
        EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }).result, 1);
    }).join();
}

TEST(patched_sockets, a_timeout_whose_scope_has_ended_is_forgotten) {
    const blocking_pair ends;
    auto g = spawn_client([&] {
        {
            const grove::timeout within(1ms);
            char c = 0;
            EXPECT_EQ(tell([&] { return ::recv(ends.near(), &c, 1, 0); }), (told{-1, ETIMEDOUT}));
        }
        grove::sleep_for(1ms);
        return true;
    });
    EXPECT_TRUE(g.get());
}

TEST(patched_sockets, a_kill_amid_a_send_gives_what_was_sent) {
    const blocking_pair ends;
    told first{};
    auto g = spawn_client([&] {
        const std::string much(1 << 22, 'x');
        first = tell([&] { return ::send(ends.near(), much.data(), much.size(), 0); });
    });
    ASSERT_TRUE(parks(g));
    g.kill();
    EXPECT_GT(first.result, 0);
    EXPECT_LT(first.result, 1 << 22);
}

TEST(patched_sockets, a_shield_lets_the_call_go_on) {
    const blocking_pair ends;
    told seen{};
    auto g = spawn_client([&] {
        const grove::shield hold;
        char c = 0;
        seen = tell([&] { return ::recv(ends.near(), &c, 1, 0); });
    });
    ASSERT_TRUE(parks(g));
    g.request_kill();
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    g.join();
    EXPECT_EQ(seen, (told{1, 0}));
}

TEST(patched_sockets, in_the_main_greenlet_the_call_blocks_the_thread) {
    const blocking_pair ends;
    bool ran = false;
    auto other = grove::spawn([&] { ran = true; });
    std::thread sender([&] {
        std::this_thread::sleep_for(5ms);
        ::send(ends.far(), "x", 1, 0);
    });
    char c = 0;
    EXPECT_EQ(::recv(ends.near(), &c, 1, 0), 1);
    EXPECT_FALSE(ran);
    sender.join();
}

TEST(patched_sockets, a_descriptor_closed_meanwhile_ends_the_wait_of_another) {
    blocking_pair ends;
    auto g = spawn_client([&] {
        char c = 0;
        return tell([&] { return ::recv(ends.near(), &c, 1, 0); });
    });
    ASSERT_TRUE(parks(g));
    ends.close_near();
    EXPECT_EQ(g.get(), (told{-1, EBADF}));
}

TEST(patched_sockets, a_number_that_dup2_takes_over_ends_the_wait_for_the_old_one) {
    const blocking_pair old;
    const blocking_pair fresh;
    auto g = spawn_client([&] {
        char c = 0;
        return tell([&] { return ::recv(old.near(), &c, 1, 0); });
    });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::dup2(fresh.near(), old.near()), old.near());
    EXPECT_EQ(g.get(), (told{-1, EBADF}));
    auto again = spawn_client([&] {
        char c = 0;
        return ::recv(old.near(), &c, 1, 0);
    });
    ASSERT_TRUE(parks(again));
    ASSERT_EQ(::send(fresh.far(), "x", 1, 0), 1);
    EXPECT_EQ(again.get(), 1);
}

TEST(patched_sockets, a_duplicate_waits_like_its_original) {
    const blocking_pair ends;
    const int copy = ::dup(ends.near());
    auto g = spawn_client([&] {
        char c = 0;
        return ::recv(copy, &c, 1, 0);
    });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::send(ends.far(), "x", 1, 0), 1);
    EXPECT_EQ(g.get(), 1);
    ::close(copy);
}

TEST(patched_sockets, wrong_arguments_fail_as_they_do_without_us) {
    spawn_client([] {
        char c = 0;
        EXPECT_EQ(tell([&] { return ::recv(1'000'000, &c, 1, 0); }), (told{-1, EBADF}));
        EXPECT_EQ(tell([&] { return ::read(-1, &c, 1); }), (told{-1, EBADF}));
        EXPECT_EQ(tell([&] { return ::accept(-1, nullptr, nullptr); }), (told{-1, EBADF}));
        EXPECT_EQ(tell([&] { return ::connect(-1, nullptr, 0); }), (told{-1, EBADF}));
    }).join();
}

TEST(patched_pipes, reading_waits_in_the_hub) {
    const blocking_pair pipe = blocking_pair::pipe();
    auto g = spawn_client([&] {
        char c = 0;
        return ::read(pipe.near(), &c, 1);
    });
    ASSERT_TRUE(parks(g));
    ASSERT_EQ(::write(pipe.far(), "x", 1), 1);
    EXPECT_EQ(g.get(), 1);
}

TEST(patched_pipes, the_end_is_told) {
    blocking_pair pipe = blocking_pair::pipe();
    auto g = spawn_client([&] {
        char c = 0;
        return tell([&] { return ::read(pipe.near(), &c, 1); });
    });
    ASSERT_TRUE(parks(g));
    pipe.close_far();
    EXPECT_EQ(g.get(), (told{0, 0}));
}

TEST(patched_pipes, writing_more_than_fits_waits_in_the_hub) {
    const blocking_pair pipe = blocking_pair::pipe();
    const std::string much((1 << 20) + 17, 'x');
    auto writer = spawn_client([&] { return ::write(pipe.far(), much.data(), much.size()); });
    auto reader = spawn_client([&] {
        std::array<char, 3000> into{};
        std::size_t came = 0;
        while (came < much.size()) came += std::size_t(::read(pipe.near(), into.data(), 3000));
        return came;
    });
    EXPECT_EQ(writer.get(), ssize_t(much.size()));
    EXPECT_EQ(reader.get(), much.size());
}

TEST(patched_pipes, a_broken_one_is_told) {
    blocking_pair pipe = blocking_pair::pipe();
    pipe.close_near();
    ::signal(SIGPIPE, SIG_IGN);
    spawn_client([&] {
        EXPECT_EQ(tell([&] { return ::write(pipe.far(), "x", 1); }), (told{-1, EPIPE}));
    }).join();
    ::signal(SIGPIPE, SIG_DFL);
}

}  // namespace
