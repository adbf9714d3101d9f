// SPDX-License-Identifier: MIT
#include "tests/unit/io/tls_ends.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using grove_test::connected;
using grove_test::read_text;
using grove_test::tls_pair;
using grove_test::trusted;

class tls : public testing::Test {
 protected:
    trusted trust_;
    grove::tls_client client_{trust_.client_options()};
    grove::tls_server server_{trust_.server_options()};
};

TEST_F(tls, carries_bytes_both_ways) {
    auto [client, server] = tls_pair(client_, server_);
    client.write_all("ping");
    EXPECT_EQ(read_text(server), "ping");
    server.write_all("pong");
    EXPECT_EQ(read_text(client), "pong");
}

}  // namespace
