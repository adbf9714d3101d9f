// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The verbs that a recipe can use.

namespace grove::cmd {

class verb_book {
 public:
    /// `verbs` must outlive it.
    explicit verb_book(std::span<const verb> verbs) : verbs_(verbs) {}

    /// Null for one that this program does not have, and for `run` itself.
    [[nodiscard]] const verb* find(std::string_view name) const noexcept;

    /// The names of its options, but for those of its talk.
    [[nodiscard]] const std::vector<std::string_view>& option_names(const verb& of) const;
    /// It sends requests as curl does: `request`, `header`, `data-raw`.
    [[nodiscard]] bool sends_requests(const verb& of) const;

    /// What a step may be: the verbs that end, `exec` and `sh`.
    [[nodiscard]] std::vector<std::string_view> step_verbs() const;
    /// What a service may be: `exec`, `sh` and `serve`.
    [[nodiscard]] std::vector<std::string_view> service_verbs() const;

 private:
    struct known_options {
        std::unique_ptr<invocation> use;  // whose names they are
        std::vector<std::string_view> names;
    };

    std::span<const verb> verbs_;
    mutable std::map<const verb*, known_options> options_;  // of those that were asked for
};

/// The options that every verb has for its talk: in a recipe `grove run` decides about them.
[[nodiscard]] bool is_talk_option(std::string_view name);

}  // namespace grove::cmd
