// SPDX-License-Identifier: MIT
#pragma once

#include "tests/unit/io/files.hpp"

#include <grove/error.hpp>
#include <grove/static_files.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the tests of static files share.

namespace grove_test {

/// Sun, 06 Nov 1994 08:49:37 GMT
constexpr time_t long_ago = 784'111'777;

inline void set_changed(const std::string& path, time_t when) {
    const timespec both[2] = {{when, 0}, {when, 0}};
    if (::utimensat(AT_FDCWD, path.c_str(), &both[0], 0) != 0)
        grove::throw_errno("utimensat", path);
}

/// An area with the folder `site` that is served, and room beside it.
class site_area {
 public:
    site_area() { std::filesystem::create_directory(area_ / "site"); }

    [[nodiscard]] std::string root() const { return area_ / "site"; }

    [[nodiscard]] std::string path(const std::string& name) const { return root() + '/' + name; }

    /// A file of the site, last changed long ago.
    void file(const std::string& name, const std::string& content) const {
        const std::filesystem::path at = path(name);
        std::filesystem::create_directories(at.parent_path());
        static_cast<void>(area_.with("site/" + name, content));
        set_changed(at, long_ago);
    }

    void folder(const std::string& name) const { std::filesystem::create_directories(path(name)); }

    void link(const std::string& to, const std::string& at) const {
        std::filesystem::create_symlink(to, path(at));
    }

    [[nodiscard]] const scratch_folder& area() const noexcept { return area_; }

 private:
    scratch_folder area_;
};

/// An answer with its body read.
struct seen_answer {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
    bool by_descriptor = false;

    [[nodiscard]] std::optional<std::string> find(std::string_view name) const {
        const auto at = std::ranges::find(fields, name, [](const auto& f) { return f.first; });
        return at == fields.end() ? std::nullopt : std::optional(at->second);
    }
};

inline std::string body_of(const grove::static_answer& answer) {
    if (answer.fd() < 0) return std::string(answer.text());
    std::string body(answer.length(), '\0');
    const ssize_t n =
        ::pread(answer.fd(), body.data(), body.size(), static_cast<off_t>(answer.offset()));
    body.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return body;
}

inline seen_answer see(const grove::static_answer& answer) {
    seen_answer seen{answer.status(), {}, body_of(answer), answer.fd() >= 0};
    for (const grove::static_field& field : answer.fields())
        seen.fields.emplace_back(field.name, field.value);
    return seen;
}

inline seen_answer ask(grove::static_files& site, std::string_view target,
                       std::initializer_list<grove::static_field> fields = {},
                       std::string_view method = "GET") {
    grove::static_request request{.method = method, .target = target};
    for (const grove::static_field& field : fields) request.add(field.name, field.value);
    return see(site.answer(request));
}

}  // namespace grove_test
