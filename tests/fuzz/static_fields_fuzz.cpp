// SPDX-License-Identifier: MIT
#include "net/conditions.hpp"
#include "net/quality_list.hpp"
#include "tests/fuzz/pieces.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

// The value of a field, taken for each that decides about the answer to a request for a file.

namespace {

using namespace grove::http;
using grove_fuzz::expect;
using namespace std::chrono_literals;

void check_range(std::string_view value, std::uint64_t size) {
    const range_choice choice = choose_range(value, size);
    if (choice.kind != range_kind::part) {
        expect(choice.part == byte_range{}, "a part of what has none");
        return;
    }
    expect(choice.part.length > 0, "a part without a byte");
    expect(choice.part.offset < size && choice.part.length <= size - choice.part.offset,
           "a part beyond the end");
}

void check_conditions_of(std::string_view value) {
    const file_validators file{.etag = "\"a-1\"",
                               .modified = std::chrono::sys_seconds(784'111'777s),
                               .looked_at = std::chrono::sys_seconds(784'200'000s)};
    grove::static_request asked{.method = "GET", .target = "/"};
    asked.if_none_match = value;
    expect(check_conditions(asked, file) != condition::failed, "If-None-Match failed");
    asked.if_match = value;
    const bool failed = check_conditions(asked, file) == condition::failed;
    asked.if_none_match = {};
    expect(failed == (check_conditions(asked, file) == condition::failed),
           "If-None-Match went before If-Match");
    asked.if_range = value;
    asked.if_match = {};
    asked.if_modified_since = value;
    asked.if_unmodified_since = value;
    if (range_applies(asked, file) && !value.empty())
        expect(check_conditions(asked, file) != condition::failed,
               "a validator that is the file's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    for (const std::uint64_t of :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0}})
        check_range(value, of);
    check_conditions_of(value);
    expect(choose_coding(value, {}) == content_coding::identity, "a coding that is not there");
    expect(choose_coding(value, {.gzip = true}) != content_coding::brotli, "the wrong coding");
    static_cast<void>(accepts_html(value));
    return 0;
}
