// SPDX-License-Identifier: MIT
#include "cmd/fetch/job.hpp"

#include "cmd/common/percent_code.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/targets.hpp"

#include <algorithm>
#include <stdexcept>

namespace grove::cmd {
namespace {

/// What RFC 3986 lets stand in a path and query as it is; a `#` would begin a fragment.
bool is_plain_url_character(char c) noexcept {
    constexpr std::string_view refused = "\"#<>\\^`{|}";
    return c > ' ' && c < '\x7f' && refused.find(c) == std::string_view::npos;
}

bool can_stand_as_typed(std::string_view rest) noexcept {
    return rest.starts_with('/') && std::ranges::all_of(rest, is_plain_url_character);
}

/// `http://host:port` of an absolute URL without userinfo; empty for anything else.
std::string_view plain_prefix(std::string_view text) noexcept {
    if (!text.starts_with("http://") && !text.starts_with("https://")) return {};
    const std::size_t begin = text.find("://") + 3;
    const std::string_view prefix = text.substr(0, text.find_first_of("/?#", begin));
    return prefix.find('@') == std::string_view::npos ? prefix : std::string_view();
}

std::string with_userinfo(const target& to) {
    std::string url = to.url();
    if (to.user.empty() && to.password.empty()) return url;
    std::string userinfo = percent_encode(to.user, "");
    if (!to.password.empty()) userinfo += ':' + percent_encode(to.password, "");
    return url.insert(url.find("://") + 3, userinfo + '@');
}

}  // namespace

item_place place_reader::read(std::string_view text) {
    const std::string_view prefix = plain_prefix(text);
    if (!prefix.empty() && prefix == prefix_ && can_stand_as_typed(text.substr(prefix.size()))) {
        return {std::string(text), host_};
    }
    target to;
    if (const auto wrong = parse_http_target(text, to)) {
        const std::string hint = wrong->hint.empty() ? "" : "; " + wrong->hint;
        throw std::invalid_argument(mask_url(text) + ": " + wrong->what + hint);
    }
    prefix_ = prefix;
    host_ = to.endpoint();
    return {with_userinfo(to), host_};
}

}  // namespace grove::cmd
