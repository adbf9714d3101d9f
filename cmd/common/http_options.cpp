// SPDX-License-Identifier: MIT
#include "cmd/common/http_options.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/targets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace grove::cmd {

namespace {

// RFC 9110 5.6.2.
bool is_token(std::string_view text) noexcept {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

std::string_view trim(std::string_view text) noexcept {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    const std::size_t end = text.find_last_not_of(" \t");
    return begin == text.size() ? std::string_view() : text.substr(begin, end - begin + 1);
}

std::size_t offset_of(std::string_view part, std::string_view whole) noexcept {
    return static_cast<std::size_t>(part.data() - whole.data());
}

// Takes what stands before the next colon; a bracketed IPv6 address is one field.
std::optional<std::string_view> take_field(std::string_view& rest) {
    std::size_t end = 0;
    if (rest.starts_with('[')) {
        end = rest.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        ++end;
    }
    end = rest.find(':', end);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return field;
}

std::string_view without_brackets(std::string_view host) noexcept {
    return host.size() > 1 && host.front() == '[' && host.back() == ']'
               ? host.substr(1, host.size() - 2)
               : host;
}

bool parse_port(std::string_view text, std::uint16_t& into) noexcept {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, into);
    return error == std::errc{} && stop == end && into != 0;
}

bool is_address(const std::string& text) noexcept {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), bytes.data()) == 1;
}

// A host or nothing, as both sides of --connect-to allow it.
std::optional<text_error> parse_side(std::string_view host, std::string_view port,
                                     std::string_view whole, std::string& host_into,
                                     std::uint16_t& port_into) {
    if (!host.empty()) {
        if (auto wrong = normalize_host(without_brackets(host), host_into)) {
            return text_error{wrong->what, offset_of(host, whole), wrong->hint};
        }
    }
    if (!port.empty() && !parse_port(port, port_into)) {
        return text_error{"is not a port", offset_of(port, whole), {}};
    }
    return std::nullopt;
}

std::optional<text_error> check_method(std::string_view text, std::string& into) {
    if (!is_token(text)) return text_error{"is not an HTTP method", 0, {}};
    into = std::string(text);
    return std::nullopt;
}

std::optional<text_error> check_user(std::string_view text, std::string& into) {
    if (text.find(':') == std::string_view::npos) {
        return text_error{"has no colon", 0, "write name:password, or name: for an empty one"};
    }
    into = std::string(text);
    return std::nullopt;
}

std::optional<text_error> check_header_value(std::string_view text, std::string& into) {
    const std::size_t bad = text.find_first_of(std::string_view("\r\n\0", 3));
    if (bad != std::string_view::npos) return text_error{"holds a line break", bad, {}};
    into = std::string(text);
    return std::nullopt;
}

template <data_piece::form Form>
std::optional<text_error> take_data(std::string_view text, data_piece& into) {
    into = {std::string(text), Form};
    return std::nullopt;
}

}  // namespace

void describe_message(http_options& options, option_table& table) {
    table.group("HTTP");
    table.add_parsed({'X', "request"}, options.method, check_method, "METHOD",
                     "method; POST with -d, else GET");
    table
        .add({'H', "header"}, options.headers, "LINE",
             R"(send "Name: value"; "Name:" leaves it out)")
        .secret();
    table.add_parsed({'d', "data"}, options.data, take_data<data_piece::form::text>, "DATA|@FILE",
                     "send as a form; repeated: joined by &");
    table.add_parsed("data-binary", options.data, take_data<data_piece::form::binary>, "DATA|@FILE",
                     "as -d, with the file's line ends");
    table.add_parsed("data-raw", options.data, take_data<data_piece::form::literally>, "DATA",
                     "as -d, with @ as an ordinary character");
    table.add_parsed({'u', "user"}, options.user, check_user, "NAME:PASS", "Basic authentication")
        .secret();
    table
        .add_parsed({'b', "cookie"}, options.cookies, check_header_value, "A=B;..|FILE",
                    "cookies to send, or a file of them")
        .secret();
    table.add_parsed({'A', "user-agent"}, options.user_agent, check_header_value, "TEXT",
                     "[grove/VERSION]; \"\" sends none");
    table.advise("-I", "use -X HEAD");
    table.advise("--head", "use -X HEAD");
    table.advise("-G", "put the data into the URL: URL?a=b");
    table.advise("-F", "multipart forms are not sent; -d sends a form");
    table.advise("-e", "use -H \"Referer: URL\"");
}

void describe_request(http_options& options, option_table& table) {
    describe_message(options, table);
    table.flag("compressed", options.compressed, "ask for gzip, br or zstd, and decode");
    table.fixed("http1.1", options.version, http_version::http1_1, "HTTP/1.1 only");
    table.fixed("http2", options.version, http_version::http2, "HTTP/2 where TLS offers it");
    table.fixed({'L', "location"}, options.follow, true, "follow redirects: the default");
    table.fixed("no-location", options.follow, false, "a redirect is the answer");
    table.add("max-redirects", options.max_redirects, "N", "hops in a row").range(0, 1000);
    table.advise("--max-redirs", "it is --max-redirects here");
    table.advise("--http2-prior-knowledge", "use --http2");
}

void describe_tls(http_options& options, option_table& table) {
    table.group("Connection");
    table.flag({'k', "insecure"}, options.insecure, "accept any certificate");
    table.add("cacert", options.cacert, "FILE", "trust these authorities (PEM)")
        .kind(value_kind::file);
    table.add("cert", options.cert, "FILE[:PASS]", "client certificate (PEM)")
        .kind(value_kind::file);
    table.add("key", options.key, "FILE", "its key, where not in --cert").kind(value_kind::file);
    table.advise("-E", "use --cert FILE");
}

void describe_connection(http_options& options, option_table& table) {
    describe_tls(options, table);
    table.add({'x', "proxy"}, options.proxy, "URL", "http://, https://, socks4://, socks5h://..")
        .kind(value_kind::target);
    describe_route(options, table);
    table.advise("--proxy-user", "put it into the URL: -x http://name:password@host:port");
}

void describe_route(http_options& options, option_table& table) {
    table.group("Connection");
    table.add("unix-socket", options.unix_socket, "PATH", "connect to this socket")
        .kind(value_kind::file);
    table.fixed({'4', "ipv4"}, options.family, ip_family::v4, "IPv4 addresses only");
    table.fixed({'6', "ipv6"}, options.family, ip_family::v6, "IPv6 addresses only");
    table.add("resolve", options.resolve, "H:P:ADDR[,..]",
              "use these addresses for host H, port P");
    table.add("connect-to", options.connect_to, "H:P:H2:P2", "connect to H2:P2 for H:P");
}

std::string_view effective_method(const http_options& options) noexcept {
    if (!options.method.empty()) return options.method;
    return options.data.empty() ? "GET" : "POST";
}

std::optional<std::string> validate(const http_options& options) {
    if (!options.key.empty() && options.cert.empty()) {
        return "--key needs --cert: a key alone identifies nobody";
    }
    if (!options.unix_socket.empty() && !options.proxy.empty()) {
        return "--unix-socket and -x exclude each other: a proxy is reached over TCP";
    }
    if (options.method == "HEAD" && !options.data.empty())
        return "a HEAD request has no body: drop -d";
    const auto from_stdin =
        std::count_if(options.data.begin(), options.data.end(), [](const data_piece& piece) {
            return piece.as != data_piece::form::literally && piece.argument == "@-";
        });
    if (from_stdin > 1) return "-d @- can be given once: stdin has one end";
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, header_field& into) {
    const std::size_t bad = text.find_first_of(std::string_view("\r\n\0", 3));
    if (bad != std::string_view::npos) return text_error{"holds a line break", bad, {}};
    std::size_t mark = text.find(':');
    const bool empty = mark == std::string_view::npos && text.ends_with(';');
    if (empty) mark = text.size() - 1;
    if (mark == std::string_view::npos) {
        return text_error{"has no colon", text.size(), "write \"Name: value\""};
    }
    const std::string_view name = text.substr(0, mark);
    if (!is_token(name)) return text_error{"is not a header name", 0, "write \"Name: value\""};
    const std::string_view value = trim(text.substr(mark + 1));
    const bool send = empty || !value.empty();
    into = {std::string(name), std::string(value),
            send ? header_field::action::send : header_field::action::leave_out};
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, resolve_entry& into) {
    static constexpr std::string_view form = "write HOST:PORT:ADDRESS";
    std::string_view rest = text;
    const auto host = take_field(rest);
    const auto port = host ? take_field(rest) : std::nullopt;
    if (!port) return text_error{"has not three parts", text.size(), std::string(form)};
    resolve_entry entry;
    if (*host == "*") {
        entry.host = "*";
    } else if (auto wrong = normalize_host(without_brackets(*host), entry.host)) {
        return wrong;
    } else if (entry.host.find(':') != std::string::npos) {
        return text_error{"an IPv6 address is not looked up", 0,
                          "to connect elsewhere use --connect-to HOST:PORT:HOST:PORT"};
    }
    if (!parse_port(*port, entry.port)) {
        return text_error{"is not a port", offset_of(*port, text), std::string(form)};
    }
    for (bool more = true; more;) {
        const std::size_t comma = rest.find(',');
        const std::string address(without_brackets(rest.substr(0, comma)));
        if (!is_address(address)) {
            return text_error{"is not an IP address", offset_of(rest, text), std::string(form)};
        }
        entry.addresses.push_back(address);
        more = comma != std::string_view::npos;
        rest.remove_prefix(more ? comma + 1 : 0);
    }
    into = std::move(entry);
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, connect_to_entry& into) {
    std::string_view rest = text;
    const auto host = take_field(rest);
    const auto port = host ? take_field(rest) : std::nullopt;
    const auto to_host = port ? take_field(rest) : std::nullopt;
    if (!to_host) {
        return text_error{"has not four parts", text.size(),
                          "write HOST:PORT:HOST:PORT; a part may be empty"};
    }
    connect_to_entry entry;
    if (auto wrong = parse_side(*host, *port, text, entry.host, entry.port)) return wrong;
    if (auto wrong = parse_side(*to_host, rest, text, entry.to_host, entry.to_port)) return wrong;
    into = std::move(entry);
    return std::nullopt;
}

}  // namespace grove::cmd
