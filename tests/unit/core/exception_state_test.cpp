// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/simulation.hpp>
#include <grove/timeout.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

// Each greenlet has its own exceptions: those it has caught, and those it unwinds by. The C++
// runtime keeps them a thread; a switch inside `catch` or inside a destructor must not mix them up.

namespace {

/// Yields inside `catch` several times, then rethrows; what it sees must be its own all along.
void yield_inside_catch(const std::string& mine, int depth) {
    const std::exception_ptr outside = std::current_exception();
    try {
        throw std::runtime_error(mine);
    } catch (const std::runtime_error& e) {
        for (int i = 0; i < 5; ++i) {
            grove::yield();
            ASSERT_EQ(std::uncaught_exceptions(), 0);
            ASSERT_EQ(e.what(), mine);
            try {
                std::rethrow_exception(std::current_exception());
            } catch (const std::runtime_error& again) {
                ASSERT_EQ(again.what(), mine);
            }
        }
        if (depth > 0) yield_inside_catch(mine + "/" + std::to_string(depth), depth - 1);
        grove::yield();
        ASSERT_EQ(e.what(), mine);
        try {
            throw;
        } catch (const std::runtime_error& same) {
            ASSERT_EQ(same.what(), mine);
        }
    }
    ASSERT_EQ(std::current_exception(), outside);
}

TEST(exception_state, of_three_greenlets_that_yield_inside_catch_stays_apart) {
    std::vector<grove::greenlet<void>> all;
    for (const char* name : {"a", "b", "c"})
        all.push_back(grove::spawn([name] { yield_inside_catch(name, 3); }));
    grove::join_all(all);
    EXPECT_EQ(std::current_exception(), nullptr);
}

/// Counts what is thrown at each of its yields while its scope is unwound.
struct yielding_destructor {
    int expected;

    ~yielding_destructor() {
        for (int i = 0; i < 4; ++i) {
            EXPECT_EQ(std::uncaught_exceptions(), expected);
            grove::yield();
        }
    }
};

void unwind_with_yields(int number) {
    try {
        const yielding_destructor outer{1};
        try {
            const yielding_destructor inner{1};
            throw number;
        } catch (const int& n) {
            EXPECT_EQ(n, number);
            grove::yield();
            throw;
        }
    } catch (const int& n) {
        EXPECT_EQ(n, number);
    }
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST(exception_state, of_three_greenlets_whose_destructors_yield_while_unwinding_stays_apart) {
    std::vector<grove::greenlet<void>> all;
    for (int i = 0; i < 3; ++i) all.push_back(grove::spawn([i] { unwind_with_yields(i); }));
    // One that throws nothing must see nothing.
    auto calm = grove::spawn([] {
        for (int i = 0; i < 30; ++i) {
            ASSERT_EQ(std::uncaught_exceptions(), 0);
            ASSERT_EQ(std::current_exception(), nullptr);
            grove::yield();
        }
    });
    grove::join_all(all);
    calm.join();
}

TEST(exception_state, of_catch_unwind_and_rethrow_interleaved_in_every_order_stays_apart) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const grove::simulation world({.seed = seed});
        std::vector<grove::greenlet<void>> all;
        all.push_back(grove::spawn([] { yield_inside_catch("first", 2); }));
        all.push_back(grove::spawn([] { unwind_with_yields(7); }));
        all.push_back(grove::spawn([] {
            yield_inside_catch("third", 1);
            unwind_with_yields(8);
        }));
        grove::join_all(all);
        ASSERT_FALSE(testing::Test::HasFailure()) << "with seed " << seed;
    }
}

TEST(exception_state, of_a_catch_survives_spawning_and_joining_in_it) {
    try {
        throw std::runtime_error("mine");
    } catch (const std::runtime_error& e) {
        auto g = grove::spawn([] {
            EXPECT_EQ(std::current_exception(), nullptr);
            yield_inside_catch("theirs", 0);
        });
        g.join();
        EXPECT_STREQ(e.what(), "mine");
        EXPECT_NE(std::current_exception(), nullptr);
    }
}

TEST(exception_state, of_a_greenlet_killed_inside_catch_ends_well) {
    auto g = grove::spawn([] {
        try {
            throw std::runtime_error("x");
        } catch (const std::runtime_error&) {
            grove::sleep_until(grove::never);
        }
    });
    grove::yield();
    EXPECT_TRUE(g.kill());
    EXPECT_TRUE(g.killed());
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
}

}  // namespace
