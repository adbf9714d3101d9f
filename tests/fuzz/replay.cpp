// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// Runs a fuzz target over the files of folders, in the order of their names, without libFuzzer.

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

void replay(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::vector<char> chars(std::istreambuf_iterator<char>(in), {});
    const std::vector<std::uint8_t> bytes(chars.begin(), chars.end());
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // it is the last line where the target aborts
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** folders) {
    std::size_t files = 0;
    try {
        for (int n = 1; n < count; ++n) {
            for (const auto& file : files_of(folders[n])) {
                replay(file);
                ++files;
            }
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
    if (files == 0) std::fputs("nothing was replayed\n", stderr);
    return files == 0 ? 1 : 0;
}
