// SPDX-License-Identifier: MIT
#include "base/unique_fd.hpp"
#include "core/fork_guard.hpp"
#include "core/sanitizers.hpp"
#include "tests/support/greenlets.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/hub.hpp>
#include <grove/process.hpp>
#include <grove/thread_pool.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using grove::detail::unique_fd;
using grove_test::let_it_park;
using grove_test::park_for_ever;
using grove_test::read_text;
using testing::HasSubstr;

struct ended {
    int status = -1;
    std::string said;

    [[nodiscard]] bool well() const { return WIFEXITED(status) && WEXITSTATUS(status) == 0; }

    [[nodiscard]] bool by(int number) const {
        return WIFSIGNALED(status) && WTERMSIG(status) == number;
    }
};

/// Runs `child` in a child that `make` makes, blocking: what it ended with and said on stderr.
template <class Make>
ended in_child_by(Make make, const std::function<void()>& child) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) grove::throw_errno("pipe2");
    unique_fd reading(pipe[0]);
    unique_fd writing(pipe[1]);
    const pid_t pid = make();
    if (pid == 0) {
        ::dup2(writing.get(), STDERR_FILENO);
        child();
        ::_exit(0);
    }
    writing.reset();
    ended all;
    std::array<char, 256> piece{};
    for (ssize_t n = 0; (n = ::read(reading.get(), piece.data(), piece.size())) > 0;)
        all.said.append(piece.data(), static_cast<std::size_t>(n));
    EXPECT_EQ(::waitpid(pid, &all.status, 0), pid);
    return all;
}

ended in_child(const std::function<void()>& child) {
    return in_child_by(::fork, child);
}

void expect_refused(const ended& child) {
    EXPECT_TRUE(child.by(SIGABRT)) << "status " << child.status << ": " << child.said;
    EXPECT_THAT(child.said, HasSubstr("a hub does not run in the child of a fork"));
    EXPECT_THAT(child.said, HasSubstr("grove::process"));
}

void expect_quiet(const ended& child) {
    EXPECT_TRUE(child.well()) << "status " << child.status;
    EXPECT_EQ(child.said, "");
}

class forked : public testing::Test {
 protected:
    forked() { grove::yield(); }
};

TEST_F(forked, child_that_waits_is_told_what_to_do_instead) {
    expect_refused(in_child([] { grove::sleep_for(1ms); }));
    expect_refused(in_child([] { grove::yield(); }));
    expect_refused(in_child([] { grove::event().wait(); }));
    expect_refused(in_child([] { static_cast<void>(grove::hub::current().join()); }));
}

TEST_F(forked, child_that_waits_under_a_shield_is_told_too) {
    expect_refused(in_child([] {
        const grove::shield hold;
        grove::sleep_for(1ms);
    }));
}

TEST_F(forked, child_that_spawns_is_refused) {
    expect_refused(in_child([] { static_cast<void>(grove::spawn([] {})); }));
    expect_refused(in_child([] { static_cast<void>(grove::spawn_after(1ms, [] {})); }));
}

TEST_F(forked, child_that_joins_a_greenlet_of_its_parent_is_refused) {
    auto other = grove::spawn([] { park_for_ever(); });
    let_it_park(other);
    expect_refused(in_child([&] { other.join(); }));
    other.kill();
}

TEST_F(forked, child_is_refused_the_thread_pool) {
    grove::thread_pool::shared().run([] {});
    expect_refused(in_child([] { grove::thread_pool::shared().run([] {}); }));
}

TEST_F(forked, child_of_a_greenlet_that_returns_does_not_run_the_others) {
    unique_fd said(::memfd_create("said", MFD_CLOEXEC));
    ended child;
    // Returns in the child with its stack: the next greenlet would have the turn.
    auto forking = grove::spawn({.name = "forking"}, [&] {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::dup2(said.get(), STDERR_FILENO);
            return;
        }
        EXPECT_EQ(::waitpid(pid, &child.status, 0), pid);
    });
    bool ran = false;
    auto next = grove::spawn([&] {
        ran = true;
        if (grove::detail::in_forked_child()) ::_exit(99);
    });
    forking.join();
    next.join();
    child.said.resize(512);
    const ssize_t size = ::pread(said.get(), child.said.data(), child.said.size(), 0);
    child.said.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    expect_refused(child);
    EXPECT_TRUE(ran);
}

TEST_F(forked, child_of_a_callback_of_the_hub_does_not_go_on) {
    ended child;
    grove::event done;
    auto call = grove::hub::current().call_at(
        0ms,
        [&] {
            const pid_t pid = ::fork();
            if (pid == 0) {
                ::close(STDERR_FILENO);
                return;
            }
            EXPECT_EQ(::waitpid(pid, &child.status, 0), pid);
            done.set();
        },
        grove::keep_alive::yes);
    done.wait();
    EXPECT_TRUE(child.by(SIGABRT)) << child.status;
}

TEST_F(forked, child_of_a_thread_without_a_hub_cannot_make_one) {
    ended child;
    std::thread([&] { child = in_child([] { grove::yield(); }); }).join();
    expect_refused(child);
}

#ifndef GROVE_TSAN  // which must be told of every child
TEST_F(forked, child_that_no_fork_handler_saw_is_refused_at_the_hubs_next_look) {
    const auto raw = [] { return static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); };
    expect_refused(in_child_by(raw, [] { grove::sleep_for(1ms); }));
}
#endif

TEST_F(forked, child_may_call_exec) {
    expect_quiet(in_child([] { ::execlp("true", "true", nullptr); }));
}

#ifndef GROVE_ASAN  // which searches the child for leaks, without the other threads' stacks

TEST_F(forked, child_may_exit) {
    auto other = grove::spawn([] { park_for_ever(); });
    let_it_park(other);
    const pid_t pid = ::fork();
    if (pid == 0) std::exit(0);
    int status = -1;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    other.kill();
}

TEST_F(forked, child_ends_its_thread_without_a_word) {
    // The thread's hub ends with the thread, in the parent alone.
    ended child;
    std::thread([&] {
        grove::yield();
        child = in_child([] { std::exit(0); });
    }).join();
    EXPECT_TRUE(child.well()) << child.status << ": " << child.said;
}

#endif

TEST_F(forked, childs_destructors_leave_the_parents_greenlets_and_children_alone) {
    auto waiting = std::make_unique<grove::greenlet<void>>(grove::spawn([] { park_for_ever(); }));
    auto members = std::make_unique<grove::group>();
    members->spawn([] { park_for_ever(); });
    auto cat = std::make_unique<grove::process>(grove::process(
        {.command = {"cat"}, .input = grove::stdio::pipe, .output = grove::stdio::pipe}));
    auto pool = std::make_unique<grove::thread_pool>(1);
    pool->run([] {});
    grove::idle();
    expect_quiet(in_child([&] {
        waiting.reset();
        members.reset();
        cat.reset();
        pool.reset();
    }));
    EXPECT_FALSE(waiting->ready());
    cat->in().write_all("still here\n");
    EXPECT_EQ(cat->out().read_line(), "still here\n");
    EXPECT_EQ(pool->run([] { return 7; }), 7);
}

TEST_F(forked, child_that_closes_a_socket_does_not_make_its_parent_deaf) {
    auto ends = grove_test::unix_pair();
    auto reader = grove::spawn([&] { return read_text(ends.server); });
    let_it_park(reader);
    expect_quiet(in_child([&] {
        ends.server.close();
        ends.client.close();
    }));
    ends.client.write_all("heard");
    EXPECT_EQ(reader.get(), "heard");
}

TEST_F(forked, child_that_drops_a_watch_does_not_make_its_parent_deaf) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    const unique_fd reading(pipe[0]);
    const unique_fd writing(pipe[1]);
    grove::event seen;
    auto watch = std::make_unique<grove::watch>(grove::hub::current().watch_fd(
        reading.get(), grove::readiness::read, [&](grove::readiness) { seen.set(); },
        grove::keep_alive::yes));
    expect_quiet(in_child([&] { watch.reset(); }));
    ASSERT_EQ(::write(writing.get(), "x", 1), 1);
    EXPECT_TRUE(seen.wait(10s));
    watch.reset();
}

TEST_F(forked, vfork_and_posix_spawn_children_are_no_forks) {
    std::string name = "true";
    std::array<char*, 2> arguments{name.data(), nullptr};
    pid_t pid = 0;
    ASSERT_EQ(::posix_spawnp(&pid, "true", nullptr, nullptr, arguments.data(), environ), 0);
    int status = -1;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(std::system("exit 3"), 3 << 8);
    EXPECT_FALSE(grove::detail::in_forked_child());
    grove::sleep_for(0ms);
}

/// No hub lives in this thread, nor in another.
TEST(fork_before_any_hub, leaves_the_child_free_to_have_hubs) {
    const ended child = in_child([] {
        int got = 0;
        grove::spawn([&] { got = 1; }).join();
        ::_exit(got == 1 ? 0 : 1);
    });
    EXPECT_TRUE(child.well()) << child.status << ": " << child.said;
}

#ifndef GROVE_TSAN  // which allows no new thread in a child
TEST(fork_before_any_hub, leaves_the_child_free_to_have_pool_threads) {
    std::thread([] { grove::thread_pool::shared().run([] {}); }).join();
    const ended child = in_child([] {
        const auto got = grove::thread_pool::shared().run([] { return 1; }, 10s);
        ::_exit(got == 1 ? 0 : 1);
    });
    EXPECT_TRUE(child.well()) << child.status << ": " << child.said;
}
#endif

}  // namespace
