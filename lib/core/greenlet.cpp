// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/hub_core.hpp"

#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <memory>

namespace grove {

using detail::greenlet_core;
using detail::hub_core;
using detail::in_forked_child;
using detail::this_hub;

namespace {

// What a greenlet holds by living on.
class life final : public detail::holding {
 public:
    explicit life(const greenlet_core& g) noexcept : greenlet_(g) {}

    void each_holder(const std::function<void(const greenlet_core&)>& tell) const override {
        tell(greenlet_);
    }

 private:
    const greenlet_core& greenlet_;
};

void check_thread(const greenlet_core& g) noexcept {
    if (g.hub != this_hub) [[unlikely]]
        hub_core::used_elsewhere(g);
}

}  // namespace

// --- handle ---

greenlet_handle& greenlet_handle::operator=(greenlet_handle&& other) noexcept {
    if (this == &other) return *this;
    while (core_ != nullptr) reset();  // another greenlet may assign while this one waits
    core_ = std::exchange(other.core_, nullptr);
    return *this;
}

void greenlet_handle::reset() noexcept {
    greenlet_core& ending = *core_;
    if (ending.finished() || in_forked_child()) {
        core_ = nullptr;
        detail::release(ending);
        return;
    }
    check_thread(ending);
    GROVE_CHECK(&ending != &this_hub->current(), "a greenlet cannot destroy its own handle");
    ++ending.references;
    greenlet_handle mine(&ending);
    {
        const shield until_gone;
        mine.kill();
    }
    // Unless another greenlet has emptied the same handle meanwhile.
    if (core_ == &ending) detail::release(*std::exchange(core_, nullptr));
}

bool greenlet_handle::join(deadline until) {
    if (core_->finished()) return true;
    check_thread(*core_);
    // One that has asked for its own death waits here for it to be thrown.
    GROVE_CHECK(core_ != &this_hub->current() || this_greenlet::kill_requested(),
                "a greenlet cannot join itself");
    const life joined(*core_);
    detail::waiter me("greenlet.join", core_, &joined);
    core_->joiners.push_back(me);
    return me.park(until) == detail::outcome::woken;
}

bool greenlet_handle::kill(deadline until) {
    return kill(nullptr, until);
}

bool greenlet_handle::kill(std::exception_ptr reason, deadline until) {
    request_kill(std::move(reason));
    return join(until);
}

void greenlet_handle::request_kill(std::exception_ptr reason) {
    check_thread(*core_);
    this_hub->interrupt_with_kill(*core_, std::move(reason));
}

bool greenlet_handle::started() const noexcept {
    return !core_->finished();
}

bool greenlet_handle::successful() const noexcept {
    return core_->ended == detail::ending::value || core_->ended == detail::ending::exited;
}

std::string greenlet_handle::name() const {
    return hub_core::name_of(*core_);
}

void greenlet_handle::set_name(std::string name) {
    hub_core::extras(*core_).name = std::move(name);
}

std::uint64_t greenlet_handle::on_done(detail::task f) {
    check_thread(*core_);
    return core_->hub->add_link(*core_, detail::link_on_success | detail::link_on_failure,
                                std::move(f));
}

std::uint64_t greenlet_handle::on_success(detail::task f) {
    check_thread(*core_);
    return core_->hub->add_link(*core_, detail::link_on_success, std::move(f));
}

std::uint64_t greenlet_handle::on_error(detail::task f) {
    check_thread(*core_);
    return core_->hub->add_link(*core_, detail::link_on_failure, std::move(f));
}

bool greenlet_handle::unlink(std::uint64_t link) noexcept {
    check_thread(*core_);
    if (core_->extras == nullptr) return false;
    return std::erase_if(core_->extras->links,
                         [link](const auto& l) { return l.number == link; }) != 0;
}

void greenlet_handle::detach() && noexcept {
    check_thread(*core_);
    detail::release(*std::exchange(core_, nullptr));
}

void greenlet_handle::finish(deadline until) {
    if (!join(until)) throw timeout_expired();
    if (core_->failure) std::rethrow_exception(core_->failure);
}

void greenlet_handle::throw_killed() const {
    throw greenlet_killed(name() + " was killed before it had a value");
}

// --- spawning, waiting ---

void apply_options(greenlet_core& core, spawn_options&& options) {
    core.stack = options.stack;
    if (!options.name.empty()) hub_core::extras(core).name = std::move(options.name);
}

void sleep_until(deadline when) {
    detail::waiter me("sleep");
    static_cast<void>(me.park(when));
}

void sleep_for(duration d) {
    if (d <= duration::zero())
        yield();
    else
        sleep_until(d);
}

void idle(int priority) {
    hub_core::of_thread().idle(priority);
}

namespace {

/// Counts ends in the order they happen, with one wake-up for the one who waits for them.
class finish_line final : public detail::holding {
    // Shared with the links: one may run after the one who waited has been interrupted and gone.
    struct record {
        std::vector<greenlet_handle*> finished;
        detail::waiter* waiting = nullptr;

        void pass(greenlet_handle* g) {
            finished.push_back(g);
            if (waiting != nullptr) waiting->wake();
        }
    };

 public:
    explicit finish_line(std::span<greenlet_handle* const> all) {
        for (greenlet_handle* g : all) {
            if (g->ready())
                record_->finished.push_back(g);
            else
                links_.emplace_back(g, 0);
        }
        for (auto& [g, link] : links_) {
            link = g->on_done([kept = record_, passing = g] { kept->pass(passing); });
        }
    }

    finish_line(const finish_line&) = delete;
    finish_line& operator=(const finish_line&) = delete;

    void each_holder(const std::function<void(const greenlet_core&)>& tell) const override {
        for (const auto& [g, link] : links_) {
            if (!g->ready()) tell(g->core());
        }
    }

    ~finish_line() {
        for (auto& [g, link] : links_) g->unlink(link);
    }

    /// Until `count` have ended, or one has failed when `stop_at_failure`.
    void wait(std::size_t count, bool stop_at_failure, deadline until) {
        while (finished().size() < count && !(stop_at_failure && failed() != nullptr)) {
            detail::waiter me("join_all", nullptr, this);
            record_->waiting = &me;
            const on_exit leave([this] { record_->waiting = nullptr; });
            if (me.park(until) == detail::outcome::deadline) return;
        }
    }

    [[nodiscard]] greenlet_handle* failed() const {
        const auto found = std::find_if(finished().begin(), finished().end(),
                                        [](const auto* g) { return g->exception() != nullptr; });
        return found == finished().end() ? nullptr : *found;
    }

    [[nodiscard]] const std::vector<greenlet_handle*>& finished() const {
        return record_->finished;
    }

 private:
    std::vector<std::pair<greenlet_handle*, std::uint64_t>> links_;
    std::shared_ptr<record> record_ = std::make_shared<record>();
};

}  // namespace

std::vector<greenlet_handle*> join_all(std::span<greenlet_handle* const> greenlets,
                                       join_options options) {
    finish_line line(greenlets);
    const std::size_t count = std::min(options.count, greenlets.size());
    line.wait(count, options.throw_first, options.until);
    if (const greenlet_handle* failed = options.throw_first ? line.failed() : nullptr) {
        std::rethrow_exception(failed->exception());
    }
    std::vector<greenlet_handle*> ended = line.finished();
    if (ended.size() > count) ended.resize(count);
    return ended;
}

void kill_all(std::span<greenlet_handle* const> greenlets, deadline until) {
    for (greenlet_handle* g : greenlets) g->request_kill();
    for (greenlet_handle* g : greenlets) {
        if (!g->join(until)) throw timeout_expired();
    }
}

namespace this_greenlet {

std::uint32_t id() noexcept {
    return hub_core::of_thread().current().number;
}

std::string name() {
    return hub_core::name_of(hub_core::of_thread().current());
}

void set_name(std::string name) {
    hub_core::extras(hub_core::of_thread().current()).name = std::move(name);
}

bool kill_requested() noexcept {
    return (hub_core::of_thread().current().interruptions & detail::kill_pending) != 0;
}

void forgive_kill() noexcept {
    hub_core::forgive(hub_core::of_thread().current());
}

}  // namespace this_greenlet

}  // namespace grove
