// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_server.hpp>
#include <grove/remote_queue.hpp>

#include <atomic>
#include <cstdint>
#include <string>

/// A line for each answer: for people on stderr, or JSON on stdout. Those who answer never wait for
/// who reads the lines: when he is too slow, lines are left out, and how many is told.

namespace grove::cmd {

class access_log {
 public:
    /// Writes to `out` on this hub, where nobody else may write meanwhile.
    explicit access_log(output& out);
    access_log(const access_log&) = delete;
    access_log& operator=(const access_log&) = delete;
    /// Writes what is left.
    ~access_log();

    /// Threads: any.
    void add(const http_record& record);

    /// With `-q` there is nothing to write.
    [[nodiscard]] bool is_off() const noexcept { return off_; }

 private:
    void write_all();
    void write(const std::string& line);

    output& out_;
    bool json_;
    bool off_;
    std::atomic<std::uint64_t> left_out_ = 0;
    remote_queue<std::string> lines_;
    greenlet<void> writer_;
};

/// `12:30:05 127.0.0.1:41200 GET /path 200 1.2 kB 0.4 ms`.
[[nodiscard]] std::string text_line(const http_record& record);
[[nodiscard]] std::string json_line(const http_record& record);

}  // namespace grove::cmd
