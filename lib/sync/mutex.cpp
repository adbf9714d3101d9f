// SPDX-License-Identifier: MIT
#include <grove/mutex.hpp>

#include <string>
#include <system_error>
#include <utility>

namespace grove {
namespace {

[[noreturn]] void refuse(std::errc why, const char* name, const char* what) {
    throw std::system_error(std::make_error_code(why), std::string(name) + ' ' + what);
}

}  // namespace

void mutex::owner::set(detail::greenlet_core* g) noexcept {
    if (g != nullptr) ++g->references;
    if (detail::greenlet_core* before = std::exchange(holder_, g)) detail::release(*before);
}

void mutex::owner::each_holder(
    const std::function<void(const detail::greenlet_core&)>& tell) const {
    if (holder_ != nullptr) tell(*holder_);
}

mutex::~mutex() {
    owner_.set(nullptr);
}

bool mutex::lock(deadline until) {
    if (try_lock()) [[likely]]
        return true;
    if (held()) refuse(std::errc::resource_deadlock_would_occur, name_, "is held by the caller");
    // `unlock` has made the one who was woken the holder.
    return waiting_.wait(name_, this, until, &owner_);
}

bool mutex::try_lock() noexcept {
    if (locked()) return false;
    owner_.set(&detail::running());
    return true;
}

void mutex::unlock() {
    if (!held()) refuse(std::errc::operation_not_permitted, name_, "is not held by the caller");
    detail::visitor* const next = waiting_.pop_front();
    owner_.set(next != nullptr ? &next->owner() : nullptr);
    if (next != nullptr) next->wake();
}

bool mutex::held() const noexcept {
    return owner_.get() == &detail::running();
}

bool recursive_mutex::lock(deadline until) {
    if (!mutex_.held() && !mutex_.lock(until)) return false;
    ++depth_;
    return true;
}

bool recursive_mutex::try_lock() noexcept {
    if (!mutex_.held() && !mutex_.try_lock()) return false;
    ++depth_;
    return true;
}

void recursive_mutex::unlock() {
    if (depth_ > 1 && mutex_.held()) {
        --depth_;
        return;
    }
    mutex_.unlock();
    depth_ = 0;
}

}  // namespace grove
