// SPDX-License-Identifier: MIT
// What is built beside the program: its manual and its completions, in a folder like /usr/share.
#include "cmd/pages/completion.hpp"
#include "cmd/pages/man_page.hpp"
#include "cmd/verbs.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace {

using namespace grove::cmd;
namespace fs = std::filesystem;

void write(const fs::path& to, const std::string& text) {
    fs::create_directories(to.parent_path());
    std::ofstream file;
    file.exceptions(std::ios::failbit | std::ios::badbit);
    file.open(to, std::ios::binary);
    file << text;
    file.close();
}

void write_all(const fs::path& share, std::string_view date) {
    const fs::path man = share / "man" / "man1";
    write(man / "grove.1", program_man_page(all_verbs(), date));
    for (const verb& each : all_verbs()) {
        write(man / fmt::format("grove-{}.1", each.name), verb_man_page(each, date));
    }
    const auto places = offered_places(all_verbs());
    write(share / "bash-completion" / "completions" / "grove", bash_completion(places));
    write(share / "zsh" / "site-functions" / "_grove", zsh_completion(places));
    write(share / "fish" / "vendor_completions.d" / "grove.fish", fish_completion(places));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: grove_pages FOLDER DATE\n", stderr);
        return 2;
    }
    try {
        write_all(argv[1], argv[2]);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "grove_pages: {}\n", error.what());
        return 1;
    }
}
