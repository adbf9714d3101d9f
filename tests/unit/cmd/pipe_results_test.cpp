// SPDX-License-Identifier: MIT
#include "cmd/common/output.hpp"
#include "cmd/pipe/item_ledger.hpp"
#include "cmd/pipe/item_stage.hpp"
#include "cmd/pipe/joblog.hpp"
#include "cmd/pipe/line_stages.hpp"
#include "cmd/pipe/result_window.hpp"

#include <grove/greenlet.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

void finish(result_window& window, result_window::place& at, std::string_view output) {
    window.add(at, output, 1);
    window.finish(at);
}

TEST(pipe_result_window, what_is_done_waits_for_those_before_it) {
    result_window window(item_order::input);
    auto& first = window.begin(1, true);
    auto& second = window.begin(2, true);
    auto& third = window.begin(3, true);
    finish(window, third, "c");
    finish(window, second, "b");
    EXPECT_FALSE(window.take());
    EXPECT_EQ(window.held(), 2U);
    finish(window, first, "a");
    const auto all = window.take();
    ASSERT_TRUE(all);
    EXPECT_EQ(all->results.bytes, "abc");
    EXPECT_EQ(all->results.items, 3U);
    EXPECT_EQ(all->results.through, 3U);
    EXPECT_EQ(window.held(), 0U);
    EXPECT_EQ(window.size(), 0U);
}

TEST(pipe_result_window, what_comes_of_the_first_need_not_wait_until_it_is_done) {
    result_window window(item_order::input);
    auto& first = window.begin(4, true);
    auto& second = window.begin(5, true);
    EXPECT_TRUE(window.is_next(first));
    EXPECT_FALSE(window.is_next(second));
    window.add(first, "a", 1);
    const auto part = window.take();
    ASSERT_TRUE(part);
    EXPECT_EQ(part->results.bytes, "a");
    EXPECT_EQ(part->results.through, 0U);
    window.add(second, "x", 1);
    EXPECT_FALSE(window.take());
    finish(window, first, "b");
    EXPECT_EQ(window.take()->results.bytes, "b");
    EXPECT_EQ(window.take()->results.bytes, "x");
}

TEST(pipe_result_window, in_any_order_only_what_is_settled_waits) {
    result_window window(item_order::any);
    auto& first = window.begin(1, true);
    auto& second = window.begin(2, true);
    EXPECT_TRUE(window.is_next(second));
    finish(window, second, "b");
    const auto early = window.take();
    ASSERT_TRUE(early);
    EXPECT_EQ(early->results.bytes, "b");
    EXPECT_EQ(early->results.through, 0U);
    finish(window, first, "a");
    const auto late = window.take();
    ASSERT_TRUE(late);
    EXPECT_EQ(late->results.bytes, "a");
    EXPECT_EQ(late->results.through, 2U);
    EXPECT_FALSE(window.take());
}

TEST(pipe_result_window, an_item_without_output_settles_too) {
    result_window window(item_order::input);
    window.finish(window.begin(5, true));
    EXPECT_EQ(window.take()->results.through, 5U);
}

TEST(pipe_result_window, a_block_ends_where_its_items_do_or_says_that_it_does_not) {
    result_window window(item_order::input);
    auto& first = window.begin(1, true);
    auto& second = window.begin(1, false);
    auto& third = window.begin(2, true);
    finish(window, first, "a");
    finish(window, second, "b");
    window.add(third, "c", 1);
    const auto exact = window.take();
    ASSERT_TRUE(exact);
    EXPECT_EQ(exact->results.bytes, "a");
    EXPECT_TRUE(exact->results.exact);
    const auto more = window.take();
    ASSERT_TRUE(more);
    EXPECT_FALSE(more->results.exact);
    EXPECT_EQ(more->results.through, 1U);
    static_cast<void>(window.take());
    window.finish(third);
    const auto end = window.take();
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->results.exact);
    EXPECT_EQ(end->results.through, 2U);
}

TEST(pipe_result_window, in_any_order_a_block_is_exact_when_all_are_done) {
    result_window window(item_order::any);
    auto& first = window.begin(1, true);
    auto& second = window.begin(2, true);
    finish(window, first, "a");
    EXPECT_FALSE(window.take()->results.exact);
    finish(window, second, "b");
    EXPECT_TRUE(window.take()->results.exact);
}

TEST(pipe_result_window, behind_one_that_was_given_up_results_go_on_and_nothing_settles) {
    result_window window(item_order::input);
    finish(window, window.begin(1, true), "a");
    window.give_up(window.begin(2, true));
    finish(window, window.begin(3, true), "c");
    const auto all = window.take();
    ASSERT_TRUE(all);
    EXPECT_EQ(all->results.bytes, "ac");
    EXPECT_EQ(all->results.through, 1U);
    EXPECT_FALSE(all->results.exact);
}

TEST(pipe_result_window, errors_go_along) {
    result_window window(item_order::input);
    auto& only = window.begin(1, true);
    window.add_errors(only, "oh");
    window.finish(only);
    EXPECT_EQ(window.take()->errors, "oh");
    EXPECT_EQ(window.held(), 0U);
}

TEST(pipe_result_window, much_output_comes_in_pieces) {
    result_window window(item_order::input);
    for (std::uint64_t i = 1; i <= 3; ++i)
        finish(window, window.begin(i, true), std::string(65536, 'x'));
    EXPECT_EQ(window.take()->results.through, 1U);
    EXPECT_EQ(window.take()->results.through, 2U);
    EXPECT_EQ(window.take()->results.through, 3U);
    EXPECT_FALSE(window.take());
}

class pipe_items : public testing::Test {
 protected:
    /// Nothing is ever done.
    class no_work final : public item_work {
        attempt try_once(std::string_view /*item*/, std::uint64_t /*number*/) override {
            return {};
        }
    };

    item_ledger& ledger() { return *ledger_; }

    /// A run with `--max-failures TEXT`.
    void limit(std::string_view text) { ASSERT_FALSE(parse_value(text, options_.max_failures)); }

    [[nodiscard]] bool fails(item_tally& of, std::optional<std::uint64_t> total = {}) {
        ledger_->dead({.stage = "each", .item = "x", .error = "exit code 1"}, of, total);
        return ledger_->is_over();
    }

    pipe_options options_;
    output out_{{.quiet = true}, -1, -1};
    block_queue in_{{}};
    block_queue results_{{}};

 private:
    std::optional<item_ledger> ledger_{std::in_place, options_, out_, [](exit_code) {}};
};

TEST_F(pipe_items, a_share_of_failures_is_of_one_stage) {
    limit("10%");
    item_ledger::done(ledger().first_tally(), 100000);
    item_tally& second = ledger().add_tally();
    item_ledger::done(second, 100);
    for (int i = 0; i < 11; ++i) EXPECT_FALSE(fails(second)) << i;
    EXPECT_TRUE(fails(second)) << "12 of 112";
}

TEST_F(pipe_items, a_share_of_failures_is_of_all_once_that_is_known) {
    limit("10%");
    EXPECT_FALSE(fails(ledger().first_tally(), 20));
    EXPECT_FALSE(fails(ledger().first_tally(), 20));
    EXPECT_TRUE(fails(ledger().first_tally(), 20));
    EXPECT_TRUE(ledger().is_limit_reached());
}

TEST_F(pipe_items, a_number_of_failures_is_of_all_stages) {
    limit("2");
    EXPECT_FALSE(fails(ledger().first_tally()));
    EXPECT_TRUE(fails(ledger().add_tally()));
}

TEST_F(pipe_items, a_stage_that_is_halted_before_it_has_begun_ends) {
    item_stage stage({.name = "each", .jobs = 2}, std::make_unique<no_work>(),
                     {.in = in_,
                      .out = results_,
                      .ledger = ledger(),
                      .tally = ledger().first_tally(),
                      .talk = out_});
    auto running = spawn([&] { stage.run(); });
    yield();
    stage.halt();
    EXPECT_TRUE(running.join(10s));
}

/// What a stage hands on of blocks that are all there.
template <class Options>
std::vector<block> handed_on(const Options& options, std::vector<block> come, bool is_whole) {
    const pipe_options whole_run;
    output talk(whole_run.talk);
    item_ledger ledger(whole_run, talk, [](exit_code) {});
    block_queue in({});
    block_queue out({});
    for (block& each : come) in.put(std::move(each));
    in.close();
    const stage_setting setting{.in = in,
                                .out = out,
                                .ledger = ledger,
                                .tally = ledger.first_tally(),
                                .talk = talk,
                                .is_whole = [&] { return is_whole; }};
    make_stage(options, setting)->run();
    std::vector<block> made;
    while (auto next = out.get()) made.push_back(*std::move(next));
    return made;
}

TEST(pipe_count, settles_all_when_all_came_and_nothing_when_it_was_cut_off) {
    const std::vector<block> come{{.bytes = "a\nb\n", .items = 2, .through = 2, .exact = true}};
    const auto whole = handed_on(count_options(), come, true);
    EXPECT_EQ(whole.back().bytes, "2\n");
    EXPECT_EQ(whole.back().through, 2U);
    EXPECT_TRUE(whole.back().exact);
    const auto cut = handed_on(count_options(), come, false);
    EXPECT_EQ(cut.back().bytes, "2\n");
    EXPECT_EQ(cut.back().through, 0U);
    EXPECT_FALSE(cut.back().exact);
}

TEST(pipe_rate, ends_exactly_where_the_block_that_came_did) {
    const rate_options fast{.rate = {.per_second = 1e6}};
    const std::vector<block> two{{.bytes = "a\n", .items = 1, .through = 2, .exact = true},
                                 {.bytes = "c\n", .items = 1, .through = 3, .exact = false}};
    const auto made = handed_on(fast, two, true);
    ASSERT_EQ(made.size(), 2U);
    EXPECT_TRUE(made[0].exact);
    EXPECT_EQ(made[1].through, 3U);
    EXPECT_FALSE(made[1].exact);
}

TEST(pipe_rate, hands_on_what_blocks_without_items_settle) {
    const rate_options fast{.rate = {.per_second = 1e6}};
    const std::vector<block> two{{.bytes = "a\n", .items = 1, .through = 3, .exact = false},
                                 {.bytes = "", .items = 0, .through = 5, .exact = true}};
    const auto made = handed_on(fast, two, true);
    EXPECT_EQ(made.back().through, 5U);
    EXPECT_TRUE(made.back().exact);
}

TEST(pipe_joblog, a_line_has_the_columns_of_gnu_parallel) {
    const std::chrono::system_clock::time_point started(1'500'000'000'250ms);
    EXPECT_EQ(to_text({.number = 3,
                       .started = started,
                       .took = 1500ms,
                       .received = 12,
                       .status = exit_status::exited(2),
                       .command = "false x"}),
              "3\t:\t1500000000.250\t     1.500\t0\t12\t2\t0\tfalse x\n");
    EXPECT_EQ(
        to_text(
            {.number = 1, .started = started, .status = exit_status::killed_by(9), .command = {}}),
        "1\t:\t1500000000.250\t     0.000\t0\t0\t0\t9\t\n");
}

TEST(pipe_dead_item, is_a_line_of_json) {
    EXPECT_EQ(to_json({.stage = "each",
                       .number = 3,
                       .item = "a\"b",
                       .attempts = 2,
                       .error = "exit code 4",
                       .code = 4,
                       .errors = "oh\n"}),
              R"({"stage":"each","number":3,"item":"a\"b","attempts":2,"error":"exit code 4",)"
              R"("exit":4,"stderr":"oh\n"})");
}

TEST(pipe_dead_item, bytes_that_are_no_text_are_kept) {
    EXPECT_EQ(to_json({.stage = "each",
                       .number = 1,
                       .item = "\xff\xfe",
                       .error = "x",
                       .code = {},
                       .errors = {}}),
              R"({"stage":"each","number":1,"item_base64":"//4=","attempts":1,"error":"x",)"
              R"("exit":null,"stderr":""})");
}

}  // namespace
}  // namespace grove::cmd
