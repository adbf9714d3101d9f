// SPDX-License-Identifier: MIT
#include "io/system_files.hpp"

#include "base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

namespace grove::dns {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20;
constexpr std::chrono::seconds between_looks{1};

std::string contents(const std::string& path) {
    const detail::unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    if (!fd) return text;
    text.resize(most_bytes);
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t n = ::read(fd.get(), text.data() + length, text.size() - length);
        if (n <= 0) break;
        length += static_cast<std::size_t>(n);
    }
    text.resize(length);
    return text;
}

/// The next line without its comment, taken off `text`.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line.substr(0, line.find_first_of("#;"));
}

/// The next word, in lower case, taken off `line`; empty at its end.
std::string take_word(std::string_view& line) {
    constexpr std::string_view blanks = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::size_t end = std::min(line.find_first_of(blanks), line.size());
    std::string word(line.substr(0, end));
    line.remove_prefix(end);
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return word;
}

}  // namespace

bool file_watch::changed(deadline now) {
    if (now < next_look_) return false;
    next_look_ = now + between_looks;

    struct stat found {};

    if (::stat(path_.c_str(), &found) != 0) found = {};
    const bool same = found.st_mtim.tv_sec == modified_.tv_sec &&
                      found.st_mtim.tv_nsec == modified_.tv_nsec && found.st_ino == inode_ &&
                      found.st_size == size_;
    modified_ = found.st_mtim;
    inode_ = found.st_ino;
    size_ = found.st_size;
    return !same;
}

const std::vector<ip_address>* hosts_file::find(const std::string& name, deadline now) {
    if (file_.changed(now)) read();
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &found->second;
}

void hosts_file::read() {
    names_.clear();
    const std::string text = contents(file_.path());
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = take_line(rest);
        const auto address = ip_address::parse(take_word(line));
        if (!address) continue;
        for (std::string name = take_word(line); !name.empty(); name = take_word(line)) {
            std::vector<ip_address>& known = names_[name];
            if (std::ranges::find(known, *address) == known.end()) known.push_back(*address);
        }
    }
}

bool resolv_conf::refresh(deadline now) {
    if (!file_.changed(now)) return false;
    servers_.clear();
    const std::string text = contents(file_.path());
    for (std::string_view rest = text; !rest.empty();) {
        std::string_view line = take_line(rest);
        if (take_word(line) != "nameserver") continue;
        if (const auto address = ip_address::parse(take_word(line))) {
            servers_.push_back(address->is_v6() ? '[' + address->text() + ']' : address->text());
        }
    }
    if (servers_.empty()) servers_.emplace_back("127.0.0.1");
    return true;
}

}  // namespace grove::dns
