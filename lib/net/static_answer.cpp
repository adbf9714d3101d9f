// SPDX-License-Identifier: MIT
#include "net/static_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace grove {

/// What an answer of its own is made of; views into it live as long as the answer.
struct static_answer_maker::made_answer {
    std::string text;
    std::string value;
    std::vector<static_field> fields;
    std::shared_ptr<const http::served_file> file;
};

namespace {

constexpr static_field text_type{"Content-Type", "text/plain; charset=utf-8"};
constexpr static_field nosniff{"X-Content-Type-Options", "nosniff"};
constexpr std::array text_fields{text_type, nosniff};
constexpr std::array not_allowed_fields{text_type, nosniff, static_field{"Allow", "GET, HEAD"}};
constexpr std::array later_fields{text_type, nosniff, static_field{"Retry-After", "1"}};

struct refusal_text {
    unsigned status;
    std::string_view text;
    std::span<const static_field> fields = text_fields;
};

constexpr auto refusals = std::to_array<refusal_text>({
    {400, "400 Bad Request: this path cannot be read\n"},
    {403, "403 Forbidden\n"},
    {404, "404 Not Found\n"},
    {405, "405 Method Not Allowed: files are for GET and HEAD\n", not_allowed_fields},
    {412, "412 Precondition Failed\n"},
    {500, "500 Internal Server Error: the file cannot be read\n"},
    {503, "503 Service Unavailable: too many files are open\n", later_fields},
});

}  // namespace

static_answer static_answer_maker::of_file(const static_request& request,
                                           const std::shared_ptr<const http::served_file>& file,
                                           std::chrono::sys_seconds now) {
    const http::file_validators validators = file->validators(now);
    switch (http::check_conditions(request, validators)) {
        case http::condition::failed:
            return refusal(412);
        case http::condition::unchanged: {
            static_answer answer;
            answer.status_ = 304;
            answer.fields_ = file->unchanged_fields();
            answer.kept_ = file;
            return answer;
        }
        case http::condition::holds:
            break;
    }
    // Only GET has ranges (RFC 9110 14.2).
    if (!request.range.empty() && request.method == "GET" &&
        http::range_applies(request, validators)) {
        const http::range_choice choice = http::choose_range(request.range, file->size());
        if (choice.kind == http::range_kind::part) return part_of(file, choice.part);
        if (choice.kind == http::range_kind::unsatisfiable) return no_such_part(file->size());
    }
    static_answer answer;
    answer.status_ = 200;
    answer.fields_ = file->fields();
    take_body(answer, *file, {0, file->size()});
    answer.kept_ = file;
    return answer;
}

static_answer static_answer_maker::part_of(const std::shared_ptr<const http::served_file>& file,
                                           const http::byte_range& part) {
    const auto made = std::make_shared<made_answer>();
    made->file = file;
    made->value =
        fmt::format("bytes {}-{}/{}", part.offset, part.offset + part.length - 1, file->size());
    made->fields.reserve(file->fields().size() + 1);
    std::ranges::copy(file->fields(), std::back_inserter(made->fields));
    made->fields.push_back({"Content-Range", made->value});
    static_answer answer;
    answer.status_ = 206;
    answer.fields_ = made->fields;
    take_body(answer, *file, part);
    answer.kept_ = made;
    return answer;
}

static_answer static_answer_maker::no_such_part(std::uint64_t size) {
    const auto made = std::make_shared<made_answer>();
    made->text = "416 Range Not Satisfiable\n";
    made->value = fmt::format("bytes */{}", size);
    made->fields = {text_type, nosniff, {"Content-Range", made->value}};
    return with_text(416, made);
}

static_answer static_answer_maker::with_text(unsigned status,
                                             const std::shared_ptr<const made_answer>& made) {
    static_answer answer;
    answer.status_ = status;
    answer.fields_ = made->fields;
    answer.text_ = made->text;
    answer.length_ = made->text.size();
    answer.kept_ = made;
    return answer;
}

void static_answer_maker::take_body(static_answer& answer, const http::served_file& file,
                                    const http::byte_range& part) noexcept {
    answer.length_ = part.length;
    if (file.fd() >= 0) {
        answer.fd_ = file.fd();
        answer.offset_ = part.offset;
    } else {
        answer.text_ = file.content().substr(part.offset, part.length);
    }
}

static_answer static_answer_maker::refusal(unsigned status) noexcept {
    const auto* const one = std::ranges::find(refusals, status, &refusal_text::status);
    static_answer answer;
    answer.status_ = status;
    answer.fields_ = one->fields;
    answer.text_ = one->text;
    answer.length_ = one->text.size();
    return answer;
}

static_answer static_answer_maker::redirect(std::string location) {
    const auto made = std::make_shared<made_answer>();
    made->text = "301 Moved Permanently\n";
    made->value = std::move(location);
    made->fields = {text_type, nosniff, {"Location", made->value}};
    return with_text(301, made);
}

static_answer static_answer_maker::page(std::string html) {
    const auto made = std::make_shared<made_answer>();
    made->text = std::move(html);
    made->fields = {{"Content-Type", "text/html; charset=utf-8"},
                    nosniff,
                    {"Cache-Control", "no-cache"},
                    // Whatever a file's name may be, no script runs here.
                    {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
    return with_text(200, made);
}

}  // namespace grove
