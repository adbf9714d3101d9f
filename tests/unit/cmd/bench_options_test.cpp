// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_options.hpp"

#include "cmd/common/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using grove::cmd::bench_options;
using grove::cmd::load_stage;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Options as if typed.
class asked {
 public:
    asked(std::initializer_list<std::pair<const char*, const char*>> words) {
        describe(options_, table_);
        for (const auto& [name, value] : words) {
            const auto wrong = table_.find(name)->set(value);
            EXPECT_FALSE(wrong.has_value()) << name << ": " << wrong->what;
        }
    }

    [[nodiscard]] std::string problem() const { return validate(options_).value_or(""); }

    const bench_options* operator->() const { return &options_; }

    const bench_options& operator*() const { return options_; }

 private:
    bench_options options_;
    grove::cmd::option_table table_;
};

TEST(bench_options, alone_mean_ten_seconds) {
    const asked a{{"url", ":80"}};
    EXPECT_THAT(a.problem(), IsEmpty());
    EXPECT_EQ(length_of(*a), grove::duration(10s));
    EXPECT_FALSE(is_open(*a));
    EXPECT_THAT(stages_of(*a), IsEmpty());
}

TEST(bench_options, with_a_number_end_by_it) {
    EXPECT_FALSE(length_of(*asked{{"url", ":80"}, {"requests", "10"}}).has_value());
    EXPECT_EQ(length_of(*asked{{"url", ":80"}, {"requests", "10"}, {"duration", "2s"}}), 2s);
}

TEST(bench_options, with_a_rate_are_one_stage_after_the_warm_up) {
    const asked a{{"url", ":80"}, {"rate", "50/s"}, {"warm-up", "1s"}, {"duration", "4s"}};
    EXPECT_THAT(stages_of(*a), ElementsAre(load_stage{1s, {50}, {50}}, load_stage{4s, {50}, {50}}));
    EXPECT_TRUE(is_open(*a));
}

TEST(bench_options, with_stages_last_as_long_as_those) {
    const asked a{{"url", ":80"}, {"stages", "1s:5/s..9/s,2s:9/s"}, {"warm-up", "1s"}};
    EXPECT_EQ(length_of(*a), grove::duration(3s));
    EXPECT_THAT(stages_of(*a), ElementsAre(load_stage{1s, {5}, {5}}, load_stage{1s, {5}, {9}},
                                           load_stage{2s, {9}, {9}}));
}

TEST(bench_options, that_contradict_each_other_are_refused) {
    EXPECT_THAT(asked{}.problem(), HasSubstr("no URL"));
    EXPECT_THAT((asked{{"url", ":80"}, {"rate", "5/s"}, {"stages", "1s:5/s"}}.problem()),
                HasSubstr("exclude each other"));
    EXPECT_THAT((asked{{"url", ":80"}, {"duration", "5s"}, {"stages", "1s:5/s"}}.problem()),
                HasSubstr("drop -n and -z"));
    EXPECT_THAT((asked{{"url", ":80"}, {"arrivals", "poisson"}}.problem()),
                HasSubstr("needs --rate"));
    EXPECT_THAT((asked{{"url", ":80"}, {"threads", "3"}, {"connections", "2"}}.problem()),
                HasSubstr("each thread needs a connection"));
    EXPECT_THAT((asked{{"url", ":80"}, {"cookie", "jar.txt"}}.problem()), HasSubstr("NAME=VALUE"));
}

TEST(bench_options, take_a_time_given_as_data_for_what_it_is) {
    EXPECT_THAT((asked{{"url", ":80"}, {"data", "30s"}}.problem()), HasSubstr("use -z 30s"));
    EXPECT_THAT((asked{{"url", ":80"}, {"data-raw", "30s"}}.problem()), IsEmpty());
    EXPECT_THAT((asked{{"url", ":80"}, {"data", "a=1"}}.problem()), IsEmpty());
}

TEST(bench_options, save_and_compare_mean_five_runs) {
    EXPECT_EQ(runs_of(*asked{{"url", ":80"}}), 1U);
    EXPECT_EQ(runs_of(*asked{{"url", ":80"}, {"save", "f"}}), 5U);
    EXPECT_EQ(runs_of(*asked{{"url", ":80"}, {"compare", "f"}}), 5U);
    EXPECT_EQ(runs_of(*asked{{"url", ":80"}, {"save", "f"}, {"repeat", "9"}}), 9U);
}

TEST(bench_options, compare_with_a_server_or_a_file) {
    for (const char* server : {":81/", "http://a/b", "tcp://a:1"})
        EXPECT_TRUE(compares_servers(*asked{{"url", ":80"}, {"compare", server}})) << server;
    for (const char* file : {"base.json", "./a:b", "/tmp/x"})
        EXPECT_FALSE(compares_servers(*asked{{"url", ":80"}, {"compare", file}})) << file;
}

TEST(bench_options, that_compare_with_a_file_overlook_more) {
    EXPECT_EQ(tolerance_of(*asked{{"url", ":80"}, {"compare", ":81"}}).percent, 1);
    EXPECT_EQ(tolerance_of(*asked{{"url", ":80"}, {"compare", "f"}}).percent, 5);
    EXPECT_EQ(tolerance_of(*asked{{"url", ":80"}, {"compare", "f"}, {"tolerance", "0%"}}).percent,
              0);
}

TEST(bench_options, that_compare_too_little_are_refused) {
    EXPECT_THAT((asked{{"url", ":80"}, {"compare", "f"}, {"repeat", "4"}}.problem()),
                HasSubstr("rests on 5 runs a side"));
    EXPECT_THAT((asked{{"url", ":80"}, {"append", "true"}}.problem()), HasSubstr("--save"));
    EXPECT_THAT(
        (asked{{"url", ":80"}, {"save", "f"}, {"append", "true"}, {"compare", "f"}, {"repeat", "1"}}
             .problem()),
        IsEmpty());
    EXPECT_THAT(
        (asked{{"url", ":80"}, {"save", "f"}, {"append", "true"}, {"compare", ":81"}}.problem()),
        HasSubstr("--append"));
}

}  // namespace
