// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/local_probes.hpp"

#include <grove/hub.hpp>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

/// A process stays the one it was: its descriptor never means another of the same number.
class one_process final : public probe {
 public:
    explicit one_process(int pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))) {
        if (fd_ < 0) error_ = errno;
    }

    one_process(const one_process&) = delete;
    one_process& operator=(const one_process&) = delete;

    ~one_process() override {
        end_ = watch();
        if (fd_ >= 0) ::close(fd_);
    }

    probe_result attempt(deadline /*until*/) override {
        probe_result got;
        if (fd_ < 0) {
            got.what =
                error_ == ESRCH ? "no such process" : std::generic_category().message(error_);
            got.hopeless = true;
            return got;
        }
        pollfd ended{.fd = fd_, .events = POLLIN, .revents = 0};
        got.good = ::poll(&ended, 1, 0) == 0;
        got.hopeless = !got.good;
        got.what = got.good ? "it lives" : "it has ended";
        return got;
    }

    [[nodiscard]] probe_distance distance() const noexcept override { return probe_distance::told; }

    void on_news(std::function<void()> hurry) override {
        if (fd_ < 0) return;
        hurry_ = std::move(hurry);
        end_ = hub::current().watch_fd(
            fd_, readiness::read, [this](readiness) { tell(); }, keep_alive::yes);
    }

 private:
    void tell() {
        end_.set_interest(readiness::none);
        hurry_();
    }

    int fd_;
    int error_ = 0;
    std::function<void()> hurry_;
    watch end_;
};

}  // namespace

std::unique_ptr<probe> process_probe(int pid) {
    return std::make_unique<one_process>(pid);
}

}  // namespace grove::cmd
