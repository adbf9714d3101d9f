// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

/// What ends a wait, and how a failed system call is told.
///
/// An *interruption* unwinds a greenlet from outside: a kill or a timeout. Its types do not derive
/// from `std::exception`, so `catch (const std::exception&)` cannot swallow one. Everything else
/// that goes wrong is a `std::system_error` whose text names the call and what it was made on.
///
///     try {
///         grove::timeout limit(2s);
///         peer.read_until("\r\n");
///     } catch (const grove::timeout_expired&) { ... }

namespace grove {

class time_limit;

/// What all interruptions derive from. Catch it to clean up, then `throw;`.
class GROVE_API interrupt {
 public:
    interrupt() = default;
    interrupt(const interrupt&) = default;
    interrupt& operator=(const interrupt&) = default;
    virtual ~interrupt();
    [[nodiscard]] virtual const char* what() const noexcept = 0;
};

/// Thrown in a greenlet that was killed, at its parking point and at each later one until it ends.
/// A greenlet that ends by it counts as successful, and nothing is printed.
class GROVE_API greenlet_exit : public interrupt {
 public:
    ~greenlet_exit() override;
    [[nodiscard]] const char* what() const noexcept override;
};

/// Thrown when a `timeout`, a `deadline_scope` or the deadline of a `get` runs out.
class GROVE_API timeout_expired : public interrupt {
 public:
    explicit timeout_expired(std::string text = "timed out", const time_limit* source = nullptr);
    ~timeout_expired() override;

    /// `0.5 seconds`, `2 seconds: fetching the index`, or `timed out`.
    [[nodiscard]] const char* what() const noexcept override;

    /// The scope that ran out; null when it was a call's own deadline.
    [[nodiscard]] const time_limit* source() const noexcept { return source_; }

 private:
    std::string text_;
    const time_limit* source_;
};

/// Thrown in the main greenlet when it waits and nothing is left that could ever wake anyone: no
/// ready greenlet, no timer, no watched descriptor, no other thread's promise. `what()` lists every
/// parked greenlet: name, what it waits on, since when, spawned from where.
class GROVE_API would_block_forever : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
    would_block_forever(const would_block_forever&) = default;
    ~would_block_forever() override;
};

/// Thrown by `greenlet<T>::get()` when the greenlet was killed before it had a value.
class GROVE_API greenlet_killed : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
    greenlet_killed(const greenlet_killed&) = default;
    ~greenlet_killed() override;
};

/// Throws `std::system_error` for `errno`, reading `call: what errno means` or, with an object,
/// `call object: ...`. Call it before anything else can change `errno`.
[[noreturn]] GROVE_API void throw_errno(std::string_view call, std::string_view object = {});

/// As above for an error number that was kept.
[[noreturn]] GROVE_API void throw_error(int error, std::string_view call,
                                        std::string_view object = {});

}  // namespace grove
