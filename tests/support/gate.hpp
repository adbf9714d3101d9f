// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace grove_test {

/// Opened once by one thread, waited for by others. For the threads of scripted servers; a greenlet
/// waits for it inside `thread_pool::run`.
class gate {
 public:
    void open() {
        const std::lock_guard hold(mutex_);
        open_ = true;
        changed_.notify_all();
    }

    /// Blocks the thread, for 20 s at most. Result: false when nobody opened it.
    bool wait() {
        std::unique_lock hold(mutex_);
        return changed_.wait_for(hold, std::chrono::seconds(20), [this] { return open_; });
    }

 private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

}  // namespace grove_test
