// SPDX-License-Identifier: MIT
#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/probe/greeting_probes.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

// Messages as PostgreSQL's documentation has them, section "Frontend/Backend Protocol".

namespace grove::cmd {
namespace {

constexpr std::uint32_t version_3_0 = 3U << 16U;
constexpr std::size_t longest_message = std::size_t{64} << 10;
constexpr int most_messages = 64;               // before the server is ready: it tells its settings
constexpr std::size_t longest_complaint = 120;  // columns

void append_32(std::string& to, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) to += static_cast<char>(value >> shift);
}

std::uint32_t read_32(std::string_view from) noexcept {
    std::uint32_t value = 0;
    for (const char c : from.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
    return value;
}

std::string startup_of(const target& place) {
    const std::string user = place.user.empty() ? "postgres" : place.user;
    std::string database = place.resource.substr(0, place.resource.find('?'));
    if (database.starts_with('/')) database.erase(0, 1);
    std::string body;
    append_32(body, version_3_0);
    const auto add = [&body](std::string_view text) { body.append(text).push_back('\0'); };
    add("user");
    add(user);
    if (!database.empty()) {
        add("database");
        add(database);
    }
    add("");
    std::string message;
    append_32(message, static_cast<std::uint32_t>(body.size() + 4));
    return message + body;
}

/// A field of an error: `C` is its code, `M` what it says.
std::string_view field_of(std::string_view error, char kind) noexcept {
    while (!error.empty() && error[0] != '\0') {
        const std::string_view value = error.substr(1, error.find('\0') - 1);
        if (error[0] == kind) return value;
        error.remove_prefix(std::min(value.size() + 2, error.size()));
    }
    return {};
}

struct server_message {
    char kind = 0;
    std::string body;
};

server_message read_message(socket& from, deadline until) {
    std::array<std::byte, 5> head{};
    from.read_exactly(head, until);
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    const std::size_t size = read_32(text.substr(1));
    if (size < 4 || size > longest_message)
        throw std::system_error(std::make_error_code(std::errc::bad_message), "no PostgreSQL");
    server_message got{text[0], std::string(size - 4, '\0')};
    from.read_exactly(std::as_writable_bytes(std::span(got.body)), until);
    return got;
}

class asking_postgres final : public stream_probe {
 public:
    asking_postgres(const target& place, destination to, probe_expectations expected)
        : stream_probe(std::move(to)),
          startup_(startup_of(place)),
          expected_(std::move(expected)) {}

 private:
    void talk(socket on, probe_result& into, deadline begun, deadline until) override {
        on.write_all(startup_, until);
        for (int i = 0; i < most_messages; ++i) {
            const server_message got = read_message(on, until);
            into.answered = true;
            if (got.kind != 'R' && got.kind != 'E' && got.kind != 'Z') continue;
            const bool logged_in = got.kind == 'R' && read_32(got.body) == 0;
            if (logged_in) continue;  // whether there is such a database comes after that
            take(got, into);
            if (got.kind == 'Z') say_goodbye(on);
            if (into.good) judge_connection(expected_, begun, into);
            return;
        }
        into.what = "it is never ready";
    }

    static void take(const server_message& got, probe_result& into) {
        if (got.kind == 'E') {
            into.what = fit_end(one_line(field_of(got.body, 'M')), longest_complaint);
            // Class 28: it knows whom it lets in, so it is up.
            into.good = field_of(got.body, 'C').starts_with("28");
            return;
        }
        into.good = true;
        into.what = got.kind == 'R' ? "it asks for a password" : "it is ready";
    }

    static void say_goodbye(socket& on) {
        static_cast<void>(on.try_write_some(std::string_view("X\0\0\0\4", 5)));
    }

    std::string startup_;
    probe_expectations expected_;
};

}  // namespace

std::unique_ptr<probe> postgres_probe(const target& place, destination to,
                                      probe_expectations expected) {
    return std::make_unique<asking_postgres>(place, std::move(to), std::move(expected));
}

}  // namespace grove::cmd
