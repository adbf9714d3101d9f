// SPDX-License-Identifier: MIT
#include "cmd/fetch/item_source.hpp"

#include "cmd/common/descriptors.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t chunk_size = std::size_t{64} << 10;

}  // namespace

item_source::item_source(const fetch_options& options, complaint on_bad_line)
    : options_(options), on_bad_line_(std::move(on_bad_line)) {}

item_source::~item_source() {
    close_list();
}

std::optional<fetch_item> item_source::next() {
    if (next_url_ < options_.urls.size()) return next_of_command_line();
    while (list_ || open_next_list()) {
        try {
            if (auto item = list_->next()) return item;
        } catch (const input_error& e) {
            on_bad_line_(e.what());
            continue;
        }
        if (at_end_)
            close_list();
        else
            read_more();
    }
    return std::nullopt;
}

std::optional<fetch_item> item_source::next_of_command_line() {
    fetch_item item;
    item.url = options_.urls[next_url_++];
    if (!options_.sha256.empty()) {
        item.digest = expected_digest{digest_algorithm::sha256, options_.sha256};
    }
    return item;
}

bool item_source::open_next_list() {
    if (next_input_ == options_.inputs.size()) return false;
    const std::string& path = options_.inputs[next_input_++];
    const bool is_stdin = path == "-";
    name_ = is_stdin ? "stdin" : path;
    fd_ = is_stdin ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) throw_errno("open", path);
    list_.emplace(input_list_options{.source = name_, .base = options_.base});
    at_end_ = false;
    return true;
}

void item_source::read_more() {
    chunk_.resize(chunk_size);
    const std::size_t n = read_some(fd_, chunk_.data(), chunk_.size(), name_);
    at_end_ = n == 0;
    if (at_end_)
        list_->finish();
    else
        list_->feed({chunk_.data(), n});
}

void item_source::close_list() noexcept {
    if (fd_ > STDIN_FILENO) ::close(fd_);
    fd_ = -1;
    list_.reset();
}

}  // namespace grove::cmd
