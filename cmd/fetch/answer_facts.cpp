// SPDX-License-Identifier: MIT
#include "cmd/fetch/answer_facts.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>

namespace grove::cmd {
namespace {

bool has_name(const http::header& h, std::string_view lower_name) noexcept {
    return std::ranges::equal(h.name, lower_name, [](char a, char b) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(a))) == b;
    });
}

fact_value text_or_absent(const std::string& text) {
    return text.empty() ? fact_value() : fact_value(std::string_view(text));
}

}  // namespace

struct answer_facts::document {
    boost::json::value root;
    bool valid = false;
};

answer_facts::answer_facts(const result_record& record, const std::vector<http::header>& headers,
                           const std::string& body, std::uint64_t size)
    : record_(record), headers_(headers), body_(body), size_(size) {}

answer_facts::~answer_facts() = default;

fact_value answer_facts::value(std::string_view name, std::string_view key) const {
    if (name == "status") return static_cast<double>(record_.status);
    if (name == "header") return header(key);
    if (name == "body") return std::string_view(body_);
    if (name == "json") return json();
    if (name == "size") return static_cast<double>(size_);
    if (name == "sha256") return text_or_absent(record_.sha256);
    if (name == "sha512") return text_or_absent(record_.sha512);
    if (name == "url") return text_or_absent(record_.url);
    if (name == "final_url") return text_or_absent(record_.final_url);
    if (name == "ip") return text_or_absent(record_.ip);
    if (name == "http_version") return text_or_absent(record_.http_version);
    if (name == "attempts") return static_cast<double>(record_.attempts);
    if (name == "reused") return record_.reused;
    return time(name);
}

fact_value answer_facts::header(std::string_view name) const {
    const auto found = std::find_if(headers_.rbegin(), headers_.rend(),
                                    [name](const http::header& h) { return has_name(h, name); });
    return found == headers_.rend() ? fact_value() : fact_value(std::string_view(found->value));
}

fact_value answer_facts::json() const {
    if (!document_) {
        document_ = std::make_unique<document>();
        boost::json::error_code wrong;
        document_->root = boost::json::parse(body_, wrong);
        document_->valid = !wrong;
    }
    if (!document_->valid) return {};
    return &document_->root;
}

fact_value answer_facts::time(std::string_view name) const {
    const transfer_timings& t = record_.timings;
    const std::optional<duration> found = name == "time.dns"          ? t.dns
                                          : name == "time.connect"    ? t.connect
                                          : name == "time.tls"        ? t.tls
                                          : name == "time.first_byte" ? t.first_byte
                                          : name == "time"            ? t.total
                                                                      : std::nullopt;
    // On a kept connection nothing was looked up or connected: that took no time.
    if (!found) return t.first_byte ? fact_value(0.0) : fact_value();
    return std::chrono::duration<double>(*found).count();
}

}  // namespace grove::cmd
