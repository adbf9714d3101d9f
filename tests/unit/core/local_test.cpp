// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/local.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using testing::ElementsAre;

TEST(local, each_greenlet_has_its_own) {
    const grove::local<int> x;
    auto first = grove::spawn([&] {
        *x = 1;
        grove::yield();
        return *x;
    });
    auto second = grove::spawn([&] {
        *x = 2;
        grove::yield();
        return *x;
    });
    EXPECT_EQ(first.get(), 1);
    EXPECT_EQ(second.get(), 2);
    EXPECT_EQ(*x, 0);
}

TEST(local, is_not_set_before_the_first_touch) {
    const grove::local<int> x;
    EXPECT_FALSE(x.is_set());
    *x = 1;
    EXPECT_TRUE(x.is_set());
    EXPECT_FALSE(grove::spawn([&] { return x.is_set(); }).get());
    x.reset();
    EXPECT_FALSE(x.is_set());
    EXPECT_EQ(*x, 0);
}

TEST(local, begins_as_its_maker_says) {
    const grove::local<std::string> id([] { return std::string("none"); });
    auto g = grove::spawn([&] {
        *id = "r-17";
        return *id;
    });
    EXPECT_EQ(g.get(), "r-17");
    EXPECT_EQ(*id, "none");
    EXPECT_EQ(id->size(), 4U);
}

TEST(local, values_are_destroyed_at_the_end_in_reverse_order_of_making) {
    struct noting {
        std::vector<int>* into = nullptr;
        int number = 0;
        noting() = default;
        noting(noting&&) = default;
        noting& operator=(noting&&) = default;

        ~noting() {
            if (into != nullptr) into->push_back(number);
        }
    };

    std::vector<int> destroyed;
    const grove::local<std::unique_ptr<noting>> a;
    const grove::local<std::unique_ptr<noting>> b;
    auto g = grove::spawn([&] {
        for (const auto* l : {&a, &b}) {
            **l = std::make_unique<noting>();
            (**l)->into = &destroyed;
            (**l)->number = l == &a ? 1 : 2;
        }
    });
    g.join();
    EXPECT_THAT(destroyed, ElementsAre(2, 1));  // though the handle still lives
}

TEST(local, values_go_with_a_killed_greenlet) {
    const auto held = std::make_shared<int>(1);
    const grove::local<std::shared_ptr<int>> x;
    auto g = grove::spawn([&] {
        *x = held;
        grove::sleep_until(grove::never);
    });
    grove::yield();
    EXPECT_EQ(held.use_count(), 2);
    g.kill();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(local, a_values_destructor_may_wait) {
    struct slow {
        bool* done = nullptr;
        slow() = default;

        slow(slow&& other) noexcept : done(std::exchange(other.done, nullptr)) {}

        slow& operator=(slow&& other) noexcept {
            std::swap(done, other.done);
            return *this;
        }

        ~slow() {
            if (done == nullptr) return;
            grove::yield();
            *done = true;
        }
    };

    bool done = false;
    const grove::local<slow> x;
    auto g = grove::spawn([&] { x->done = &done; });
    g.join();
    EXPECT_TRUE(done);
}

TEST(local, each_thread_has_its_own) {
    const grove::local<int> x;
    *x = 5;
    int there = -1;
    std::thread([&] { there = *x; }).join();
    EXPECT_EQ(there, 0);
}

}  // namespace
