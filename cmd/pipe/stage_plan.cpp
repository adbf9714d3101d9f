// SPDX-License-Identifier: MIT
#include "cmd/pipe/stage_plan.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"
#include "cmd/pipe/stage_words.hpp"
#include "cmd/pipe/uri_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

namespace grove::cmd {
namespace {

using words_of_stage = std::vector<std::string>;
using problem = std::optional<std::string>;

constexpr std::uint64_t most_in_batch = 1'000'000;

problem read_nothing_more(const words_of_stage& words) {
    if (words.empty()) return std::nullopt;
    return fmt::format("takes no words, and \"{}\" is one", one_line(words.front()));
}

/// Options may stand before it and behind it.
std::string take_first(words_of_stage& words) {
    std::string first = std::move(words.front());
    words.erase(words.begin());
    return first;
}

problem read_each(words_of_stage words, pipe_plan& into) {
    each_options read;
    option_table table;
    describe(read, table);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (auto wrong = item_command::parse(words, read.command))
        return *wrong + ": each -j4 gzip -9 {}, or one quoted line: each 'gzip -9 \"$1\"'";
    into.stages.emplace_back(std::move(read));
    return std::nullopt;
}

problem read_map(words_of_stage words, pipe_plan& into) {
    map_options read;
    option_table table;
    describe(read, table);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (words.empty()) return "needs a command that answers each line: map -j4 ./classify";
    if (std::ranges::any_of(words, [](const std::string& word) { return word == "{}"; }))
        return "writes items to the command's stdin: {} is for each";
    read.command = std::move(words);
    into.stages.emplace_back(std::move(read));
    return std::nullopt;
}

problem read_http(words_of_stage words, pipe_plan& into) {
    http_stage_options read;
    option_table table;
    describe(read, table);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (words.size() != 2) return "needs a method and a URL: http POST :8080/items";
    read.method = std::move(words[0]);
    read.url = std::move(words[1]);
    if (auto wrong = problem_of(read)) return wrong;
    into.stages.emplace_back(std::move(read));
    return std::nullopt;
}

problem read_match(words_of_stage words, pipe_plan& into) {
    match_options read;
    option_table table;
    describe(read, table);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (words.empty()) return "needs one pattern: match 'error|warning'";
    read.pattern = take_first(words);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (!words.empty()) return "needs one pattern: match 'error|warning'";
    if (auto wrong = pattern_problem(read))
        return fmt::format("\"{}\" is no pattern: {}", one_line(read.pattern), one_line(*wrong));
    into.stages.emplace_back(std::move(read));
    return std::nullopt;
}

problem read_prefix(words_of_stage words, pipe_plan& into) {
    if (words.size() != 1) return "needs one word: prefix time, or prefix 'a text '";
    into.stages.emplace_back(prefix_options{.text = std::move(words.front())});
    return std::nullopt;
}

problem read_batch(words_of_stage words, pipe_plan& into) {
    batch_options read;
    option_table table;
    describe(read, table);
    if (auto wrong = take_stage_options(table, words)) return wrong;
    std::uint64_t items = 0;
    if (words.empty() || parse_count(take_first(words), 0, most_in_batch, items) || items == 0)
        return "needs a number of items: batch 100";
    if (auto wrong = take_stage_options(table, words)) return wrong;
    if (!words.empty()) return read_nothing_more(words);
    read.items = items;
    into.stages.emplace_back(std::move(read));
    return std::nullopt;
}

problem read_rate(words_of_stage words, pipe_plan& into) {
    rate_options read;
    if (words.size() != 1) return "needs a rate: rate 100/s";
    if (auto wrong = parse_value(words.front(), read.rate))
        return fmt::format("\"{}\" {}: rate 100/s", one_line(words.front()), wrong->what);
    into.stages.emplace_back(read);
    return std::nullopt;
}

problem read_count(words_of_stage words, pipe_plan& into) {
    into.stages.emplace_back(count_options());
    return read_nothing_more(words);
}

problem read_lines(words_of_stage words, pipe_plan& into) {
    into.sink = {.what = sink_plan::kind::lines};
    return read_nothing_more(words);
}

problem read_null(words_of_stage words, pipe_plan& into) {
    into.sink = {.what = sink_plan::kind::null};
    return read_nothing_more(words);
}

problem read_file(words_of_stage words, pipe_plan& into) {
    if (words.size() != 1 || words.front().empty()) return "needs one name: file out.txt";
    into.sink = {.what = sink_plan::kind::file, .path = words.front()};
    return std::nullopt;
}

struct stage_word {
    std::string_view name;
    std::string_view synopsis;
    std::string_view help;
    problem (*read)(words_of_stage, pipe_plan&);
    bool is_last;  ///< a sink
    void (*describe)(option_table&) = nullptr;
};

/// Help shows the defaults, so nothing is ever set in what the table binds.
template <class Options>
void describe_defaults(option_table& table) {
    static Options shown;
    describe(shown, table);
}

constexpr std::array stage_words{
    stage_word{"each", "[OPTION]... COMMAND...",
               "runs a process an item: {} is the item, {.} without its extension, {/} its last "
               "part, {//} its folder, {/.} both, {#} its number; without any of them it is the "
               "last argument, and in one quoted line for the shell it is \"$1\"",
               read_each, false, describe_defaults<each_options>},
    stage_word{"map", "[OPTION]... COMMAND...",
               "workers that live on: each item is a line to one, and its answer a line; a worker "
               "that dies or is late is replaced, and its items are sent again",
               read_map, false, describe_defaults<map_options>},
    stage_word{
        "http", "[OPTION]... METHOD URL",
        "sends a request an item, which is the body; {} in the URL is the item too, encoded; "
        "the body of the answer goes on",
        read_http, false, describe_defaults<http_stage_options>},
    stage_word{"match", "[OPTION]... PATTERN", "drops what does not match (RE2)", read_match, false,
               describe_defaults<match_options>},
    stage_word{"prefix", "time|TEXT", "puts the time, or a text, before each", read_prefix, false},
    stage_word{"batch", "[OPTION]... N", "joins so many to one", read_batch, false,
               describe_defaults<batch_options>},
    stage_word{"rate", "N/s", "lets no more through", read_rate, false},
    stage_word{"count", "", "says at the end how many came", read_count, false},
    stage_word{"lines", "", "to stdout, which is the default", read_lines, true},
    stage_word{"file", "NAME", "to a file that appears when it is whole", read_file, true},
    stage_word{"null", "", "to nowhere", read_null, true}};

std::string unknown(const std::string& name) {
    std::vector<std::string_view> names;
    for (const stage_word& each : stage_words) names.push_back(each.name);
    const std::string_view best = nearest(name, names);
    std::string text = fmt::format("there is no stage \"{}\"", fit_middle(one_line(name), 60));
    if (!best.empty()) return text + fmt::format("; did you mean {}?", best);
    return text + "; to run a program for each item: each " + fit_middle(one_line(name), 40);
}

problem read_last_uri(const words_of_stage& words, bool is_last, pipe_plan& into) {
    const std::string shown = fit_middle(one_line(mask_url(words.front())), 60);
    if (!is_last) return fmt::format("{} is where items end: nothing can follow it", shown);
    if (words.size() > 1) return fmt::format("{} takes no words", shown);
    return read_uri_sink(words.front(), into.sink);
}

problem read_stage(words_of_stage words, bool is_last, pipe_plan& into) {
    if (words.empty()) return "there is no stage between one \"then\" and the next";
    if (is_uri(words.front())) return read_last_uri(words, is_last, into);
    const std::string name = std::move(words.front());
    words.erase(words.begin());
    for (const stage_word& each : stage_words) {
        if (each.name != name) continue;
        if (each.is_last && !is_last)
            return fmt::format("{} is where items end: nothing can follow it", name);
        problem wrong = each.read(std::move(words), into);
        if (wrong) wrong = fmt::format("{} {}", name, *wrong);
        return wrong;
    }
    return unknown(name);
}

constexpr const char* nothing_behind =
    "there is no stage after the last \"then\": stdout needs no word";

}  // namespace

std::optional<std::string> parse_plan(const std::vector<std::string>& words, pipe_plan& into) {
    pipe_plan read;
    auto from = words.begin();
    if (from != words.end() && is_uri(*from)) {
        if (auto wrong = read_uri_source(*from++, read.source)) return wrong;
    } else if (from != words.end() && *from == "files") {
        const auto to = std::find(from, words.end(), "then");
        read.source.names.assign(from + 1, to);
        if (read.source.names.empty()) return "files needs names or patterns: files 'dl/*.gz'";
        from = to;
    }
    if (from != words.end() && *from == "then") {  // after stdin, so that a sink's URI is one
        if (++from == words.end()) return nothing_behind;
    }
    while (from != words.end()) {
        const auto to = std::find(from, words.end(), "then");
        if (auto wrong = read_stage({from, to}, to == words.end(), read)) return wrong;
        if (to == words.end()) break;
        from = to + 1;
        if (from == words.end()) return nothing_behind;
    }
    if (read.source.stream) {
        read.source.stream->settles_late =
            std::ranges::any_of(read.stages, [](const stage_plan& each) {
                return std::holds_alternative<batch_options>(each) ||
                       std::holds_alternative<count_options>(each);
            });
    }
    into = std::move(read);
    return std::nullopt;
}

char end_after(const stage_plan& plan, char item_end) noexcept {
    const bool makes_lines = std::holds_alternative<each_options>(plan) ||
                             std::holds_alternative<http_stage_options>(plan);
    return makes_lines ? '\n' : item_end;
}

std::optional<std::string> end_problem(const pipe_plan& plan, char item_end) {
    for (const stage_plan& each : plan.stages) {
        std::string_view text;
        if (const auto* const batch = std::get_if<batch_options>(&each)) text = batch->with;
        if (const auto* const prefix = std::get_if<prefix_options>(&each)) text = prefix->text;
        if (text.find(item_end) != std::string_view::npos) {
            return fmt::format("{}: a text with a line feed would make two items of one{}",
                               name_of(each),
                               &each == plan.stages.data() ? " (with -0 items end in NUL)" : "");
        }
        item_end = end_after(each, item_end);
    }
    return std::nullopt;
}

std::string_view name_of(const stage_plan& plan) noexcept {
    constexpr std::array<std::string_view, std::variant_size_v<stage_plan>> names{
        "each", "map", "match", "prefix", "batch", "rate", "count", "http"};
    return names.at(plan.index());
}

verb_parts all_stages() {
    verb_parts made{.title = "Stages, joined by the word then", .joint = "then", .all = {}};
    made.all.push_back({"files NAME...", "first: names of files, and what patterns match (glob)"});
    made.all.push_back({"tcp://H:P unix:PATH exec:LINE", "first: what a peer or a program writes"});
    made.all.push_back(
        {"listen:H:P listen:unix:PATH",
         "first: what those who connect write; ?until=closed ends with the last of them"});
    made.all.push_back(
        {"http://URL ws://URL",
         "first: what a server sends: lines of a body, server-sent events, messages of a "
         "WebSocket; the last two are connected to again when they break"});
    made.all.push_back(
        {"redis://HOST/STREAM?group=G",
         "first: entries of a Redis stream, for one consumer of a group; each is dealt with at "
         "least once, on one machine or on many. One that fails, or whose consumer dies, is "
         "delivered again, few at once the more often that was; after deliveries=5, which count "
         "reading ahead, it goes to STREAM:dead. --dead FILE takes what fails at once. Also "
         "consumer= lease=30s until=empty db=0"});
    made.all.push_back(
        {"zmq:tcp://H:P",
         "first: messages that ZeroMQ pulls; last: items that it pushes; ?bind waits for the "
         "others to connect. Fast, and lost with whoever dies"});
    for (const stage_word& each : stage_words) {
        made.all.push_back(
            {fmt::format("{}{}{}", each.name, each.synopsis.empty() ? "" : " ", each.synopsis),
             std::string(each.help), each.describe});
    }
    made.all.push_back({"tcp://H:P unix:PATH exec:LINE", "last: to a peer, or to a program"});
    made.all.push_back(
        {"redis://HOST/STREAM",
         "last: to a Redis stream; also maxlen= (above 1000 about so many) lag= db=0"});
    return made;
}

}  // namespace grove::cmd
