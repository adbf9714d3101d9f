// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/destination.hpp"
#include "cmd/poll/probe/probe.hpp"
#include "cmd/poll/probe/probe_facts.hpp"

#include <grove/deadline.hpp>
#include <grove/endpoint.hpp>
#include <grove/socket.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

/// What asks over a connection, made anew for each attempt.
///
/// On `localhost` each family is a place of its own: programs listen on one and are asked on the
/// other. Its addresses are asked one after the other, the next when one was in vain or has kept
/// silent for a while, and what is told says who answered. Of any other name with several addresses
/// the first that can be connected to is asked.

namespace grove::cmd {

class stream_probe : public probe {
 public:
    explicit stream_probe(destination to);

    [[nodiscard]] probe_result attempt(deadline until) final;

    [[nodiscard]] probe_distance distance() const noexcept final { return distance_; }

 private:
    /// What is said once there is a connection, with TLS where there is any: sets `good`, and what
    /// else it learns. `begun` is when the attempt began. Throws: `std::system_error`.
    virtual void talk(socket on, probe_result& into, deadline begun, deadline until) = 0;

    /// When an attempt began, and what finding the name took.
    struct beginning {
        deadline at;
        std::optional<duration> dns = std::nullopt;
    };

    [[nodiscard]] probe_result ask(const grove::endpoint& at, const beginning& begun,
                                   deadline until);
    [[nodiscard]] probe_result ask_first_connected(const beginning& begun, deadline until);
    [[nodiscard]] probe_result ask_each(const std::vector<grove::endpoint>& all,
                                        const beginning& begun, deadline until);
    void converse(socket on, probe_result& into, deadline begun, deadline until);

    destination to_;
    probe_distance distance_;
};

/// `connection refused`: what went wrong, the same for the same cause.
[[nodiscard]] std::string reason_of(const std::system_error& failure, std::string_view when_late);

/// Holds what was learnt to the expectations: for probes that tell no more than the connection
/// does.
void judge_connection(const probe_expectations& expected, deadline begun, probe_result& into);

/// A connection is all that is asked for: tcp, tls and unix.
[[nodiscard]] std::unique_ptr<probe> connection_probe(destination to, probe_expectations expected);

}  // namespace grove::cmd
