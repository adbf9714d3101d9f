// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/http_options.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/common/text_error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What a bench sends: the bytes of a request, made once where they are always the same, and put
/// together from pieces where the URL or the body has slots:
///
///     {{seq}}          1 for the run's first request, 2 for the second, ...
///     {{rand A B}}     a whole number from A to B, both included
///     {{line FILE}}    the file's lines, one after the other, and again from the first

namespace grove::cmd {

/// The lines of a file without their ends; empty ones are left out.
using line_list = std::vector<std::string>;

/// Text with slots.
class text_script {
 public:
    /// What may change from request to request.
    struct moment {
        std::uint64_t number = 1;  ///< of the request
        std::mt19937_64& random;
    };

    text_script() = default;

    /// Result: what is wrong with `text`. Blocks: the thread, on the files. Throws:
    /// `std::system_error` naming the file.
    [[nodiscard]] static std::optional<text_error> parse(std::string_view text, text_script& into);

    /// It has no slot: always the same.
    [[nodiscard]] bool is_constant() const noexcept;

    void append_to(std::string& into, const moment& now) const;

 private:
    struct number {};

    struct random_number {
        std::uint64_t least = 0;
        std::uint64_t most = 0;
    };

    using piece =
        std::variant<std::string, number, random_number, std::shared_ptr<const line_list>>;

    [[nodiscard]] static std::optional<text_error> parse_slot(std::string_view words, piece& into);

    std::vector<piece> pieces_;
};

/// One URL with its method, fields and body.
class request_script {
 public:
    /// Throws: `std::invalid_argument` for a URL that cannot be used, saying what is wrong;
    /// `std::system_error` naming a file.
    request_script(std::string_view url, const http_options& http, const std::string& body);

    /// Where it goes: without the path, which may have slots.
    [[nodiscard]] const target& place() const noexcept { return place_; }

    /// Room for a request that changes; used again, it need not grow again.
    struct buffers {
        std::string request;
        std::string body;
    };

    /// The bytes to send, valid until `into` changes.
    [[nodiscard]] std::string_view bytes(const text_script::moment& now, buffers& into) const;

    [[nodiscard]] bool is_head() const noexcept { return head_; }

 private:
    [[nodiscard]] std::string fields(const http_options& http) const;
    void compose(const text_script::moment& now, buffers& into) const;

    target place_;
    bool head_ = false;
    std::string method_;
    text_script path_;
    std::string fields_;  // with their line ends
    text_script body_;
    bool has_body_ = false;
    std::string constant_;  // the whole request; empty: it changes
};

}  // namespace grove::cmd
