// SPDX-License-Identifier: MIT
#include "cmd/pipe/process_work.hpp"

#include "cmd/common/process_tree.hpp"
#include "cmd/pipe/joblog.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// Between asking a process that is late to end and ending it.
constexpr duration farewell = 1s;
constexpr int not_found = 127;  // what a shell says then

/// With these no process can be started, whatever the item.
bool is_hopeless(int error) noexcept {
    constexpr std::array errors{EAGAIN, ENOMEM, EMFILE, ENFILE};
    return std::ranges::find(errors, error) != errors.end();
}

bool is_about_program(int error) noexcept {
    constexpr std::array errors{ENOENT, EACCES, ENOEXEC, ENOTDIR};
    return std::ranges::find(errors, error) != errors.end();
}

class process_work final : public item_work {
 public:
    process_work(const each_options& options, const stage_setting& setting)
        : options_(options), descriptor_limit_(setting.descriptor_limit) {
        if (!options.joblog.empty()) log_ = joblog(options.joblog, setting.talk, setting.resume);
    }

    attempt try_once(std::string_view item, std::uint64_t number) override {
        const auto started = std::chrono::system_clock::now();
        const deadline begin = deadline::now();
        completed result;
        std::string error;
        try {
            result = run(item, number);
            error = verdict(result);
        } catch (const std::system_error& e) {
            if (is_for_all(e.code().value())) throw;
            error = e.what();
            result.status = exit_status::exited(not_found);
        } catch (const std::invalid_argument& e) {  // a NUL byte can be no part of an argument
            error = e.what();
            result.status = exit_status::exited(not_found);
        }
        if (log_.is_open()) {
            const std::string command = options_.command.text(item, number);
            log_.add({.number = number,
                      .started = started,
                      .took = deadline::now() - begin,
                      .received = result.out.size(),
                      .status = result.status,
                      .command = command});
        }
        return {.out = std::move(result.out),
                .said = std::move(result.err),
                .error = std::move(error),
                .code = result.late ? std::nullopt : result.status.code(),
                .signal = result.late ? 0 : result.status.signal()};
    }

 private:
    [[nodiscard]] bool is_for_all(int error) const noexcept {
        return is_hopeless(error) ||
               (is_about_program(error) && options_.command.has_fixed_program());
    }

    [[nodiscard]] completed run(std::string_view item, std::uint64_t number) const {
        process_options options = options_.command.options(item, number);
        options.input = stdio::null;
        options.output = stdio::pipe;
        options.errors = stdio::pipe;
        options.descriptor_limit = descriptor_limit_;
        const deadline until = options_.timeout ? deadline(*options_.timeout) : never;
        tracked_process child(options);
        if (auto whole = child.communicate({}, until)) return *std::move(whole);
        child.terminate();
        if (auto whole = child.communicate({}, farewell)) {
            whole->late = true;
            return *std::move(whole);
        }
        child.kill();
        const auto status = child.wait();
        completed late = child.so_far();
        late.status = status.value();
        late.late = true;
        return late;
    }

    [[nodiscard]] std::string verdict(const completed& result) const {
        if (result.late) return "not done in " + format_duration(*options_.timeout);
        if (!result.status.success()) return result.status.text();
        return result.cut ? "it wrote more than 64 MiB" : "";
    }

    const each_options& options_;
    std::size_t descriptor_limit_;
    joblog log_;
};

}  // namespace

std::unique_ptr<stage> make_stage(const each_options& options, const stage_setting& setting) {
    const item_stage_options how{.name = "each",
                                 .jobs = jobs_of(options.jobs),
                                 .retries = options.retries,
                                 .order = options.order};
    return std::make_unique<item_stage>(how, std::make_unique<process_work>(options, setting),
                                        setting);
}

}  // namespace grove::cmd
