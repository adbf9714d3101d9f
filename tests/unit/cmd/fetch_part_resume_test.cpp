// SPDX-License-Identifier: MIT
#include "tests/unit/cmd/part_file_fixture.hpp"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <vector>

namespace grove::cmd {
namespace {

class fetch_part_resume : public part_file_test {};

TEST_F(fetch_part_resume, a_given_up_part_is_kept_with_its_sidecar) {
    const auto body = make_body(500'000);
    leave_part(body, 400'000);
    EXPECT_EQ(names(), (strings{"f.part", "f.part.json"}));
    EXPECT_EQ(content("f.part"), body.substr(0, 400'000));
}

TEST_F(fetch_part_resume, giving_up_writes_what_is_in_memory_from_64_kib_on) {
    const auto body = make_body(64 * 1024);
    const auto small = open("small");
    small->begin(start());
    small->write(bytes(std::string_view(body).substr(1)));
    small->abandon(leftover::keep);
    const auto large = open("large");
    large->begin(start());
    large->write(bytes(body));
    large->abandon(leftover::keep);
    EXPECT_EQ(names(), (strings{"large.part", "large.part.json"}));
    EXPECT_EQ(content("large.part"), body);
}

TEST_F(fetch_part_resume, a_part_that_cannot_be_resumed_is_removed) {
    {
        const auto file = open();
        file->begin(start({}, ""));
        file->write(bytes(make_body(500'000)));
        EXPECT_EQ(names(), strings{"f.part"});
    }
    EXPECT_EQ(names(), strings{});
}

TEST_F(fetch_part_resume, discarding_removes_part_and_sidecar) {
    const auto file = open();
    file->begin(start());
    file->write(bytes(make_body(500'000)));
    file->abandon(leftover::discard);
    EXPECT_EQ(names(), strings{});
}

TEST_F(fetch_part_resume, a_sidecar_without_its_part_does_not_outlive_a_new_one) {
    put("f.part.json", R"({"url":"http://h/f","etag":"\"old\""})");
    const auto file = open();
    file->begin(start({}, ""));
    file->write(bytes(make_body(500'000)));
    EXPECT_EQ(names(), strings{"f.part"});
}

TEST_F(fetch_part_resume, a_dripping_body_is_put_on_the_disk_every_64_pieces) {
    const auto file = open();
    file->begin(start(1000));
    for (int i = 0; i < 64; ++i) file->write(bytes("x"));
    EXPECT_EQ(names(), strings{});
    file->write(bytes("x"));
    EXPECT_EQ(content("f.part"), std::string(65, 'x'));
    for (int i = 0; i < 65; ++i) file->write(bytes("y"));
    EXPECT_EQ(content("f.part").size(), 130U);
    EXPECT_EQ(names(), (strings{"f.part", "f.part.json"}));
}

TEST_F(fetch_part_resume, an_empty_body_over_an_untrusted_part_is_empty) {
    put("f.part", "abc");
    const auto file = open();
    EXPECT_FALSE(file->resume());
    file->commit();
    EXPECT_EQ(content("f"), "");
}

TEST_F(fetch_part_resume, a_part_is_resumed_where_it_ends) {
    const auto body = make_body(500'000);
    leave_part(body, 400'000);
    const auto file = open();
    const auto point = file->resume();
    ASSERT_TRUE(point);
    EXPECT_EQ(point->offset, 400'000U);
    EXPECT_EQ(point->total, 500'000U);
    EXPECT_EQ(point->url, "http://h/f");
    EXPECT_EQ(point->if_range(), "\"v1\"");
    file->begin({.use = body_use::append});
    file->write(bytes(std::string_view(body).substr(400'000)));
    file->commit();
    EXPECT_EQ(names(), strings{"f"});
    EXPECT_EQ(content("f"), body);
}

TEST_F(fetch_part_resume, a_resumed_part_may_still_start_from_zero) {
    leave_part(make_body(500'000), 400'000);
    const auto changed = make_body(300'000, 2);
    const auto file = open();
    ASSERT_TRUE(file->resume());
    file->begin(start(changed.size(), "\"v2\""));
    EXPECT_EQ(file->size(), 0U);
    file->write(bytes(changed));
    EXPECT_NE(content("f.part.json").find("v2"), std::string::npos);
    file->commit();
    EXPECT_EQ(content("f"), changed);
    EXPECT_EQ(names(), strings{"f"});
}

TEST_F(fetch_part_resume, a_complete_part_is_committed_without_a_body) {
    const auto body = make_body(500'000);
    leave_part(body, body.size());
    const auto file = open();
    ASSERT_TRUE(file->resume());
    file->commit();
    EXPECT_EQ(names(), strings{"f"});
    EXPECT_EQ(content("f"), body);
}

TEST_F(fetch_part_resume, without_a_part_there_is_nothing_to_resume) {
    put("f.part.json", R"({"url":"http://h/f","etag":"\"v1\""})");
    EXPECT_FALSE(open()->resume());
    EXPECT_FALSE(open("no/such/folder")->resume());
}

TEST_F(fetch_part_resume, a_part_without_a_sidecar_is_not_trusted) {
    put("f.part", "abc");
    const auto file = open();
    EXPECT_FALSE(file->resume());
    file->begin(start(2));
    file->write(bytes("xy"));
    file->commit();
    EXPECT_EQ(content("f"), "xy");
    EXPECT_EQ(names(), strings{"f"});
}

TEST_F(fetch_part_resume, a_part_above_its_size_or_empty_is_not_trusted) {
    put("f.part.json", R"({"url":"http://h/f","etag":"\"v1\"","size":2})");
    put("f.part", "abc");
    EXPECT_FALSE(open()->resume());
    put("f.part", "");
    EXPECT_FALSE(open()->resume());
}

TEST_F(fetch_part_resume, a_damaged_sidecar_is_not_trusted) {
    put("f.part", "abc");
    put("f.part.json", R"({"url":"http://h/f","etag":"\"v)");
    EXPECT_FALSE(open()->resume());
    put("f.part.json", std::string(100'000, ' ') + R"({"url":"http://h/f","etag":"\"v1\""})");
    EXPECT_FALSE(open()->resume());
}

TEST_F(fetch_part_resume, a_failed_attempt_before_the_head_leaves_the_part_alone) {
    const auto body = make_body(500'000);
    leave_part(body, 400'000);
    (void)open()->resume();
    EXPECT_EQ(content("f.part"), body.substr(0, 400'000));
    EXPECT_TRUE(open()->resume());
}

TEST_F(fetch_part_resume, an_old_part_is_overwritten_when_it_was_not_asked_for) {
    leave_part(make_body(500'000), 400'000);
    const auto body = make_body(300'000, 2);
    const auto file = open();
    file->begin(start(body.size(), "\"v2\""));
    file->write(bytes(body));
    EXPECT_NE(content("f.part.json").find("v2"), std::string::npos);
    file->commit();
    EXPECT_EQ(content("f"), body);
}

TEST_F(fetch_part_resume, a_second_attempt_goes_on_in_memory) {
    const auto file = open();
    file->begin(start(6));
    file->write(bytes("abc"));
    const auto point = file->point();
    ASSERT_TRUE(point);
    EXPECT_EQ(point->offset, 3U);
    EXPECT_TRUE(continues(*point, "http://h/f"));
    file->begin({.use = body_use::append, .total = 6});
    file->write(bytes("def"));
    file->commit();
    EXPECT_EQ(content("f"), "abcdef");
}

TEST_F(fetch_part_resume, a_second_attempt_may_start_from_zero) {
    const auto body = make_body(400'000, 2);
    const auto file = open();
    file->begin(start(500'000));
    file->write(bytes(make_body(450'000)));
    file->begin(start(body.size(), "\"v2\""));
    EXPECT_FALSE(file->point());
    file->write(bytes(body));
    file->commit();
    EXPECT_EQ(content("f"), body);
    EXPECT_EQ(names(), strings{"f"});
}

TEST_F(fetch_part_resume, there_is_no_point_without_a_validator_or_bytes) {
    const auto file = open();
    file->begin(start());
    EXPECT_FALSE(file->point());
    file->begin(start({}, ""));
    file->write(bytes("abc"));
    EXPECT_FALSE(file->point());
    file->begin({});
    EXPECT_EQ(file->size(), 0U);
}

TEST_F(fetch_part_resume, what_was_written_can_be_read_back_from_disk_and_memory) {
    const auto body = make_body(500'000);
    options = {.memory = 100'000, .batch = 50'000};
    const auto file = open();
    file->begin(start());
    file->write(bytes(std::string_view(body).substr(0, 470'000)));
    file->write(bytes(std::string_view(body).substr(470'000)));
    std::string read;
    std::vector<std::byte> chunk(70'000);
    while (const auto count = file->read(read.size(), chunk)) {
        read.append(reinterpret_cast<const char*>(chunk.data()), count);
    }
    EXPECT_EQ(read, body);
}

TEST_F(fetch_part_resume, a_part_has_one_writer) {
    const auto first = open();
    first->begin(start());
    first->write(bytes(make_body(500'000)));
    try {
        (void)open()->resume();
        FAIL() << "two writers";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::device_or_resource_busy);
        EXPECT_NE(std::string(error.what()).find("another process"), std::string::npos);
    }
    const auto second = open();
    second->begin(start());
    EXPECT_THROW(second->write(bytes(make_body(500'000))), std::system_error);
    second->abandon(leftover::discard);
    first->write(bytes("x"));
    first->commit();
    EXPECT_EQ(content("f"), make_body(500'000) + "x");
}

TEST_F(fetch_part_resume, a_write_that_fails_names_the_part_and_leaves_a_resumable_prefix) {
    const auto body = make_body(900'000);
    {
        const auto file = open();
        file->begin(start(body.size()));
        file->write(bytes(std::string_view(body).substr(0, 300'000)));
        const file_size_limit limit(350'000);
        try {
            file->write(bytes(std::string_view(body).substr(300'000)));
            FAIL() << "the limit did not hold";
        } catch (const std::system_error& error) {
            EXPECT_NE(std::string(error.what()).find("write " + folder.path() + "/f.part"),
                      std::string::npos)
                << error.what();
        }
    }
    EXPECT_EQ(content("f.part"), body.substr(0, 350'000));
    EXPECT_EQ(open()->resume()->offset, 350'000U);
}

TEST_F(fetch_part_resume, two_processes_with_the_same_file_never_show_a_short_one) {
    const auto fetch_over_and_over = [&](const std::string& body) {
        for (int i = 0; i < 400; ++i) {
            try {
                const auto file = open();
                file->begin(start(body.size()));
                file->write(bytes(body));
                file->spill();
                file->commit();
            } catch (const std::system_error& error) {
                if (error.code() != std::errc::device_or_resource_busy) ::_exit(1);
            }
        }
        ::_exit(0);
    };
    const std::vector bodies{make_body(3'000, 1), make_body(5'000, 2)};
    std::vector<pid_t> children;
    for (const auto& body : bodies) {
        const auto pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) fetch_over_and_over(body);
        children.push_back(pid);
    }
    for (const auto pid : children) {
        int status = 0;
        while (::waitpid(pid, &status, WNOHANG) == 0) {
            const auto seen = content("f");
            EXPECT_TRUE(seen == bodies[0] || seen == bodies[1] || seen == "(missing)")
                << seen.size();
        }
        EXPECT_EQ(status, 0);
    }
}

TEST_F(fetch_part_resume, killed_at_any_moment_and_resumed_gives_the_same_bytes) {
    const auto body = make_body(600'000);
    options = {.memory = 30'000, .batch = 20'000};
    std::mt19937 random(77);
    for (int round = 0; round < 25; ++round) {
        const auto pid = ::fork();
        ASSERT_GE(pid, 0);
        if (pid == 0) {
            // Each write is a moment at which the child may be killed, by itself here and by its
            // parent in between.
            const auto file = open();
            std::size_t at = 0;
            if (const auto point = file->resume()) {
                at = point->offset;
                file->begin({.use = body_use::append});
            } else {
                file->begin(start(body.size()));
            }
            for (auto left = random() % 12 + 1; left > 0 && at < body.size(); --left) {
                file->write(bytes(std::string_view(body).substr(at, 9'000)));
                at += 9'000;
            }
            if (at >= body.size()) file->commit();
            ::raise(SIGKILL);
        }
        (void)random();
        if (round % 3 == 0) ::kill(pid, SIGKILL);
        int status = 0;
        ASSERT_EQ(::waitpid(pid, &status, 0), pid);
        if (content("f") != "(missing)") break;
        const auto part = content("f.part");
        if (part != "(missing)") {
            ASSERT_EQ(part, body.substr(0, part.size()));
        }
    }
    if (content("f") == "(missing)") {
        const auto file = open();
        const auto point = file->resume();
        file->begin(point ? body_start{.use = body_use::append} : start(body.size()));
        file->write(bytes(std::string_view(body).substr(point ? point->offset : 0)));
        file->commit();
    }
    EXPECT_EQ(content("f"), body);
    EXPECT_EQ(names(), strings{"f"});
}

}  // namespace
}  // namespace grove::cmd
