// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"
#include "tests/support/gate.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

/// What the tests of files and standard streams share.

namespace grove_test {

/// A folder of its own, gone with the object.
class scratch_folder {
 public:
    scratch_folder() {
        std::string made = (std::filesystem::temp_directory_path() / "grove_file_XXXXXX").string();
        if (::mkdtemp(made.data()) == nullptr) grove::throw_errno("mkdtemp", made);
        path_ = made;
    }

    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    ~scratch_folder() { std::filesystem::remove_all(path_); }

    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }

    /// A file with this content. Result: its path.
    [[nodiscard]] std::string with(const std::string& name, const std::string& content) const {
        std::ofstream(*this / name, std::ios::binary) << content;
        return *this / name;
    }

    [[nodiscard]] std::string fifo(const std::string& name) const {
        if (::mkfifo((*this / name).c_str(), 0600) != 0) grove::throw_errno("mkfifo", name);
        return *this / name;
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& entry : std::filesystem::directory_iterator(path_))
            all.push_back(entry.path().filename().string());
        return all;
    }

 private:
    std::string path_;
};

inline std::string content_of(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
}

/// Both ends of a pipe, blocking, as a shell makes them.
struct raw_pipe {
    raw_pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) grove::throw_errno("pipe2");
        reading.reset(ends[0]);
        writing.reset(ends[1]);
    }

    grove::detail::unique_fd reading;
    grove::detail::unique_fd writing;
};

/// While one lives, all threads of the shared pool stand still, and what comes next waits. At its
/// end all that waited is done.
class busy_pool {
 public:
    busy_pool() { occupy(); }

    busy_pool(const busy_pool&) = delete;
    busy_pool& operator=(const busy_pool&) = delete;

    ~busy_pool() { end(); }

    void end() {
        if (jobs_.empty()) return;
        release();
        occupy();  // each thread is back from what it had before
        while (standing_ < 2 * threads) std::this_thread::yield();
        release();
    }

 private:
    static constexpr std::size_t threads = 4;

    void occupy() {
        gate_ = std::make_unique<gate>();
        for (std::size_t i = 0; i < threads; ++i) {
            jobs_.push_back(grove::spawn([this] {
                grove::thread_pool::shared().run([this] {
                    ++standing_;
                    static_cast<void>(gate_->wait());
                });
            }));
        }
        grove::yield();
    }

    void release() {
        gate_->open();
        for (auto& job : jobs_) job.join();
        jobs_.clear();
    }

    std::unique_ptr<gate> gate_;
    std::atomic<std::size_t> standing_{0};
    std::vector<grove::greenlet<void>> jobs_;
};

}  // namespace grove_test
