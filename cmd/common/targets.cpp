// SPDX-License-Identifier: MIT
#include "cmd/common/targets.hpp"

#include "cmd/common/suggestion.hpp"

#include <boost/url/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace grove::cmd {

namespace {

namespace urls = boost::urls;

enum class shape : unsigned char {
    url,       // scheme://[user@]host[:port][/path][?query]
    endpoint,  // scheme://host:port
    host,      // scheme://host
    opaque,    // scheme:text
    dns,       // dns:[//server/]name
};

struct scheme_row {
    std::string_view name;
    target_scheme scheme;
    std::uint16_t port;
    enum shape form;
};

// Names in the order of target_scheme; aliases after them.
constexpr std::array schemes{scheme_row{"http", target_scheme::http, 80, shape::url},
                             scheme_row{"https", target_scheme::https, 443, shape::url},
                             scheme_row{"ws", target_scheme::ws, 80, shape::url},
                             scheme_row{"wss", target_scheme::wss, 443, shape::url},
                             scheme_row{"tcp", target_scheme::tcp, 0, shape::endpoint},
                             scheme_row{"tls", target_scheme::tls, 0, shape::endpoint},
                             scheme_row{"udp", target_scheme::udp, 0, shape::endpoint},
                             scheme_row{"unix", target_scheme::unix_socket, 0, shape::opaque},
                             scheme_row{"dns", target_scheme::dns, 53, shape::dns},
                             scheme_row{"redis", target_scheme::redis, 6379, shape::url},
                             scheme_row{"postgres", target_scheme::postgres, 5432, shape::url},
                             scheme_row{"icmp", target_scheme::icmp, 0, shape::host},
                             scheme_row{"file", target_scheme::file, 0, shape::opaque},
                             scheme_row{"pid", target_scheme::pid, 0, shape::opaque},
                             scheme_row{"exec", target_scheme::exec, 0, shape::opaque},
                             scheme_row{"postgresql", target_scheme::postgres, 5432, shape::url}};

const scheme_row& row_of(target_scheme scheme) noexcept {
    return schemes[static_cast<std::size_t>(scheme)];
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

const scheme_row* find_scheme(std::string_view name) {
    const std::string wanted = lower(name);
    const auto found = std::find_if(schemes.begin(), schemes.end(),
                                    [&](const scheme_row& row) { return row.name == wanted; });
    return found == schemes.end() ? nullptr : &*found;
}

bool is_digits(std::string_view text) noexcept {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool starts_escape(std::string_view text) noexcept {
    return text.size() >= 3 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
}

// RFC 3986 unreserved and sub-delims; `also` are the delimiters of the part.
bool may_stand(char c, std::string_view also) noexcept {
    static constexpr std::string_view marks = "-._~!$&'()*+,;=";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos;
}

std::string encode(std::string_view text, std::string_view also) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (may_stand(text[at], also) || starts_escape(text.substr(at))) {
            result += text[at];
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(text[at]));
        }
    }
    return result;
}

std::string decode(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!starts_escape(text.substr(at))) {
            result += text[at];
            continue;
        }
        unsigned value = 0;
        std::from_chars(text.data() + at + 1, text.data() + at + 3, value, 16);
        result += static_cast<char>(value);
        at += 2;
    }
    return result;
}

text_error fail(std::string what, std::size_t offset, std::string hint = {}) {
    return {std::move(what), offset, std::move(hint)};
}

// The authority and what follows it. Offsets are those of the text as it was typed: `begin_` is
// where the authority starts in it.
class authority_reader {
 public:
    authority_reader(std::string_view authority, std::size_t begin)
        : authority_(authority), begin_(begin) {}

    std::optional<text_error> read(target& into) {
        const std::size_t at = authority_.rfind('@');
        if (at != std::string_view::npos) {
            const std::string_view userinfo = authority_.substr(0, at);
            const std::size_t colon = userinfo.find(':');
            into.user = decode(userinfo.substr(0, colon));
            if (colon != std::string_view::npos) into.password = decode(userinfo.substr(colon + 1));
            authority_.remove_prefix(at + 1);
            begin_ += at + 1;
        }
        return authority_.starts_with('[') ? read_ipv6(into) : read_name(into);
    }

 private:
    std::optional<text_error> read_ipv6(target& into) {
        const std::size_t end = authority_.find(']');
        if (end == std::string_view::npos) return fail("has no closing ]", begin_);
        std::string host(authority_.substr(1, end - 1));
        // RFC 6874: the zone follows %25, and people write % alone.
        const std::size_t zone = host.find("%25");
        if (zone != std::string::npos) host.erase(zone + 1, 2);
        if (host.find(':') == std::string::npos) return fail("is not an IPv6 address", begin_ + 1);
        if (auto wrong = normalize_host(host, into.host)) return shifted(*wrong, begin_ + 1);
        const std::string_view rest = authority_.substr(end + 1);
        if (rest.empty()) return std::nullopt;
        if (rest.front() != ':') return fail("has text after the address", begin_ + end + 1);
        return read_port(rest.substr(1), begin_ + end + 2, into);
    }

    std::optional<text_error> read_name(target& into) {
        const std::size_t colon = authority_.find(':');
        const std::string host = decode(authority_.substr(0, colon));
        if (auto wrong = normalize_host(host, into.host)) return shifted(*wrong, begin_);
        if (colon == std::string_view::npos) return std::nullopt;
        return read_port(authority_.substr(colon + 1), begin_ + colon + 1, into);
    }

    static std::optional<text_error> read_port(std::string_view text, std::size_t offset,
                                               target& into) {
        if (text.empty()) return std::nullopt;
        std::uint16_t port = 0;
        const char* const end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data(), end, port);
        if (error != std::errc{} || stop != end || port == 0) {
            return fail("has no valid port", offset, "ports are numbers from 1 to 65535");
        }
        into.port = port;
        return std::nullopt;
    }

    static text_error shifted(text_error wrong, std::size_t by) {
        wrong.offset += by;
        return wrong;
    }

    std::string_view authority_;
    std::size_t begin_;
};

// `.` and `..`, also when their dots are written as %2e (WHATWG URL, "single-dot path segment").
bool is_dots(std::string_view segment, std::size_t dots) noexcept {
    std::size_t seen = 0;
    for (; !segment.empty(); ++seen) {
        const bool escaped =
            starts_escape(segment) && segment[1] == '2' && (segment[2] | 0x20) == 'e';
        if (segment.front() != '.' && !escaped) return false;
        segment.remove_prefix(escaped ? 3 : 1);
    }
    return seen == dots;
}

// RFC 3986 5.2.4, for a path that begins with `/`. Escapes stay as they are: `%2f` is no separator.
std::string without_dot_segments(std::string_view path) {
    std::string result;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/', 1), path.size());
        const std::string_view segment = path.substr(1, end - 1);
        path.remove_prefix(end);
        const bool up = is_dots(segment, 2);
        if (up) result.erase(std::min(result.rfind('/'), result.size()));
        if (!up && !is_dots(segment, 1)) {
            (result += '/') += segment;
        } else if (path.empty()) {
            result += '/';
        }
    }
    return result;
}

// Path and query, encoded. Segments `.` and `..` stay: whoever sends the request removes them, and
// Boost's normalisation takes `%2f` for a slash.
std::optional<text_error> read_resource(std::string_view text, std::size_t offset, target& into) {
    const std::size_t query = std::min(text.find('?'), text.size());
    const std::string path = encode(text.substr(0, query), ":@/");
    std::string resource = without_dot_segments(path.empty() ? "/" : path);
    resource += encode(text.substr(query), ":@/?");
    const auto checked = urls::parse_origin_form(resource);
    if (!checked) return fail("is not a URL: " + checked.error().message(), offset);
    into.resource = std::move(resource);
    return std::nullopt;
}

std::optional<text_error> read_url(const scheme_row& row, std::string_view rest, std::size_t offset,
                                   target& into) {
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    if (auto wrong = authority_reader(rest.substr(0, end), offset).read(into)) return wrong;
    if (into.port == 0) into.port = row.port;
    const std::string_view tail = rest.substr(end, rest.find('#') - end);
    if (row.form == shape::url) return read_resource(tail, offset + end, into);
    if (tail != "/" && !tail.empty()) return fail("has no path", offset + end);
    if (row.form == shape::endpoint && into.port == 0) {
        return fail("has no port", offset + end, fmt::format("write {}://host:port", row.name));
    }
    if (row.form == shape::host && into.port != 0)
        return fail("has no port", offset + into.host.size());
    return std::nullopt;
}

std::optional<text_error> read_opaque(const scheme_row& row, std::string_view rest,
                                      std::size_t offset, target& into) {
    if (row.scheme != target_scheme::exec && rest.starts_with("//")) {
        rest.remove_prefix(2);
        offset += 2;
    }
    if (rest.empty()) return fail("says nothing after the colon", offset);
    std::uint32_t number = 0;
    const char* const end = rest.data() + rest.size();
    if (row.scheme == target_scheme::pid) {
        const auto [stop, error] = std::from_chars(rest.data(), end, number);
        if (error != std::errc{} || stop != end || number == 0 || number > (1U << 22U)) {
            return fail("is not a process number", offset);
        }
    }
    into.resource = std::string(rest);
    return std::nullopt;
}

std::optional<text_error> read_dns(const scheme_row& row, std::string_view rest, std::size_t offset,
                                   target& into) {
    if (rest.starts_with("//")) {
        const std::size_t slash = rest.find('/', 2);
        if (slash == std::string_view::npos) {
            return fail("has no name", offset + rest.size(), "write dns://server/name or dns:name");
        }
        if (slash > 2) {
            if (auto wrong = authority_reader(rest.substr(2, slash - 2), offset + 2).read(into)) {
                return wrong;
            }
            if (into.port == 0) into.port = row.port;
        }
        offset += slash + 1;
        rest.remove_prefix(slash + 1);
    }
    if (rest.substr(0, rest.find('?')).empty()) return fail("has no name", offset);
    into.resource = std::string(rest);
    return std::nullopt;
}

std::optional<text_error> read_with_scheme(const scheme_row& row, std::string_view text,
                                           std::size_t colon, target& into) {
    into.scheme = row.scheme;
    const std::string_view rest = text.substr(colon + 1);
    if (row.form == shape::opaque) return read_opaque(row, rest, colon + 1, into);
    if (row.form == shape::dns) return read_dns(row, rest, colon + 1, into);
    if (!rest.starts_with("//")) {
        return fail("has no // after its scheme", colon + 1,
                    fmt::format("write {}://..", row.name));
    }
    return read_url(row, rest.substr(2), colon + 3, into);
}

text_error unknown_scheme(std::string_view name) {
    std::vector<std::string_view> names;
    names.reserve(schemes.size());
    for (const scheme_row& row : schemes) names.push_back(row.name);
    const std::string_view best = nearest(lower(name), names);
    return fail(fmt::format("unknown scheme \"{}\"", name), 0,
                best.empty() ? std::string() : fmt::format("did you mean {}://?", best));
}

enum class bare_host : unsigned char { refuse, is_http };

// `host:port`, `host:port/x`, `host/x`, `host`: no scheme.
std::optional<text_error> read_bare(std::string_view text, bare_host rule, target& into) {
    const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
    const std::size_t colon = text.substr(0, end).rfind(':');
    const bool has_port =
        colon != std::string_view::npos && is_digits(text.substr(colon + 1, end - colon - 1));
    if (has_port && end == text.size()) {
        into.scheme = target_scheme::tcp;
        return read_url(row_of(target_scheme::tcp), text, 0, into);
    }
    if (rule == bare_host::refuse && !(has_port && text[end] == '/')) {
        return fail("has neither a scheme nor a port", 0,
                    fmt::format("write http://{} or host:port", text));
    }
    return read_url(row_of(target_scheme::http), text, 0, into);
}

std::optional<text_error> read_any(std::string_view text, bare_host rule, target& into) {
    if (text.empty()) return fail("is empty", 0);
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x20 || byte == 0x7F) return fail("holds a control character", at);
    }
    if (text.front() == ':') {
        if (text.size() < 2 || !is_digits(text.substr(1, 1))) {
            return fail("has no port after the colon", 1, "write :8080/path for http on localhost");
        }
        // One byte shorter than what was typed: the host in front of the colon is not in the text.
        const std::string whole = "localhost" + std::string(text);
        auto wrong = read_url(row_of(target_scheme::http), whole, 0, into);
        if (wrong) wrong->offset -= std::min<std::size_t>(wrong->offset, 9);
        return wrong;
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return read_bare(text, rule, into);
    const std::string_view name = text.substr(0, colon);
    const bool slashes = text.substr(colon + 1).starts_with("//");
    const scheme_row* const row = find_scheme(name);
    if (row != nullptr && (slashes || row->form == shape::opaque || row->form == shape::dns)) {
        return read_with_scheme(*row, text, colon, into);
    }
    if (slashes && name.find_first_of("/?#@[") == std::string_view::npos)
        return unknown_scheme(name);
    return read_bare(text, rule, into);
}

std::string bracketed(const std::string& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

}  // namespace

std::string_view to_string(target_scheme scheme) noexcept {
    return row_of(scheme).name;
}

std::string target::url() const {
    const scheme_row& row = row_of(scheme);
    if (row.form == shape::opaque || (row.form == shape::dns && host.empty())) {
        return fmt::format("{}:{}", row.name, resource);
    }
    const std::string where = port == row.port ? bracketed(host) : endpoint();
    return fmt::format("{}://{}{}{}", row.name, where, row.form == shape::dns ? "/" : "", resource);
}

std::string target::endpoint() const {
    return fmt::format("{}:{}", bracketed(host), port);
}

std::optional<text_error> parse_value(std::string_view text, target& into) {
    target result;
    if (auto wrong = read_any(text, bare_host::refuse, result)) return wrong;
    into = std::move(result);
    return std::nullopt;
}

std::optional<text_error> parse_http_target(std::string_view text, target& into) {
    target result;
    if (auto wrong = read_any(text, bare_host::is_http, result)) return wrong;
    if (result.scheme == target_scheme::tcp && text.find("://") == std::string_view::npos) {
        return fail("is a TCP endpoint", 0, fmt::format("write http://{}/", text));
    }
    if (result.scheme != target_scheme::http && result.scheme != target_scheme::https) {
        return fail(fmt::format("is {}, not http or https", to_string(result.scheme)), 0);
    }
    into = std::move(result);
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, endpoint& into) {
    target result;
    // A bare IPv6 address has colons and no port.
    const bool bare_ipv6 = std::count(text.begin(), text.end(), ':') > 1 && !text.starts_with('[');
    if (bare_ipv6) {
        if (auto wrong = normalize_host(text, result.host)) return wrong;
    } else if (auto wrong = authority_reader(text, 0).read(result)) {
        return wrong;
    }
    into = {std::move(result.host), result.port};
    return std::nullopt;
}

std::string format_value(const endpoint& value) {
    if (value.port == 0) return value.host;
    return fmt::format("{}:{}", bracketed(value.host), value.port);
}

}  // namespace grove::cmd
