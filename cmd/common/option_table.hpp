// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/suggestion.hpp"
#include "cmd/common/text_error.hpp"
#include "cmd/common/units.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// The options of a verb, described once: name, letter, type, default, range, help and what setting
/// one does. The command line, `--help`, and the recipes' TOML keys are all made from this table,
/// so a flag and its key cannot differ. A verb's `describe(options, table)` binds the members of
/// its options struct:
///
///     struct poll_options { duration every = 1s; unsigned streak = 1; std::vector<target> targets;
///     };
///
///     void describe(poll_options& options, option_table& table) {
///         table.group("When");
///         table.add("every", options.every, "T", "time between two probes").range(1ms, 24h);
///         table.add({'s', "streak"}, options.streak, "N", "good answers in a row").range(1, 1000);
///         table.words("target", options.targets, "TARGET", "what to wait for");
///     }
///
/// A member may be a bool (a flag), an integer, a string, or any type with
/// `parse_value(text, member)` in its namespace; `std::optional` of one (no default) and
/// `std::vector` of one (repeatable) too. What a member holds when it is bound is the default that
/// help shows. The table refers to the members: they must outlive it and stay where they are.
///
/// Threads: one at a time.

namespace grove::cmd {

/// What a value is, for help, completions and schemas.
enum class value_kind : unsigned char {
    flag,  ///< no value on the command line, true or false in a recipe
    integer,
    text,
    choice,
    duration,
    size,
    byte_rate,
    event_rate,
    percentage,
    expression,
    target,
    file,
};

/// Where a word that is no flag goes.
enum class word_rule : unsigned char {
    none,               ///< not a word: a flag
    anywhere,           ///< among the flags: URLs
    after_double_dash,  ///< a command to run: `-- npm test`
    from_first_on,      ///< the first word and all after it, flags included: the stages of a pipe
};

struct option {
    std::string name;  ///< without dashes; also the TOML key
    char letter = 0;   ///< 0: none
    value_kind kind = value_kind::flag;
    std::string placeholder{};   ///< how help calls the value; empty for flags
    std::string default_text{};  ///< as `set` takes it; empty: there is none
    std::string help{};
    std::string group{};
    std::string least{};  ///< as `set` takes it; empty: no limit of its own
    std::string most{};
    std::vector<std::string> choices{};  ///< for `value_kind::choice`
    bool repeatable = false;
    bool secret = false;  ///< messages must not repeat its value
    word_rule words = word_rule::none;
    std::size_t given = 0;  ///< how often `set` stored something

    /// Parses and stores. A flag takes `true` and `false`. Result: what is wrong with `text`.
    [[nodiscard]] std::optional<text_error> set(std::string_view text);

    /// `-c, --connections`; `--per-host`.
    [[nodiscard]] std::string flag_text() const;

    std::function<std::optional<text_error>(std::string_view)> store{};
};

/// The kind and the placeholder's default of a value type. Specialise it beside a type of your own,
/// or give the kind with `kind()`.
template <class T>
inline constexpr value_kind kind_of =
    std::is_integral_v<T> ? value_kind::integer : value_kind::text;
template <>
inline constexpr value_kind kind_of<bool> = value_kind::flag;
template <>
inline constexpr value_kind kind_of<duration> = value_kind::duration;
template <>
inline constexpr value_kind kind_of<byte_size> = value_kind::size;
template <>
inline constexpr value_kind kind_of<byte_rate> = value_kind::byte_rate;
template <>
inline constexpr value_kind kind_of<event_rate> = value_kind::event_rate;
template <>
inline constexpr value_kind kind_of<percentage> = value_kind::percentage;

namespace option_detail {

template <class T>
struct element {
    using type = T;
    static constexpr bool has_default = true;
    static constexpr bool repeatable = false;
};

template <class T>
struct element<std::optional<T>> {
    using type = T;
    static constexpr bool has_default = false;
    static constexpr bool repeatable = false;
};

template <class T>
struct element<std::vector<T>> {
    using type = T;
    static constexpr bool has_default = false;
    static constexpr bool repeatable = true;
};

template <class T>
using element_type = typename element<T>::type;

template <class Member, class Value>
void assign(Member& member, Value value) {
    if constexpr (element<Member>::repeatable) {
        member.push_back(std::move(value));
    } else {
        member = std::move(value);
    }
}

template <class T>
struct limits {
    std::optional<T> least;
    std::optional<T> most;
};

[[nodiscard]] std::optional<text_error> parse_flag(std::string_view text, bool& into);
[[nodiscard]] text_error out_of_range(const std::string& least, const std::string& most);

template <class T>
[[nodiscard]] std::string print(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::is_convertible_v<T, std::string>) {
        return value;
    } else if constexpr (requires { format_value(value); }) {
        return format_value(value);
    } else {
        return {};
    }
}

template <class T>
[[nodiscard]] std::optional<text_error> parse(std::string_view text, T& into) {
    if constexpr (std::is_same_v<T, bool>) {
        return parse_flag(text, into);
    } else if constexpr (std::is_integral_v<T>) {
        // One parser for all integers: the value's bits travel as 64 unsigned ones.
        using whole = std::numeric_limits<T>;
        std::uint64_t bits = 0;
        auto wrong = parse_count(text, static_cast<std::int64_t>(whole::min()),
                                 static_cast<std::uint64_t>(whole::max()), bits);
        if (!wrong) into = static_cast<T>(bits);
        return wrong;
    } else if constexpr (std::is_same_v<T, std::string>) {
        into = std::string(text);
        return std::nullopt;
    } else {
        return parse_value(text, into);
    }
}

}  // namespace option_detail

/// What `add` gives back, to say more about the option.
template <class T>
class described_option {
 public:
    described_option(option& described, std::shared_ptr<option_detail::limits<T>> limits)
        : option_(described), limits_(std::move(limits)) {}

    /// Only values from `least` to `most` are taken.
    described_option& range(T least, T most) {
        option_.least = option_detail::print(least);
        option_.most = option_detail::print(most);
        limits_->least = std::move(least);
        limits_->most = std::move(most);
        return *this;
    }

    described_option& kind(value_kind kind) {
        option_.kind = kind;
        return *this;
    }

    described_option& secret() {
        option_.secret = true;
        return *this;
    }

    /// What help shows as the default where the member does not hold it.
    described_option& default_text(std::string text) {
        option_.default_text = std::move(text);
        return *this;
    }

 private:
    option& option_;
    std::shared_ptr<option_detail::limits<T>> limits_;
};

/// `"per-host"`, or `{'c', "connections"}`.
struct option_name {
    option_name(const char* name) : text(name) {}  // NOLINT(google-explicit-constructor)

    option_name(char short_name, const char* name) : letter(short_name), text(name) {}

    char letter = 0;
    std::string text;
};

/// A flag of another tool that people try, and what to do here.
struct habit {
    std::string flag;    ///< `-O`, `--retry`
    std::string advice;  ///< `fetch saves under the URL's name by itself`
};

class option_table {
 public:
    option_table() = default;
    option_table(const option_table&) = delete;
    option_table& operator=(const option_table&) = delete;

    /// Options added from here on belong to `title`, a heading in help. An earlier group may be
    /// taken up again.
    void group(std::string title) { group_ = std::move(title); }

    /// Binds `member`. Throws: `std::logic_error` when the name or the letter is taken.
    template <class Member>
    described_option<option_detail::element_type<Member>> add(option_name name, Member& member,
                                                              std::string placeholder,
                                                              std::string help) {
        using type = option_detail::element_type<Member>;
        return add_parsed(
            std::move(name), member,
            [](std::string_view text, type& into) { return option_detail::parse(text, into); },
            std::move(placeholder), std::move(help));
    }

    /// A bool that is false until the flag is given.
    described_option<bool> flag(option_name name, bool& member, std::string help) {
        return add(std::move(name), member, {}, std::move(help));
    }

    /// Binds `member` with a parser of its own: `optional<text_error>(string_view, element&)`.
    template <class Member, class Parser>
    described_option<option_detail::element_type<Member>> add_parsed(option_name name,
                                                                     Member& member, Parser parser,
                                                                     std::string placeholder,
                                                                     std::string help);

    /// A flag that stores `value` in `member`: `--http2`, `--no-progress`.
    template <class Member, class Value>
    void fixed(option_name name, Member& member, Value value, std::string help);

    /// A member with named values. The default is the name of what it holds.
    template <class Enum>
    void choose(option_name name, Enum& member,
                std::initializer_list<std::pair<const char*, Enum>> choices,
                std::string placeholder, std::string help);

    /// Words that are no flags, each set as if it were the option's value.
    template <class Member>
    described_option<option_detail::element_type<Member>> words(
        const char* name, Member& member, std::string placeholder, std::string help,
        word_rule rule = word_rule::anywhere) {
        auto added = add(name, member, std::move(placeholder), std::move(help));
        options_.back().words = rule;
        return added;
    }

    /// The same with a parser of its own, as `add_parsed`.
    template <class Member, class Parser>
    requires std::is_invocable_v < Parser, std::string_view, option_detail::element_type<Member>

    & > described_option<option_detail::element_type<Member>> words(
            const char* name, Member& member, Parser parser, std::string placeholder,
            std::string help, word_rule rule = word_rule::anywhere) {
        auto added = add_parsed(name, member, parser, std::move(placeholder), std::move(help));
        options_.back().words = rule;
        return added;
    }

    /// Tells people who type `flag` (with its dashes) what to do here.
    void advise(std::string flag, std::string advice) {
        habits_.push_back({std::move(flag), std::move(advice)});
    }

    /// In the order of the calls. Addresses of options stay.
    [[nodiscard]] std::deque<option>& options() noexcept { return options_; }

    [[nodiscard]] const std::deque<option>& options() const noexcept { return options_; }

    /// Null when there is none.
    [[nodiscard]] option* find(std::string_view name) noexcept;
    [[nodiscard]] option* find(char letter) noexcept;
    [[nodiscard]] option* find_words(word_rule rule) noexcept;

    /// What to tell someone who typed `flag`, which does not exist: an advice, or the nearest flag
    /// as `did you mean --retries?`; empty when nothing is near.
    [[nodiscard]] std::string hint_for(std::string_view flag) const;

 private:
    option& insert(option added);

    std::deque<option> options_;
    std::vector<habit> habits_;
    std::string group_ = "Options";
};

template <class Member, class Parser>
described_option<option_detail::element_type<Member>> option_table::add_parsed(
    option_name name, Member& member, Parser parser, std::string placeholder, std::string help) {
    using traits = option_detail::element<Member>;
    using type = typename traits::type;
    option added{.name = std::move(name.text), .letter = name.letter, .kind = kind_of<type>};
    added.placeholder = std::move(placeholder);
    added.help = std::move(help);
    added.repeatable = traits::repeatable;
    if constexpr (traits::has_default && !std::is_same_v<type, bool>) {
        added.default_text = option_detail::print(member);
    }
    auto bounds = std::make_shared<option_detail::limits<type>>();
    added.store = [&member, parser, bounds](std::string_view text) -> std::optional<text_error> {
        type value{};
        if (auto wrong = parser(text, value)) return wrong;
        if constexpr (requires(const type& a, const type& b) { a < b; }) {
            if ((bounds->least && value < *bounds->least) ||
                (bounds->most && *bounds->most < value)) {
                return option_detail::out_of_range(option_detail::print(*bounds->least),
                                                   option_detail::print(*bounds->most));
            }
        }
        option_detail::assign(member, std::move(value));
        return std::nullopt;
    };
    return {insert(std::move(added)), bounds};
}

template <class Member, class Value>
void option_table::fixed(option_name name, Member& member, Value value, std::string help) {
    option added{.name = std::move(name.text), .letter = name.letter};
    added.help = std::move(help);
    added.store = [&member, value](std::string_view text) -> std::optional<text_error> {
        bool wanted = false;
        if (auto wrong = option_detail::parse_flag(text, wanted)) return wrong;
        if (wanted) member = value;
        return std::nullopt;
    };
    insert(std::move(added));
}

template <class Enum>
void option_table::choose(option_name name, Enum& member,
                          std::initializer_list<std::pair<const char*, Enum>> choices,
                          std::string placeholder, std::string help) {
    option added{.name = std::move(name.text), .letter = name.letter, .kind = value_kind::choice};
    added.placeholder = std::move(placeholder);
    added.help = std::move(help);
    std::vector<std::pair<std::string, Enum>> named(choices.begin(), choices.end());
    for (const auto& [text, value] : named) {
        added.choices.push_back(text);
        if (value == member) added.default_text = text;
    }
    added.store = [&member, named](std::string_view text) -> std::optional<text_error> {
        std::string all;
        for (const auto& [choice, value] : named) {
            if (choice == text) {
                member = value;
                return std::nullopt;
            }
            all += (all.empty() ? "" : ", ") + choice;
        }
        return text_error{"must be one of " + all, 0, {}};
    };
    insert(std::move(added));
}

}  // namespace grove::cmd
