// SPDX-License-Identifier: MIT
#include "cmd/serve/access_log.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <grove/timeout.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <ctime>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t most_waiting = 10'000;  // lines

}  // namespace

std::string text_line(const http_record& record) {
    const std::string_view method = record.method.empty() ? "-" : record.method;
    const std::string_view target = record.target.empty() ? "-" : record.target;
    return fmt::format("{:%H:%M:%S} {} {} {} {} {} {}{}", fmt::localtime(std::time(nullptr)),
                       record.peer.text(), method, target, record.status,
                       show_size(record.body_bytes), show_latency(record.took),
                       record.complete ? "" : " cut off");
}

std::string json_line(const http_record& record) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    json_object line;
    line.add("event", "answer");
    line.add("time", std::chrono::duration<double>(now).count());
    line.add("peer", record.peer.text()).add("method", record.method);
    line.add("target", record.target).add("status", record.status);
    line.add("bytes", record.body_bytes);
    line.add("seconds", std::chrono::duration<double>(record.took).count());
    line.add("complete", record.complete);
    return line.text();
}

access_log::access_log(output& out)
    : out_(out),
      json_(out.options().json),
      off_(out.options().quiet && !json_),
      lines_(most_waiting),
      writer_(spawn([this] { write_all(); })) {}

access_log::~access_log() {
    lines_.close();
    const shield whole;
    writer_.join();
}

void access_log::add(const http_record& record) {
    if (off_) return;
    if (!lines_.try_put(json_ ? json_line(record) : text_line(record))) ++left_out_;
}

void access_log::write_all() {
    for (const std::string& line : lines_) {
        write(line);
        if (const auto lost = left_out_.exchange(0); lost > 0)
            out_.warning(
                fmt::format("{} lines of the log were left out: they came too fast", lost));
        if (lines_.empty()) out_.flush();
    }
}

void access_log::write(const std::string& line) {
    if (json_) {
        out_.json(line);
    } else {
        out_.say(line);
    }
}

}  // namespace grove::cmd
