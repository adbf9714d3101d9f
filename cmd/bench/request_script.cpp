// SPDX-License-Identifier: MIT
#include "cmd/bench/request_script.hpp"

#include "cmd/common/base64.hpp"

#include <grove/error.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return words;
        const std::size_t end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

bool read_whole(std::string_view text, std::uint64_t& into) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

std::shared_ptr<const line_list> read_lines(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw_errno("open", path);
    line_list lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) lines.push_back(std::move(line));
    }
    if (lines.empty()) throw_error(ENODATA, "read", path + " (no line in it)");
    return std::make_shared<const line_list>(std::move(lines));
}

void append_number(std::string& into, std::uint64_t value) {
    char digits[20];
    into.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

bool same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

// --- text_script ---

std::optional<text_error> text_script::parse_slot(std::string_view inside, piece& into) {
    const auto words = words_of(inside);
    const std::string_view name = words.empty() ? std::string_view() : words[0];
    if (name == "seq" && words.size() == 1) {
        into = number{};
        return std::nullopt;
    }
    random_number range;
    if (name == "rand" && words.size() == 3 && read_whole(words[1], range.least) &&
        read_whole(words[2], range.most) && range.least <= range.most) {
        into = range;
        return std::nullopt;
    }
    if (name == "line" && words.size() == 2) {
        into = read_lines(std::string(words[1]));
        return std::nullopt;
    }
    return text_error{"no slot of that kind", 0,
                      "there are {{seq}}, {{rand 1 100}} and {{line FILE}}"};
}

std::optional<text_error> text_script::parse(std::string_view text, text_script& into) {
    text_script made;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = std::min(text.find(opening, at), text.size());
        if (open > at) made.pieces_.emplace_back(std::string(text.substr(at, open - at)));
        if (open == text.size()) break;
        const std::size_t close = text.find(closing, open);
        if (close == std::string_view::npos) return text_error{"no }} for this {{", open, {}};
        piece one;
        if (auto wrong = parse_slot(text.substr(open + 2, close - open - 2), one)) {
            wrong->offset += open;
            return wrong;
        }
        made.pieces_.push_back(std::move(one));
        at = close + 2;
    }
    into = std::move(made);
    return std::nullopt;
}

bool text_script::is_constant() const noexcept {
    return std::ranges::all_of(
        pieces_, [](const piece& p) { return std::holds_alternative<std::string>(p); });
}

void text_script::append_to(std::string& into, const moment& now) const {
    for (const piece& p : pieces_) {
        if (const auto* text = std::get_if<std::string>(&p)) {
            into += *text;
        } else if (const auto* range = std::get_if<random_number>(&p)) {
            append_number(into,
                          std::uniform_int_distribution(range->least, range->most)(now.random));
        } else if (const auto* lines = std::get_if<std::shared_ptr<const line_list>>(&p)) {
            into += (**lines)[(now.number - 1) % (*lines)->size()];
        } else {
            append_number(into, now.number);
        }
    }
}

// --- request_script ---

namespace {

/// A URL's slots under names that any URL may have.
class hidden_slots {
 public:
    explicit hidden_slots(std::string_view url) {
        for (std::size_t at = 0; at < url.size();) {
            const std::size_t open = std::min(url.find(opening, at), url.size());
            shown_ += url.substr(at, open - at);
            if (open == url.size()) break;
            const std::size_t close = std::min(url.find(closing, open), url.size() - 2) + 2;
            shown_ += name_of(all_.size());
            all_.emplace_back(url.substr(open, close - open));
            at = close;
        }
    }

    [[nodiscard]] const std::string& shown() const noexcept { return shown_; }

    [[nodiscard]] std::string put_back(std::string text) const {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const std::string name = name_of(i);
            if (const std::size_t at = text.find(name); at != std::string::npos)
                text.replace(at, name.size(), all_[i]);
        }
        return text;
    }

    [[nodiscard]] bool all_in(const std::string& text) const {
        for (std::size_t i = 0; i < all_.size(); ++i)
            if (text.find(name_of(i)) == std::string::npos) return false;
        return true;
    }

 private:
    static std::string name_of(std::size_t i) { return "grove-slot-" + std::to_string(i) + "-"; }

    std::string shown_;
    std::vector<std::string> all_;
};

[[noreturn]] void refuse(std::string_view url, const text_error& wrong) {
    throw std::invalid_argument(std::string(url) + ": " + wrong.what +
                                (wrong.hint.empty() ? "" : " (" + wrong.hint + ")"));
}

void parse_script(std::string_view url, std::string_view text, text_script& into) {
    if (const auto wrong = text_script::parse(text, into)) refuse(url, *wrong);
}

}  // namespace

request_script::request_script(std::string_view url, const http_options& http,
                               const std::string& body)
    : method_(effective_method(http)), has_body_(!http.data.empty()) {
    const hidden_slots hidden(url);
    if (const auto wrong = parse_http_target(hidden.shown(), place_)) refuse(url, *wrong);
    if (!hidden.all_in(place_.resource))
        refuse(url, {"slots are for the path and the query", 0, {}});
    parse_script(url, hidden.put_back(place_.resource), path_);
    parse_script(url, body, body_);
    place_.resource = "/";
    head_ = method_ == "HEAD";
    fields_ = fields(http);
    if (path_.is_constant() && body_.is_constant()) {
        std::mt19937_64 unused;
        buffers made;
        compose({1, unused}, made);
        constant_ = std::move(made.request);
    }
}

/// Those that are not asked for otherwise, then what was asked for.
std::string request_script::fields(const http_options& http) const {
    std::vector<std::pair<std::string, std::string>> all;
    const std::string url = place_.url();
    const std::size_t host = url.find("://") + 3;
    all.emplace_back("Host", url.substr(host, url.find('/', host) - host));
    all.emplace_back("User-Agent", http.user_agent.value_or("grove/" GROVE_VERSION));
    all.emplace_back("Accept", "*/*");
    const std::string user =
        place_.user.empty() ? http.user.value_or("") : place_.user + ':' + place_.password;
    if (!user.empty()) all.emplace_back("Authorization", "Basic " + base64(user));
    std::string cookies;
    for (const std::string& one : http.cookies) cookies += (cookies.empty() ? "" : "; ") + one;
    if (!cookies.empty()) all.emplace_back("Cookie", cookies);
    if (has_body_) all.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    std::string text;
    for (const auto& [name, value] : all) {
        const bool replaced = std::ranges::any_of(
            http.headers, [&](const header_field& h) { return same_name(h.name, name); });
        if (!replaced && !value.empty()) text += name + ": " + value + "\r\n";
    }
    for (const header_field& h : http.headers) {
        if (h.what == header_field::action::send) text += h.name + ": " + h.value + "\r\n";
    }
    return text;
}

void request_script::compose(const text_script::moment& now, buffers& into) const {
    std::string& all = into.request;
    all = method_;
    all += ' ';
    path_.append_to(all, now);
    all += " HTTP/1.1\r\n";
    all += fields_;
    into.body.clear();
    if (has_body_) {
        body_.append_to(into.body, now);
        all += "Content-Length: ";
        append_number(all, into.body.size());
        all += "\r\n";
    }
    all += "\r\n";
    all += into.body;
}

std::string_view request_script::bytes(const text_script::moment& now, buffers& into) const {
    if (!constant_.empty()) return constant_;
    compose(now, into);
    return into.request;
}

}  // namespace grove::cmd
