// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/probe_facts.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <initializer_list>

namespace grove::cmd {
namespace {

constexpr std::array facts{
    fact{"status", fact_type::number, "http: the answer's status"},
    fact{"header", fact_type::family, "http: a field of the answer, as in header.etag"},
    fact{"body", fact_type::text, "http: the answer's body; file: what is in it"},
    fact{"json", fact_type::json, "the same as JSON, as in json.ready"},
    fact{"size", fact_type::size, "of the body, or of the file"},
    fact{"exit", fact_type::number, "exec: the exit code"},
    fact{"stdout", fact_type::text, "exec: what the command wrote"},
    fact{"stderr", fact_type::text, "exec: what it wrote as errors"},
    fact{"cert.days", fact_type::number, "tls, https, wss: until the certificate expires"},
    fact{"address", fact_type::text, "that was connected to"},
    fact{"time", fact_type::duration, "of the whole attempt"},
    fact{"time.dns", fact_type::duration, "until the name was known"},
    fact{"time.connect", fact_type::duration, "until the connection was made"},
    fact{"time.tls", fact_type::duration, "until the TLS handshake was over"},
    fact{"time.first_byte", fact_type::duration, "http: from the request to the first byte"},
};

using enum target_scheme;

bool is_one_of(target_scheme scheme, std::initializer_list<target_scheme> all) noexcept {
    return std::ranges::find(all, scheme) != all.end();
}

bool is_http(target_scheme scheme) noexcept {
    return is_one_of(scheme, {http, https});
}

fact_value seconds(const std::optional<duration>& time) {
    if (!time) return {};
    return std::chrono::duration<double>(*time).count();
}

template <class Value>
fact_value number(const std::optional<Value>& value) {
    return value ? fact_value(static_cast<double>(*value)) : fact_value();
}

fact_value text(const std::optional<std::string_view>& value) {
    return value ? fact_value(*value) : fact_value();
}

/// The sight as expressions ask for it.
class sight_source final : public fact_source {
 public:
    explicit sight_source(const probe_sight& seen) : seen_(seen) {}

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override {
        if (name == "status") return number(seen_.status);
        if (name == "header") return header(key);
        if (name == "body") return text(seen_.body);
        if (name == "json") return json();
        if (name == "size") return number(seen_.size);
        if (name == "exit") return number(seen_.exit);
        if (name == "stdout") return text(seen_.out);
        if (name == "stderr") return text(seen_.err);
        if (name == "cert.days") return number(seen_.cert_days);
        if (name == "address") return seen_.address;
        return time(name);
    }

 private:
    [[nodiscard]] fact_value time(std::string_view name) const {
        const probe_times& all = *seen_.times;
        if (name == "time.dns") return seconds(all.dns);
        if (name == "time.connect") return seconds(all.connect);
        if (name == "time.tls") return seconds(all.tls);
        if (name == "time.first_byte") return seconds(all.first_byte);
        return seconds(all.total);
    }

    [[nodiscard]] fact_value header(std::string_view lower_name) const {
        const auto lower = [](char c) {
            return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        };
        const auto found = std::ranges::find_if(seen_.fields, [&](const http_field& one) {
            return std::ranges::equal(one.name, lower_name, {}, lower);
        });
        return found == seen_.fields.end() ? fact_value() : fact_value(found->value);
    }

    [[nodiscard]] fact_value json() const {
        if (!parsed_ && seen_.body) {
            boost::json::error_code wrong;
            parsed_ = boost::json::parse(*seen_.body, wrong);
            if (wrong) parsed_.reset();
        }
        return parsed_ ? fact_value(&*parsed_) : fact_value();
    }

    const probe_sight& seen_;
    mutable std::optional<boost::json::value> parsed_;  // once it is asked for
};

}  // namespace

std::span<const fact> poll_facts() noexcept {
    return facts;
}

bool tells(target_scheme scheme, std::string_view fact) noexcept {
    if (fact == "time") return true;
    if (fact == "status" || fact == "header" || fact == "time.first_byte") return is_http(scheme);
    if (fact == "body" || fact == "json" || fact == "size")
        return is_http(scheme) || scheme == file;
    if (fact == "exit" || fact == "stdout" || fact == "stderr") return scheme == exec;
    if (fact == "time.tls" || fact == "cert.days") return is_one_of(scheme, {https, tls, wss});
    return !is_one_of(scheme, {file, pid, exec, dns});
}

bool tells_all(target_scheme scheme, const expression& what) noexcept {
    return std::ranges::all_of(facts, [&](const fact& one) {
        return !what.mentions(one.name) || tells(scheme, one.name);
    });
}

probe_expectations::probe_expectations(const std::vector<expression>& all, target_scheme scheme) {
    std::ranges::copy_if(all, std::back_inserter(all_),
                         [&](const expression& one) { return tells_all(scheme, one); });
}

bool probe_expectations::mention(std::string_view fact) const noexcept {
    return std::ranges::any_of(all_, [&](const expression& one) { return one.mentions(fact); });
}

void probe_expectations::judge(const probe_sight& seen, probe_result& into) const {
    const sight_source source(seen);
    for (const expression& each : all_) {
        const verdict held = each.evaluate(source);
        if (held) continue;
        into.good = false;
        into.what = "not as expected: " + each.source();
        // Its first line is the expression again.
        const std::size_t line = held.explanation.find('\n');
        into.detail = line == std::string::npos ? "" : held.explanation.substr(line + 1);
        return;
    }
}

}  // namespace grove::cmd
