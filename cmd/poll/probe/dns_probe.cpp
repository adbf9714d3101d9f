// SPDX-License-Identifier: MIT
#include "cmd/common/dns_message.hpp"
#include "cmd/poll/probe/greeting_probes.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <grove/datagram_socket.hpp>
#include <grove/dns.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_answer = 4096;

/// The first of /etc/resolv.conf; without any, this machine, as resolv.conf(5) says.
std::string usual_server() {
    std::ifstream file("/etc/resolv.conf");
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string key;
        std::string value;
        if (words >> key >> value && key == "nameserver") return value;
    }
    return "127.0.0.1";
}

class asking_dns final : public probe {
 public:
    asking_dns(const target& place, probe_expectations expected)
        : server_(place.host.empty() ? usual_server() : place.host),
          port_(place.port),
          expected_(std::move(expected)) {
        if (const std::string wrong = append_dns_question(query_, place.resource); !wrong.empty())
            throw std::invalid_argument("dns: " + wrong);
    }

    probe_result attempt(deadline until) override {
        const deadline begun = deadline::now();
        probe_result got;
        try {
            ask(got, until);
        } catch (const std::system_error& e) {
            got.good = false;
            got.what = reason_of(e, "no answer in time");
        }
        got.times.total = deadline::now() - begun;
        probe_sight seen{};
        seen.times = &got.times;
        if (got.good) expected_.judge(seen, got);
        return got;
    }

    [[nodiscard]] probe_distance distance() const noexcept override { return probe_distance::far; }

 private:
    void ask(probe_result& into, deadline until) {
        const grove::endpoint at(dns::resolve(server_, {}, until).addresses.at(0), port_);
        into.address = at.text();
        auto to = datagram_socket::connected(at);
        const auto number = static_cast<std::uint16_t>(random_());
        query_[0] = static_cast<char>(number >> 8U);
        query_[1] = static_cast<char>(number & 0xffU);
        to.send(query_, until);
        std::array<char, longest_answer> room{};
        for (;;) {
            const datagram came = to.receive(std::span(room), until);
            const auto header = read_dns_header({room.data(), came.size});
            if (!header || !header->is_answer || header->number != number) continue;
            into.answered = true;
            into.good = header->code == 0 && (header->answers > 0 || header->truncated);
            into.what = header->code != 0      ? dns_code_name(header->code)
                        : header->answers == 0 ? "no record of that type"
                                               : fmt::format("{} record{}", header->answers,
                                                             header->answers == 1 ? "" : "s");
            return;
        }
    }

    std::string server_;
    std::uint16_t port_;
    std::string query_;
    probe_expectations expected_;
    std::mt19937 random_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<probe> dns_probe(const target& place, probe_expectations expected) {
    return std::make_unique<asking_dns>(place, std::move(expected));
}

}  // namespace grove::cmd
