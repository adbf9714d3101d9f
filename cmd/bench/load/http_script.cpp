// SPDX-License-Identifier: MIT
#include "cmd/bench/load/http_script.hpp"

#include "cmd/common/base64.hpp"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

void append_number(std::string& into, std::uint64_t value) {
    char digits[20];
    into.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> request_fields(const target& place,
                                                                const http_options& http) {
    std::vector<std::pair<std::string, std::string>> usual;
    const std::string url = place.url();
    const std::size_t host = url.find("://") + 3;
    usual.emplace_back("Host", url.substr(host, url.find('/', host) - host));
    usual.emplace_back("User-Agent", http.user_agent.value_or("grove/" GROVE_VERSION));
    usual.emplace_back("Accept", "*/*");
    const std::string user =
        place.user.empty() ? http.user.value_or("") : place.user + ':' + place.password;
    if (!user.empty()) usual.emplace_back("Authorization", "Basic " + base64(user));
    std::string cookies;
    for (const std::string& one : http.cookies) cookies += (cookies.empty() ? "" : "; ") + one;
    if (!cookies.empty()) usual.emplace_back("Cookie", cookies);
    if (!http.data.empty()) usual.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    std::vector<std::pair<std::string, std::string>> all;
    for (auto& [name, value] : usual) {
        const bool replaced = std::ranges::any_of(
            http.headers, [&](const header_field& h) { return same_name(h.name, name); });
        if (!replaced && !value.empty()) all.emplace_back(std::move(name), std::move(value));
    }
    for (const header_field& h : http.headers) {
        if (h.what == header_field::action::send) all.emplace_back(h.name, h.value);
    }
    return all;
}

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
