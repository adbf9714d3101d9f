// SPDX-License-Identifier: MIT
#pragma once

#include <grove/queue.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Lines from one to many. Nobody waits for anybody: who is too slow loses lines, and is told how
/// many.
///
///     line_fan lines;
///     line_fan::listener mine(lines);                   // in a greenlet of each who listens
///     while (const auto heard = mine.next()) write(*heard->line);
///     lines.say("hello");                               // never waits
///
/// Threads: the hub's own.

namespace grove::cmd {

class line_fan {
 public:
    static constexpr std::size_t most_waiting = 1000;  ///< lines, for each who listens

    class listener {
     public:
        struct piece {
            std::shared_ptr<const std::string> line;
            std::uint64_t lost = 0;  ///< before it
        };

        /// From here on. `to` must outlive it.
        explicit listener(line_fan& to);
        listener(const listener&) = delete;
        listener& operator=(const listener&) = delete;
        ~listener();

        /// Waits for the next line. Result: nothing once there will be none.
        [[nodiscard]] std::optional<piece> next() { return waiting_.get(); }

        /// There will be none.
        void leave() noexcept { waiting_.close_now(); }

     private:
        friend class line_fan;

        void hear(const std::shared_ptr<const std::string>& line);

        line_fan& to_;
        queue<piece> waiting_{most_waiting};
        std::uint64_t lost_ = 0;
    };

    /// To all who listen. Never waits.
    void say(std::string line);
    /// Those who listen hear what was said, and no more. Others may come.
    void end() noexcept;

 private:
    std::vector<listener*> listeners_;
};

}  // namespace grove::cmd
