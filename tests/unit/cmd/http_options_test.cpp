// SPDX-License-Identifier: MIT
#include "cmd/common/http_options.hpp"

#include "cmd/common/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

using testing::ElementsAre;

template <class T>
T parsed(std::string_view text) {
    T value{};
    const auto wrong = parse_value(text, value);
    EXPECT_FALSE(wrong) << text << ": " << wrong->what;
    return value;
}

template <class T>
text_error refused(std::string_view text) {
    T value{};
    const auto wrong = parse_value(text, value);
    EXPECT_TRUE(wrong) << text << " was taken";
    return wrong.value_or(text_error{});
}

// A file that is removed with it.
class temporary_file {
 public:
    explicit temporary_file(std::string_view bytes) {
        const int fd = ::mkstemp(name_.data());
        EXPECT_GE(fd, 0);
        EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        ::close(fd);
    }

    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    ~temporary_file() { ::unlink(name_.c_str()); }

    [[nodiscard]] const std::string& name() const { return name_; }

 private:
    std::string name_ = "/tmp/grove-body-XXXXXX";
};

struct fixture : testing::Test {
    fixture() {
        describe_request(options, table);
        describe_connection(options, table);
    }

    std::optional<text_error> set(std::string_view name, std::string_view text) {
        return table.find(name)->set(text);
    }

    http_options options;
    option_table table;
};

using http_options_of_a_request = fixture;

TEST(http_header, takes_curls_three_forms) {
    using action = header_field::action;
    EXPECT_EQ(parsed<header_field>("Accept:  text/html "),
              (header_field{"Accept", "text/html", action::send}));
    EXPECT_EQ(parsed<header_field>("X-Empty;"), (header_field{"X-Empty", "", action::send}));
    EXPECT_EQ(parsed<header_field>("Host:"), (header_field{"Host", "", action::leave_out}));
    EXPECT_EQ(parsed<header_field>("A: b:c;"), (header_field{"A", "b:c;", action::send}));
}

TEST(http_header, that_could_smuggle_a_line_is_refused) {
    EXPECT_EQ(refused<header_field>("A: b\r\nC: d").what, "holds a line break");
    EXPECT_EQ(refused<header_field>("A: b\r\nC: d").offset, 4);
    EXPECT_EQ(refused<header_field>("A B: c").what, "is not a header name");
    EXPECT_EQ(refused<header_field>(": c").what, "is not a header name");
    EXPECT_EQ(refused<header_field>("nothing").what, "has no colon");
}

TEST(http_resolve, takes_hosts_ports_and_addresses) {
    const auto entry = parsed<resolve_entry>("Example.COM:443:127.0.0.1,[::1],::2");
    EXPECT_EQ(entry.host, "example.com");
    EXPECT_EQ(entry.port, 443);
    EXPECT_THAT(entry.addresses, ElementsAre("127.0.0.1", "::1", "::2"));
    EXPECT_EQ(parsed<resolve_entry>("*:80:127.0.0.1").host, "*");
}

TEST(http_resolve, says_which_part_is_wrong) {
    EXPECT_EQ(refused<resolve_entry>("h:80").what, "has not three parts");
    EXPECT_EQ(refused<resolve_entry>("h:x:127.0.0.1").offset, 2);
    EXPECT_EQ(refused<resolve_entry>("[::1]:80:127.0.0.1").what,
              "an IPv6 address is not looked up");
    EXPECT_EQ(refused<resolve_entry>("h:0:127.0.0.1").what, "is not a port");
    EXPECT_EQ(refused<resolve_entry>("h:80:nowhere").offset, 5);
    EXPECT_EQ(refused<resolve_entry>("h:80:127.0.0.1,").what, "is not an IP address");
}

TEST(http_connect_to, takes_empty_parts) {
    EXPECT_EQ(parsed<connect_to_entry>("a:1:b:2"), (connect_to_entry{"a", 1, "b", 2}));
    EXPECT_EQ(parsed<connect_to_entry>("::[::1]:8443"), (connect_to_entry{"", 0, "::1", 8443}));
    EXPECT_EQ(parsed<connect_to_entry>("a:80::"), (connect_to_entry{"a", 80, "", 0}));
    EXPECT_EQ(refused<connect_to_entry>("a:1:b").what, "has not four parts");
    EXPECT_EQ(refused<connect_to_entry>("a:1:b:x").offset, 6);
}

TEST_F(http_options_of_a_request, data_makes_a_post_unless_a_method_is_given) {
    EXPECT_EQ(effective_method(options), "GET");
    EXPECT_FALSE(set("data", "a=1"));
    EXPECT_EQ(effective_method(options), "POST");
    EXPECT_FALSE(set("request", "PUT"));
    EXPECT_EQ(effective_method(options), "PUT");
    EXPECT_TRUE(set("request", "P UT"));
}

TEST_F(http_options_of_a_request, pieces_of_data_are_joined_by_an_ampersand) {
    EXPECT_FALSE(set("data", "a=1"));
    EXPECT_FALSE(set("data-raw", "@b"));
    EXPECT_FALSE(set("data-binary", "c"));
    EXPECT_EQ(load_body(options), "a=1&@b&c");
}

TEST_F(http_options_of_a_request, a_data_file_loses_its_line_ends_and_a_binary_one_does_not) {
    const temporary_file file(std::string_view("{\r\n\"a\": 1\n}\0", 12));
    EXPECT_FALSE(set("data", "@" + file.name()));
    EXPECT_EQ(load_body(options), "{\"a\": 1}");
    options.data.clear();
    EXPECT_FALSE(set("data-binary", "@" + file.name()));
    EXPECT_EQ(load_body(options), std::string("{\r\n\"a\": 1\n}\0", 12));
}

TEST_F(http_options_of_a_request, a_missing_data_file_is_named) {
    EXPECT_FALSE(set("data", "@/nonexistent/file"));
    try {
        static_cast<void>(load_body(options));
        FAIL() << "nothing was thrown";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("open /nonexistent/file"));
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    }
}

TEST_F(http_options_of_a_request, a_body_above_its_limit_is_refused) {
    const temporary_file file(std::string(100, 'x'));
    EXPECT_FALSE(set("data-binary", "@" + file.name()));
    EXPECT_EQ(load_body(options, 100).size(), 100);
    EXPECT_THROW(static_cast<void>(load_body(options, 99)), std::system_error);
}

TEST_F(http_options_of_a_request, a_user_needs_a_colon_and_a_cookie_no_line_break) {
    EXPECT_TRUE(set("user", "ann"));
    EXPECT_FALSE(set("user", "ann:"));
    EXPECT_EQ(options.user, "ann:");
    EXPECT_TRUE(set("cookie", "a=b\nc"));
    EXPECT_TRUE(set("user-agent", "a\rb"));
}

TEST_F(http_options_of_a_request, the_last_of_two_versions_wins) {
    EXPECT_FALSE(set("http2", "true"));
    EXPECT_FALSE(set("http1.1", "true"));
    EXPECT_EQ(options.version, http_version::http1_1);
}

TEST_F(http_options_of_a_request, redirects_are_followed_unless_told_otherwise) {
    EXPECT_TRUE(options.follow);
    EXPECT_FALSE(set("no-location", "true"));
    EXPECT_FALSE(options.follow);
    EXPECT_FALSE(set("location", "true"));
    EXPECT_TRUE(options.follow);
}

TEST_F(http_options_of_a_request, what_excludes_each_other_is_told) {
    EXPECT_EQ(validate(options), std::nullopt);
    options.key = "k.pem";
    EXPECT_TRUE(validate(options));
    options.cert = "c.pem";
    EXPECT_EQ(validate(options), std::nullopt);
    options.unix_socket = "/s";
    options.proxy = "http://p";
    EXPECT_TRUE(validate(options));
    options.proxy.clear();
    options.data = {{"@-", data_piece::form::text}, {"@-", data_piece::form::binary}};
    EXPECT_TRUE(validate(options));
    options.data[1].as = data_piece::form::literally;
    EXPECT_EQ(validate(options), std::nullopt);
}

}  // namespace
}  // namespace grove::cmd
