// SPDX-License-Identifier: MIT
#include "cmd/bench/load/arrivals.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace grove::cmd {
namespace {

using seconds = std::chrono::duration<double>;

double seconds_of(const load_stage& stage) noexcept {
    return seconds(stage.length).count();
}

/// Requests that are due in the whole stage.
double requests_of(const load_stage& stage) noexcept {
    return (stage.from.per_second + stage.to.per_second) / 2 * seconds_of(stage);
}

/// Seconds into the stage at which `count` requests are due.
double time_of(const load_stage& stage, double count) noexcept {
    const double from = stage.from.per_second;
    const double growth = (stage.to.per_second - from) / seconds_of(stage);
    const double rate_then = std::sqrt(std::max(0.0, from * from + 2 * growth * count));
    const double sum = from + rate_then;
    return sum > 0 ? 2 * count / sum : 0;
}

/// Moves what is wrong with a part to where the part is.
text_error shifted(text_error wrong, std::size_t by) {
    wrong.offset += by;
    return wrong;
}

/// A ramp may begin or end at rest.
std::optional<text_error> parse_end(std::string_view text, event_rate& into) {
    if (text != "0/s" && text != "0") return parse_value(text, into);
    into = {0};
    return std::nullopt;
}

std::optional<text_error> parse_rates(std::string_view text, load_stage& into) {
    const std::size_t dots = text.find("..");
    if (auto wrong = parse_end(text.substr(0, dots), into.from)) return wrong;
    into.to = into.from;
    if (dots != std::string_view::npos) {
        if (auto wrong = parse_end(text.substr(dots + 2), into.to))
            return shifted(*wrong, dots + 2);
    }
    if (requests_of(into) <= 0) return text_error{"sends nothing", 0, "leave the stage out"};
    return std::nullopt;
}

std::optional<text_error> parse_stage(std::string_view text, load_stage& into) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return text_error{"has no rate", text.size(), "write TIME:RATE, as in 10s:100/s"};
    if (auto wrong = parse_value(text.substr(0, colon), into.length)) return wrong;
    if (into.length <= duration::zero()) return text_error{"is no time at all", 0, {}};
    if (auto wrong = parse_rates(text.substr(colon + 1), into)) return shifted(*wrong, colon + 1);
    return std::nullopt;
}

}  // namespace

std::optional<text_error> parse_value(std::string_view text, load_stages& into) {
    std::vector<load_stage> all;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        load_stage one;
        if (auto wrong = parse_stage(text.substr(begin, end - begin), one))
            return shifted(*wrong, begin);
        all.push_back(one);
        begin = end + 1;
    }
    into.all = std::move(all);
    return std::nullopt;
}

duration total_length(const std::vector<load_stage>& stages) noexcept {
    duration sum{};
    for (const load_stage& stage : stages) sum += stage.length;
    return sum;
}

arrivals::arrivals(std::vector<load_stage> stages, arrival_options options)
    : stages_(std::move(stages)),
      due_(options.share),
      step_(options.shares),
      spacing_(options.spacing),
      random_(options.seed + options.share) {
    if (spacing_ == arrival_spacing::poisson)
        due_ = std::exponential_distribution(1 / step_)(random_);
}

std::optional<duration> arrivals::next() {
    while (stage_ < stages_.size()) {
        const load_stage& stage = stages_[stage_];
        const double whole = requests_of(stage);
        // A product of fractions must not send one request too many at the very end.
        if (due_ - done_ < whole - 1e-6) {
            const double at = time_of(stage, due_ - done_);
            due_ += spacing_ == arrival_spacing::constant
                        ? step_
                        : std::exponential_distribution(1 / step_)(random_);
            return stage_begin_ + std::chrono::duration_cast<duration>(seconds(at));
        }
        done_ += whole;
        stage_begin_ += stage.length;
        ++stage_;
    }
    return std::nullopt;
}

}  // namespace grove::cmd
