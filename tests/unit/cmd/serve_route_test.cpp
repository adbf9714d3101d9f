// SPDX-License-Identifier: MIT
#include "cmd/serve/route.hpp"
#include "cmd/serve/serve_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using grove::cmd::route;
using grove::cmd::route_kind;
using grove::cmd::serve_options;
using testing::HasSubstr;
using testing::Optional;

route read(std::string_view text) {
    route made;
    EXPECT_FALSE(grove::cmd::parse_value(text, made)) << text;
    return made;
}

/// Where and what.
std::string fault(std::string_view text) {
    route made;
    const auto wrong = grove::cmd::parse_value(text, made);
    return wrong ? std::to_string(wrong->offset) + ": " + wrong->what : "none";
}

TEST(routes, lead_to_other_servers) {
    EXPECT_EQ(
        read("/api=http://:3000"),
        (route{.path = "/api", .at = {}, .kind = route_kind::proxy, .argument = "http://:3000"}));
    EXPECT_EQ(read("/=https://example.com/x/").argument, "https://example.com/x/");
    EXPECT_EQ(
        read("tcp://:5000=tcp://db:5432"),
        (route{.path = {}, .at = ":5000", .kind = route_kind::tcp_proxy, .argument = "db:5432"}));
    EXPECT_EQ(read("tcp://:5000=tcp://:5432").argument, "localhost:5432");
    EXPECT_EQ(fault("/api=http://:x"), "13: has no valid port");
    EXPECT_EQ(fault("/api=http://me:pw@host/"), "12: names a user");
    EXPECT_EQ(fault("/api=http://host/?q"), "17: has more than a path");
    EXPECT_EQ(fault("tcp://:5000=tcp://db"), "20: has no port");
}

TEST(routes, lead_to_programs) {
    EXPECT_EQ(
        read("/feed=exec:tail -F a=b:c"),
        (route{.path = "/feed", .at = {}, .kind = route_kind::exec, .argument = "tail -F a=b:c"}));
    EXPECT_EQ(read("tcp://:5000=exec:sort").kind, route_kind::tcp_exec);
    EXPECT_EQ(fault("/feed=exec:"), "11: names no command");
    EXPECT_EQ(fault("tcp://:1=exec:"), "14: names no command");
}

std::optional<std::string> objection(const std::vector<std::string>& routes,
                                     serve_options options = {}) {
    for (const std::string& one : routes) options.routes.push_back(read(one));
    return validate(options);
}

TEST(programs, are_for_this_machine_unless_it_is_said) {
    EXPECT_FALSE(objection({"/x=exec:date", "tcp://:1=exec:date", "tcp://[::1]:2=exec:date"}));
    EXPECT_THAT(objection({"tcp://0.0.0.0:1=exec:date"}), Optional(HasSubstr("--public")));
    serve_options open;
    open.listen = {"unix:/x", "127.0.0.2:1", ":8000"};
    EXPECT_THAT(objection({"/x=exec:date"}, open), Optional(HasSubstr("exec at -l :8000 lets")));
    EXPECT_FALSE(objection({"/x=echo"}, open));
    open.is_public = true;
    EXPECT_FALSE(objection({"/x=exec:date"}, open));
}

TEST(programs, can_be_one_for_all_on_one_thread) {
    serve_options options;
    options.broadcast = true;
    EXPECT_THAT(objection({"/x=echo"}, options), Optional(HasSubstr("needs a program")));
    EXPECT_FALSE(objection({"/x=exec:date"}, options));
    options.threads = 2;
    EXPECT_THAT(objection({"/x=exec:date"}, options), Optional(HasSubstr("--threads")));
}

}  // namespace
