// SPDX-License-Identifier: MIT
#include "tests/support/tls_peer.hpp"
#include "tests/unit/io/tls_ends.hpp"

#include <grove/thread_pool.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <memory>
#include <string>

// A peer that changes keys while both of ours are at work: its requests are answered by whoever
// reads, between the records of whoever writes.

namespace {

using grove_test::connected;
using grove_test::failure;
using grove_test::let_it_park;
using grove_test::pattern;
using grove_test::read_text;
using grove_test::tls_peer;

constexpr std::size_t more_than_fits = std::size_t{8} << 20;

class tls_key_updates : public grove_test::tls_fixture {
 protected:
    tls_key_updates() {
        auto connecting = grove::spawn([this] {
            thread_.run([this] { peer_ = std::make_unique<tls_peer>(::dup(ends_.client.fd())); });
        });
        near_.start_tls(server_);
        connecting.get();
    }

    grove::thread_pool thread_{1};
    connected ends_ = grove_test::unix_pair();
    grove::socket& near_ = ends_.server;
    std::unique_ptr<tls_peer> peer_;
};

TEST_F(tls_key_updates, are_answered_between_reads_and_writes) {
    for (int i = 0; i < 3; ++i) {
        thread_.run([&] {
            peer_->ask_for_key_update();
            peer_->write("x");
        });
        EXPECT_EQ(read_text(near_), "x");
        near_.write_all("y");
        EXPECT_EQ(thread_.run([&] { return peer_->read(1); }), "y");
    }
}

TEST_F(tls_key_updates, are_answered_while_a_writer_is_in_the_middle_of_a_record) {
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&] { near_.write_all(sent); });
    let_it_park(writer);
    for (int i = 0; i < 50; ++i) {
        thread_.run([&] {
            peer_->ask_for_key_update();
            peer_->write("x");
        });
        EXPECT_EQ(read_text(near_), "x");
    }
    EXPECT_FALSE(writer.ready());
    EXPECT_TRUE(thread_.run([&] { return peer_->read(sent.size()); }) == sent);
    writer.get();
}

TEST_F(tls_key_updates, that_are_asked_for_by_who_reads_no_answer_end_the_writing) {
    const std::string sent = pattern(more_than_fits);
    auto writer = grove::spawn([&] { return failure([&] { near_.write_all(sent); }); });
    let_it_park(writer);
    auto asking = grove::spawn([&] {
        thread_.run([&] {
            for (int i = 0; i < 20'000; ++i) peer_->ask_for_key_update();
            peer_->write("x");
        });
    });
    EXPECT_EQ(read_text(near_), "x");
    asking.get();
    EXPECT_EQ(writer.get(), std::errc::no_buffer_space);
}

}  // namespace
