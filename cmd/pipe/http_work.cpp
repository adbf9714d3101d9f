// SPDX-License-Identifier: MIT
#include "cmd/pipe/http_work.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/percent_code.hpp"
#include "cmd/common/targets.hpp"

#include <grove/http_client.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view item_mark = "{}";

http::client_options client_options_of(const http_stage_options& options) {
    http::client_options made;
    target place;
    static_cast<void>(parse_http_target(url_for(options.url, ""), place));
    if (!place.user.empty()) made.user = place.user + ':' + place.password;
    made.user_agent = "grove/" GROVE_VERSION;
    made.connections = options.jobs;
    return made;
}

class http_work final : public item_work {
 public:
    explicit http_work(const http_stage_options& options)
        : options_(options), client_(client_options_of(options)) {
        for (const header_field& field : options.headers)
            headers_.push_back({.name = field.name, .value = field.value});
    }

    attempt try_once(std::string_view item, std::uint64_t /*number*/) override {
        http::request request{.method = options_.method, .headers = headers_};
        target place;
        if (auto wrong = parse_http_target(url_for(options_.url, item), place))
            return {.error = wrong->what};
        request.url = place.url();
        if (options_.method != "GET") request.body = std::string(item);
        try {
            http::response answer = client_.send(request, options_.timeout);
            if (!answer.body.empty() && answer.body.back() != '\n') answer.body += '\n';
            attempt made{.out = std::move(answer.body)};
            if (answer.status >= 400) made.error = "status " + std::to_string(answer.status);
            return made;
        } catch (const http::error& e) {
            return {.error = e.what()};
        }
    }

 private:
    const http_stage_options& options_;
    http::client client_;
    std::vector<http::header> headers_;
};

}  // namespace

void describe(http_stage_options& options, option_table& table) {
    table.add({'j', "jobs"}, options.jobs, "N", "requests at once").range(1, 10000);
    table.add("timeout", options.timeout, "T", "of one request").range(1ms, 24h);
    table.add("retries", options.retries, "N", "tries more, with growing pauses").range(0, 1000);
    table.choose("order", options.order, {{"input", item_order::input}, {"any", item_order::any}},
                 "HOW", "answers as items came, or as they come");
    table.add({'H', "header"}, options.headers, "NAME: VALUE", "sent along");
    table.advise("-X", "the method stands before the URL: http POST URL");
    table.advise("-d", "the item is the body");
    table.advise("-c", "requests at once are -j N");
}

std::optional<std::string> problem_of(const http_stage_options& options) {
    constexpr std::array<std::string_view, 4> methods{"GET", "POST", "PUT", "PATCH"};
    if (std::ranges::find(methods, options.method) == methods.end())
        return "knows GET, POST, PUT and PATCH: http POST :8080/items";
    target ignored;
    if (auto wrong = parse_http_target(url_for(options.url, "item"), ignored))
        return "cannot ask \"" + options.url + "\": " + wrong->what;
    return std::nullopt;
}

std::string url_for(std::string_view pattern, std::string_view item) {
    std::string made;
    for (;;) {
        const std::size_t mark = pattern.find(item_mark);
        made += pattern.substr(0, mark);
        if (mark == std::string_view::npos) return made;
        made += percent_encode(item, "");
        pattern.remove_prefix(mark + item_mark.size());
    }
}

std::unique_ptr<stage> make_stage(const http_stage_options& options, const stage_setting& setting) {
    const item_stage_options how{
        .name = "http", .jobs = options.jobs, .retries = options.retries, .order = options.order};
    return std::make_unique<item_stage>(how, std::make_unique<http_work>(options), setting);
}

}  // namespace grove::cmd
