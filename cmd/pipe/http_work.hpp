// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/http_options.hpp"
#include "cmd/pipe/each_options.hpp"
#include "cmd/pipe/item_stage.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace grove::cmd {

/// `http METHOD URL`: a request an item, the item its body; an answer's body is its result.
struct http_stage_options {
    std::size_t jobs = 16;  ///< requests at once
    duration timeout = std::chrono::seconds(30);
    unsigned retries = 0;
    item_order order = item_order::input;
    std::vector<header_field> headers;
    std::string method;
    std::string url;  ///< as typed; `{}` stands for the item, percent-encoded
};

void describe(http_stage_options& options, option_table& table);

/// What is wrong with the method or the URL.
[[nodiscard]] std::optional<std::string> problem_of(const http_stage_options& options);

/// The URL of an item's request.
[[nodiscard]] std::string url_for(std::string_view pattern, std::string_view item);

[[nodiscard]] std::unique_ptr<stage> make_stage(const http_stage_options& options,
                                                const stage_setting& setting);

}  // namespace grove::cmd
