// SPDX-License-Identifier: MIT
#include "cmd/pipe/file_sink.hpp"

#include "cmd/common/output.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/error.hpp>
#include <grove/file.hpp>

#include <sys/stat.h>

#include <cstdio>

namespace grove::cmd {
namespace {

class file_sink final : public sink {
 public:
    file_sink(std::string path, output& out, settlement* kept)
        : sink(kept), path_(std::move(path)), part_(path_ + ".part"), out_(out) {
        if (kept != nullptr && kept->from().bytes > 0)
            take_over(kept->from());
        else
            file_ = file(part_, {.read = false, .write = true, .create = true, .truncate = true});
    }

    void finish() override {
        keep_permissions();
        file_.sync(file_sync::data);
        file_.close();
        if (std::rename(part_.c_str(), path_.c_str()) != 0) throw_errno("rename", part_);
    }

    void give_up() override { out_.say(part_ + " has what was done"); }

 protected:
    void write(const block& items) override {
        file_.write_all(items.bytes);
        count(items.bytes.size());
    }

    bool secure() override {
        file_.sync(file_sync::data);
        return true;
    }

 private:
    /// What is behind the place that counts is done again.
    void take_over(const settled_place& from) {
        file_ = file(part_, {.read = false, .write = true});
        if (file_.size() < from.bytes)
            throw stage_failed("--resume: " + part_ + " has less than the journal counts");
        file_.truncate(from.bytes);
        file_.seek(0, seek_from::end);
        begin_at(from);
    }

    void keep_permissions() const {
        struct stat old {};

        if (::stat(path_.c_str(), &old) == 0 && ::fchmod(file_.fd(), old.st_mode & 07777) != 0)
            throw_errno("fchmod", part_);
    }

    std::string path_;
    std::string part_;
    output& out_;
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

std::unique_ptr<sink> make_file_sink(const std::string& path, output& out, settlement* kept) {
    if (is_written_through(path)) return std::make_unique<device_sink>(path, out, kept);
    return std::make_unique<file_sink>(path, out, kept);
}

}  // namespace grove::cmd
