// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/folder_news.hpp"
#include "cmd/poll/probe/local_probes.hpp"

#include <grove/file.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_text = std::size_t{1} << 20;

class one_file final : public probe {
 public:
    one_file(std::string path, probe_expectations expected)
        : path_(std::move(path)), expected_(std::move(expected)) {}

    probe_result attempt(deadline /*until*/) override {
        const deadline begun = deadline::now();
        probe_result got;

        struct stat there {};

        if (::stat(path_.c_str(), &there) != 0) {
            got.what = errno == ENOENT ? "no such file" : std::generic_category().message(errno);
        } else {
            got.good = true;
            got.what = "it exists";
            got.answered = true;
            judge(static_cast<std::uint64_t>(there.st_size), begun, got);
        }
        got.times.total = deadline::now() - begun;
        return got;
    }

    /// Without its folder there is nothing to watch yet.
    [[nodiscard]] probe_distance distance() const noexcept override {
        return news_.watches() ? probe_distance::told : probe_distance::near;
    }

    void on_news(std::function<void()> hurry) override { news_.begin(path_, std::move(hurry)); }

 private:
    void judge(std::uint64_t size, deadline begun, probe_result& into) const {
        std::string text;
        probe_sight seen{};
        if (expected_.mention("body") || expected_.mention("json")) {
            try {
                text = read_file(path_, longest_text);
            } catch (const std::system_error& e) {
                into.good = false;
                into.what = e.code().message();
                return;
            }
            seen.body = text;
        }
        seen.size = size;
        into.times.total = deadline::now() - begun;
        seen.times = &into.times;
        expected_.judge(seen, into);
    }

    std::string path_;
    probe_expectations expected_;
    folder_news news_;
};

}  // namespace

std::unique_ptr<probe> file_probe(std::string path, probe_expectations expected) {
    return std::make_unique<one_file>(std::move(path), std::move(expected));
}

}  // namespace grove::cmd
