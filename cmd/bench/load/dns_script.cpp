// SPDX-License-Identifier: MIT
#include "cmd/bench/load/dns_script.hpp"

#include "cmd/common/dns_message.hpp"

#include <grove/dns.hpp>

#include <random>
#include <stdexcept>
#include <system_error>

namespace grove::cmd {

dns_script::dns_script(const bench_target& to) : question_(to.resource) {
    if (to.place.host.empty())
        throw std::invalid_argument("dns: write dns://SERVER/NAME: only a named server is loaded");
    if (!question_.is_constant()) return;
    std::mt19937_64 unused;
    std::string question;
    question_.append_to(question, {1, unused});
    if (const std::string wrong = append_dns_question(constant_, question); !wrong.empty())
        throw std::invalid_argument("dns: " + wrong);
}

std::string_view dns_script::bytes(const text_script::moment& now, buffers& into) const {
    if (!constant_.empty()) return constant_;
    into.part.clear();
    question_.append_to(into.part, now);
    into.request.clear();
    if (const std::string wrong = append_dns_question(into.request, into.part); !wrong.empty())
        throw std::system_error(dns::errc::bad_name, wrong);
    return into.request;
}

}  // namespace grove::cmd
