// SPDX-License-Identifier: MIT
#include "cmd/common/fact_path.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace grove::cmd;

constexpr std::array facts{fact{"status", fact_type::number, ""}, fact{"json", fact_type::json, ""},
                           fact{"header", fact_type::family, ""},
                           fact{"ok", fact_type::boolean, ""}};

class answer final : public fact_source {
 public:
    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override {
        if (name == "status") return 200.0;
        if (name == "ok") return true;
        if (name == "header") return key == "etag" ? fact_value("W/1") : std::monostate();
        return &json_;
    }

 private:
    boost::json::value json_ = boost::json::parse(R"({"a":[{"b":"x"}],"n":1.5,"t":true,"z":null})");
};

std::optional<fact_path::found> read(std::string_view text) {
    fact_path path;
    const auto wrong = fact_path::parse(text, facts, path);
    EXPECT_FALSE(wrong.has_value()) << wrong->what;
    return path.read(answer());
}

TEST(fact_path, leads_to_texts) {
    EXPECT_EQ(read("json.a[0].b")->text, "x");
    EXPECT_FALSE(read("json.a[0].b")->is_json);
    EXPECT_EQ(read("header.ETag")->text, "W/1");
}

TEST(fact_path, leads_to_what_json_can_say) {
    EXPECT_EQ(read("status")->text, "200");
    EXPECT_EQ(read("json.n")->text, "1.5");
    EXPECT_EQ(read("json.t")->text, "true");
    EXPECT_EQ(read("ok")->text, "true");
    EXPECT_EQ(read("json.a")->text, R"([{"b":"x"}])");
    for (const char* each : {"status", "json.n", "json.t", "ok", "json.a"})
        EXPECT_TRUE(read(each)->is_json) << each;
}

TEST(fact_path, leads_nowhere_where_nothing_is) {
    EXPECT_FALSE(read("json.a[3].b").has_value());
    EXPECT_FALSE(read("json.z").has_value());
    EXPECT_FALSE(read("header.nope").has_value());
}

TEST(fact_path, of_an_unknown_name_is_refused_with_the_nearest) {
    fact_path path;
    EXPECT_EQ(fact_path::parse("statis", facts, path)->hint, "did you mean status?");
    EXPECT_TRUE(fact_path::parse("", facts, path).has_value());
    EXPECT_TRUE(fact_path::parse("status == 200", facts, path).has_value());
    EXPECT_EQ(fact_path::parse("json[1", facts, path)->what, "is not an index");
}

}  // namespace
