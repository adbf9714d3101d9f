// SPDX-License-Identifier: MIT
#include "tests/support/static_site.hpp"
#include "tests/unit/io/connected.hpp"

#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/static_files.hpp>
#include <grove/thread_pool.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using grove::static_answer;
using grove::static_files;
using grove::static_request;
using grove_test::ask;
using grove_test::busy_pool;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::long_ago;
using grove_test::seen_answer;
using grove_test::set_changed;
using grove_test::site_area;

std::string etag(static_files& site, std::string_view target) {
    return ask(site, target).find("ETag").value_or("");
}

void replace(const site_area& area, const std::string& name, const std::string& content) {
    area.file(name + ".new", content);
    std::filesystem::rename(area.path(name + ".new"), area.path(name));
}

class cached_files : public testing::TestWithParam<std::size_t> {
 protected:
    void SetUp() override { area_.file("a", "first"); }

    [[nodiscard]] grove::static_files_options options() const { return {.small_file = GetParam()}; }

    grove::simulation world_;
    site_area area_;
};

INSTANTIATE_TEST_SUITE_P(kept, cached_files, testing::Values(0, 100),
                         [](const auto& one) { return one.param == 0 ? "open" : "whole"; });

TEST_P(cached_files, what_is_replaced_is_seen_once_its_time_is_over) {
    static_files site(area_.root(), options());
    const std::string before = etag(site, "/a");
    replace(area_, "a", "other");
    grove::sleep_for(999ms);
    EXPECT_EQ(ask(site, "/a").body, "first");
    EXPECT_EQ(etag(site, "/a"), before);
    grove::sleep_for(1ms);
    EXPECT_EQ(ask(site, "/a").body, "other");
    EXPECT_NE(etag(site, "/a"), before);
}

TEST_P(cached_files, what_is_written_to_is_seen_too) {
    static_files site(area_.root(), options());
    const std::string before = etag(site, "/a");
    area_.file("a", "first and more");
    set_changed(area_.path("a"), long_ago + 1);
    grove::sleep_for(1s);
    EXPECT_EQ(ask(site, "/a").body, "first and more");
    EXPECT_NE(etag(site, "/a"), before);
}

TEST_P(cached_files, what_is_the_same_keeps_its_tag) {
    static_files site(area_.root(), options());
    const std::string before = etag(site, "/a");
    grove::sleep_for(5s);
    EXPECT_EQ(etag(site, "/a"), before);
}

TEST_P(cached_files, what_is_removed_is_gone_and_comes_again) {
    static_files site(area_.root(), options());
    EXPECT_EQ(ask(site, "/a").status, 200U);
    std::filesystem::remove(area_.path("a"));
    EXPECT_EQ(ask(site, "/a").status, 200U);
    grove::sleep_for(1s);
    EXPECT_EQ(ask(site, "/a").status, 404U);
    area_.file("a", "again");
    EXPECT_EQ(ask(site, "/a").body, "again");  // what is not there is not kept
}

TEST_P(cached_files, an_answer_outlives_the_file_and_the_site) {
    static_answer answer;
    {
        static_files site(area_.root(), options());
        answer = site.answer({.method = "GET", .target = "/a"});
        replace(area_, "a", "other");
        grove::sleep_for(1s);
        EXPECT_EQ(ask(site, "/a").body, "other");
    }
    EXPECT_EQ(grove_test::see(answer).body, "first");
    EXPECT_EQ(grove_test::see(answer).find("Content-Type"), "application/octet-stream");
}

TEST_P(cached_files, zero_time_looks_each_time) {
    grove::static_files_options each = options();
    each.valid = 0s;
    static_files site(area_.root(), each);
    EXPECT_EQ(ask(site, "/a").body, "first");
    replace(area_, "a", "other");
    EXPECT_EQ(ask(site, "/a").body, "other");
}

TEST_P(cached_files, an_index_that_comes_later_is_seen) {
    static_files site(area_.root(), options());
    EXPECT_NE(ask(site, "/").body.find("<table>"), std::string::npos);
    area_.file("index.html", "index");
    EXPECT_EQ(ask(site, "/").body, "index");
}

TEST(static_files_cache, keeps_no_more_descriptors_than_allowed) {
    const site_area area;
    for (int i = 0; i < 20; ++i) area.file(std::to_string(i), "content");
    static_files site(area.root(), {.most_open = 4, .small_file = 0});
    const auto open_ones = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    grove::thread_pool::shared().run([] {});  // what the hub opens for it stays open
    const auto before = open_ones();
    for (int round = 0; round < 2; ++round)
        for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(site, '/' + std::to_string(i)).body, "content");
    EXPECT_EQ(open_ones(), before + 4);
}

/// A folder is read in a thread of the pool; so is what the kernel's cache of names does not hold.
class cold_files : public testing::Test {
 protected:
    cold_files() { area_.file("a", "content"); }

    site_area area_;
};

TEST_F(cold_files, a_listing_waits_for_the_pool_and_lets_others_run) {
    static_files site(area_.root(), {.valid = 0s});
    EXPECT_EQ(ask(site, "/a").status, 200U);
    busy_pool pool;
    unsigned status = 0;
    auto listing = grove::spawn([&] { status = ask(site, "/").status; });
    let_it_park(listing);
    EXPECT_EQ(status, 0U);
    EXPECT_EQ(ask(site, "/a").status, 200U);  // the kernel has it in its cache
    pool.end();
    listing.join();
    EXPECT_EQ(status, 200U);
}

TEST_F(cold_files, a_listing_that_is_late_is_told) {
    static_files site(area_.root());
    busy_pool pool;
    EXPECT_EQ(
        failure([&] { static_cast<void>(site.answer({.method = "GET", .target = "/"}, 1ms)); }),
        std::errc::timed_out);
}

TEST_F(cold_files, a_listing_that_is_killed_leaves_the_site_as_it_was) {
    static_files site(area_.root());
    busy_pool pool;
    auto listing = grove::spawn([&] { static_cast<void>(ask(site, "/")); });
    let_it_park(listing);
    listing.kill();
    pool.end();
    EXPECT_EQ(ask(site, "/").status, 200U);
}

}  // namespace
