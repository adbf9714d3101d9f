// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <gtest/gtest.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

/// What holds for every call that blocks, as one suite of tests: `waiting`, in waiting_cases.cpp.
/// Each of its cases runs in the usual order of greenlets and in a hundred permuted ones.
///
///     struct event_wait {
///         grove::event e;
///
///         bool wait(grove::deadline until) { return e.wait(until); }
///
///         void allow() { e.set(); }
///     };
///
///     INSTANTIATE_TEST_SUITE_P(sync, waiting,
///         testing::Values(kind_of<event_wait>("event_wait", {.lets = passage::all})),
///         name_of_kind);

namespace grove_test {

/// Who gets through when one is allowed to.
enum class passage : std::uint8_t {
    one,      ///< the first of those who wait
    all,      ///< all who wait
    in_turn,  ///< all, each let through by the one before it
};

/// Whether a wait that begins after it was allowed gets through.
enum class memory : std::uint8_t { remembers, forgets };

/// How many greenlets may wait at once.
enum class company : std::uint8_t { many, alone };

/// Who may allow it.
enum class allower : std::uint8_t { anybody, main_greenlet };

/// Whether `allow` itself wakes who waits, or somebody in a later turn: another greenlet, or the
/// hub when it looks at descriptors.
enum class wake_up : std::uint8_t { at_once, later };

/// What happens to those who wait when the object goes.
enum class ending : std::uint8_t { is_told, outlives };

struct blocking_traits {
    passage lets = passage::one;
    memory past = memory::remembers;
    company waiters = company::many;
    allower allowed_by = allower::anybody;
    wake_up wakes = wake_up::at_once;
    ending at_end = ending::is_told;
};

/// One blocking call, made ready to block.
class blocking_call {
 public:
    blocking_call() = default;
    blocking_call(const blocking_call&) = delete;
    blocking_call& operator=(const blocking_call&) = delete;
    virtual ~blocking_call() = default;

    /// Makes the call. Result: it got what it came for; false when `until` came first.
    virtual bool wait(grove::deadline until) = 0;
    /// Lets somebody through.
    virtual void allow() = 0;
    /// Closes what the call waits on. Result: false when it is nothing that can be closed.
    virtual bool close() = 0;
    /// Destroys what the call waits on.
    virtual void destroy() = 0;
};

struct blocking_kind {
    std::string name;
    blocking_traits traits;
    std::function<std::unique_ptr<blocking_call>()> make;
};

/// How GoogleTest shows one.
inline void PrintTo(const blocking_kind& kind, std::ostream* out) {
    *out << kind.name;
}

template <class Adaptor>
concept closable = requires(Adaptor& it) {
    it.close();
};

template <class Adaptor>
blocking_kind kind_of(std::string name, blocking_traits traits = {}) {
    class call final : public blocking_call {
        bool wait(grove::deadline until) override { return it_->wait(until); }

        void allow() override { it_->allow(); }

        bool close() override {
            if constexpr (closable<Adaptor>) it_->close();
            return closable<Adaptor>;
        }

        void destroy() override { it_.reset(); }

        std::unique_ptr<Adaptor> it_ = std::make_unique<Adaptor>();
    };

    return {std::move(name), traits, [] { return std::make_unique<call>(); }};
}

std::string name_of_kind(const testing::TestParamInfo<blocking_kind>& kind);

class waiting : public testing::TestWithParam<blocking_kind> {
 protected:
    using one_run = std::function<void(blocking_call&)>;

    /// Runs `test` on an object of its own in each order, until one fails. Time is virtual.
    static void in_many_orders(const one_run& test);

    [[nodiscard]] static const blocking_traits& traits() { return GetParam().traits; }
};

}  // namespace grove_test
