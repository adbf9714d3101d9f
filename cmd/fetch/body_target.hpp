// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"
#include "cmd/fetch/part_file.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Where a body goes: into a file that is renamed when it is whole, or out through a descriptor
/// that may be slow to take it.

namespace grove::cmd {

class body_target {
 public:
    virtual ~body_target() = default;

    /// Where a request may continue; nullopt: from zero.
    [[nodiscard]] virtual std::optional<resume_point> resume() = 0;
    virtual void begin(const body_start& start) = 0;
    /// On the hub: never parks. False: full; call again with the same bytes after `on_room`.
    [[nodiscard]] virtual bool write(std::string_view bytes) = 0;
    /// What to call when a full target has room again.
    virtual void on_room(std::function<void()> callback) = 0;
    /// Reads back what a resumed body began with. Result: how many bytes; 0 at the end.
    [[nodiscard]] virtual std::size_t read(std::uint64_t offset, std::span<std::byte> into) = 0;
    /// Bytes that the target has, those of earlier attempts included.
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Of the whole body, where it was announced.
    [[nodiscard]] virtual std::optional<std::uint64_t> total() const = 0;
    /// Bytes that this attempt brought.
    [[nodiscard]] virtual std::uint64_t received() const = 0;
    /// Something has left that cannot be taken back: no second attempt.
    [[nodiscard]] virtual bool is_spent() const = 0;
};

/// A part_file; `resume` looks at an earlier run's part when asked to, else at this run's.
class file_target final : public body_target {
 public:
    enum class earlier_part : unsigned char { ignore, take_over };

    file_target(part_file& part, earlier_part earlier) : part_(part), earlier_(earlier) {}

    [[nodiscard]] std::optional<resume_point> resume() override;

    void begin(const body_start& start) override { part_.begin(start); }

    [[nodiscard]] bool write(std::string_view bytes) override;

    void on_room(std::function<void()>) override {}

    [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) override {
        return part_.read(offset, into);
    }

    [[nodiscard]] std::uint64_t size() const override { return part_.size(); }

    [[nodiscard]] std::optional<std::uint64_t> total() const override { return part_.total(); }

    [[nodiscard]] std::uint64_t received() const override { return received_; }

    [[nodiscard]] bool is_spent() const override { return false; }

 private:
    part_file& part_;
    earlier_part earlier_;
    std::uint64_t received_ = 0;
};

/// stdout, a device or a FIFO: at most 1 MiB waits in memory while a greenlet writes.
class stream_target final : public body_target {
 public:
    /// `write_out` may park; what it throws ends the attempt.
    explicit stream_target(std::function<void(std::string_view)> write_out);

    [[nodiscard]] std::optional<resume_point> resume() override { return std::nullopt; }

    void begin(const body_start& start) override { total_ = start.total; }

    [[nodiscard]] bool write(std::string_view bytes) override;

    void on_room(std::function<void()> callback) override { on_room_ = std::move(callback); }

    [[nodiscard]] std::size_t read(std::uint64_t, std::span<std::byte>) override { return 0; }

    [[nodiscard]] std::uint64_t size() const override { return taken_; }

    [[nodiscard]] std::optional<std::uint64_t> total() const override { return total_; }

    [[nodiscard]] std::uint64_t received() const override { return taken_; }

    [[nodiscard]] bool is_spent() const override { return taken_ != 0; }

    /// Waits until all has been written. Throws: what `write_out` threw.
    void drain();

 private:
    void pump();

    static constexpr std::size_t room = std::size_t{1} << 20;

    std::function<void(std::string_view)> write_out_;
    std::function<void()> on_room_;
    std::string waiting_;
    std::optional<std::uint64_t> total_;
    std::uint64_t taken_ = 0;
    bool closing_ = false;
    std::exception_ptr failed_;
    event more_;
    greenlet<void> pump_;  // last: it uses all of the above
};

}  // namespace grove::cmd
