// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/pool.hpp>

#include <cstddef>
#include <exception>
#include <string>
#include <system_error>

/// What a server of connections and one of messages have in common: a greenlet that takes in what
/// comes, a greenlet for each in a bounded pool, a pause when the system is short, and an end with
/// a grace. Who derives from it stops it in its own destructor.

namespace grove::detail {

class serving {
 public:
    serving(const serving&) = delete;
    serving& operator=(const serving&) = delete;

    void stop_taking() noexcept;
    /// Nothing happens if it takes already, or is closed.
    void start_taking();

    /// Waits until `stop`, or throws what has closed the door.
    void serve_forever();

    /// Takes no more than those who wait at the door, if there is a grace for them, closes it,
    /// waits for the greenlets and kills those that are left after `grace`. Result: how many. The
    /// caller's own greenlet, if it is one of them, goes on.
    std::size_t stop(duration grace);

    [[nodiscard]] virtual bool closed() const noexcept = 0;

    [[nodiscard]] std::size_t at_work() const noexcept { return workers_.size(); }

 protected:
    serving(std::size_t most, std::size_t takes_a_turn);
    ~serving() = default;

    /// Waits for the next and begins its work; there is a place for it.
    virtual void take() = 0;
    virtual void close_door() noexcept = 0;

    /// Takes who is at the door already and would be lost when it closes. Waits a moment at most,
    /// and cannot be interrupted.
    virtual void take_the_last() {}

    /// `accepting on 127.0.0.1:80`: the name of the greenlet that takes, and of what it reports.
    [[nodiscard]] virtual std::string what_it_does() const = 0;
    /// The error was of one that would have been taken, and the next may be fine.
    [[nodiscard]] virtual bool is_of_one_alone(const std::error_code& error) const noexcept = 0;

    [[nodiscard]] pool& workers() noexcept { return workers_; }

    /// One was taken: a shortage is over.
    void took() noexcept { pause_ = duration::zero(); }

 private:
    void take_all();
    void shut_door(duration grace);
    [[nodiscard]] bool survive(const std::system_error& error);

    std::size_t takes_a_turn_;
    duration pause_{};
    bool shutting_ = false;
    event shut_;
    event ended_;
    std::exception_ptr failure_;
    pool workers_;
    greenlet<void> taker_;  // last: it uses the others
};

}  // namespace grove::detail
