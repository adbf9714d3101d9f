// SPDX-License-Identifier: MIT
#pragma once

#include "net/conditions.hpp"
#include "net/file_lookup.hpp"
#include "net/quality_list.hpp"

#include <grove/static_files.hpp>

#include <sys/stat.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A file with all that is said of it in answers, made once and shared by them.

namespace grove::http {

/// By what one look tells whether it is what another saw.
struct file_identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t changed = 0;  // nanoseconds

    explicit file_identity(const struct stat& about) noexcept;

    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// What the fields say beside the file's own.
struct served_as {
    std::string_view type;
    content_coding coding = content_coding::identity;
    bool varies = false;  ///< there are others, by Accept-Encoding
    std::string_view cache_control = {};
};

class served_file {
 public:
    served_file(found_file found, const served_as& as, std::chrono::system_clock::time_point now);
    served_file(const served_file&) = delete;
    served_file& operator=(const served_file&) = delete;
    ~served_file() = default;

    [[nodiscard]] const file_identity& identity() const noexcept { return identity_; }

    /// Whether the entity tag was made at a time when the file could change unseen.
    [[nodiscard]] bool is_weak() const noexcept { return weak_; }

    [[nodiscard]] std::uint64_t size() const noexcept {
        return static_cast<std::uint64_t>(identity_.size);
    }

    /// -1 when the content is kept.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    /// Empty when the descriptor is kept.
    [[nodiscard]] std::string_view content() const noexcept { return content_; }

    [[nodiscard]] file_validators validators(std::chrono::sys_seconds now) const noexcept {
        return {etag_, modified_, now};
    }

    /// With 200, and all but Content-Range with 206.
    [[nodiscard]] std::span<const static_field> fields() const noexcept { return fields_; }

    /// With 304 (RFC 9110 15.4.5).
    [[nodiscard]] std::span<const static_field> unchanged_fields() const noexcept {
        return std::span(fields_).last(unchanged_);
    }

 private:
    file_identity identity_;
    detail::unique_fd fd_;
    std::string content_;
    std::chrono::sys_seconds modified_;
    bool weak_;
    std::string etag_;
    std::string last_modified_;
    std::string type_;
    std::string cache_control_;
    std::vector<static_field> fields_;
    std::size_t unchanged_ = 0;
};

/// A file and what is beside it for those who accept it.
struct served_set {
    std::shared_ptr<const served_file> plain;
    std::shared_ptr<const served_file> gzip;
    std::shared_ptr<const served_file> brotli;

    [[nodiscard]] const std::shared_ptr<const served_file>& choose(
        std::string_view accept_encoding) const noexcept;
};

/// Makes it of what was found under `below`. What is in `known` and still the same is taken from
/// there.
[[nodiscard]] served_set make_served(lookup_result found, std::string_view type,
                                     std::string_view cache_control, const served_set& known);

}  // namespace grove::http
