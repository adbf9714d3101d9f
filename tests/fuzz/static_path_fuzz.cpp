// SPDX-License-Identifier: MIT
#include "net/static_path.hpp"
#include "tests/fuzz/pieces.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

// A path of a request. What is taken for good names something below the folder, and can be written
// as a path again that means the same.

namespace {

using namespace grove::http;
using grove_fuzz::expect;
using grove_fuzz::expect_equal;

void check_name(std::string_view name, dot_names dots, bool first) {
    expect(!name.empty() && name != "." && name != "..", "a segment that is a step");
    expect(
        std::ranges::none_of(
            name,
            [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; }),
        "a byte that no name has");
    const bool shown = dots == dot_names::shown || (first && name == ".well-known");
    expect(shown || !name.starts_with('.'), "a name that is hidden");
    expect(can_be_asked_for(name, dot_names::shown), "a name that would not be listed");
}

std::string written_again(const static_path& path, dot_names dots) {
    std::string again;
    std::string_view rest = path.below;
    while (rest != "." && !rest.empty()) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        check_name(rest.substr(0, end), dots, again.empty());
        again += '/';
        append_segment(again, rest.substr(0, end));
        expect(end + 1 != rest.size(), "a slash at the end");
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return again + (path.folder ? "/" : "");
}

path_verdict read(std::string_view bytes, dot_names dots) {
    static_path path{.below = "left over", .folder = true};
    const path_verdict verdict = read_static_path(bytes, dots, path);
    if (verdict != path_verdict::good) return verdict;
    expect(path.below != "." || path.folder, "the folder itself without a slash");
    const std::string again = written_again(path, dots);
    static_path second;
    expect(read_static_path(again, dots, second) == path_verdict::good, "it is refused again");
    expect_equal(path.below, second.below, "it means another");
    expect(path.folder == second.folder, "it became another kind");
    return verdict;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const path_verdict shown = read(bytes, dot_names::shown);
    const path_verdict hidden = read(bytes, dot_names::hidden);
    expect(shown != path_verdict::hidden, "hidden, though all is shown");
    expect((shown == path_verdict::malformed) == (hidden == path_verdict::malformed),
           "malformed for some only");
    return 0;
}
