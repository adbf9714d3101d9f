// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/part_file.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

/// What the tests of part_file share: a temporary folder, bodies, and a disk that gets full.

namespace grove::cmd {

inline std::string make_body(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string body(size, '\0');
    std::ranges::generate(body, [&] { return static_cast<char>(random()); });
    return body;
}

inline std::span<const std::byte> bytes(std::string_view text) {
    return std::as_bytes(std::span(text));
}

class part_file_test : public testing::Test {
 protected:
    part_file_test() : folder(make_folder()) {}

    ~part_file_test() override { std::filesystem::remove_all(folder.path()); }

    static std::string make_folder() {
        std::string path = (std::filesystem::temp_directory_path() / "grove-part-XXXXXX").string();
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("mkdtemp " + path);
        return path;
    }

    std::unique_ptr<part_file> open(const std::string& name = "f") {
        return std::make_unique<part_file>(folder, name, options);
    }

    body_start start(std::optional<std::uint64_t> total = {}, const std::string& etag = "\"v1\"") {
        return {.url = "http://h/f", .total = total, .known = {.etag = etag}};
    }

    // An attempt that got `have` of `body` and was then given up.
    void leave_part(const std::string& body, std::size_t have) {
        const auto file = open();
        file->begin(start(body.size()));
        file->write(bytes(std::string_view(body).substr(0, have)));
        file->spill();
    }

    void put(const std::string& name, const std::string& text) {
        std::ofstream(std::filesystem::path(folder.path()) / name, std::ios::binary) << text;
    }

    std::string content(const std::string& name) {
        std::ifstream in(std::filesystem::path(folder.path()) / name, std::ios::binary);
        if (!in) return "(missing)";
        std::ostringstream text;
        text << in.rdbuf();
        return std::move(text).str();
    }

    std::vector<std::string> names() {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            if (!entry.is_directory()) {
                found.push_back(std::filesystem::relative(entry.path(), folder.path()).string());
            }
        }
        std::ranges::sort(found);
        return found;
    }

    using strings = std::vector<std::string>;

    output_folder folder;
    part_options options;
};

// Stands in for a full disk: writes beyond the limit fail with EFBIG.
class file_size_limit {
 public:
    explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit lower{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &lower);
    }

    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;

    ~file_size_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

 private:
    rlimit before_{};
    void (*handler_)(int);
};

}  // namespace grove::cmd
