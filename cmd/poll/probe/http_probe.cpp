// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/http_probe.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <grove/http_connection.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_body = std::size_t{1} << 20;
/// Of a bad answer, for people: what has come with the head, or soon after it.
constexpr std::size_t excerpt = 160;
constexpr duration patience = 50ms;

/// `status 503 Service Unavailable`, of an answer's first line.
std::string status_text(const http_answer& got) {
    const std::string_view line = got.head.substr(0, got.head.find_first_of("\r\n"));
    const std::size_t space = line.find(' ');
    const std::string_view rest =
        space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    return rest.empty() ? fmt::format("status {}", got.status)
                        : "status " + fit_end(one_line(rest), 60);
}

class web_probe final : public stream_probe {
 public:
    web_probe(destination to, std::string request, http_asked asked, probe_expectations expected)
        : stream_probe(std::move(to)),
          request_(std::move(request)),
          asked_(asked),
          expected_(std::move(expected)),
          judges_status_(expected_.mention("status")),
          judges_fields_(expected_.mention("header")),
          reads_body_(expected_.mention("body") || expected_.mention("json") ||
                      expected_.mention("size")) {}

 private:
    void talk(socket on, probe_result& into, deadline begun, deadline until) override {
        http_connection to(std::move(on));
        const deadline asked = deadline::now();
        to.send(request_, until);
        const http_answer& got = to.receive_head(until, asked_);
        into.answered = true;
        into.status = static_cast<int>(got.status);
        into.times.first_byte = got.first_byte - asked;
        into.what = status_text(got);
        // The connection keeps the head only until the body is read.
        const std::string head(judges_fields_ ? got.head : std::string_view());
        const std::string location(got.find("location").value_or(""));
        into.good = judges_status_ || (got.status >= 200 && got.status < 300);
        const std::string body = read_body(to, into.good, until);
        into.times.total = deadline::now() - begun;
        if (into.good) return judge(into, head, body);
        if (!location.empty()) into.detail = "to " + location + "\n";
        if (!body.empty()) into.detail += "its body: " + fit_end(one_line(body), excerpt);
    }

    void judge(probe_result& into, const std::string& head, const std::string& body) const {
        const http_answer kept{.head = head};
        const std::vector<http_field> fields = kept.fields();
        probe_sight seen{};
        seen.status = static_cast<unsigned>(*into.status);
        seen.fields = fields;
        seen.cert_days = into.cert_days;
        seen.address = into.address;
        seen.times = &into.times;
        if (reads_body_) {
            seen.body = body;
            seen.size = body.size();
        }
        expected_.judge(seen, into);
    }

    /// All of it for an expectation; else what tells a person why it is no good answer.
    /// Throws: `std::system_error` where the body is needed and does not come.
    [[nodiscard]] std::string read_body(http_connection& from, bool good, deadline until) const {
        std::string body;
        if (reads_body_ && good) {
            for (auto piece = from.read_some(until); !piece.empty();
                 piece = from.read_some(until)) {
                if (body.size() + piece.size() > longest_body)
                    throw std::system_error(std::make_error_code(std::errc::message_size),
                                            "a body above 1 MiB is not read");
                body += piece;
            }
            return body;
        }
        if (good) return body;
        try {
            const deadline soon = std::min(until, deadline(patience));
            while (body.size() < excerpt) {
                const std::string_view piece = from.read_some(soon);
                if (piece.empty()) break;
                body += piece;
            }
        } catch (const std::system_error&) {
            return body;  // its head was the answer
        }
        return body;
    }

    std::string request_;
    http_asked asked_;
    probe_expectations expected_;
    bool judges_status_;
    bool judges_fields_;
    bool reads_body_;
};

}  // namespace

std::unique_ptr<probe> http_probe(const target& place, destination to, const http_options& http,
                                  const std::string& body, probe_expectations expected) {
    const http_asked asked =
        effective_method(http) == "HEAD" ? http_asked::head : http_asked::with_body;
    return std::make_unique<web_probe>(std::move(to), request_text(place, http, body), asked,
                                       std::move(expected));
}

}  // namespace grove::cmd
