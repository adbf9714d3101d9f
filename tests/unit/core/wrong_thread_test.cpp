// SPDX-License-Identifier: MIT
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gtest/gtest.h>

#include <pthread.h>

#include <thread>
#include <utility>

namespace {

/// Calls `use` on another thread, named "stranger", while a greenlet named "mine" is parked.
template <class F>
void use_elsewhere(F use) {
    ::pthread_setname_np(::pthread_self(), "owner");
    grove::event never_set;
    auto mine = grove::spawn({.name = "mine"}, [&] { never_set.wait(); });
    grove::yield();
    std::thread([&] {
        ::pthread_setname_np(::pthread_self(), "stranger");
        use(mine, never_set);
    }).join();
}

constexpr const char* names_both =
    "mine of thread [0-9]+ \\(owner\\) was used on thread [0-9]+ \\(stranger\\)";

class wrong_thread : public testing::Test {
 protected:
    // A fork has no second thread: each runs in a fresh process.
    wrong_thread() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST_F(wrong_thread, that_joins_a_greenlet_is_told_whose_it_is) {
    EXPECT_DEATH(use_elsewhere([](auto& mine, auto&) { mine.join(); }), names_both);
}

TEST_F(wrong_thread, that_kills_a_greenlet_is_told_whose_it_is) {
    EXPECT_DEATH(use_elsewhere([](auto& mine, auto&) { mine.request_kill(); }), names_both);
}

TEST_F(wrong_thread, that_destroys_a_handle_is_told_whose_it_was) {
    EXPECT_DEATH(use_elsewhere([](auto& mine, auto&) { const auto moved = std::move(mine); }),
                 names_both);
}

TEST_F(wrong_thread, that_links_to_a_greenlet_is_told_whose_it_is) {
    EXPECT_DEATH(use_elsewhere([](auto& mine, auto&) { mine.on_done([] {}); }), names_both);
}

TEST_F(wrong_thread, that_wakes_a_greenlet_is_told_whose_it_is) {
    EXPECT_DEATH(use_elsewhere([](auto&, auto& its_event) { its_event.set(); }), names_both);
}

TEST_F(wrong_thread, with_a_hub_of_its_own_is_told_as_well) {
    EXPECT_DEATH(use_elsewhere([](auto& mine, auto&) {
                     grove::yield();
                     mine.join();
                 }),
                 names_both);
}

}  // namespace
