// SPDX-License-Identifier: MIT
#include "net/served_file.hpp"

#include <grove/http_date.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace grove::http {
namespace {

using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::system_clock;

std::int64_t nanoseconds_of(const timespec& t) noexcept {
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// The kernel stamps changes with the time of its last tick, 10 ms apart at most.
bool could_change_unseen(std::int64_t changed, system_clock::time_point now) noexcept {
    constexpr std::int64_t two_ticks = 20'000'000;
    const auto at = std::chrono::nanoseconds(now.time_since_epoch()).count();
    return changed > at - two_ticks;
}

/// No date of an answer may lie after the answer's own (RFC 9110 8.8.2.1).
std::chrono::sys_seconds modified_of(std::int64_t changed, system_clock::time_point now) noexcept {
    const std::chrono::sys_time<std::chrono::nanoseconds> at{std::chrono::nanoseconds(changed)};
    return std::min(floor<seconds>(at), floor<seconds>(now));
}

}  // namespace

file_identity::file_identity(const struct stat& about) noexcept
    : device(about.st_dev),
      inode(about.st_ino),
      size(about.st_size),
      changed(nanoseconds_of(about.st_mtim)) {}

served_file::served_file(found_file found, const served_as& as, system_clock::time_point now)
    : identity_(found.about),
      modified_(modified_of(identity_.changed, now)),
      weak_(could_change_unseen(identity_.changed, now)),
      etag_(fmt::format("{}\"{:x}-{:x}-{:x}\"", weak_ ? "W/" : "", identity_.inode, identity_.size,
                        static_cast<std::uint64_t>(identity_.changed))),
      type_(as.type),
      cache_control_(as.cache_control) {
    if (found.content)
        content_ = std::move(*found.content);
    else
        fd_ = std::move(found.fd);
    const auto date = format_http_date(modified_);
    last_modified_.assign(date.data(), date.size());
    fields_ = {{"Content-Type", type_},
               {"Last-Modified", last_modified_},
               {"Accept-Ranges", "bytes"},
               {"X-Content-Type-Options", "nosniff"}};
    if (as.coding != content_coding::identity)
        fields_.push_back({"Content-Encoding", as.coding == content_coding::gzip ? "gzip" : "br"});
    const std::size_t only_whole = fields_.size();
    fields_.push_back({"ETag", etag_});
    if (as.varies) fields_.push_back({"Vary", "Accept-Encoding"});
    if (!cache_control_.empty()) fields_.push_back({"Cache-Control", cache_control_});
    unchanged_ = fields_.size() - only_whole;
}

const std::shared_ptr<const served_file>& served_set::choose(
    std::string_view accept_encoding) const noexcept {
    if ((!gzip && !brotli) || accept_encoding.empty()) return plain;
    switch (
        choose_coding(accept_encoding, {.gzip = gzip != nullptr, .brotli = brotli != nullptr})) {
        case content_coding::gzip:
            return gzip;
        case content_coding::brotli:
            return brotli;
        case content_coding::identity:
            break;
    }
    return plain;
}

served_set make_served(lookup_result found, std::string_view type, std::string_view cache_control,
                       const served_set& known) {
    const auto now = system_clock::now();
    const bool varies = found.gzip || found.brotli;
    const bool varied = known.gzip || known.brotli;
    const auto make = [&](found_file file, const std::shared_ptr<const served_file>& before,
                          content_coding coding) {
        const bool same = before && varies == varied && !before->is_weak() &&
                          before->identity() == file_identity(file.about);
        if (same) return before;
        const served_as as{type, coding, varies, cache_control};
        return std::make_shared<const served_file>(std::move(file), as, now);
    };
    served_set set;
    if (found.gzip) set.gzip = make(std::move(*found.gzip), known.gzip, content_coding::gzip);
    if (found.brotli)
        set.brotli = make(std::move(*found.brotli), known.brotli, content_coding::brotli);
    set.plain = make(std::move(found.plain), known.plain, content_coding::identity);
    return set;
}

}  // namespace grove::http
