// SPDX-License-Identifier: MIT
#include "cmd/poll/become.hpp"

#include <grove/error.hpp>

#include <unistd.h>

#include <csignal>

namespace grove::cmd {

void become(const std::vector<std::string>& command) {
    std::vector<char*> words;
    words.reserve(command.size() + 1);
    // execvp does not write to them: its type is older than const.
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    // What is ignored stays so in the next program; handlers do not.
    std::signal(SIGPIPE, SIG_DFL);
    ::execvp(words[0], words.data());
    throw_errno("run", command[0]);
}

}  // namespace grove::cmd
