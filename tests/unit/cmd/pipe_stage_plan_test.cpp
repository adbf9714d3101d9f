// SPDX-License-Identifier: MIT
#include "cmd/pipe/stage_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using words = std::vector<std::string>;

pipe_plan plan(const words& typed) {
    pipe_plan parsed;
    EXPECT_EQ(parse_plan(typed, parsed), std::nullopt);
    return parsed;
}

std::string problem(const words& typed) {
    pipe_plan parsed;
    return parse_plan(typed, parsed).value_or("none");
}

TEST(pipe_stage_plan, no_words_copy_to_stdout) {
    EXPECT_TRUE(plan({}).stages.empty());
    EXPECT_EQ(plan({}).sink.what, sink_plan::kind::lines);
}

TEST(pipe_stage_plan, options_may_follow_the_only_word_of_a_stage) {
    const auto made = plan({"batch", "3", "--with", ",", "then", "match", "x", "-v"});
    const auto& batch = std::get<batch_options>(made.stages.at(0));
    EXPECT_EQ(batch.items, 3U);
    EXPECT_EQ(batch.with, ",");
    EXPECT_TRUE(std::get<match_options>(made.stages.at(1)).invert);
}

TEST(pipe_stage_plan, a_text_that_ends_items_cannot_be_added_to_them) {
    const auto batch = plan({"batch", "--with", "\n", "2"});
    EXPECT_TRUE(end_problem(batch, '\n'));
    EXPECT_FALSE(end_problem(batch, '\0'));
    EXPECT_TRUE(end_problem(plan({"each", "echo", "then", "prefix", "a\nb"}), '\0'));
    EXPECT_FALSE(end_problem(plan({"batch", "2", "then", "prefix", "a"}), '\n'));
}

TEST(pipe_stage_plan, a_stage_s_own_options_end_at_its_command) {
    const auto made = plan({"each", "-j4", "--timeout=10s", "--retries", "2", "ssh", "-v", "{}"});
    const auto& each = std::get<each_options>(made.stages.at(0));
    EXPECT_EQ(each.jobs, 4U);
    EXPECT_EQ(each.timeout, 10s);
    EXPECT_EQ(each.retries, 2U);
    EXPECT_EQ(each.command.options("h", 1).command, (words{"ssh", "-v", "h"}));
}

TEST(pipe_stage_plan, letters_may_be_in_one_word) {
    const auto made = plan({"match", "-iv", "x"});
    const auto& match = std::get<match_options>(made.stages.at(0));
    EXPECT_TRUE(match.ignore_case);
    EXPECT_TRUE(match.invert);
    EXPECT_EQ(match.pattern, "x");
    EXPECT_EQ(problem({"match", "-iq", "x"}), "match has no option -q");
}

TEST(pipe_stage_plan, two_dashes_end_a_stage_s_options) {
    const auto made = plan({"each", "-j", "2", "--", "-odd", "{}"});
    const auto& each = std::get<each_options>(made.stages.at(0));
    EXPECT_EQ(each.command.options("h", 1).command, (words{"-odd", "h"}));
}

TEST(pipe_stage_plan, then_joins_stages_and_the_last_may_be_a_sink) {
    const auto made = plan({"each", "a", "then", "each", "b", "then", "file", "out"});
    EXPECT_EQ(made.stages.size(), 2U);
    EXPECT_EQ(made.sink.what, sink_plan::kind::file);
    EXPECT_EQ(made.sink.path, "out");
    EXPECT_EQ(plan({"null"}).sink.what, sink_plan::kind::null);
}

TEST(pipe_stage_plan, a_uri_is_where_items_come_from_or_go_to) {
    const auto made = plan({"redis://h/jobs?group=g", "each", "x", "then", "redis://h/done"});
    EXPECT_EQ(made.source.stream->stream, "jobs");
    EXPECT_EQ(made.stages.size(), 1U);
    EXPECT_EQ(made.sink.what, sink_plan::kind::stream);
    EXPECT_EQ(made.sink.stream.stream, "done");
    EXPECT_EQ(plan({"redis://h/jobs?group=g", "then", "null"}).sink.what, sink_plan::kind::null);
    EXPECT_TRUE(plan({"redis://h/jobs?group=g"}).source.stream);
    EXPECT_EQ(plan({"then", "redis://h/done"}).sink.what, sink_plan::kind::stream);
    EXPECT_EQ(plan({"exec:tail -F a", "match", "x"}).source.uri->resource, "tail -F a");
    EXPECT_EQ(plan({"each", "x", "then", "tcp://h:5"}).sink.uri.port, 5);
    EXPECT_EQ(plan({"then", "file:out"}).sink.path, "out");
    EXPECT_EQ(problem({"icmp://h", "null"}),
              "icmp://h: a pipe reads http://, ws://, tcp://, unix:, listen:, exec:, file:, "
              "redis:// and zmq:");
    EXPECT_EQ(plan({"listen::50", "null"}).source.door->at.text(), "127.0.0.1:50");
    EXPECT_EQ(plan({"listen:0.0.0.0:50", "null"}).source.door->until_closed, false);
    EXPECT_EQ(plan({"listen:unix:/x?until=closed"}).source.door->until_closed, true);
    EXPECT_EQ(problem({"listen:host:50"}),
              "listen:host:50: is no address to listen at: listen:127.0.0.1:5000 or "
              "listen:unix:PATH");
    EXPECT_EQ(problem({"listen::50?for=ever"}),
              "listen::50?for=ever: it knows one wish: ?until=closed");
    EXPECT_EQ(plan({"zmq:tcp://*:5?bind", "null"}).source.zmq->bind, true);
    EXPECT_EQ(plan({"then", "zmq:tcp://h:5"}).sink.zmq.address, "tcp://h:5");
    EXPECT_EQ(problem({"zmq:ipc:///x"}),
              "zmq:ipc:///x: ZeroMQ's addresses are here zmq:tcp://host:5557");
    EXPECT_EQ(problem({"then", "zmq:tcp://h:5?hwm=1"}),
              "zmq:tcp://h:5?hwm=1: it knows one wish: ?bind");
    EXPECT_EQ(problem({"then", "listen::50"}),
              "listen::50: items come from it: it is the first word of a pipe");
    EXPECT_EQ(problem({"then", "http://h/x"}),
              "http://h/x: a request an item is a stage: then http POST URL then null");
    EXPECT_EQ(problem({"tcp://h:1", "then", "tcp://h:5", "then", "null"}),
              "tcp://h:5 is where items end: nothing can follow it");
    EXPECT_EQ(
        problem({"redis://:secret@h/jobs", "null"}),
        "redis://:***@h/jobs: it names no group: redis://host/stream?group=g; to write to it: "
        "then redis://host/stream");
}

TEST(pipe_stage_plan, what_is_wrong_says_what_to_write) {
    EXPECT_EQ(problem({"eahc", "x"}), "there is no stage \"eahc\"; did you mean each?");
    EXPECT_EQ(problem({"gzip", "-9"}),
              "there is no stage \"gzip\"; to run a program for each item: each gzip");
    EXPECT_EQ(problem({"null", "then", "each", "x"}),
              "null is where items end: nothing can follow it");
    for (const words& open :
         {words{"then"}, words{"each", "x", "then"}, words{"tcp://h:1", "then"}})
        EXPECT_EQ(problem(open), "there is no stage after the last \"then\": stdout needs no word");
    EXPECT_EQ(problem({"then", "then"}), "there is no stage between one \"then\" and the next");
    EXPECT_EQ(problem({"each", "x", "then", "then"}),
              "there is no stage between one \"then\" and the next");
    EXPECT_EQ(problem({"null", "x"}), "null takes no words, and \"x\" is one");
    EXPECT_EQ(problem({"rate", "1"}).rfind("rate \"1\" ", 0), 0U);
    EXPECT_EQ(problem({"batch", "0"}), "batch needs a number of items: batch 100");
    EXPECT_EQ(problem({"batch", "3", "4"}), "batch takes no words, and \"4\" is one");
    EXPECT_EQ(problem({"match"}), "match needs one pattern: match 'error|warning'");
    EXPECT_EQ(problem({"map", "x", "{}"}),
              "map writes items to the command's stdin: {} is for each");
    EXPECT_EQ(problem({"file"}), "file needs one name: file out.txt");
}

TEST(pipe_stage_plan, wrong_options_of_a_stage_are_told_as_those_of_the_run_are) {
    EXPECT_EQ(problem({"each", "--jbos", "4", "x"}),
              "each has no option --jbos; did you mean --jobs?");
    EXPECT_EQ(problem({"each", "-j"}), "each -j, --jobs needs a value: N");
    EXPECT_EQ(problem({"each", "-k", "x"}),
              "each has no option -k; results keep the order of the items by themselves");
    EXPECT_EQ(problem({"each", "-jx", "a"}).rfind("each -j, --jobs \"x\": ", 0), 0U);
}

TEST(pipe_stage_plan, stages_are_named_with_their_options) {
    const verb_parts stages = all_stages();
    EXPECT_EQ(stages.joint, "then");
    const auto each = std::ranges::find_if(
        stages.all, [](const verb_part& part) { return part.usage.starts_with("each "); });
    ASSERT_NE(each, stages.all.end());
    ASSERT_NE(each->describe, nullptr);
    option_table table;
    each->describe(table);
    EXPECT_NE(table.find("joblog"), nullptr);
}

}  // namespace
}  // namespace grove::cmd
