// SPDX-License-Identifier: MIT
#include "cmd/serve/serve_options.hpp"

#include "cmd/common/option_table.hpp"

#include <grove/endpoint.hpp>

#include <algorithm>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view usual_door = "127.0.0.1:8000";

void describe_place(serve_options& options, option_table& table) {
    table.group("Where");
    table.add({'p', "port"}, options.port, "PORT", "of 127.0.0.1; 0 picks one and prints it")
        .default_text("8000");
    table.add({'l', "listen"}, options.listen, "ADDRESS",
              "HOST:PORT, unix:PATH or fd:N; repeatable");
    table.add("tls", options.tls, "auto|CERT,KEY", "https; auto makes a certificate up");
    table.add("threads", options.threads, "N", "a server on each, sharing the port").range(1, 256);
    table.advise("--bind", "use -l HOST:PORT");
    table.advise("-b", "use -l HOST:PORT");
    table.advise("--host", "use -l HOST:PORT");
}

void describe_upstream(serve_options& options, option_table& table) {
    table.group("Servers behind it");
    table.add("timeout", options.timeout, "T", "to connect, and until an answer begins")
        .range(1ms, 24h);
    table.flag({'k', "insecure"}, options.insecure, "accept any certificate");
    table.add("cacert", options.cacert, "FILE", "trust these authorities (PEM)");
}

void describe_end(serve_options& options, option_table& table) {
    table.group("How long");
    table.add({'n', "requests"}, options.requests, "N", "end after so many answers")
        .range(1, std::uint64_t{1} << 53);
    table.add({'z', "duration"}, options.length, "T", "end after this time").range(10ms, 24h * 365);
    table.add("grace", options.grace, "T", "for what is under way when it ends").range(0s, 24h);
}

}  // namespace

void describe(serve_options& options, option_table& table) {
    table.group("What");
    table.words("what", options.routes, "[PATH=]HANDLER",
                "a folder or file, echo, ws-echo, json:{..}, status:N, httpbin, stream, sse, "
                "long-poll, chat, exec:COMMAND, http://HOST:PORT; "
                "tcp://:PORT=echo|lines|discard|chargen|exec:COMMAND|tcp://HOST:PORT");
    table.flag("spa", options.single_page, "paths that are not there get index.html");
    table.flag("cors", options.cors, "scripts of other sites may ask");
    table.flag("broadcast", options.broadcast, "exec: one program, whose lines all get");
    table.flag("public", options.is_public, "exec may be reached from other machines");
    table.add("auth", options.auth, "USER:PASSWORD", "who may ask").secret();
    table.add("limit", options.limit, "conns=N,body=SIZE", "what one may take");
    table.add("fault", options.faults, "WORDS",
              "answer badly (repeatable), words of: path=/api/* method=GET first=N chance=10% "
              "status=503 delay=50ms..250ms rate=64k/s truncate=1k reset stall slow-headers; not "
              "tcp://, nor what follows an upgrade");
    describe_place(options, table);
    describe_upstream(options, table);
    describe_end(options, table);
    describe(options.talk, table);
    table.add("seed", options.seed, "N", "of httpbin's random bytes, and of --fault");
}

namespace {

bool is_of_this_machine(std::string_view door) {
    if (door.starts_with("unix:")) return true;
    const auto at = grove::endpoint::parse(door);
    if (!at || !at->address()) return false;
    const std::string address = at->address()->text();
    return address.starts_with("127.") || address == "::1";
}

/// Result: where a program could be started from another machine; empty: nowhere.
std::string open_door(const serve_options& options) {
    for (const route& one : options.routes) {
        if (!one.runs_programs()) continue;
        // `:5000` of a TCP server is on this machine alone.
        if (one.is_tcp() && !one.at.starts_with(':') && !is_of_this_machine(one.at))
            return "tcp://" + one.at;
        if (one.is_tcp()) continue;
        for (const std::string& door : doors_of(options)) {
            if (!is_of_this_machine(door)) return "-l " + door;
        }
    }
    return {};
}

std::optional<std::string> validate_programs(const serve_options& options) {
    const bool any = std::ranges::any_of(
        options.routes, [](const route& one) { return one.kind == route_kind::exec; });
    if (options.broadcast && !any) return "--broadcast needs a program: /feed=exec:COMMAND";
    if (options.broadcast && options.threads > 1)
        return "--broadcast and --threads exclude each other: one program speaks to all";
    if (const std::string door = open_door(options); !options.is_public && !door.empty()) {
        return "exec at " + door +
               " lets other machines start programs: listen on 127.0.0.1, or say --public";
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> validate(const serve_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (options.port && !options.listen.empty())
        return "-p and -l exclude each other: write -l 127.0.0.1:PORT beside the others";
    const bool only_tcp =
        !options.routes.empty() && std::ranges::all_of(options.routes, &route::is_tcp);
    if (options.threads > 1 && std::ranges::any_of(options.listen, [](const std::string& door) {
            return given_descriptor(door).has_value();
        }))
        return "-l fd:N is one socket, which --threads cannot share: use HOST:PORT";
    if (only_tcp && (options.port || !options.listen.empty()))
        return "-p and -l are for HTTP, and all that is asked for are TCP servers";
    if (only_tcp && !options.faults.empty())
        return "--fault is for HTTP, and all that is asked for are TCP servers";
    if (!options.auth.empty() && options.auth.find(':') == std::string::npos)
        return "--auth needs a password: USER:PASSWORD";
    for (std::size_t i = 0; i < options.routes.size(); ++i) {
        const route& one = options.routes[i];
        const auto same = std::ranges::find_if(
            options.routes.begin() + static_cast<std::ptrdiff_t>(i) + 1, options.routes.end(),
            [&](const route& other) {
                return other.path == one.path && other.at == one.at && !one.at.ends_with(":0");
            });
        if (same != options.routes.end())
            return (one.is_tcp() ? "tcp://" + one.at : one.path) + " is given twice";
    }
    if (auto wrong = validate_programs(options)) return wrong;
    const bool files =
        options.routes.empty() || std::ranges::any_of(options.routes, [](const route& one) {
            return one.kind == route_kind::files;
        });
    const bool chats =
        std::ranges::find(options.routes, route_kind::chat, &route::kind) != options.routes.end();
    if (chats && options.threads > 1)
        return "chat keeps its rooms on one thread: leave --threads out";
    if (options.single_page && !files) return "--spa needs a folder to serve";
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, tls_choice& into) {
    if (text == "auto") {
        into = {.made_up = true};
        return std::nullopt;
    }
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos || comma == 0 || comma + 1 == text.size())
        return text_error{"names no key", text.size(), "write auto, or CERTIFICATE.pem,KEY.pem"};
    into = {.made_up = false,
            .certificate = std::string(text.substr(0, comma)),
            .key = std::string(text.substr(comma + 1))};
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, serve_limits& into) {
    serve_limits made = into;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view one = text.substr(begin, end - begin);
        const std::size_t value = begin + std::min(one.find('=') + 1, one.size());
        std::optional<text_error> wrong;
        byte_size size;
        if (one.starts_with("conns=")) {
            std::uint64_t count = 0;
            wrong = option_detail::parse(text.substr(value, end - value), count);
            made.connections = static_cast<std::size_t>(std::max<std::uint64_t>(count, 1));
        } else if (one.starts_with("body=")) {
            wrong = parse_value(text.substr(value, end - value), size);
            made.body = size.bytes;
        } else {
            return text_error{"is no limit", begin, "there are conns=1000 and body=10M"};
        }
        if (wrong) {
            wrong->offset += value;
            return wrong;
        }
        begin = end + 1;
    }
    into = made;
    return std::nullopt;
}

std::optional<int> given_descriptor(std::string_view door) {
    constexpr std::string_view word = "fd:";
    if (!door.starts_with(word)) return std::nullopt;
    std::uint16_t fd = 0;
    if (option_detail::parse(door.substr(word.size()), fd)) return std::nullopt;
    return fd;
}

std::vector<std::string> doors_of(const serve_options& options) {
    if (!options.listen.empty()) return options.listen;
    if (options.port) return {"127.0.0.1:" + std::to_string(*options.port)};
    if (!options.routes.empty() && std::ranges::all_of(options.routes, &route::is_tcp)) return {};
    return {std::string(usual_door)};
}

}  // namespace grove::cmd
