// SPDX-License-Identifier: MIT
#include "net/media_types.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using grove::http::media_types;

TEST(media_types, are_told_by_the_last_extension_in_any_case) {
    const media_types types({});
    EXPECT_EQ(types.of("index.html"), "text/html; charset=utf-8");
    EXPECT_EQ(types.of("PHOTO.JPG"), "image/jpeg");
    EXPECT_EQ(types.of("app.min.js"), "text/javascript; charset=utf-8");
    EXPECT_EQ(types.of("data.json"), "application/json");
    EXPECT_EQ(types.of("app.wasm"), "application/wasm");
    EXPECT_EQ(types.of("a.tar.gz"), "application/gzip");
    EXPECT_EQ(types.of("3.7z"), "application/x-7z-compressed");
    EXPECT_EQ(types.of("a.zst"), "application/zstd");
    EXPECT_EQ(types.of("a.3gp"), "video/3gpp");
}

TEST(media_types, what_is_not_known_is_just_bytes) {
    const media_types types({});
    for (const char* name : {"", "README", "a.", "a.nosuchtype", "html", "a.htm l", "a.html ",
                             "a.averyverylongextension"})
        EXPECT_EQ(types.of(name), "application/octet-stream") << name;
}

TEST(media_types, own_ones_go_before) {
    const media_types types({{"ts", "text/typescript"}, {"grove", "text/x-grove"}});
    EXPECT_EQ(types.of("a.ts"), "text/typescript");
    EXPECT_EQ(types.of("a.GROVE"), "text/x-grove");
    EXPECT_EQ(types.of("a.html"), "text/html; charset=utf-8");
}

bool is_refused(const char* extension, const char* type) {
    std::vector<grove::static_type> own{{extension, type}};
    try {
        const media_types types(std::move(own));
        return false;
    } catch (const std::invalid_argument&) {
        return true;
    }
}

TEST(media_types, that_cannot_be_are_refused) {
    EXPECT_TRUE(is_refused("", "text/plain"));
    EXPECT_TRUE(is_refused(".ts", "text/plain"));
    EXPECT_TRUE(is_refused("a/b", "text/plain"));
    EXPECT_TRUE(is_refused("a", ""));
    EXPECT_TRUE(is_refused("a", "text/plain\r\nX: y"));
    EXPECT_FALSE(is_refused("a", "text/plain"));
}

}  // namespace
