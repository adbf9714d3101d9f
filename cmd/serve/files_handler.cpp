// SPDX-License-Identifier: MIT
#include "cmd/common/percent_code.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/static_files.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

/// What a path's segment may hold besides (RFC 3986 section 3.3).
constexpr std::string_view plain_in_segment = "!$&'()*+,;=:@";

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
    return std::make_unique<handler>(
        place.parent_path().string(),
        "/" + percent_encode(place.filename().string(), plain_in_segment), how);
}

}  // namespace grove::cmd
