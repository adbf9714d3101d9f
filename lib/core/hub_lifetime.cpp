// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "base/exception_text.hpp"
#include "core/hub_core.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

/// How a hub ends, what it owns for others, and how it tells of errors that nobody handled.

namespace grove::detail {
namespace {

constexpr std::chrono::seconds last_wait{5};

/// `1234 (worker)`; the number alone when it has ended.
std::string text_of_thread(int id) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/self/task/{}/comm", id)), name);
    return name.empty() ? fmt::format("{}", id) : fmt::format("{} ({})", id, name);
}

}  // namespace

void hub_core::report_error(std::string_view context, const std::exception_ptr& error) noexcept {
    if (on_error_) {
        on_error_(context, error);
        return;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const std::string line = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {} failed with {}\n", now, context,
                                         typed_text_of(error));
    std::fputs(line.c_str(), stderr);
}

void hub_core::used_elsewhere(const greenlet_core& g) noexcept {
    fatal(
        fmt::format("{} of thread {} was used on thread {}: greenlets, and what they wait on, "
                    "belong to one thread; see hub_address::post and the remote types",
                    name_of(g), text_of_thread(g.hub->thread_), text_of_thread(::gettid())));
}

hub_service* hub_core::find_service(const void* key) const noexcept {
    for (const auto& [known, service] : services_) {
        if (known == key) return service.get();
    }
    return nullptr;
}

hub_service& hub_core::add_service(const void* key, std::unique_ptr<hub_service> service) {
    return *services_.emplace_back(key, std::move(service)).second;
}

bool hub_core::stop() {
    if (current_ != &main_) return false;
    main_.interruptions = 0;
    ++main_.shields;
    for (std::size_t i = services_.size(); i > 0; --i) services_[i - 1].second->on_stop();
    std::vector<greenlet_core*> left;
    for (greenlet_core& g : all_) {
        if (&g != &main_) left.push_back(&g);
    }
    for (greenlet_core* g : left) interrupt_with_kill(*g, nullptr);
    if (!left.empty()) static_cast<void>(join_everyone(last_wait));
    --main_.shields;
    all_.remove(main_);
    if (!all_.empty()) {
        std::fprintf(stderr, "grove: %s did not end with its thread\n",
                     name_of(all_.front()).c_str());
        return false;
    }
    run_posted();  // what services left to do
    descriptors.detach(door_->descriptor());
    door_->close();
    while (!services_.empty()) services_.pop_back();
    posted_here_.clear();
    return true;
}

void hub_core::retire_contexts() noexcept {
    retiring_ = true;
    const auto retire = [this](context* c) {
        switch_context(*main_.running_on, *c, exceptions_);
        dispose_context(c);
    };
    for (context*& first : free_contexts_) {
        while (first != nullptr) retire(std::exchange(first, first->next_free));
    }
    retire(hub_context_);
}

}  // namespace grove::detail
