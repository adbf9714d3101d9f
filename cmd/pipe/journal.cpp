// SPDX-License-Identifier: MIT
#include "cmd/pipe/journal.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/named_file.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/error.hpp>

#include <boost/json.hpp>

#include <chrono>
#include <cstdio>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration between_notes = 100ms;
/// Above it the lines that no longer count are dropped.
constexpr std::size_t large = std::size_t{1} << 20;
/// No journal of ours, heading and all, is larger.
constexpr std::size_t largest = std::size_t{16} << 20;
constexpr unsigned for_owner = 0600;  // stages may have secrets among their words

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

file open_regular(const std::string& name, const std::string& path) {
    if (is_written_through(name)) throw stage_failed("--journal " + name + " is no regular file");
    return open_locked(path, {.append = true, .create = true, .mode = for_owner});
}

std::string_view whole_lines(std::string_view text) noexcept {
    return text.substr(0, text.rfind('\n') + 1);  // npos + 1 is 0
}

/// Result: false for a line that is no journal's.
bool read_entries(std::string_view lines, journal_entry& into) {
    while (!lines.empty()) {
        boost::json::value value;
        const auto* const line = as_object(value, take_item(lines, '\n'));
        if (line == nullptr) return false;
        into = {.place = {.items = number_in(*line, "items"),
                          .bytes = number_in(*line, "bytes"),
                          .whole = line->contains("whole"),
                          .done = line->contains("done")},
                .failed = number_in(*line, "failed")};
    }
    return true;
}

}  // namespace

std::string to_json(const journal_entry& entry) {
    json_object line;
    line.add("items", entry.place.items).add("bytes", entry.place.bytes);
    line.add("failed", entry.failed);
    if (entry.place.whole) line.add("whole", true);
    if (entry.place.done) line.add("done", true);
    return line.text() + '\n';
}

std::optional<std::string> read_journal(std::string_view text, const journal_subject& subject,
                                        journal_entry& into) {
    text = whole_lines(text);
    if (auto wrong = difference(take_item(text, '\n'), subject)) return wrong;
    journal_entry last;
    if (!read_entries(text, last)) return "has a line that is no journal's";
    into = last;
    return std::nullopt;
}

journal::journal(const std::string& path, const journal_subject& subject, bool resume)
    : path_(target_of_link(path)), heading_(to_json(subject)), file_(open_regular(path, path_)) {
    const std::string text = file_.read_all(largest);
    if (resume && !text.empty())
        go_on_with(text, subject);
    else
        check_finished(text);
    rewrite(from_);
}

void journal::go_on_with(std::string_view text, const journal_subject& subject) {
    if (auto wrong = read_journal(text, subject, from_))
        throw journal_refused("--resume: " + path_ + ' ' + *wrong);
}

/// A run that begins anew takes the place of nothing that somebody may want.
void journal::check_finished(std::string_view text) const {
    if (text.empty()) return;
    journal_entry last;
    std::string_view lines = whole_lines(text);
    const bool is_journal = text.starts_with(R"({"inputs":)");
    static_cast<void>(take_item(lines, '\n'));
    if (!is_journal || !read_entries(lines, last))
        throw journal_refused(path_ + " is no journal of a pipe, and --journal would replace it");
    if (last.place.items == 0 || last.place.done) return;
    throw journal_refused(path_ +
                          " is of a run that has not come to its end: add --resume to go on with "
                          "it, or remove the file to begin anew");
}

void journal::note(const settled_place& place) {
    journal_entry next{.place = place, .failed = from_.failed};
    if (failures_) next.failed += failures_();
    const std::string line = to_json(next);
    if (size_ + line.size() > large + heading_.size()) {
        rewrite(next);
    } else {
        file_.write_all(line);
        size_ += line.size();
        if (place.whole || place.done) file_.sync(file_sync::data);
    }
    next_ = deadline(between_notes);
}

/// The new one is locked before it is found under the name.
void journal::rewrite(const journal_entry& last) {
    const std::string made_as = path_ + ".grove-part";
    file made =
        open_locked(made_as, {.read = false, .append = true, .create = true, .mode = for_owner});
    made.truncate(0);
    const std::string text = heading_ + to_json(last);
    made.write_all(text);
    made.sync(file_sync::data);
    if (std::rename(made_as.c_str(), path_.c_str()) != 0) throw_errno("rename", made_as);
    file_ = std::move(made);
    size_ = text.size();
    sync_folder_of(path_);
}

}  // namespace grove::cmd
