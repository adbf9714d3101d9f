// SPDX-License-Identifier: MIT
#include "cmd/common/junit.hpp"

#include "cmd/common/html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace grove::cmd {
namespace {

double seconds(duration time) noexcept {
    return std::chrono::duration<double>(time).count();
}

std::string xml_lines(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        made += html_text(text.substr(0, end));
        if (end < text.size()) made += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

}  // namespace

std::string junit_report(std::string_view suite, duration time,
                         const std::vector<junit_case>& cases) {
    const auto failures =
        std::ranges::count_if(cases, [](const junit_case& one) { return one.failure.has_value(); });
    const auto skipped =
        std::ranges::count_if(cases, [](const junit_case& one) { return one.skipped.has_value(); });
    const std::string name = html_text(suite);
    std::string made = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" "
        "time=\"{:.3f}\">\n",
        name, cases.size(), failures, skipped, seconds(time));
    for (const junit_case& one : cases) {
        made += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"", name,
                            html_text(one.name), seconds(one.time));
        if (one.failure) {
            made += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                                html_text(*one.failure), xml_lines(one.details));
        } else if (one.skipped) {
            made += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                                html_text(*one.skipped));
        } else {
            made += "/>\n";
        }
    }
    return made + "  </testsuite>\n</testsuites>\n";
}

}  // namespace grove::cmd
