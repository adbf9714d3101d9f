// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch_report.hpp"

#include "cmd/common/secrets.hpp"
#include "cmd/common/units.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace grove::cmd {

failed_list::failed_list(std::string path, output& out) : path_(std::move(path)) {
    if (is_written_through(path_)) {
        through_ = log_file(path_, out, log_start::kept);
        return;
    }
    // Private: the list keeps the passwords of URLs.
    fd_ = ::open((path_ + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd_ < 0) throw_errno("open", path_ + ".part");
}

failed_list::~failed_list() {
    if (fd_ >= 0) ::close(fd_);
}

void failed_list::add(const fetch_item& item, const std::string& file) {
    constexpr std::size_t batch = std::size_t{64} << 10;
    buffer_ += failed_line(item, file);
    buffer_ += '\n';
    if (buffer_.size() >= batch) flush();
}

void failed_list::flush() {
    if (through_.is_open()) through_.write(std::exchange(buffer_, {}));
    std::string_view left = buffer_;
    while (!left.empty()) {
        const ssize_t n = ::write(fd_, left.data(), left.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) throw_errno("write", path_ + ".part");
        left.remove_prefix(static_cast<std::size_t>(n));
    }
    buffer_.clear();
}

void failed_list::commit() {
    flush();
    if (through_.is_open()) return through_.close();
    if (::close(std::exchange(fd_, -1)) != 0) throw_errno("close", path_ + ".part");
    if (::rename((path_ + ".part").c_str(), path_.c_str()) != 0) throw_errno("rename", path_);
}

fetch_report::fetch_report(const fetch_options& options, output& out)
    : options_(options), out_(out), started_(deadline::now()) {
    if (!options.failed_file.empty())
        failures_ = std::make_unique<failed_list>(options.failed_file, out);
}

void fetch_report::ended(const job& what, const result_record& record) {
    if (options_.talk.json) out_.json(to_json(record));
    if (record.error) {
        if (record.error.kind == failure_class::file) code_ = merge(code_, exit_code::environment);
        fail(what.item, what.path, mask_url(what.item.url) + ": " + record.error.text);
        return;
    }
    ++done_;
    bytes_ += record.bytes - record.resumed;
    if (!options_.talk.json) {
        for (const told_fact& each : record.told) out_.line(each.text);
    }
    if (record.skipped) {
        ++skipped_;
        out_.detail("skipped " + record.file + ", which is there already");
        return;
    }
    last_file_ = record.file;
    if (out_.says_details() && !record.file.empty()) {
        out_.detail("saved " + record.file + " (" + show_size(record.bytes) + ")");
    }
}

void fetch_report::stopped(const job& what) {
    ++stopped_;
    if (options_.talk.json) {
        result_record record;
        record.url = what.item.url;
        record.line = what.item.line;
        record.attempts = what.attempts;
        record.error = {failure_class::stopped, "the run was stopped", 0};
        out_.json(to_json(record));
    }
    if (failures_) failures_->add(what.item, what.path);
}

void fetch_report::bad_line(const std::string& text) {
    ++failed_;
    code_ = merge(code_, exit_code::shortfall);
    out_.error(text);
}

void fetch_report::unusable(const fetch_item& item, const std::string& why) {
    if (options_.talk.json) {
        result_record record;
        record.url = item.url;
        record.line = item.line;
        record.error = {failure_class::url, why, 0};
        out_.json(to_json(record));
    }
    fail(item, {}, why);
}

void fetch_report::fail(const fetch_item& item, const std::string& file, const std::string& text) {
    ++failed_;
    code_ = merge(code_, exit_code::shortfall);
    out_.error(text);
    if (failures_) failures_->add(item, file);
}

std::string fetch_report::summary() const {
    const duration took = deadline::now() - started_;
    const double seconds = std::chrono::duration<double>(took).count();
    std::string text = std::to_string(done_) + (done_ == 1 ? " file, " : " files, ");
    text += show_size(bytes_) + " in " + show_duration(took);
    if (seconds > 0) text += ", " + show_rate(static_cast<double>(bytes_) / seconds);
    if (skipped_ != 0) text += "; " + std::to_string(skipped_) + " were there already";
    if (failed_ != 0) text += "; " + std::to_string(failed_) + " failed";
    if (stopped_ != 0) text += "; " + std::to_string(stopped_) + " not finished";
    return text;
}

void fetch_report::finish() {
    if (stopped_ != 0) code_ = merge(code_, exit_code::shortfall);
    if (failures_) failures_->commit();
    if (out_.lost()) return;  // whoever read has gone; nobody asked for more
    const bool one = finished() == 1 && stopped_ == 0;
    if (one && done_ == 1 && !last_file_.empty()) {
        out_.say("saved " + last_file_ + ": " + summary());
    } else if (!one && finished() + stopped_ != 0) {
        out_.say(summary());
    }
}

}  // namespace grove::cmd
