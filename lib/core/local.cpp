// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/local.hpp>

#include <algorithm>

namespace grove::detail {
namespace {

using local_value = greenlet_extras::local_value;

std::vector<local_value>::iterator find(std::vector<local_value>& locals,
                                        const void* key) noexcept {
    return std::find_if(locals.begin(), locals.end(),
                        [key](const local_value& v) { return v.key == key; });
}

}  // namespace

void* find_local(const void* key) noexcept {
    const greenlet_core& g = hub_core::of_thread().current();
    if (g.extras == nullptr) return nullptr;
    const auto found = find(g.extras->locals, key);
    return found == g.extras->locals.end() ? nullptr : found->value;
}

void set_local(const void* key, void* value, void (*destroy)(void*) noexcept) {
    hub_core::extras(hub_core::of_thread().current()).locals.push_back({key, value, destroy});
}

void drop_local(const void* key) noexcept {
    const greenlet_core& g = hub_core::of_thread().current();
    if (g.extras == nullptr) return;
    const auto found = find(g.extras->locals, key);
    if (found == g.extras->locals.end()) return;
    const local_value gone = *found;
    g.extras->locals.erase(found);
    gone.destroy(gone.value);
}

}  // namespace grove::detail
