// SPDX-License-Identifier: MIT
#include "cmd/pipe/file_sink.hpp"

#include "cmd/common/named_file.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/error.hpp>
#include <grove/file.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string_view>

namespace grove::cmd {
namespace {

class file_sink final : public sink {
 public:
    file_sink(const std::string& path, char item_end, output& out, settlement* kept)
        : sink(kept),
          path_(target_of_link(path)),
          part_(part_of(path)),
          out_(out),
          is_final_(kept != nullptr && kept->is_final()) {
        const bool goes_on = kept != nullptr && kept->from().bytes > 0;
        file_ = open_locked(part_, {.read = is_final_, .write = true, .create = !goes_on});
        if (goes_on)
            take_over(kept->from());
        else if (is_final_)
            go_on(item_end);
        else
            file_.truncate(0);
        if (kept != nullptr) sync_folder_of(part_);
    }

    /// Locked until it has its name: who comes next finds a part of their own.
    void finish() override {
        keep_permissions();
        file_.sync(file_sync::data);
        if (std::rename(part_.c_str(), path_.c_str()) != 0) throw_errno("rename", part_);
        sync_folder_of(path_);
        file_.close();
    }

    void give_up() override { out_.say(part_ + " has what was done"); }

 protected:
    void write(const block& items) override {
        file_.write_all(items.bytes);
        if (!is_final_) count(items.bytes.size());  // else no run comes back to a place in it
    }

    bool secure() override {
        file_.sync(file_sync::data);
        return true;
    }

 private:
    /// What is behind the place that counts is done again.
    void take_over(const settled_place& from) {
        if (file_.size() < from.bytes)
            throw stage_failed("--resume: " + part_ + " has less than the journal counts");
        file_.truncate(from.bytes);
        file_.seek(0, seek_from::end);
        begin_at(from);
    }

    /// Behind the last whole item that is there.
    void go_on(char item_end) {
        const std::uint64_t whole = end_of_items(item_end);
        file_.truncate(whole);
        file_.seek(0, seek_from::end);
        if (whole > 0) out_.say(part_ + " is gone on with: it has what a run before has done");
    }

    [[nodiscard]] std::uint64_t end_of_items(char item_end) {
        std::array<char, std::size_t{64} << 10> piece{};
        for (std::uint64_t end = file_.size(); end > 0;) {
            const std::uint64_t begin = end - std::min<std::uint64_t>(end, piece.size());
            const std::span read(piece.data(), end - begin);
            const std::size_t came = file_.read_at(begin, std::as_writable_bytes(read));
            const std::size_t at = std::string_view(piece.data(), came).rfind(item_end);
            if (at != std::string_view::npos) return begin + at + 1;
            end = begin;
        }
        return 0;
    }

    void keep_permissions() const {
        struct stat old {};

        if (::stat(path_.c_str(), &old) == 0 && ::fchmod(file_.fd(), old.st_mode & 07777) != 0)
            throw_errno("fchmod", part_);
    }

    std::string path_;
    std::string part_;
    output& out_;
    bool is_final_;
    file file_;
};

class device_sink final : public sink {
 public:
    device_sink(const std::string& path, output& out, settlement* kept)
        : sink(kept), file_(path, out, log_start::kept) {}

    void finish() override { file_.close(); }

 protected:
    void write(const block& items) override { file_.write(items.bytes); }

 private:
    log_file file_;
};

}  // namespace

std::string part_of(const std::string& path) {
    return target_of_link(path) + ".grove-part";
}

std::unique_ptr<sink> make_file_sink(const std::string& path, char item_end, output& out,
                                     settlement* kept) {
    if (is_written_through(path)) return std::make_unique<device_sink>(path, out, kept);
    return std::make_unique<file_sink>(path, item_end, out, kept);
}

}  // namespace grove::cmd
