// SPDX-License-Identifier: MIT
#include "cmd/common/process_tree.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/probe/local_probes.hpp"

#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t most_output = std::size_t{1} << 20;  // bytes of each stream
constexpr std::size_t excerpt = 200;

std::string_view last_line(std::string_view text) noexcept {
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    return text.substr(text.rfind('\n') + 1);
}

completed run_until(const std::string& command, deadline until) {
    process_options how;
    how.shell = command;
    how.input = stdio::null;
    how.output = stdio::pipe;
    how.errors = stdio::pipe;
    how.most_captured = most_output;
    tracked_process child(how);
    if (auto whole = child.communicate({}, until)) return *std::move(whole);
    child.kill();
    completed late = child.so_far();
    late.late = true;
    return late;
}

class one_command final : public probe {
 public:
    one_command(std::string command, probe_expectations expected)
        : command_(std::move(command)), expected_(std::move(expected)) {}

    probe_result attempt(deadline until) override {
        const deadline begun = deadline::now();
        probe_result got;
        try {
            const completed ended = run_until(command_, until);
            got.times.total = deadline::now() - begun;
            judge(ended, got);
        } catch (const std::system_error& e) {
            got.what = e.code().message();
            got.detail = e.what();
            got.times.total = deadline::now() - begun;
        }
        return got;
    }

    [[nodiscard]] probe_distance distance() const noexcept override { return probe_distance::far; }

 private:
    void judge(const completed& ended, probe_result& into) const {
        into.answered = true;
        if (ended.late) {
            into.what = "not at its end in time";
            return;
        }
        into.what = ended.status.text();
        into.exit = ended.status.code();
        const std::string_view complaint = last_line(ended.err.empty() ? ended.out : ended.err);
        if (!complaint.empty()) into.detail = fit_end(one_line(complaint), excerpt);
        into.good = ended.status.success() || expected_.mention("exit");
        if (!into.good) return;
        probe_sight seen{};
        seen.exit = into.exit;
        seen.out = ended.out;
        seen.err = ended.err;
        seen.times = &into.times;
        expected_.judge(seen, into);
    }

    std::string command_;
    probe_expectations expected_;
};

}  // namespace

std::unique_ptr<probe> command_probe(std::string command, probe_expectations expected) {
    return std::make_unique<one_command>(std::move(command), std::move(expected));
}

}  // namespace grove::cmd
