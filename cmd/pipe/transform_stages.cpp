// SPDX-License-Identifier: MIT
// match, prefix and count: what becomes of a block depends on nothing but the block and the clock.
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/line_stages.hpp"

#include <grove/timeout.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <re2/re2.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::int64_t pattern_memory = std::int64_t{8} << 20;

re2::RE2::Options options_of(const match_options& options) {
    re2::RE2::Options made;
    made.set_log_errors(false);
    made.set_max_mem(pattern_memory);
    made.set_case_sensitive(!options.ignore_case);
    return made;
}

/// Takes each block as it comes. `Transform`: `void on(block&)`, and `block at_end()` for what
/// comes last.
template <class Transform>
class transform_stage final : public stage {
 public:
    transform_stage(const stage_setting& setting, Transform transform)
        : setting_(setting), transform_(std::move(transform)) {}

    void run() override {
        const on_exit at_end([this] { setting_.out.close(); });
        std::uint64_t through = 0;
        while (auto next = setting_.in.get()) {
            through = next->through;
            transform_.on(*next);
            setting_.out.put(*std::move(next));
        }
        block last = transform_.at_end();
        if (last.items == 0) return;
        if (setting_.is_whole()) {  // else a run after this one must count all again
            last.through = through;
            last.exact = true;
        }
        setting_.out.put(std::move(last));
    }

 private:
    stage_setting setting_;
    Transform transform_;
};

class matching {
 public:
    matching(const match_options& options, char end)
        : pattern_(std::make_unique<re2::RE2>(options.pattern, options_of(options))),
          wanted_(!options.invert),
          end_(end) {}

    void on(block& of) const {
        std::string kept;
        std::size_t items = 0;
        std::string_view rest = of.bytes;
        while (!rest.empty()) {
            const std::string_view from = rest;
            const std::string_view item = take_item(rest, end_);
            if (re2::RE2::PartialMatch({item.data(), item.size()}, *pattern_) != wanted_) continue;
            kept += from.substr(0, item.size() + 1);
            ++items;
        }
        of.bytes = std::move(kept);
        of.items = items;
    }

    [[nodiscard]] static block at_end() { return {}; }

 private:
    std::unique_ptr<re2::RE2> pattern_;
    bool wanted_;
    char end_;
};

/// `2026-03-01T12:00:00.123Z `.
std::string time_text() {
    const auto now = std::chrono::system_clock::now();
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - whole).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z ",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), milliseconds);
}

/// All items of a block have come at the same time.
class prefixing {
 public:
    prefixing(const prefix_options& options, char end) : text_(options.text), end_(end) {}

    void on(block& of) const {
        const std::string before = text_ == "time" ? time_text() : text_;
        std::string made;
        made.reserve(of.bytes.size() + of.items * before.size());
        std::string_view rest = of.bytes;
        while (!rest.empty()) {
            const std::size_t length = count_whole_items(rest, 1, end_).bytes;
            made += before;
            made += rest.substr(0, length);
            rest.remove_prefix(length);
        }
        of.bytes = std::move(made);
    }

    [[nodiscard]] static block at_end() { return {}; }

 private:
    std::string text_;
    char end_;
};

class counting {
 public:
    explicit counting(char end) : end_(end) {}

    /// Nothing is settled before the end: a run that goes on must count all again.
    void on(block& of) {
        items_ += of.items;
        of.items = 0;
        of.through = 0;
        of.exact = false;
        of.bytes.clear();
    }

    [[nodiscard]] block at_end() const {
        return {.bytes = std::to_string(items_) + end_, .items = 1};
    }

 private:
    std::uint64_t items_ = 0;
    char end_;
};

template <class Transform>
std::unique_ptr<stage> staged(const stage_setting& setting, Transform transform) {
    return std::make_unique<transform_stage<Transform>>(setting, std::move(transform));
}

}  // namespace

std::optional<std::string> pattern_problem(const match_options& options) {
    const re2::RE2 compiled(options.pattern, options_of(options));
    if (compiled.ok()) return std::nullopt;
    return compiled.error();
}

std::unique_ptr<stage> make_stage(const match_options& options, const stage_setting& setting) {
    return staged(setting, matching(options, setting.item_end));
}

std::unique_ptr<stage> make_stage(const prefix_options& options, const stage_setting& setting) {
    return staged(setting, prefixing(options, setting.item_end));
}

std::unique_ptr<stage> make_stage(const count_options& /*options*/, const stage_setting& setting) {
    return staged(setting, counting(setting.item_end));
}

}  // namespace grove::cmd
