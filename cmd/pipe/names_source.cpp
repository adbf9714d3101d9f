// SPDX-License-Identifier: MIT
#include "cmd/pipe/names_source.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/error.hpp>

#include <fmt/format.h>

#include <glob.h>
#include <sys/stat.h>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t most_items = 4096;  // of a block

bool is_there(const std::string& name) noexcept {
    struct stat seen {};

    return ::lstat(name.c_str(), &seen) == 0;
}

void add_matches(const std::string& pattern, std::vector<std::string>& to) {
    glob_t found{};
    const on_exit freed([&found] { ::globfree(&found); });
    const int failed = ::glob(pattern.c_str(), 0, nullptr, &found);
    if (failed == GLOB_NOMATCH)
        throw stage_failed(fmt::format("files: nothing is named {}", one_line(pattern)));
    if (failed != 0) throw_error(failed == GLOB_NOSPACE ? ENOMEM : EIO, "glob", pattern);
    for (const char* const name : std::span(found.gl_pathv, found.gl_pathc)) to.emplace_back(name);
}

class names_source final : public source {
 public:
    names_source(std::vector<std::string> words, char item_end, std::uint64_t skipped)
        : words_(std::move(words)), end_(item_end), skipped_(skipped) {}

    void run(block_queue& to) override {
        const std::vector<std::string> names = expand_names(words_, end_);
        block made;
        for (std::uint64_t at = skipped_; at < names.size(); ++at) {
            made.bytes += names[at];
            made.bytes += end_;
            ++made.items;
            if (made.items < most_items && at + 1 < names.size()) continue;
            made.through = at + 1;
            made.exact = true;
            to.put(std::exchange(made, {}));
        }
    }

 private:
    std::vector<std::string> words_;
    char end_;
    std::uint64_t skipped_;
};

}  // namespace

std::vector<std::string> expand_names(const std::vector<std::string>& words, char item_end) {
    std::vector<std::string> names;
    for (const std::string& word : words) {
        if (is_there(word))
            names.push_back(word);
        else
            add_matches(word, names);
    }
    for (const std::string& name : names) {
        if (name.find(item_end) != std::string::npos)
            throw stage_failed(
                fmt::format("files: the name {} holds a line feed: with -0 items "
                            "end in NUL",
                            one_line(name)));
    }
    return names;
}

std::unique_ptr<source> make_names_source(std::vector<std::string> words, char item_end,
                                          std::uint64_t skipped) {
    return std::make_unique<names_source>(std::move(words), item_end, skipped);
}

}  // namespace grove::cmd
