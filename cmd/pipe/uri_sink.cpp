// SPDX-License-Identifier: MIT
#include "cmd/pipe/uri_sink.hpp"

#include "cmd/common/process_tree.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/dial.hpp>
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration connect_timeout = 30s;
/// For a peer to take the end and close its side.
constexpr duration farewell = 5s;
/// For a program that reads no more to end.
constexpr duration last_moment = 1s;

std::string address_of(const target& to) {
    return to.scheme == target_scheme::unix_socket ? "unix:" + to.resource : to.endpoint();
}

class peer_sink final : public sink {
 public:
    peer_sink(const target& to, settlement* kept)
        : sink(kept),
          peer_(dial(address_of(to), {}, connect_timeout)),
          ignoring_(spawn([this] { ignore_answers(); })) {}

 protected:
    void write(const block& items) override { peer_.write_all(items.bytes); }

    /// Until the peer has closed too: closing before would cut off what it has not read where it
    /// has written something itself.
    void close() override {
        peer_.shutdown_write();
        if (ignoring_.join(farewell) && failure_) throw std::system_error(*failure_);
    }

 private:
    /// A peer that answers, and waits until its answers are read, reads no more itself.
    void ignore_answers() {
        std::array<char, 4096> ignored{};
        try {
            while (peer_.read_some(ignored) > 0) continue;
        } catch (const std::system_error& e) {
            failure_ = e;
        }
    }

    socket peer_;
    std::optional<std::system_error> failure_;
    greenlet<void> ignoring_;  // last: it uses the others
};

process_options options_for(const target& to) {
    process_options made;
    made.shell = to.resource;
    made.input = stdio::pipe;
    return made;
}

class program_sink final : public sink {
 public:
    program_sink(const target& to, settlement* kept)
        : sink(kept),
          name_("exec:" + fit_middle(one_line(to.resource), 60)),
          options_(options_for(to)) {}

 protected:
    void open() override { child_.emplace(options_); }

    void write(const block& items) override {
        try {
            child_->in().write_all(items.bytes);
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::broken_pipe) throw;
            const auto status = child_->wait(last_moment);
            if (status && !status->success()) throw program_failed(name_ + ": " + status->text());
            throw program_failed(name_ + ": it has ended, or reads no more, and items are left");
        }
    }

    void close() override {
        child_->in().close();
        const exit_status status = child_->wait().value();
        if (!status.success()) throw program_failed(name_ + ": " + status.text());
    }

 private:
    std::string name_;
    process_options options_;
    std::optional<tracked_process> child_;
};

}  // namespace

bool can_be_written(target_scheme scheme) noexcept {
    return scheme == target_scheme::tcp || scheme == target_scheme::unix_socket ||
           scheme == target_scheme::exec;
}

std::unique_ptr<sink> make_uri_sink(const target& to, settlement* kept) {
    if (to.scheme == target_scheme::exec) return std::make_unique<program_sink>(to, kept);
    return std::make_unique<peer_sink>(to, kept);
}

}  // namespace grove::cmd
