// SPDX-License-Identifier: MIT
#include "core/stack.hpp"

#include "core/sanitizers.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace {

/// The way guards are made is chosen once a process: these tests need one of their own.
void run_death_tests_in_a_fresh_process() {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
}

#ifndef GROVE_ASAN  // which finds the overflow itself, and says so in its own words

/// Writes to every page below its frame for ever.
[[gnu::noinline]] int run_over(int depth) {
    volatile char frame[2048];
    frame[0] = static_cast<char>(depth);
    const int deeper = depth < 0 ? 0 : run_over(depth + 1);
    return deeper + frame[0];
}

TEST(stack, overflow_ends_the_process_with_a_message_naming_the_greenlet) {
    EXPECT_DEATH(grove::spawn({.name = "glutton"}, [] { return run_over(0); }).join(),
                 "stack overflow in glutton \\(64 KiB");
}

TEST(stack, overflow_of_an_unnamed_greenlet_names_its_number) {
    EXPECT_DEATH(grove::spawn([] { return run_over(0); }).join(), "stack overflow in Greenlet-1 ");
}

TEST(stack, overflow_is_found_where_guards_are_made_by_mprotect) {
    run_death_tests_in_a_fresh_process();
    EXPECT_DEATH(
        {
            ::setenv("GROVE_GUARD", "mprotect", 1);
            auto other = grove::spawn([] { grove::yield(); });
            grove::spawn({.name = "glutton"}, [] { return run_over(0); }).join();
        },
        "stack overflow in glutton");
}

TEST(stack, overflow_into_a_frame_larger_than_a_page_is_found) {
    EXPECT_DEATH(grove::spawn({.name = "leaper"},
                              [] {
                                  volatile char frame[64 * 1024 + 30 * 1024];
                                  asm volatile("" : : "r"(&frame[0]) : "memory");  // keeps it whole
                                  frame[0] = 1;
                                  return frame[0];
                              })
                     .join(),
                 "stack overflow in leaper");
}

TEST(stack, a_fault_elsewhere_is_no_overflow) {
    EXPECT_DEATH(grove::spawn([] { ::raise(SIGSEGV); }).join(),
                 testing::Not(testing::HasSubstr("stack overflow")));
}

#endif

TEST(stack, comes_in_four_sizes) {
    using grove::stack_size;
    grove::detail::stack_pool pool;
    for (const auto kind :
         {stack_size::kib_16, stack_size::kib_64, stack_size::kib_256, stack_size::mib_1}) {
        const auto made = pool.take(kind);
        EXPECT_EQ(made.size, grove::detail::usable_size(kind));
        EXPECT_LE(made.top, made.base + made.size);
        EXPECT_GT(made.top, made.base + made.size - 4096);
        std::fill(made.base, made.top, std::byte{1});  // all of it can be written to
    }
    EXPECT_EQ(pool.taken(), 4U);
}

TEST(stack, tops_are_staggered) {
    grove::detail::stack_pool pool;
    std::vector<std::ptrdiff_t> colours;
    for (int i = 0; i < 8; ++i) {
        const auto made = pool.take(grove::stack_size::kib_64);
        colours.push_back(made.base + made.size - made.top);
    }
    std::sort(colours.begin(), colours.end());
    EXPECT_EQ(std::unique(colours.begin(), colours.end()), colours.end());
}

TEST(stack, of_an_ended_greenlet_is_used_again) {
    grove::spawn([] {}).join();
    const std::size_t made = grove::hub::current().snapshot().contexts;
    for (int i = 0; i < 100; ++i) grove::spawn([] { grove::yield(); }).join();
    EXPECT_EQ(grove::hub::current().snapshot().contexts, made);
}

// --- a million parked greenlets ---

struct footprint {
    long resident = 0;
    long mappings = 0;
};

footprint measure() {
    std::ifstream statm("/proc/self/statm");
    long total = 0;
    long pages = 0;
    statm >> total >> pages;
    std::ifstream maps("/proc/self/maps");
    long mappings = 0;
    for (std::string line; std::getline(maps, line);) ++mappings;
    return {pages * 4096, mappings};
}

TEST(many_parked, a_million_cost_little_memory_and_few_mappings) {
#ifdef GROVE_ASAN
    constexpr long count = 20'000;  // its stacks are four times as large, and it keeps books
#else
    constexpr long count = 1'000'000;
#endif
    grove::event gate;
    long passed = 0;
    std::vector<grove::greenlet<void>> all;
    all.reserve(count);
    const footprint before = measure();
    for (long i = 0; i < count; ++i) {
        all.push_back(grove::spawn([&] {
            gate.wait();
            ++passed;
        }));
    }
    grove::yield();
#ifndef GROVE_ASAN
    const footprint after = measure();
    EXPECT_LE((after.resident - before.resident) / count, 4800);
    EXPECT_LE(after.mappings - before.mappings, 64);
#else
    static_cast<void>(before);
#endif
    gate.set();
    for (auto& g : all) g.join();
    EXPECT_EQ(passed, count);
}

TEST(many_parked, beyond_the_cap_of_mprotect_run_without_guards_and_say_so) {
    run_death_tests_in_a_fresh_process();
    EXPECT_EXIT(
        {
            ::setenv("GROVE_GUARD", "mprotect", 1);
            grove::event gate;
            std::vector<grove::greenlet<void>> all;
            for (int i = 0; i < 17'000; ++i) all.push_back(grove::spawn([&] { gate.wait(); }));
            grove::yield();
            gate.set();
            for (auto& g : all) g.join();
            all.clear();
            std::_Exit(0);
        },
        testing::ExitedWithCode(0), "greenlets beyond 16000 run without guard pages");
}

}  // namespace
