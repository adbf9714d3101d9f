// SPDX-License-Identifier: MIT
#include "cmd/run/secret_mask.hpp"

#include "cmd/common/base64.hpp"
#include "cmd/common/html_text.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/percent_code.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_encoded = 4;

std::string in_lower_case_escapes(std::string text) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1)) {
        for (std::size_t digit = at + 1; digit < std::min(at + 3, text.size()); ++digit) {
            char& c = text[digit];
            if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return text;
}

/// What base64 makes of `secret` behind `shift` other bytes, without the characters that also
/// depend on what stands before and behind it.
std::string inner_base64(std::string_view secret, std::size_t shift) {
    const std::string whole = base64(std::string(shift, 'x') + std::string(secret));
    const std::size_t first = (shift * 8 + 5) / 6;
    const std::size_t last = (shift + secret.size()) * 8 / 6;
    return last > first ? whole.substr(first, last - first) : std::string();
}

std::string url_alphabet(std::string text) {
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

}  // namespace

void secret_mask::add(std::string_view secret) {
    while (!secret.empty()) {
        const std::size_t end = std::min(secret.find('\n'), secret.size());
        std::string_view line = secret.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        add_line(line);
        secret.remove_prefix(std::min(end + 1, secret.size()));
    }
}

void secret_mask::add_line(std::string_view line) {
    if (line.empty()) return;
    add_form(std::string(line));
    if (line.size() < shortest_encoded) return;
    std::string quoted;
    append_json_string(quoted, line);
    add_form(quoted.substr(1, quoted.size() - 2));
    add_form(html_text(line));
    const std::string percent = percent_encode(line, {});
    add_form(percent);
    add_form(in_lower_case_escapes(percent));
    for (const std::size_t shift : {0, 1, 2}) {
        const std::string inner = inner_base64(line, shift);
        add_form(inner);
        add_form(url_alphabet(inner));
    }
}

void secret_mask::add_form(std::string form) {
    if (form.empty() || std::ranges::find(forms_, form) != forms_.end()) return;
    longest_ = std::max(longest_, form.size());
    const auto behind = std::ranges::upper_bound(forms_, form.size(), std::ranges::greater(),
                                                 [](const std::string& one) { return one.size(); });
    forms_.insert(behind, std::move(form));
}

std::string secret_mask::operator()(std::string_view text) const {
    std::string masked(text);
    for (const std::string& form : forms_) {
        std::size_t at = masked.find(form);
        while (at != std::string::npos) {
            masked.replace(at, form.size(), mask);
            at = masked.find(form, at + mask.size());
        }
    }
    return masked;
}

}  // namespace grove::cmd
