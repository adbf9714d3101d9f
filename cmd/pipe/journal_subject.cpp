// SPDX-License-Identifier: MIT
#include "cmd/pipe/journal_subject.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/pipe/names_source.hpp"
#include "cmd/pipe/pipe_options.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace grove::cmd {
namespace {

journal_input input_of(const std::string& name) {
    struct stat seen {};

    journal_input made{.name = name};
    const bool is_stdin = name == "-";
    const int result = is_stdin ? ::fstat(STDIN_FILENO, &seen) : ::stat(name.c_str(), &seen);
    if (result != 0 || !S_ISREG(seen.st_mode)) return made;
    made.size = static_cast<std::uint64_t>(seen.st_size);
    made.changed = fmt::format("{}.{:09}", seen.st_mtim.tv_sec, seen.st_mtim.tv_nsec);
    return made;
}

/// A word may be a URI, or a header for `http`.
std::string masked(const std::string& word) {
    const std::size_t colon = word.find(": ");
    if (colon == std::string::npos) return mask_url(word);
    std::string_view name = std::string_view(word).substr(0, colon);
    if (name.starts_with("-H")) name.remove_prefix(2);
    if (name.starts_with("--header=")) name.remove_prefix(9);
    return word.substr(0, colon + 2) + mask_header(name, std::string_view(word).substr(colon + 2));
}

std::string to_json(const journal_input& input) {
    json_object made;
    made.add("name", input.name);
    if (input.size) made.add("size", *input.size).add("changed", input.changed);
    return made.text();
}

template <class Value, class Append>
std::string json_list(const std::vector<Value>& of, Append append) {
    std::string made = "[";
    for (const Value& each : of) {
        if (made.size() > 1) made += ',';
        append(made, each);
    }
    return made + ']';
}

boost::json::object parse_heading(std::string_view line) {
    boost::system::error_code error;
    boost::json::value read = boost::json::parse({line.data(), line.size()}, error);
    return error || !read.is_object() ? boost::json::object() : std::move(read.get_object());
}

}  // namespace

journal_subject subject_of(const pipe_options& options, const pipe_plan& plan) {
    journal_subject made{.null = options.null, .output = mask_url(plan.sink.path)};
    for (const std::string& name : options.inputs) made.inputs.push_back(input_of(name));
    // A file more or less, and the places that were noted are of other items.
    for (const std::string& name : expand_names(plan.source.names, item_end(options)))
        made.inputs.push_back(input_of(name));
    if (made.inputs.empty()) made.inputs.push_back(input_of("-"));
    for (const std::string& word : options.stages) made.stages.push_back(masked(word));
    return made;
}

std::string to_json(const journal_subject& subject) {
    json_object line;
    line.add_json("inputs", json_list(subject.inputs, [](std::string& to, const auto& each) {
                      to += to_json(each);
                  }));
    line.add("null", subject.null);
    line.add_json("stages", json_list(subject.stages, append_json_string));
    line.add("output", subject.output);
    return line.text() + '\n';
}

std::optional<std::string> difference(std::string_view heading, const journal_subject& subject) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{
        {{"inputs", "another input, or one that has changed since"},
         {"null", "items with another end (-0)"},
         {"stages", "other stages"},
         {"output", "another output"}}};
    const boost::json::object mine = parse_heading(to_json(subject));
    const boost::json::object its = parse_heading(heading);
    for (const auto& [key, what] : kinds) {
        const auto* const said = its.if_contains({key.data(), key.size()});
        if (said == nullptr) return "is no journal of a pipe";
        if (*said == mine.at({key.data(), key.size()})) continue;
        return fmt::format("is of a run with {}: it says {}", what, boost::json::serialize(*said));
    }
    return std::nullopt;
}

}  // namespace grove::cmd
