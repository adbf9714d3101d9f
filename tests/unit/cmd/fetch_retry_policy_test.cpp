// SPDX-License-Identifier: MIT
#include "cmd/fetch/retry_policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using action = retry_step::action;

failure failed(failure_class kind, int status = 0) {
    return {.kind = kind, .status = status};
}

const failure reset = failed(failure_class::reset);
const failure not_found = failed(failure_class::status, 404);
const failure unavailable = failed(failure_class::status, 503);

class fetch_retry_policy : public testing::Test {
 protected:
    retry_step after(retry_state& state, const failure& why, std::string_view method = "GET",
                     std::optional<duration> retry_after = std::nullopt) {
        return policy.after(state, why, method, retry_after, random);
    }

    std::mt19937_64 random{99};
    retry_policy policy{{.retries = 2, .base = 1s, .cap = 10s}};
};

TEST(fetch_failure, the_listed_statuses_are_retried_and_no_others) {
    std::set<int> retried;
    for (int status = 100; status < 600; ++status) {
        if (is_retryable_status(status)) retried.insert(status);
    }
    EXPECT_EQ(retried, (std::set<int>{408, 425, 429, 500, 502, 503, 504}));
}

TEST(fetch_failure, broken_transfers_are_transient_and_wrong_requests_are_not) {
    for (const auto kind : {failure_class::dns, failure_class::connect, failure_class::timeout,
                            failure_class::stall, failure_class::reset, failure_class::truncated}) {
        EXPECT_TRUE(is_transient(failed(kind))) << to_string(kind);
    }
    for (const auto kind :
         {failure_class::url, failure_class::no_name, failure_class::tls, failure_class::protocol,
          failure_class::redirect, failure_class::size, failure_class::digest,
          failure_class::expect, failure_class::file, failure_class::stopped}) {
        EXPECT_FALSE(is_transient(failed(kind))) << to_string(kind);
    }
    EXPECT_TRUE(is_transient(unavailable));
    EXPECT_FALSE(is_transient(not_found));
}

TEST(fetch_failure, every_class_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (int kind = 0; kind <= static_cast<int>(failure_class::stopped); ++kind) {
        EXPECT_TRUE(names.insert(to_string(static_cast<failure_class>(kind))).second) << kind;
    }
}

TEST(fetch_failure, methods_are_idempotent_as_the_standard_says) {
    for (const auto* method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
        EXPECT_TRUE(is_idempotent(method)) << method;
    }
    for (const auto* method : {"POST", "PATCH", "CONNECT", "get", ""}) {
        EXPECT_FALSE(is_idempotent(method)) << method;
    }
}

TEST_F(fetch_retry_policy, a_transient_failure_is_tried_again_until_the_retries_are_used) {
    retry_state state;
    EXPECT_EQ(after(state, reset).what, action::later);
    EXPECT_EQ(after(state, reset).what, action::later);
    EXPECT_EQ(after(state, reset).what, action::give_up);
    EXPECT_EQ(state.failures(), 3U);
}

TEST_F(fetch_retry_policy, a_final_failure_gives_up_at_once) {
    retry_state state;
    EXPECT_EQ(after(state, not_found).what, action::give_up);
}

TEST_F(fetch_retry_policy, mirrors_come_next_without_a_wait) {
    retry_state state(3);
    EXPECT_EQ(after(state, reset).what, action::now);
    EXPECT_EQ(state.source(), 1U);
    EXPECT_EQ(after(state, reset).what, action::now);
    EXPECT_EQ(state.source(), 2U);
    EXPECT_EQ(after(state, reset).what, action::later);
    EXPECT_EQ(state.source(), 0U);
    EXPECT_EQ(state.round(), 1U);
}

TEST_F(fetch_retry_policy, a_source_that_failed_for_good_is_not_asked_again) {
    retry_state state(3);
    (void)after(state, not_found);
    (void)after(state, reset);
    EXPECT_EQ(after(state, not_found).what, action::later);
    EXPECT_EQ(state.source(), 1U);
    EXPECT_EQ(after(state, not_found).what, action::give_up);
}

TEST_F(fetch_retry_policy, a_wrong_digest_asks_a_mirror_but_not_the_same_source) {
    retry_state state(2);
    EXPECT_EQ(after(state, failed(failure_class::digest)).what, action::now);
    EXPECT_EQ(state.source(), 1U);
    EXPECT_EQ(after(state, failed(failure_class::digest)).what, action::give_up);
}

TEST_F(fetch_retry_policy, local_failures_ask_no_mirror) {
    for (const auto kind : {failure_class::file, failure_class::stopped, failure_class::expect}) {
        retry_state state(2);
        EXPECT_EQ(after(state, failed(kind)).what, action::give_up) << to_string(kind);
    }
}

TEST_F(fetch_retry_policy, a_post_is_sent_once) {
    retry_state state(2);
    EXPECT_EQ(after(state, reset, "POST").what, action::give_up);
    EXPECT_EQ(after(state, unavailable, "POST").what, action::give_up);
}

TEST_F(fetch_retry_policy, a_post_that_was_not_sent_is_tried_again) {
    retry_state state;
    EXPECT_EQ(after(state, failed(failure_class::connect), "POST").what, action::later);
}

TEST_F(fetch_retry_policy, all_methods_may_be_allowed) {
    policy = retry_policy({.methods = retry_methods::all});
    retry_state state;
    EXPECT_EQ(after(state, reset, "POST").what, action::later);
}

TEST_F(fetch_retry_policy, the_wait_is_never_below_retry_after) {
    for (int i = 0; i < 100; ++i) {
        retry_state state;
        EXPECT_GE(after(state, unavailable, "GET", 7s).wait, 7s);
    }
}

TEST_F(fetch_retry_policy, retry_after_of_one_mirror_does_not_hold_another) {
    retry_state state(2);
    (void)after(state, unavailable, "GET", 1h);
    const auto step = after(state, unavailable, "GET", 1h);
    EXPECT_EQ(step.what, action::later);
    EXPECT_LE(step.wait, 1s);
}

TEST_F(fetch_retry_policy, backoff_has_full_jitter_below_a_doubling_ceiling) {
    for (unsigned round = 1; round <= 70; ++round) {
        const auto ceiling = round > 4 ? duration(10s) : duration(1s) * (1 << (round - 1));
        duration least = 1h;
        duration most = 0s;
        for (int i = 0; i < 500; ++i) {
            const auto wait = policy.backoff(round, random);
            least = std::min(least, wait);
            most = std::max(most, wait);
        }
        EXPECT_GE(least, 0s);
        EXPECT_LE(most, ceiling);
        EXPECT_LT(least, ceiling / 20);
        EXPECT_GT(most, ceiling * 19 / 20);
    }
}

TEST_F(fetch_retry_policy, a_seed_replays_the_same_waits) {
    std::mt19937_64 one(3);
    std::mt19937_64 other(3);
    for (unsigned round = 1; round < 20; ++round) {
        EXPECT_EQ(policy.backoff(round, one), policy.backoff(round, other));
    }
}

TEST_F(fetch_retry_policy, a_base_of_zero_does_not_wait) {
    EXPECT_EQ(retry_policy({.base = 0s}).backoff(5, random), 0s);
}

}  // namespace
}  // namespace grove::cmd
