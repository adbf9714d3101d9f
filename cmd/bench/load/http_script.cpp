// SPDX-License-Identifier: MIT
#include "cmd/bench/load/http_script.hpp"

#include "cmd/common/destination.hpp"

#include <charconv>
#include <random>

namespace grove::cmd {
namespace {

void append_number(std::string& into, std::uint64_t value) {
    char digits[20];
    into.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

}  // namespace

http_script::http_script(const bench_target& to, const http_options& http, const std::string& body)
    : method_(effective_method(http)),
      path_(to.resource),
      body_(text_script::read(body, "-d")),
      has_body_(!http.data.empty()) {
    for (const auto& [name, value] : request_fields(to.place, http))
        fields_.append(name).append(": ").append(value).append("\r\n");
    if (!path_.is_constant() || !body_.is_constant()) return;
    std::mt19937_64 unused;
    buffers made;
    compose({1, unused}, made);
    constant_ = std::move(made.request);
}

void http_script::compose(const text_script::moment& now, buffers& into) const {
    std::string& all = into.request;
    all = method_;
    all += ' ';
    path_.append_to(all, now);
    all += " HTTP/1.1\r\n";
    all += fields_;
    into.part.clear();
    if (has_body_) {
        body_.append_to(into.part, now);
        all += "Content-Length: ";
        append_number(all, into.part.size());
        all += "\r\n";
    }
    all += "\r\n";
    all += into.part;
}

std::string_view http_script::bytes(const text_script::moment& now, buffers& into) const {
    if (!constant_.empty()) return constant_;
    compose(now, into);
    return into.request;
}

}  // namespace grove::cmd
