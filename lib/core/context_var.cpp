// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/context_var.hpp>

#include <utility>

namespace grove::detail {

const void* find_in_context(const void* key) noexcept {
    const greenlet_core& g = hub_core::of_thread().current();
    if (g.extras == nullptr) return nullptr;
    for (const context_values* at = g.extras->context.get(); at != nullptr; at = at->outer.get()) {
        if (at->key == key) return at->value.get();
    }
    return nullptr;
}

context_scope::context_scope(const void* key, std::shared_ptr<const void> value) {
    auto& seen = hub_core::extras(hub_core::of_thread().current()).context;
    before_ = seen;
    seen = std::make_shared<context_values>(context_values{key, std::move(value), before_});
}

context_scope::~context_scope() {
    hub_core::of_thread().current().extras->context = std::move(before_);
}

}  // namespace grove::detail
