// SPDX-License-Identifier: MIT
#include "cmd/serve/web_handler.hpp"

#include <grove/static_files.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

/// A file's name as a path's segment (RFC 3986 section 3.3).
std::string encode_segment(std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain = "-._~!$&'()*+,;=:@";
    std::string result;
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const auto byte = static_cast<unsigned char>(c);
        if (letter || (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += '%';
            result += digits[byte >> 4];
            result += digits[byte & 15];
        }
    }
    return result;
}

class handler final : public web_handler {
 public:
    handler(const std::string& folder, std::string only, const static_files_options& how)
        : files_(folder, how), only_(std::move(only)) {}

    void answer(const web_call& call) override {
        std::string target = only_.empty() ? std::string(call.below) : only_;
        if (!only_.empty() && !call.below.empty()) throw http_error(404);
        if (target.empty()) return to_folder(call);
        if (!call.asked.query().empty()) target.append("?").append(call.asked.query());
        static_request asked{.method = call.asked.method(), .target = target};
        for (const http_field& field : call.asked.fields()) asked.add(field.name, field.value);
        send(files_.answer(asked), call.answer);
    }

 private:
    /// `/docs` of the route `/docs`: links of its page are relative to `/docs/`.
    static void to_folder(const web_call& call) {
        std::string place(call.asked.path());
        place += '/';
        if (!call.asked.query().empty()) place.append("?").append(call.asked.query());
        call.answer.status(301).add("Location", place).send();
    }

    static void send(const static_answer& told, http_response& answer) {
        answer.status(told.status());
        for (const static_field& field : told.fields()) answer.add(field.name, field.value);
        if (told.fd() >= 0) {
            answer.send_file(told.fd(), told.offset(), told.length());
        } else {
            answer.send(told.text());
        }
    }

    static_files files_;
    std::string only_;  // a file's target; empty: the whole folder
};

}  // namespace

std::unique_ptr<web_handler> files_handler(const route& what, serve_context& context) {
    static_files_options how;
    how.single_page = context.options.single_page;
    const fs::path place = fs::absolute(what.argument);
    if (fs::is_directory(place)) return std::make_unique<handler>(place.string(), "", how);
    how.dot_files = true;  // it was asked for by name
    return std::make_unique<handler>(place.parent_path().string(),
                                     "/" + encode_segment(place.filename().string()), how);
}

}  // namespace grove::cmd
