// SPDX-License-Identifier: MIT
#include "net/file_cache.hpp"

#include "tests/unit/io/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace {

using namespace std::chrono_literals;
using grove::deadline;
using grove::http::file_cache;
using grove::http::found_file;
using grove::http::served_file;
using grove::http::served_set;

std::shared_ptr<const served_file> kept_content(std::size_t size) {
    found_file file;
    file.about.st_size = static_cast<off_t>(size);
    file.content = std::string(size, 'x');
    return std::make_shared<const served_file>(std::move(file), grove::http::served_as{"text/x"},
                                               std::chrono::system_clock::now());
}

std::shared_ptr<const served_file> kept_open() {
    found_file file;
    file.fd = grove::detail::unique_fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    return std::make_shared<const served_file>(std::move(file), grove::http::served_as{"text/x"},
                                               std::chrono::system_clock::now());
}

constexpr deadline at(grove::duration since_start) {
    return deadline::at(since_start);
}

TEST(file_cache, gives_back_what_was_kept) {
    file_cache cache({.files = 2, .content = 100});
    EXPECT_EQ(cache.find("a"), nullptr);
    const served_set one{kept_content(1), nullptr, nullptr};
    cache.keep("a", one, at(1s));
    ASSERT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find("a")->plain, one.plain);
    const served_set other{kept_content(2), nullptr, nullptr};
    cache.keep("a", other, at(1s));
    EXPECT_EQ(cache.find("a")->plain, other.plain);
    EXPECT_EQ(cache.files(), 1U);
    cache.drop("a");
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.files(), 0U);
}

TEST(file_cache, is_valid_until_its_time) {
    file_cache cache({.files = 2, .content = 100});
    cache.keep("a", {kept_content(1), nullptr, nullptr}, at(2s));
    EXPECT_NE(cache.find_valid("a", at(1s)), nullptr);
    EXPECT_EQ(cache.find_valid("a", at(2s)), nullptr);
    EXPECT_NE(cache.find("a"), nullptr);
}

TEST(file_cache, what_was_used_least_recently_goes) {
    file_cache cache({.files = 2, .content = 100});
    for (const char* key : {"a", "b"}) cache.keep(key, {kept_content(1), nullptr, nullptr}, at(1s));
    EXPECT_NE(cache.find("a"), nullptr);
    cache.keep("c", {kept_content(1), nullptr, nullptr}, at(1s));
    EXPECT_NE(cache.find("a"), nullptr);
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_NE(cache.find("c"), nullptr);
}

TEST(file_cache, is_bounded_in_bytes) {
    file_cache cache({.files = 100, .content = 10});
    cache.keep("a", {kept_content(6), kept_content(2), nullptr}, at(1s));
    EXPECT_EQ(cache.content(), 8U);
    cache.keep("b", {kept_content(2), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.content(), 10U);
    cache.keep("c", {kept_content(1), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.content(), 3U);
    cache.keep("d", {kept_content(11), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.find("d"), nullptr);
    EXPECT_NE(cache.find("c"), nullptr);
}

TEST(file_cache, is_bounded_in_descriptors) {
    file_cache cache({.files = 100, .descriptors = 3, .content = 10});
    cache.keep("a", {kept_open(), nullptr, kept_open()}, at(1s));
    cache.keep("b", {kept_open(), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.descriptors(), 3U);
    cache.keep("c", {kept_content(1), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.files(), 3U);
    cache.keep("d", {kept_open(), nullptr, nullptr}, at(1s));
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.descriptors(), 2U);
    cache.clear();
    EXPECT_EQ(cache.descriptors(), 0U);
    EXPECT_EQ(cache.content(), 0U);
}

TEST(file_cache, what_is_in_use_outlives_its_place) {
    file_cache cache({.files = 1, .content = 10});
    std::optional<served_set> in_use;
    cache.keep("a", {kept_content(1), nullptr, nullptr}, at(1s));
    in_use = *cache.find("a");
    cache.clear();
    EXPECT_EQ(in_use->plain->content(), "x");
}

}  // namespace
