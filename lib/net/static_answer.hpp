// SPDX-License-Identifier: MIT
#pragma once

#include "net/served_file.hpp"

#include <grove/static_files.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace grove {

/// Makes the answers. One from a file that is asked for as a whole takes no memory.
class static_answer_maker {
 public:
    /// What the conditions and the range of `request` make of the file.
    [[nodiscard]] static static_answer of_file(const static_request& request,
                                               const std::shared_ptr<const http::served_file>& file,
                                               std::chrono::sys_seconds now);

    /// 400, 403, 404, 405, 412, 500 or 503, with a line of text.
    [[nodiscard]] static static_answer refusal(unsigned status) noexcept;

    /// 301. `location` is a reference that is safe in a field.
    [[nodiscard]] static static_answer redirect(std::string location);

    /// 200 with HTML.
    [[nodiscard]] static static_answer page(std::string html);

 private:
    struct made_answer;

    static static_answer with_text(unsigned status, const std::shared_ptr<const made_answer>& made);
    static static_answer part_of(const std::shared_ptr<const http::served_file>& file,
                                 const http::byte_range& part);
    static static_answer no_such_part(std::uint64_t size);
    static void take_body(static_answer& answer, const http::served_file& file,
                          const http::byte_range& part) noexcept;
};

}  // namespace grove
