// SPDX-License-Identifier: MIT
// The only file that knows CLI11. CLI11 splits argv into flags, values and words (combined letters,
// `--name=value`, `--`); what a value means and what is said about a wrong one comes from the
// option table, so the two cannot disagree.
#include "cmd/common/command_line.hpp"

#include "cmd/common/help.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/terminal_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace grove::cmd {

namespace {

command_line refuse(std::string text) {
    return {.what = command_line::outcome::refuse, .use = nullptr, .text = std::move(text)};
}

command_line print(std::string text) {
    return {.what = command_line::outcome::print, .use = nullptr, .text = std::move(text)};
}

std::string in_quotes(std::string_view word) {
    return '"' + fit_middle(one_line(word), 60) + '"';
}

std::string with_way_on(const verb& of, std::string text) {
    return fmt::format("grove {}: {}\ntry: grove {} --help\n", of.name, text, of.name);
}

// A verb's words, from argv to a filled table.
class word_reader {
 public:
    explicit word_reader(option_table& table) : table_(table) {}

    // Nothing is set where help is asked for.
    std::optional<word_problem> read(std::span<const char* const> words) {
        const auto is_flag = [](std::string_view word) { return word.starts_with('-'); };
        // CLI11 costs more to set up than most verbs' words to read.
        if (std::ranges::none_of(words, is_flag)) {
            if (!take_words({words.begin(), words.end()})) return std::move(problem_);
            return std::nullopt;
        }
        set_up();
        auto args = prepared(words);
        const bool parsed = parse(std::move(args));
        if (asks_help() || !parsed) return std::move(problem_);
        const auto rest = app_->remaining();
        if (!take_flags() || !take_words(rest)) return std::move(problem_);
        return std::nullopt;
    }

    [[nodiscard]] bool asks_help() const { return help_ != nullptr && help_->count() > 0; }

 private:
    void set_up() {
        app_.emplace();
        app_->set_help_flag();
        app_->allow_extras();
        if (table_.find_words(word_rule::from_first_on) != nullptr) app_->prefix_command();
        help_ = add("-h,--help", 0);
        for (option& each : table_.options()) {
            if (each.words != word_rule::none) continue;
            const std::string names =
                (each.letter == 0 ? "" : std::string{'-', each.letter, ','}) + "--" + each.name;
            flags_.emplace(add(names, each.kind == value_kind::flag ? 0 : 1), &each);
        }
    }

    CLI::Option* add(const std::string& names, int values) {
        const CLI::callback_t keep = [](const CLI::results_t&) { return true; };
        CLI::Option* added = app_->add_option(names, keep);
        added->type_size(values)->expected(values);
        added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        added->allow_extra_args(false);
        return added;
    }

    bool fail(word_problem what) {
        if (!problem_) problem_ = std::move(what);
        return false;
    }

    // The option that `word` ends in and that wants the next word: `-o`, `--output`, `-kLo`.
    option* waiting_option(std::string_view word) {
        const auto wants = [](option* found) {
            return found != nullptr && found->words == word_rule::none &&
                           found->kind != value_kind::flag
                       ? found
                       : nullptr;
        };
        if (word.starts_with("--")) return wants(table_.find(word.substr(2)));
        if (word.size() < 2 || word[0] != '-') return nullptr;
        for (std::size_t i = 1; i < word.size(); ++i) {
            // What follows a letter that takes a value is that value: `-ofile`.
            if (option* found = wants(table_.find(word[i])))
                return i + 1 == word.size() ? found : nullptr;
        }
        return nullptr;
    }

    // CLI11 takes `--name=` for a flag whose value is the next word: the empty value becomes a
    // word. Its vectors are read from the back.
    std::vector<std::string> prepared(std::span<const char* const> words) {
        std::vector<std::string> args;
        bool is_value = false;
        bool only_words = false;
        for (const std::string_view word : words) {
            only_words = only_words || (word == "--" && !is_value);
            const bool empty_value = !is_value && !only_words && word.starts_with("--") &&
                                     word.ends_with("=") &&
                                     waiting_option(word.substr(0, word.size() - 1)) != nullptr;
            args.emplace_back(empty_value ? word.substr(0, word.size() - 1) : word);
            if (empty_value) args.emplace_back();
            is_value = !is_value && !only_words && !empty_value && waiting_option(word) != nullptr;
        }
        missing_ = is_value && !words.empty() ? waiting_option(words.back()) : nullptr;
        if (missing_ != nullptr) last_ = words.back();
        return {args.rbegin(), args.rend()};
    }

    bool parse(std::vector<std::string> args) {
        try {
            app_->parse(std::move(args));
            return true;
        } catch (const CLI::ParseError& error) {
            if (missing_ == nullptr) return fail({.what = error.what()});
        }
        return fail({.what = fmt::format("{} needs a value: {}", missing_->flag_text(),
                                         missing_->placeholder),
                     .word = last_});
    }

    bool take_flags() {
        std::map<CLI::Option*, std::size_t> taken;
        for (CLI::Option* each : app_->parse_order()) {
            const std::string& value = each->results().at(taken[each]++);
            option& target = *flags_.at(each);
            if (auto wrong = target.set(value)) {
                return fail(explain(target.flag_text(), value, *wrong, target));
            }
        }
        return true;
    }

    static word_problem explain(const std::string& name, const std::string& value,
                                const text_error& wrong, const option& of) {
        const std::string shown = mask_url(value);
        word_problem made{.what = fmt::format("{} {}: {}", name, in_quotes(shown), wrong.what),
                          .hint = wrong.hint,
                          .word = value,
                          .offset = wrong.offset};
        // A place inside a longer text is worth a line of its own.
        made.shows_place =
            !of.secret && shown == value && (of.kind == value_kind::expression || wrong.offset > 0);
        if (of.secret || made.shows_place) made.what = fmt::format("{}: {}", name, wrong.what);
        return made;
    }

    bool take_words(const std::vector<std::string>& rest) {
        option* const before = table_.find_words(word_rule::anywhere);
        option* const all = table_.find_words(word_rule::from_first_on);
        option* const after = table_.find_words(word_rule::after_double_dash);
        bool dashes = false;
        bool started = false;
        for (const std::string& word : rest) {
            if (!dashes && word == "--" && !(started && all != nullptr)) {
                dashes = true;
                continue;
            }
            started = started || all != nullptr;
            const bool flag_like = !dashes && word.size() > 1 && word[0] == '-';
            if (flag_like && (all == nullptr || &word == &rest.front())) return unknown_flag(word);
            option* const target = dashes && after != nullptr ? after
                                   : all != nullptr           ? all
                                                              : before;
            if (target == nullptr)
                return fail({.what = fmt::format("{} is one word too many", in_quotes(word)),
                             .word = word});
            if (auto wrong = target->set(word)) {
                return fail(explain(target->placeholder, word, *wrong, *target));
            }
        }
        return true;
    }

    bool unknown_flag(const std::string& word) {
        const std::string hint = table_.hint_for(word);
        return fail({.what = fmt::format("there is no option {}{}{}",
                                         fit_end(one_line(word.substr(0, word.find('='))), 40),
                                         hint.empty() ? "" : "; ", hint),
                     .word = word});
    }

    option_table& table_;
    std::optional<CLI::App> app_;
    CLI::Option* help_ = nullptr;
    std::map<CLI::Option*, option*> flags_;
    option* missing_ = nullptr;  // the last word is its flag, and no value follows
    std::string last_;           // that word
    std::optional<word_problem> problem_;
};

std::string text_of(const word_problem& problem) {
    std::string text = problem.what;
    if (problem.shows_place) text += '\n' + caret_lines(problem.word, problem.offset);
    return problem.hint.empty() ? text : text + "\nhint: " + problem.hint;
}

command_line read_verb_line(const verb& of, std::unique_ptr<invocation> use,
                            std::span<const char* const> words, unsigned columns) {
    word_reader reader(use->table());
    const auto problem = reader.read(words);
    if (reader.asks_help()) return print(verb_help(of, use->table(), columns));
    if (problem) return refuse(with_way_on(of, text_of(*problem)));
    if (auto wrong = use->problem()) return refuse(with_way_on(of, *wrong));
    return {.what = command_line::outcome::run, .use = std::move(use), .text = {}};
}

const verb* find_verb(std::span<const verb> verbs, std::string_view name) {
    for (const verb& each : verbs) {
        if (each.name == name) return &each;
    }
    return nullptr;
}

command_line unknown_verb(std::span<const verb> verbs, std::string_view word) {
    std::vector<std::string_view> names;
    for (const verb& each : verbs) names.push_back(each.name);
    const std::string_view best = nearest(word, names);
    std::string text = fmt::format("grove: there is no verb {}", in_quotes(mask_url(word)));
    if (word.starts_with("-"))
        text = "grove: options come after the verb: grove VERB " + one_line(word);
    if (!best.empty()) text += fmt::format("; did you mean {}?", in_quotes(best));
    if (best.empty() && word.find("://") != std::string_view::npos) {
        text += fmt::format("; to download it: grove fetch {}",
                            fit_middle(one_line(mask_url(word)), 60));
    }
    return refuse(text + "\ntry: grove --help\n");
}

}  // namespace

command_line read_command_line(std::span<const verb> verbs, std::span<const char* const> words,
                               unsigned columns) {
    if (words.empty()) return refuse(program_help(verbs));
    const std::string_view first = words.front();
    if (first == "--version" || first == "-V") return print("grove " GROVE_VERSION "\n");
    const bool asks_help = first == "--help" || first == "-h" || first == "help";
    if (asks_help && words.size() == 1) return print(program_help(verbs));
    const std::string_view name = asks_help ? std::string_view(words[1]) : first;
    const verb* const chosen = find_verb(verbs, name);
    if (chosen == nullptr) return unknown_verb(verbs, name);
    auto use = chosen->prepare();
    if (asks_help) return print(verb_help(*chosen, use->table(), columns));
    return read_verb_line(*chosen, std::move(use), words.subspan(1), columns);
}

std::optional<word_problem> set_options(option_table& table, std::span<const char* const> words) {
    return word_reader(table).read(words);
}

}  // namespace grove::cmd
