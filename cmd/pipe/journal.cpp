// SPDX-License-Identifier: MIT
#include "cmd/pipe/journal.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/stage.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration between_notes = 100ms;
constexpr std::size_t largest = std::size_t{256} << 20;

const boost::json::object* as_object(boost::json::value& value, std::string_view line) {
    boost::system::error_code error;
    value = boost::json::parse({line.data(), line.size()}, error);
    return error ? nullptr : value.if_object();
}

std::uint64_t number_in(const boost::json::object& of, const char* key) {
    const auto* const value = of.if_contains(key);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return 0;
    return static_cast<std::uint64_t>(value->get_int64());
}

}  // namespace

std::string to_json(const journal_subject& subject) {
    std::string inputs = "[";
    for (const std::string& each : subject.inputs) {
        if (inputs.size() > 1) inputs += ',';
        append_json_string(inputs, each);
    }
    json_object line;
    line.add_json("inputs", inputs + ']').add("output", subject.output);
    return line.text() + '\n';
}

std::string to_json(const settled_place& place) {
    json_object line;
    line.add("items", place.items).add("bytes", place.bytes);
    if (place.done) line.add("done", true);
    return line.text() + '\n';
}

std::optional<std::string> read_journal(std::string_view text, const journal_subject& subject,
                                        settled_place& into) {
    text = text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0
    const std::string heading(take_item(text, '\n'));
    if (heading + '\n' != to_json(subject)) {
        return "is of other inputs or another output: it says " +
               (heading.empty() ? "nothing" : heading);
    }
    settled_place last;
    while (!text.empty()) {
        boost::json::value value;
        const auto* const line = as_object(value, take_item(text, '\n'));
        if (line == nullptr) return "has a line that is no journal's";
        last = {.items = number_in(*line, "items"),
                .bytes = number_in(*line, "bytes"),
                .done = line->contains("done")};
    }
    into = last;
    return std::nullopt;
}

journal::journal(const std::string& path, const journal_subject& subject, bool resume) {
    if (is_written_through(path)) throw stage_failed("--journal " + path + " is no regular file");
    std::string text = to_json(subject);
    if (resume) {
        try {
            if (auto wrong = read_journal(read_file(path, largest), subject, from_))
                throw stage_failed("--resume: " + path + ' ' + *wrong);
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::no_such_file_or_directory) throw;  // nothing was begun yet
        }
        text += to_json(from_);
    }
    write_file_atomically(path, text);
    file_ = file(path, {.read = false, .append = true});
}

void journal::note(const settled_place& place) {
    file_.write_all(to_json(place));
    next_ = deadline(between_notes);
}

}  // namespace grove::cmd
