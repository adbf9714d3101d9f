// SPDX-License-Identifier: MIT
#include <grove/blocked_watch.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/introspect.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::introspect::print_on_signal;
using grove::introspect::process_snapshot;
using testing::HasSubstr;

/// The trees that were told, on the hub.
class told_trees {
 public:
    std::function<void(const process_snapshot&)> teller() {
        return [this](const process_snapshot& seen) {
            text_ += to_tree(seen);
            come_.set();
        };
    }

    std::string next() {
        EXPECT_TRUE(come_.wait(10s));
        come_.clear();
        return std::exchange(text_, {});
    }

    [[nodiscard]] const std::string& text() const { return text_; }

 private:
    std::string text_;
    grove::event come_;
};

class printing_on_a_signal : public testing::Test {
 protected:
    /// libunwind keeps a pipe from its first use on.
    static void SetUpTestSuite() { const grove::blocked_watch first; }
};

void do_nothing(int) {}

/// Into the file that stands for it.
off_t written_to_stderr() {
    struct stat file = {};
    return ::fstat(STDERR_FILENO, &file) == 0 ? file.st_size : 0;
}

TEST_F(printing_on_a_signal, tells_what_all_greenlets_do_and_goes_on) {
    told_trees told;
    const print_on_signal on_quit({.tell = told.teller()});
    grove::event end;
    auto worker = grove::spawn({.name = "worker"}, [&] { end.wait(); });
    grove::yield();
    for (int i = 0; i < 2; ++i) {
        std::raise(SIGQUIT);
        EXPECT_THAT(told.next(), HasSubstr("    worker, parked on event 0x"));
    }
    end.set();
    worker.join();
}

TEST_F(printing_on_a_signal, works_for_a_hub_that_is_blocked) {
    told_trees told;
    testing::internal::CaptureStderr();
    {
        const print_on_signal on_quit({.ask = {.within = 10ms}, .tell = told.teller()});
        auto blocking = grove::spawn({.name = "blocking"}, [&] {
            std::raise(SIGQUIT);
            while (written_to_stderr() == 0) {
            }
        });
        blocking.join();
    }
    EXPECT_THAT(testing::internal::GetCapturedStderr(),
                HasSubstr("has not answered within 10ms; kept by blocking"));
    EXPECT_EQ(told.text(), "");
}

TEST_F(printing_on_a_signal, writes_to_stderr) {
    testing::internal::CaptureStderr();
    {
        const print_on_signal on_quit({.signal = SIGUSR2});
        grove::yield();  // makes the hub
        std::raise(SIGUSR2);
        while (written_to_stderr() == 0) grove::yield();
    }
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("main greenlet, "));
}

TEST_F(printing_on_a_signal, gives_the_signal_back) {
    auto* const before = std::signal(SIGQUIT, do_nothing);
    { const print_on_signal on_quit; }
    EXPECT_EQ(std::signal(SIGQUIT, before), do_nothing);
}

TEST_F(printing_on_a_signal, happens_once_at_a_time) {
    const print_on_signal on_quit;
    EXPECT_THROW(print_on_signal again, std::logic_error);
}

TEST_F(printing_on_a_signal, refuses_what_cannot_be_caught) {
    for (const int wrong : {SIGKILL, 0, 1000}) {
        EXPECT_THROW(print_on_signal on_it({.signal = wrong}), std::system_error);
    }
    const print_on_signal works_after_that;
}

}  // namespace
