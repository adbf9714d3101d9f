// SPDX-License-Identifier: MIT
#include "tests/support/static_site.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>

/// Shapes of paths that have led out of the folders of other servers. None leaves ours: not by its
/// bytes (RFC 3986 sections 2.1, 3.3 and 5.2.4; RFC 9110 section 4.2.5 on what decoding twice
/// does), and not by what lies in the folder.

namespace {

using grove::static_files;
using grove_test::ask;
using grove_test::seen_answer;
using grove_test::site_area;

std::string encoded(int byte) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<std::size_t>(byte);
    return {'%', digits[value / 16], digits[value % 16]};
}

constexpr std::string_view mark = "TOP SECRET";

/// Served: site/{a.txt, sub/b.txt}. Beside it: secret.txt, `site-secret`, `sub/secret.txt`.
class escapes : public testing::Test {
 protected:
    escapes() {
        site_.file("a.txt", "a");
        site_.file("sub/b.txt", "b");
        std::filesystem::create_directory(site_.area() / "sub");
        std::filesystem::create_directory(site_.area() / "site-secret");
        for (const char* name : {"secret.txt", "site-secret/secret.txt", "sub/secret.txt"})
            static_cast<void>(site_.area().with(name, std::string(mark)));
    }

    /// Every file of the site still comes, and nothing of `target` does.
    void expect_refused(std::string_view target) const {
        for (const bool dot_files : {false, true}) {
            static_files files(site_.root(), {.dot_files = dot_files});
            const seen_answer got = ask(files, target);
            EXPECT_TRUE(got.status == 400 || got.status == 404) << target << ' ' << got.status;
            EXPECT_EQ(got.body.find(mark), std::string::npos) << target;
            EXPECT_EQ(got.body.find("secret.txt"), std::string::npos) << target;
        }
    }

    site_area site_;
};

constexpr std::string_view shapes[] = {
    // Steps up, plain.
    "/../secret.txt",
    "/sub/../../secret.txt",
    "/sub/../../site-secret/secret.txt",
    "/../site/../secret.txt",
    "/..",
    "/../",
    "/sub/..",
    "/sub/../..",
    "/sub/b.txt/../../../secret.txt",
    "/none/../../secret.txt",
    "/./../secret.txt",
    "/.././secret.txt",
    "/../../../../../../../../../../etc/passwd",
    // Encoded once, in part or in whole.
    "/%2e%2e/secret.txt",
    "/%2E%2E/secret.txt",
    "/.%2e/secret.txt",
    "/%2e./secret.txt",
    "/..%2fsecret.txt",
    "/..%2Fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub%2f..%2f..%2fsecret.txt",
    "/%2f../secret.txt",
    "/%2fetc/passwd",
    "%2f..%2fsecret.txt",
    // Encoded twice and more: decoded once, it is a name that is not there.
    "/%252e%252e/secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..%252fsecret.txt",
    "/%25252e%25252e/secret.txt",
    "/%%32e%%32e/secret.txt",
    "/%25%32%65%25%32%65/secret.txt",
    // Other systems' separators.
    "/..\\secret.txt",
    "/sub\\..\\..\\secret.txt",
    "/..%5csecret.txt",
    "/..%5Csecret.txt",
    "/%2e%2e%5csecret.txt",
    "/..%255csecret.txt",
    "\\..\\secret.txt",
    "/c:/secret.txt",
    "/c:\\secret.txt",
    "/a.txt::$DATA",
    // Forms of a dot or a slash that are too long in UTF-8, or wide.
    "/%c0%ae%c0%ae/secret.txt",
    "/%c0%ae%c0%ae%c0%afsecret.txt",
    "/..%c0%afsecret.txt",
    "/..%e0%80%afsecret.txt",
    "/%e0%80%ae%e0%80%ae/secret.txt",
    "/%f0%80%80%ae%f0%80%80%ae/secret.txt",
    "/\xC0\xAE\xC0\xAE/secret.txt",
    "/%u002e%u002e/secret.txt",
    "/%u2216..%u2216secret.txt",
    "/%ef%bc%8e%ef%bc%8e/secret.txt",
    "/..%ef%bc%8fsecret.txt",
    // Ends of texts.
    "/../secret.txt%00",
    "/../secret.txt%00.html",
    "/a.txt%00/../../secret.txt",
    "/%00/../secret.txt",
    "/..%00/secret.txt",
    // Empty segments, and roots.
    "//../secret.txt",
    "/sub//../../secret.txt",
    "//etc/passwd",
    "///etc/passwd",
    "/sub//..//..//secret.txt",
    "/site-secret/secret.txt",
    "-secret/secret.txt",
    "",
    "*",
    ".",
    "..",
    "../secret.txt",
    "http://host/../secret.txt",
    "file:///etc/passwd",
    // What readers before us may have taken away or put in.
    "/..;/secret.txt",
    "/..;x=1/secret.txt",
    "/.../secret.txt",
    "/..../secret.txt",
    "/....//secret.txt",
    "/..././secret.txt",
    "/..%20/secret.txt",
    "/%20../secret.txt",
    "/..%09/secret.txt",
    "/..%0d%0a/secret.txt",
    "/..\t/secret.txt",
    "/..?/secret.txt",
    "/..#/secret.txt",
    "/%2e%2e?x",
    "/~/secret.txt",
    "/~root/secret.txt",
    "/$HOME/secret.txt",
    "/%24%7BPWD%7D/../secret.txt",
    // What is not an encoding.
    "/%",
    "/%2",
    "/%2e%2",
    "/..%2",
    "/%zz/../secret.txt",
    "/%-2e/secret.txt",
    "/%+2e/secret.txt",
};

static_assert(std::size(shapes) >= 50);

TEST_F(escapes, no_shape_of_a_path_leaves_the_folder) {
    for (const std::string_view target : shapes) expect_refused(target);
    static_files files(site_.root());
    EXPECT_EQ(ask(files, "/a.txt").body, "a");
    EXPECT_EQ(ask(files, "/sub/b.txt").body, "b");
}

TEST_F(escapes, nor_does_one_behind_a_path_that_is_there) {
    for (const std::string_view target : shapes) {
        if (!target.starts_with('/') || target == "/..?/secret.txt") continue;
        expect_refused("/sub" + std::string(target));
    }
}

TEST_F(escapes, no_byte_after_two_dots_makes_them_a_step) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string one = encoded(byte);
        expect_refused("/.." + one + "/secret.txt");
        expect_refused("/.." + one + "secret.txt");
        expect_refused("/" + one + "../secret.txt");
        expect_refused("/." + one + "./secret.txt");
    }
}

TEST_F(escapes, no_link_leads_out_in_any_position) {
    site_.link("../secret.txt", "file");
    site_.link(site_.area() / "secret.txt", "absolute");
    site_.link("..", "up");
    site_.link("../..", "sub/up");
    site_.link("../../sub", "sub/other");
    site_.link("sub/up", "chain");
    site_.link("../site-secret", "beside");
    site_.link("/", "slash");
    site_.link("/proc/self/root", "magic");
    site_.link("/proc/self/fd", "descriptors");
    site_.link("circle", "circle");
    for (const char* target :
         {"/file", "/absolute", "/up/secret.txt", "/up/", "/up", "/sub/up/secret.txt",
          "/sub/up/sub/secret.txt", "/sub/other/secret.txt", "/sub/other/", "/chain/secret.txt",
          "/beside/secret.txt", "/beside/", "/slash/etc/passwd", "/slash/", "/magic/etc/passwd",
          "/magic/", "/descriptors/0", "/circle", "/circle/x"})
        expect_refused(target);
}

TEST_F(escapes, an_index_and_a_coded_file_that_are_links_lead_nowhere) {
    site_.link("../secret.txt", "index.html");
    site_.link("../secret.txt", "a.txt.gz");
    site_.link("../secret.txt", "a.txt.br");
    static_files files(site_.root(), {.list_folders = false, .single_page = true});
    EXPECT_EQ(ask(files, "/").status, 403U);
    EXPECT_EQ(ask(files, "/none").status, 404U);
    EXPECT_EQ(ask(files, "/a.txt", {{"Accept-Encoding", "br, gzip"}}).body, "a");
}

TEST_F(escapes, a_page_of_a_folder_does_not_show_where_links_lead_out) {
    site_.link("../secret.txt", "secret");
    site_.link("..", "up");
    site_.link("a.txt", "inside");
    static_files files(site_.root());
    const std::string page = ask(files, "/").body;
    EXPECT_EQ(page.find("secret"), std::string::npos);
    EXPECT_EQ(page.find("\"up"), std::string::npos);
    EXPECT_NE(page.find("inside"), std::string::npos);
}

/// The file that is asked for and a link to the secret take turns.
TEST_F(escapes, a_race_of_renames_shows_nothing_of_what_is_outside) {
    site_.link("../secret.txt", "bad");
    std::atomic<bool> over{false};
    std::thread swaps([&over, good = site_.path("a.txt"), bad = site_.path("bad")] {
        while (!over) {
            if (::renameat2(AT_FDCWD, good.c_str(), AT_FDCWD, bad.c_str(), RENAME_EXCHANGE) != 0)
                break;
        }
    });
    static_files files(site_.root(), {.most_files = 0});
    int shown = 0;
    for (int i = 0; i < 5000; ++i) {
        const seen_answer got = ask(files, "/a.txt");
        shown += got.status == 200 ? 1 : 0;
        EXPECT_TRUE(got.body == "a" || got.body == "404 Not Found\n") << got.body;
    }
    over = true;
    swaps.join();
    EXPECT_GT(shown, 0);
}

}  // namespace
