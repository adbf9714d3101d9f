// SPDX-License-Identifier: MIT
#include <grove/context_var.hpp>
#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

const grove::context_var<std::string> name;
const grove::context_var<int> number;

std::string seen() {
    return name.value_or("none");
}

TEST(context_var, is_unset_at_first) {
    EXPECT_EQ(name.get(), nullptr);
    EXPECT_EQ(number.value_or(7), 7);
}

TEST(context_var, is_set_to_the_end_of_the_scope) {
    {
        const auto scope = name.set("a");
        EXPECT_EQ(seen(), "a");
        {
            const auto inner = name.set("b");
            const auto other = number.set(1);
            EXPECT_EQ(seen(), "b");
            EXPECT_EQ(*number.get(), 1);
        }
        EXPECT_EQ(seen(), "a");
        EXPECT_EQ(number.get(), nullptr);
    }
    EXPECT_EQ(seen(), "none");
}

TEST(context_var, a_spawned_greenlet_sees_what_its_spawner_saw) {
    grove::greenlet<std::string> child;
    grove::greenlet<std::string> later;
    {
        const auto scope = name.set("parent");
        child = grove::spawn([] {
            return grove::spawn([] { return seen(); }).get();  // and so does its own child
        });
        later = grove::spawn_after(1ms, seen);
    }
    EXPECT_EQ(seen(), "none");
    EXPECT_EQ(child.get(), "parent");
    EXPECT_EQ(later.get(), "parent");
}

TEST(context_var, what_one_sets_later_the_other_does_not_see) {
    const auto scope = name.set("before");
    auto child = grove::spawn([] {
        const auto own = name.set("child");
        grove::yield();
        return seen();
    });
    const auto after = name.set("after");
    grove::yield();
    EXPECT_EQ(seen(), "after");
    EXPECT_EQ(child.get(), "child");
}

TEST(context_var, a_value_lives_as_long_as_somebody_sees_it) {
    const grove::context_var<std::shared_ptr<int>> shared;
    auto value = std::make_shared<int>(1);
    const std::weak_ptr<int> watched = value;
    grove::greenlet<void> child;
    {
        const auto scope = shared.set(std::move(value));
        child = grove::spawn([] {});
    }
    EXPECT_FALSE(watched.expired());
    child = {};
    EXPECT_TRUE(watched.expired());
}

TEST(context_var, another_thread_begins_with_none) {
    const auto scope = name.set("here");
    std::thread([] { EXPECT_EQ(seen(), "none"); }).join();
}

}  // namespace
