// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <functional>
#include <optional>
#include <string>

/// One way of asking whether something is up, and what an attempt brought. Probes for targets are
/// made by `probe_maker`.

namespace grove::cmd {

/// How long the steps of an attempt took; absent: it did not get there, or there is no such step.
struct probe_times {
    std::optional<duration> dns;
    std::optional<duration> connect;
    std::optional<duration> tls;
    std::optional<duration> first_byte;  ///< from the sending of what was asked
    duration total{};
};

struct probe_result {
    bool good = false;
    bool answered = false;      ///< somebody was there, and had work with it
    bool hopeless = false;      ///< no later attempt can be good
    std::string what;           ///< `status 503`, `connection refused`: the same for the same cause
    std::string detail;         ///< more about it, on lines of its own; empty: nothing
    std::string address;        ///< that answered, or was tried; empty: none
    std::string aside;          ///< what became of the other addresses; empty: nothing
    std::optional<int> status;  ///< of HTTP
    std::optional<int> exit;    ///< of a command
    std::optional<double> cert_days;  ///< until the certificate expires
    probe_times times;
};

/// How soon after an attempt the next one makes sense.
enum class probe_distance : unsigned char {
    told,  ///< the kernel tells, see `on_news`; asking is for what it may miss
    near,  ///< this machine: an attempt costs microseconds
    far,   ///< a network or a program
};

class probe {
 public:
    probe() = default;
    probe(const probe&) = delete;
    probe& operator=(const probe&) = delete;
    virtual ~probe() = default;

    /// Asks once. What goes wrong is in the result. Interrupted: nothing is left.
    [[nodiscard]] virtual probe_result attempt(deadline until) = 0;

    [[nodiscard]] virtual probe_distance distance() const noexcept = 0;

    /// Lets the kernel tell when another attempt is worth while: `hurry` is called on the hub, must
    /// not park, and must outlive the probe. Nothing happens where only asking helps.
    virtual void on_news(std::function<void()> hurry) { static_cast<void>(hurry); }
};

}  // namespace grove::cmd
