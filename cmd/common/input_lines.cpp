// SPDX-License-Identifier: MIT
#include "cmd/common/input_lines.hpp"

#include <grove/error.hpp>

#include <fstream>
#include <iostream>
#include <utility>

namespace grove::cmd {
namespace {

std::vector<std::string> lines_of(std::istream& from) {
    std::vector<std::string> all;
    for (std::string line; std::getline(from, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty() && line[0] != '#') all.push_back(std::move(line));
    }
    return all;
}

}  // namespace

std::vector<std::string> input_lines(const std::string& path) {
    if (path == "-") return lines_of(std::cin);
    std::ifstream file(path, std::ios::binary);
    if (!file) throw_errno("open", path);
    return lines_of(file);
}

}  // namespace grove::cmd
