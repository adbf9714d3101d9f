// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/captured_child.hpp"
#include "cmd/run/port_claim.hpp"
#include "cmd/run/recipe/plan.hpp"
#include "cmd/run/recipe/verb_book.hpp"
#include "cmd/run/run_journal.hpp"
#include "cmd/run/run_values.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

/// The services of a run: each starts when the first step needs it, is ready before that step
/// starts, and ends after the last one. One that dies before fails those that use it at once.
///
/// Threads: the hub's own.

namespace grove::cmd {

/// Thrown in a step whose service has died or never was ready.
class service_failed : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class service_host {
 public:
    /// All given must outlive it. `died` is called with the number of a service that ended though
    /// it is still needed, and why; it must not park.
    service_host(const checked_recipe& of, const run_plan& plan, const verb_book& verbs,
                 run_values& values, run_journal& journal,
                 std::function<void(std::size_t service, const std::string& why)> died);
    service_host(const service_host&) = delete;
    service_host& operator=(const service_host&) = delete;
    /// Ends all that run.
    ~service_host();

    /// The services that a step uses, and those behind them: the ones behind come first.
    [[nodiscard]] std::vector<std::size_t> behind(const std::vector<std::size_t>& services) const;

    /// From here on `services` are needed once more.
    void claim(const std::vector<std::size_t>& services);
    /// And once less: the last one ends it, in the background.
    void release(const std::vector<std::size_t>& services);

    /// Waits until they are all ready, starting those that are not. Throws: `service_failed`.
    /// Interrupted: they go on.
    void wait_ready(const std::vector<std::size_t>& services);

    /// Waits until those that nobody needs any more have ended.
    void wait_ended();

    /// One that should have gone on has ended, or did not end as it should.
    [[nodiscard]] bool any_failed() const noexcept { return failed_; }

 private:
    enum class stage : unsigned char { idle, starting, ready, stopping, ended };

    struct service {
        const recipe_service* what = nullptr;
        std::size_t record = 0;
        std::size_t users = 0;
        stage at = stage::idle;
        std::string failure;
        std::unique_ptr<port_claim> port;
        event said_ready;  // by a line of its output
        event news;        // its stage has changed, or it is to stop
        greenlet<void> life;
    };

    void start(service& one);
    void live(service& one);
    [[nodiscard]] std::string run(service& one);
    [[nodiscard]] std::string run_child(service& one, captured_child& child);
    [[nodiscard]] std::string become_ready(service& one);
    [[nodiscard]] std::string end(service& one, captured_child& child);
    [[nodiscard]] std::string poll(const service& one, deadline until) const;
    void connect(std::uint16_t port, deadline until) const;
    void note_line(service& one, output_stream from, const std::string& line);
    [[nodiscard]] std::vector<std::string> extra_words_of(const service& one) const;

    const checked_recipe& of_;
    const run_plan& plan_;
    const verb_book& verbs_;
    run_values& values_;
    run_journal& journal_;
    std::function<void(std::size_t, const std::string&)> died_;
    bool failed_ = false;
    std::vector<std::unique_ptr<service>> services_;
};

}  // namespace grove::cmd
