// SPDX-License-Identifier: MIT
#include "cmd/fetch/body_target.hpp"

#include <span>
#include <utility>

namespace grove::cmd {

std::optional<resume_point> file_target::resume() {
    if (std::exchange(earlier_, earlier_part::ignore) == earlier_part::take_over) {
        return part_.resume();
    }
    return part_.point();
}

bool file_target::write(std::string_view bytes) {
    part_.write(std::as_bytes(std::span(bytes)));
    received_ += bytes.size();
    return true;
}

stream_target::stream_target(std::function<void(std::string_view)> write_out)
    : write_out_(std::move(write_out)), pump_(spawn([this] { pump(); })) {}

bool stream_target::write(std::string_view bytes) {
    if (failed_) std::rethrow_exception(failed_);
    if (waiting_.size() >= room) return false;
    waiting_.append(bytes);
    taken_ += bytes.size();
    more_.set();
    return true;
}

void stream_target::pump() {
    while (!closing_ || !waiting_.empty()) {
        if (waiting_.empty()) {
            more_.clear();
            more_.wait();
            continue;
        }
        const std::string batch = std::exchange(waiting_, {});
        try {
            write_out_(batch);
        } catch (const std::exception&) {
            failed_ = std::current_exception();
        }
        if (on_room_) on_room_();
        if (failed_) return;
    }
}

void stream_target::drain() {
    closing_ = true;
    more_.set();
    pump_.join();
    if (failed_) std::rethrow_exception(failed_);
}

}  // namespace grove::cmd
