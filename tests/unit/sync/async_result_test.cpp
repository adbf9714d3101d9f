// SPDX-License-Identifier: MIT
#include <grove/async_result.hpp>
#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;

TEST(async_result, get_returns_at_once_when_set) {
    grove::async_result<int> r;
    r.set(42);
    bool switched = false;
    auto other = grove::spawn([&] { switched = true; });
    EXPECT_EQ(r.get(), 42);
    EXPECT_FALSE(switched);
}

TEST(async_result, every_waiter_gets_the_value) {
    grove::async_result<std::string> r;
    auto a = grove::spawn([&] { return r.get(); });
    auto b = grove::spawn([&] { return r.get(); });
    grove::yield();
    r.set("both");
    EXPECT_EQ(a.get() + b.get(), "bothboth");
}

TEST(async_result, get_throws_the_error_that_was_set) {
    grove::async_result<int> r;
    auto g = grove::spawn([&] {
        try {
            return r.get();
        } catch (const std::runtime_error& e) {
            return e.what() == std::string("boom") ? -1 : -2;
        }
    });
    grove::yield();
    r.set_exception(std::make_exception_ptr(std::runtime_error("boom")));
    EXPECT_EQ(g.get(), -1);
}

TEST(async_result, wait_does_not_throw_the_error) {
    grove::async_result<int> r;
    r.set_exception(std::make_exception_ptr(std::runtime_error("boom")));
    EXPECT_TRUE(r.wait());
    EXPECT_TRUE(r.ready());
    EXPECT_FALSE(r.successful());
    EXPECT_NE(r.exception(), nullptr);
}

TEST(async_result, set_twice_overwrites) {
    grove::async_result<int> r;
    r.set(1);
    r.set(2);
    EXPECT_EQ(r.get(), 2);
}

TEST(async_result, a_value_overwrites_an_error) {
    grove::async_result<int> r;
    r.set_exception(std::make_exception_ptr(std::runtime_error("boom")));
    r.set(2);
    EXPECT_EQ(r.get(), 2);
    EXPECT_TRUE(r.successful());
}

TEST(async_result, get_throws_when_late) {
    grove::async_result<int> r;
    EXPECT_THROW(r.get(0ms), grove::timeout_expired);
}

TEST(async_result, copies_share_one_state) {
    std::optional<grove::async_result<int>> asker(std::in_place);
    grove::async_result<int> answerer = *asker;
    auto g = grove::spawn([mine = *asker]() mutable { return mine.get(); });
    asker.reset();
    grove::yield();
    answerer.set(7);
    EXPECT_EQ(g.get(), 7);
}

TEST(async_result, get_on_a_temporary_handle_copies) {
    grove::async_result<std::string> r;
    r.set("kept");
    const std::string& copy = grove::async_result<std::string>(r).get();
    EXPECT_EQ(copy, "kept");
    EXPECT_EQ(r.get(), "kept");
}

TEST(async_result, takes_move_only_values_out) {
    grove::async_result<std::unique_ptr<int>> r;
    r.set(std::make_unique<int>(5));
    EXPECT_EQ(*r.get(), 5);
    EXPECT_EQ(*r.take(), 5);
}

TEST(async_result, of_void_only_happens) {
    grove::async_result<void> r;
    EXPECT_FALSE(r.ready());
    r.set();
    r.get();
    EXPECT_TRUE(r.successful());
}

TEST(async_result, is_not_ready_when_made) {
    const grove::async_result<int> r;
    EXPECT_FALSE(r.ready());
    EXPECT_FALSE(r.successful());
    EXPECT_EQ(r.exception(), nullptr);
}

}  // namespace
