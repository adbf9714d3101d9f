// SPDX-License-Identifier: MIT
#include "cmd/pipe/file_roles.hpp"

#include "cmd/common/named_file.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/file_sink.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <filesystem>
#include <variant>
#include <vector>

namespace grove::cmd {
namespace {

struct file_role {
    std::string name;  ///< as people wrote it
    std::string path;
    bool is_written;
};

using file_roles = std::vector<file_role>;

void add(file_roles& to, const std::string& word, const std::string& path, bool is_written) {
    if (!path.empty() && !is_written_through(path))
        to.push_back({word + ' ' + path, path, is_written});
}

file_roles roles_of(const pipe_options& options, const pipe_plan& plan) {
    file_roles made;
    const source_plan& from = plan.source;
    for (const std::string& input : options.inputs) {
        if (input != "-") add(made, "-i", input, false);
    }
    if (from.is_input() && (options.inputs.empty() || options.inputs.front() == "-"))
        made.push_back({"stdin", "/dev/stdin", false});
    if (from.uri && from.uri->scheme == target_scheme::file)
        add(made, "the source", from.uri->resource, false);
    add(made, "--dead", options.dead_file, true);
    add(made, "--journal", options.journal, true);
    for (const stage_plan& each : plan.stages) {
        if (const auto* const of = std::get_if<each_options>(&each))
            add(made, "--joblog", of->joblog, true);
    }
    if (plan.sink.what == sink_plan::kind::file && !is_written_through(plan.sink.path)) {
        add(made, "file", plan.sink.path, true);
        made.push_back({"the part of file " + plan.sink.path, part_of(plan.sink.path), true});
    }
    return made;
}

bool is_one_file(const std::string& a, const std::string& b) {
    const auto first = identity_of(a);
    const auto second = identity_of(b);
    if (first || second) {
        struct stat seen {};

        // A device takes what several write to it.
        return first == second && ::stat(a.c_str(), &seen) == 0 && S_ISREG(seen.st_mode);
    }
    std::error_code wrong;
    const auto one = std::filesystem::weakly_canonical(a, wrong);
    const auto other = std::filesystem::weakly_canonical(b, wrong);
    return !wrong && one == other;
}

}  // namespace

std::optional<std::string> shared_file(const pipe_options& options, const pipe_plan& plan) {
    const file_roles roles = roles_of(options, plan);
    for (auto first = roles.begin(); first != roles.end(); ++first) {
        for (auto second = first + 1; second != roles.end(); ++second) {
            if (!first->is_written && !second->is_written) continue;
            if (!is_one_file(first->path, second->path)) continue;
            return fmt::format(
                "{} and {} are one file, which the run would write over: give each "
                "a file of its own",
                first->name, second->name);
        }
    }
    return std::nullopt;
}

}  // namespace grove::cmd
