// SPDX-License-Identifier: MIT
#include "core/fork_guard.hpp"
#include "core/hub_core.hpp"
#include "introspect/stack_probe.hpp"

#include <grove/introspect.hpp>
#include <grove/remote_event.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace grove::introspect {
namespace {

using detail::hub_core;
using detail::mailbox;

std::string name_of_thread(pid_t thread) {
    std::string name;
    std::getline(std::ifstream(fmt::format("/proc/self/task/{}/comm", thread)), name);
    return name;
}

void look(const hub_core& hub, bool stacks, hub_view& into) {
    into.seen = hub.snapshot();
    if (stacks) {
        hub.each_greenlet([&](const detail::greenlet_core& g) {
            into.stacks.push_back(g.running_on == nullptr ? std::vector<std::string>()
                                                          : detail::frames_of(*g.running_on));
        });
    }
    into.answered = true;
}

/// What the asker and the hubs share: an answer may come when the asker has gone.
class questionnaire {
 public:
    /// A place for an answer. Result: its number.
    std::size_t add(pid_t thread) {
        const std::lock_guard hold(mutex_);
        places_.emplace_back().view.thread = thread;
        ++open_;
        return places_.size() - 1;
    }

    /// `view` is null when the hub has ended without an answer.
    void answer(std::size_t number, hub_view* view) noexcept {
        const std::lock_guard hold(mutex_);
        place& at = places_[number];
        if (view != nullptr)
            at.view = std::move(*view);
        else
            at.ended = true;
        if (--open_ == 0) {
            complete_.notify_one();
            all_are_in_.set();
        }
    }

    /// Waits in the hub where that is possible.
    void wait(duration within) {
        const hub_core* const hub = detail::this_hub;
        const bool may_park = hub != nullptr && !hub->on_hub() && !hub->has_virtual_time();
        std::unique_lock hold(mutex_);
        if (open_ == 0) return;
        if (!may_park) {
            complete_.wait_for(hold, within, [this] { return open_ == 0; });
            return;
        }
        hold.unlock();
        static_cast<void>(all_are_in_.wait(within));
    }

    [[nodiscard]] std::vector<hub_view> collect() {
        const std::lock_guard hold(mutex_);
        std::vector<hub_view> all;
        for (place& at : places_) {
            if (!at.ended) all.push_back(at.view);  // a copy: an answer may still come
        }
        return all;
    }

 private:
    struct place {
        hub_view view;
        bool ended = false;
    };

    std::mutex mutex_;
    std::condition_variable complete_;
    std::vector<place> places_;  // guarded by mutex_
    std::size_t open_ = 0;       // guarded by mutex_
    remote_event all_are_in_;
};

/// One hub's copy of the question, which runs there. Dropped when the hub ends before.
class question {
 public:
    question(std::shared_ptr<questionnaire> on, std::size_t number, pid_t thread, bool stacks)
        : on_(std::move(on)), number_(number), thread_(thread), stacks_(stacks) {}

    question(question&&) noexcept = default;
    question& operator=(question&&) noexcept = delete;

    ~question() {
        if (on_) on_->answer(number_, nullptr);
    }

    void operator()() {
        hub_view view;
        view.thread = thread_;
        look(*detail::this_hub, stacks_, view);
        std::exchange(on_, nullptr)->answer(number_, &view);
    }

 private:
    std::shared_ptr<questionnaire> on_;
    std::size_t number_;
    pid_t thread_;
    bool stacks_;
};

/// The doors of all hubs but the calling thread's.
std::vector<std::pair<pid_t, std::shared_ptr<mailbox>>> others() {
    std::vector<std::pair<pid_t, std::shared_ptr<mailbox>>> all;
    const pid_t me = detail::this_hub == nullptr ? 0 : ::gettid();
    detail::beacon::each([&](const detail::beacon& hub) {
        if (hub.thread() != me) all.emplace_back(hub.thread(), hub.door());
    });
    std::erase_if(all, [](const auto& one) { return one.second == nullptr; });
    return all;
}

/// Looks from outside at the hubs that have not answered, none of which ends meanwhile.
void probe(std::vector<hub_view>& hubs) {
    detail::stack_probe from_outside;
    detail::beacon::each([&](const detail::beacon& hub) {
        const auto silent = std::find_if(hubs.begin(), hubs.end(), [&](const hub_view& one) {
            return !one.answered && one.thread == hub.thread();
        });
        if (silent == hubs.end()) return;
        auto stack = from_outside.take(hub.thread());
        if (!stack) return;
        silent->running = std::move(stack->greenlet);
        silent->spawned_at = std::move(stack->spawned_at);
        silent->frames = std::move(stack->frames);
    });
}

/// Their answers, as far as they come in time.
std::vector<hub_view> ask_others(const snapshot_options& options) {
    const auto doors = others();
    const auto asked = std::make_shared<questionnaire>();
    for (const auto& door : doors) asked->add(door.first);
    for (std::size_t i = 0; i < doors.size(); ++i) {
        doors[i].second->post_and_ring(question(asked, i, doors[i].first, options.stacks));
    }
    asked->wait(options.within);
    return asked->collect();
}

}  // namespace

process_snapshot snapshot(const snapshot_options& options) {
    process_snapshot all;
    all.within = options.within;
    if (options.stacks) static_cast<void>(detail::stack_probe());  // throws here, not on a hub
    if (detail::this_hub != nullptr) {
        hub_view& own = all.hubs.emplace_back();
        own.thread = ::gettid();
        look(*detail::this_hub, options.stacks, own);
    }
    if (detail::in_forked_child()) return all;  // the other threads are its parent's
    for (hub_view& one : ask_others(options)) all.hubs.push_back(std::move(one));
    const auto silent = [](const hub_view& one) { return !one.answered; };
    if (std::any_of(all.hubs.begin(), all.hubs.end(), silent)) {
        try {
            probe(all.hubs);
        } catch (const std::runtime_error&) {
            // Without libunwind nothing but the silence can be told.
        }
    }
    for (hub_view& one : all.hubs) one.thread_name = name_of_thread(one.thread);
    return all;
}

void print(const snapshot_options& options) {
    const std::string tree = to_tree(snapshot(options));
    std::fwrite(tree.data(), 1, tree.size(), stderr);
}

}  // namespace grove::introspect
