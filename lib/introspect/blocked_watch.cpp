// SPDX-License-Identifier: MIT
#include "core/beacon.hpp"
#include "introspect/stack_probe.hpp"

#include <grove/blocked_watch.hpp>

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

namespace grove {
namespace {

using clock = std::chrono::steady_clock;

constexpr int looks = 4;  // in the time after which a hub counts as kept
constexpr duration shortest = std::chrono::milliseconds(4);

std::atomic<bool> in_use = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

std::string to_text(const blocked_report& report) {
    std::string text = fmt::format("grove: {} has kept its hub for {}", report.greenlet,
                                   format_duration(report.for_how_long));
    if (!report.spawned_at.empty()) text += ", spawned at " + report.spawned_at;
    text += ":\n";
    for (const std::string& frame : report.frames) text += "  " + frame + '\n';
    return text;
}

void print(const blocked_report& report) {
    const std::string text = to_text(report);
    std::fwrite(text.data(), 1, text.size(), stderr);
}

/// How a hub was at the last look.
struct sighting {
    std::uint64_t switches = 0;
    clock::time_point since;
    bool reported = false;
    std::uint64_t look = 0;
};

}  // namespace

class blocked_watch::watcher {
 public:
    explicit watcher(blocked_watch_options options)
        : options_(std::move(options)), thread_([this] { run(); }) {}

    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    ~watcher() {
        {
            const std::lock_guard hold(guard_);
            ending_ = true;
        }
        end_.notify_one();
        thread_.join();
    }

 private:
    void run() {
        const auto pause = options_.longer_than / looks;
        auto last = clock::now();
        std::unique_lock hold(guard_);
        while (!end_.wait_for(hold, pause, [this] { return ending_; })) {
            const auto now = clock::now();
            // Looked at late: the process was stopped, or this machine is. That is nobody's fault.
            if (now - last > 2 * pause) forgive(now - last - pause);
            look(now);
            last = clock::now();
        }
    }

    void forgive(clock::duration lost) {
        for (auto& [hub, seen] : seen_) seen.since += lost;
    }

    void look(clock::time_point now) {
        ++look_;
        std::vector<std::pair<pid_t, sighting*>> kept;
        detail::beacon::each([&](const detail::beacon& hub) {
            sighting& seen = seen_[&hub];
            const std::uint64_t switches = hub.switches();
            if (seen.look == 0 || seen.switches != switches || hub.asleep())
                seen = {switches, now, false, look_};
            seen.look = look_;
            if (seen.reported || now - seen.since < options_.longer_than) return;
            seen.reported = true;
            report(hub, now - seen.since);
        });
        std::erase_if(seen_, [this](const auto& one) { return one.second.look != look_; });
    }

    /// While the hub cannot end.
    void report(const detail::beacon& hub, clock::duration for_how_long) {
        auto stack = probe_.take(hub.thread());
        if (!stack)
            stack.emplace().greenlet = "a greenlet of thread " + std::to_string(hub.thread());
        const blocked_report told{std::move(stack->greenlet), std::move(stack->spawned_at),
                                  std::chrono::round<std::chrono::milliseconds>(for_how_long),
                                  std::move(stack->frames)};
        if (options_.tell)
            options_.tell(told);
        else
            print(told);
    }

    blocked_watch_options options_;
    detail::stack_probe probe_;
    std::mutex guard_;
    std::condition_variable end_;
    bool ending_ = false;
    std::unordered_map<const detail::beacon*, sighting> seen_;
    std::uint64_t look_ = 0;
    std::thread thread_;  // last: it uses the others
};

blocked_watch::blocked_watch(blocked_watch_options options) {
    if (options.longer_than < shortest)
        throw std::invalid_argument("a hub cannot be watched for less than 4ms");
    if (in_use.exchange(true)) throw std::logic_error("only one at a time watches the hubs");
    try {
        watcher_ = std::make_unique<watcher>(std::move(options));
    } catch (...) {
        in_use = false;
        throw;
    }
}

blocked_watch::~blocked_watch() {
    watcher_.reset();
    in_use = false;
}

}  // namespace grove
