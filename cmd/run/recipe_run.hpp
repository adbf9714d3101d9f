// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/process_tree.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/run/recipe/recipe_check.hpp"
#include "cmd/run/run_console.hpp"
#include "cmd/run/run_journal.hpp"
#include "cmd/run/run_options.hpp"
#include "cmd/run/run_reports.hpp"
#include "cmd/run/run_values.hpp"
#include "cmd/run/service_host.hpp"
#include "cmd/run/step_runner.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

/// One run of a recipe: a greenlet a step that runs, one a service; this one starts what may start
/// and decides when it is over.

namespace grove::cmd {

class recipe_run {
 public:
    /// All given must outlive it. Throws: `std::system_error`, `std::runtime_error`: the
    /// environment is not fit for the run.
    recipe_run(const run_options& options, const checked_recipe& of, const run_plan& plan,
               const verb_book& verbs, output& out);
    recipe_run(const recipe_run&) = delete;
    recipe_run& operator=(const recipe_run&) = delete;
    ~recipe_run();

    /// Blocks until all has ended, what `[[finally]]` does included.
    [[nodiscard]] exit_code execute();

 private:
    struct task {
        std::size_t record = 0;
        task_state state = task_state::waiting;
        std::vector<std::size_t> services;  // those behind others first
        bool cancelled = false;
        greenlet<void> life;
    };

    enum class phase : unsigned char { steps, finals, reports };

    void enlist();
    void read_secrets();
    void run_phase(phase which);
    void start_ready();
    [[nodiscard]] bool may_start(std::size_t number) const;
    /// Result: why it is not to run; empty: it is.
    [[nodiscard]] std::string reason_to_skip(std::size_t number) const;
    [[nodiscard]] std::string reason_of_condition(const plan_node& node) const;
    [[nodiscard]] std::string reason_to_skip_final(const recipe_step& step) const;
    void live(std::size_t number);
    void end(std::size_t number, task_state how, const std::string& reason);
    void failed(std::size_t number);
    void service_died(std::size_t service, const std::string& why);
    /// It is one of the phase that runs.
    [[nodiscard]] bool is_on(std::size_t number) const;
    [[nodiscard]] bool is_phase_over() const;

    void interrupted(int signal);
    void stop(exit_code why, const std::string& reason);
    void cancel_steps();
    void wait_for_news();
    [[nodiscard]] exit_code code() const;

    const run_options& options_;
    const checked_recipe& of_;
    const run_plan& plan_;
    output& out_;
    phase phase_ = phase::steps;
    deadline until_ = never;
    bool stopping_ = false;
    exit_code stop_code_ = exit_code::ok;
    std::string stop_reason_;
    event news_;
    stop_signals signals_;  // as long as there is anything to clean up
    process_tree tree_;     // it ends after all that may start programs
    run_values values_;
    run_journal journal_;
    std::vector<task> tasks_;
    std::size_t running_ = 0;
    std::size_t jobs_;
    std::function<deadline()> tick_;  // of the console, while it shows
    step_runner runner_;
    service_host services_;
    run_reports reports_;
};

}  // namespace grove::cmd
