// SPDX-License-Identifier: MIT
#include <grove/error.hpp>

#include <cerrno>
#include <utility>

namespace grove {

interrupt::~interrupt() = default;
greenlet_exit::~greenlet_exit() = default;
timeout_expired::~timeout_expired() = default;
would_block_forever::~would_block_forever() = default;
greenlet_killed::~greenlet_killed() = default;

const char* greenlet_exit::what() const noexcept {
    return "killed";
}

timeout_expired::timeout_expired(std::string text, const time_limit* source)
    : text_(std::move(text)), source_(source) {}

const char* timeout_expired::what() const noexcept {
    return text_.c_str();
}

void throw_error(int error, std::string_view call, std::string_view object) {
    std::string text(call);
    if (!object.empty()) text.append(1, ' ').append(object);
    throw std::system_error(error, std::generic_category(), text);
}

void throw_errno(std::string_view call, std::string_view object) {
    throw_error(errno, call, object);
}

}  // namespace grove
