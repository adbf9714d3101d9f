// SPDX-License-Identifier: MIT
#include "cmd/pipe/stage_words.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/terminal_text.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

namespace grove::cmd {
namespace {

std::string no_option(const option_table& table, std::string_view word) {
    const std::string shown = one_line(word.substr(0, word.find('=')));
    const std::string hint = table.hint_for(word);
    return fmt::format("has no option {}{}{}", fit_end(shown, 40), hint.empty() ? "" : "; ", hint);
}

std::optional<std::string> set(option& what, std::string_view value) {
    const auto wrong = what.set(value);
    if (!wrong) return std::nullopt;
    return fmt::format("{} \"{}\": {}{}{}", what.flag_text(), fit_middle(one_line(value), 60),
                       wrong->what, wrong->hint.empty() ? "" : "; ", wrong->hint);
}

class option_words {
 public:
    option_words(option_table& table, const std::vector<std::string>& words)
        : table_(table), words_(words) {}

    /// Reads on to the first word that is no option. Result: what is wrong.
    std::optional<std::string> read() {
        while (at_ < words_.size() && words_[at_].size() > 1 && words_[at_][0] == '-') {
            const std::string_view word = words_[at_++];
            if (word == "--") break;
            if (auto wrong = word[1] == '-' ? read_name(word) : read_letters(word)) return wrong;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t read_words() const noexcept { return at_; }

 private:
    std::optional<std::string> read_name(std::string_view word) {
        const std::size_t sign = word.find('=');
        option* const what = table_.find(word.substr(2, sign - 2));
        if (what == nullptr) return no_option(table_, word);
        if (sign == std::string_view::npos) return set_by(*what, std::nullopt);
        return set_by(*what, word.substr(sign + 1));
    }

    /// `-v`, `-iv`, `-j4`, `-vj4`.
    std::optional<std::string> read_letters(std::string_view word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            option* const what = table_.find(word[i]);
            if (what == nullptr)
                return no_option(table_, i == 1 ? std::string(word) : std::string{'-', word[i]});
            const std::string_view rest = word.substr(i + 1);
            if (what->kind != value_kind::flag)
                return set_by(*what, rest.empty() ? std::nullopt : std::optional(rest));
            if (auto wrong = set_by(*what, std::nullopt)) return wrong;
        }
        return std::nullopt;
    }

    std::optional<std::string> set_by(option& what, std::optional<std::string_view> value) {
        if (what.kind == value_kind::flag) {
            if (value) return fmt::format("{} takes no value", what.flag_text());
            return set(what, "true");
        }
        if (!value && at_ == words_.size())
            return fmt::format("{} needs a value: {}", what.flag_text(), what.placeholder);
        return set(what, value ? *value : std::string_view(words_[at_++]));
    }

    option_table& table_;
    const std::vector<std::string>& words_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> take_stage_options(option_table& table,
                                              std::vector<std::string>& words) {
    option_words options(table, words);
    auto wrong = options.read();
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(options.read_words()));
    return wrong;
}

}  // namespace grove::cmd
