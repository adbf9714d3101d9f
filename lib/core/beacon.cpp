// SPDX-License-Identifier: MIT
#include "core/beacon.hpp"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace grove::detail {
namespace {

struct registry {
    std::mutex guard;
    std::vector<const beacon*> all;
};

registry& known() {
    static auto* const only = new registry;  // a hub may end after static objects have gone
    return *only;
}

}  // namespace

beacon::beacon() : thread_(::gettid()) {
    const std::lock_guard hold(known().guard);
    known().all.push_back(this);
}

beacon::~beacon() {
    const std::lock_guard hold(known().guard);
    std::erase(known().all, this);
}

void beacon::open(const std::shared_ptr<mailbox>& door) {
    const std::lock_guard hold(known().guard);
    door_ = door;
}

const void* beacon::list_of_all() noexcept {
    return &known().all;
}

void beacon::each(const std::function<void(const beacon&)>& f) {
    const std::lock_guard hold(known().guard);
    for (const beacon* one : known().all) f(*one);
}

}  // namespace grove::detail
