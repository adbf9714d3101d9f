// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch_options.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/fetch/output_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace grove::cmd {

namespace {

using namespace std::chrono_literals;

constexpr std::array facts{
    fact{"status", fact_type::number, "HTTP status of the answer"},
    fact{"header", fact_type::family, "header.NAME: a header of the answer"},
    fact{"body", fact_type::text, "the body"},
    fact{"json", fact_type::json, "json.a[0].b: the body as JSON"},
    fact{"size", fact_type::size, "bytes of the body"},
    fact{"sha256", fact_type::text, "checksum of the body, in lower case"},
    fact{"sha512", fact_type::text, "checksum of the body, in lower case"},
    fact{"time", fact_type::duration, "the last attempt, whole"},
    fact{"time.dns", fact_type::duration, "its start to the name resolved"},
    fact{"time.connect", fact_type::duration, "its start to the connection"},
    fact{"time.tls", fact_type::duration, "its start to the end of the handshake"},
    fact{"time.first_byte", fact_type::duration, "its start to the first byte of the answer"},
    fact{"url", fact_type::text, "the URL as it was given"},
    fact{"final_url", fact_type::text, "the URL after redirects and mirrors"},
    fact{"ip", fact_type::text, "address of the peer"},
    fact{"http_version", fact_type::text, "1.1 or 2"},
    fact{"reused", fact_type::boolean, "the connection carried another request before"},
    fact{"attempts", fact_type::number, "attempts made"}};

std::optional<text_error> check_url(std::string_view text, std::string& into) {
    target ignored;
    if (auto wrong = parse_http_target(text, ignored)) return wrong;
    into = std::string(text);
    return std::nullopt;
}

std::optional<text_error> check_base(std::string_view text, std::string& into) {
    target base;
    if (auto wrong = parse_http_target(text, base)) return wrong;
    // Names are joined to a whole URL: shorthand is written out, userinfo stays.
    into = text.find("://") == std::string_view::npos ? base.url() : std::string(text);
    return std::nullopt;
}

std::optional<text_error> check_sha256(std::string_view text, std::string& into) {
    std::string digits(text);
    for (std::size_t at = 0; at < digits.size(); ++at) {
        char& c = digits[at];
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return text_error{"is not a hexadecimal digit", at, {}};
        }
    }
    if (digits.size() != 64) return text_error{"has not 64 hexadecimal digits", 0, {}};
    into = std::move(digits);
    return std::nullopt;
}

std::optional<text_error> check_output(std::string_view text, std::string& into) {
    if (text.empty()) return text_error{"is empty", 0, "write . for this folder"};
    try {
        static_cast<void>(output_pattern::parse(text));
    } catch (const std::invalid_argument& error) {
        return text_error{error.what(), 0, {}};
    }
    into = std::string(text);
    return std::nullopt;
}

std::optional<text_error> check_expectation(std::string_view text, expression& into) {
    return expression::parse(text, facts, into);
}

std::optional<text_error> check_tell(std::string_view text, fact_path& into) {
    return fact_path::parse(text, facts, into);
}

void describe_input(fetch_options& options, option_table& table) {
    table.group("What");
    table.words("url", options.urls, check_url, "URL", "http(s)://..; :8080/x is http on localhost")
        .kind(value_kind::target);
    table
        .add({'i', "input"}, options.inputs, "FILE",
             "list: URLs, URL<TAB>name, sha256sum, JSON; - stdin")
        .kind(value_kind::file);
    table.add_parsed("base", options.base, check_base, "URL", "where a list's relative names are")
        .kind(value_kind::target);
    table.add_parsed("sha256", options.sha256, check_sha256, "HASH",
                     "what the one URL must sum up to");
}

void describe_destination(fetch_options& options, option_table& table) {
    table.group("Where to");
    table
        .add_parsed({'o', "output"}, options.output, check_output, "PATH",
                    "FOLDER/, {name} template, file, - stdout")
        .kind(value_kind::file);
    table.flag("resume", options.resume, "go on with .part files of an earlier run");
    table.flag("skip-existing", options.skip_existing, "leave out what is there already");
    table.add("max-size", options.max_size, "SIZE", "fail a file above this");
    table.add("failed", options.failed_file, "FILE", "list what failed, for the next run's -i")
        .kind(value_kind::file);
    table.advise("-O", "fetch saves under the URL's name by itself; -o chooses another");
    table.advise("-J", "fetch honours Content-Disposition by itself");
    table.advise("-C", "use --resume");
    table.advise("--continue-at", "use --resume");
    table.advise("--remote-name", "fetch saves under the URL's name by itself");
    table.advise("--create-dirs", "folders are made as needed");
    table.advise("-P", "use -o FOLDER/");
    table.advise("--output-dir", "use -o FOLDER/");
}

void describe_politeness(fetch_options& options, option_table& table) {
    table.group("Politeness");
    table.add({'c', "connections"}, options.connections, "N", "transfers at once").range(1, 100000);
    table.add("per-host", options.per_host, "N", "of these, to one host").range(1, 100000);
    table.add("limit-rate", options.limit_rate, "BYTES/S", "of all together: 500k, 10MB/s");
    table.add("rate", options.rate, "N/S", "starts for each host: 10/s, 90/m");
    table.advise("-Z", "transfers always run at once; -c N says how many");
    table.advise("--parallel", "transfers always run at once; -c N says how many");
    table.advise("--parallel-max", "use -c N");
    table.advise("-j", "transfers at once are -c N");
}

void describe_sureness(fetch_options& options, option_table& table) {
    table.group("Sureness");
    table.add("retries", options.retries, "N", "tries more, with growing pauses").range(0, 1000);
    table.fixed("retry-all-methods", options.retry, retry_methods::all, "retry POST and PATCH too");
    table.add("connect-timeout", options.connect_timeout, "T", "name, connection and TLS")
        .range(1ms, 24h);
    table.add("stall-timeout", options.stall_timeout, "T", "without a byte; 0s: never")
        .range(0s, 24h);
    table.add("timeout", options.timeout, "T", "one attempt").range(1ms, 24h * 365);
    table.add("deadline", options.deadline, "T", "the whole run; reaching it exits 124")
        .range(1ms, 24h * 365);
    table.add("max-failures", options.max_failures, "N|N%", "stop after so many");
    table.fixed("fail-fast", options.max_failures, failure_limit::one(), "stop after the first");
    table.add("grace", options.grace, "T", "to end transfers after Ctrl-C").range(0s, 24h);
    table
        .add_parsed("expect", options.expect, check_expectation, "E",
                    "all must hold: 'status == 200', 'size < 1MB'")
        .kind(value_kind::expression);
    table.add_parsed("tell", options.tell, check_tell, "NAME",
                     "print this of each answer: json.token, header.etag");
    table.advise("--retry", "it is --retries N");
    table.advise("--retry-all-errors", "use --retry-all-methods");
    table.advise("-m", "use --timeout for one attempt, --deadline for the whole run");
    table.advise("--max-time", "use --timeout for one attempt, --deadline for the whole run");
    table.advise("--max-filesize", "use --max-size");
    table.advise("-f", "400 and above fails by itself; --expect 'status == 404' wants another");
    table.advise("--fail", "400 and above fails by itself; --expect 'status == 404' wants another");
    table.advise("-z", "use --deadline to end the run after a time");
    table.advise("-w", "use --tell NAME, or --json");
    table.advise("--write-out", "use --tell NAME, or --json");
}

std::optional<std::string> check_sources(const fetch_options& options) {
    if (options.urls.empty() && options.inputs.empty())
        return "no URL: give some, or a list with -i";
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1) {
        return "-i - can be given once: stdin has one end";
    }
    const bool body_from_stdin = std::any_of(
        options.http.data.begin(), options.http.data.end(), [](const data_piece& piece) {
            return piece.as != data_piece::form::literally && piece.argument == "@-";
        });
    if (body_from_stdin && std::count(options.inputs.begin(), options.inputs.end(), "-") > 0) {
        return "-i - and -d @- both read stdin: put one of them into a file";
    }
    if (!options.sha256.empty() && (options.urls.size() != 1 || !options.inputs.empty())) {
        return "--sha256 is for one URL: use -i with lines of \"HASH  NAME\" and --base for more";
    }
    return std::nullopt;
}

std::optional<std::string> check_destination(const fetch_options& options) {
    const auto kind = output_pattern::parse(options.output).what();
    if (kind == output_pattern::kind::standard_output) {
        if (options.talk.json)
            return "-o - and --json both write to stdout: save to a file instead";
        if (!options.tell.empty())
            return "-o - and --tell both write to stdout: save to a file instead";
        if (options.resume) return "--resume needs a file to go on with: -o - has none";
        if (options.skip_existing) return "--skip-existing needs files: -o - has none";
    }
    const bool several = options.urls.size() > 1 || !options.inputs.empty();
    if (kind == output_pattern::kind::file && several) {
        return fmt::format(
            "-o {} is one file for many: write -o {}/ or a template such as {}-{{n}}",
            options.output, options.output, options.output);
    }
    return std::nullopt;
}

std::optional<std::string> check_request(const fetch_options& options) {
    const std::string_view method = effective_method(options.http);
    if (options.resume && method != "GET") {
        return fmt::format("--resume goes on with a GET, not with a {}", method);
    }
    if (options.timeout && *options.timeout < options.connect_timeout &&
        options.connect_timeout != fetch_options().connect_timeout) {
        return "--connect-timeout is longer than --timeout: it would never be reached";
    }
    return validate(options.http);
}

}  // namespace

void describe(fetch_options& options, option_table& table) {
    describe_input(options, table);
    describe_destination(options, table);
    describe_politeness(options, table);
    describe_sureness(options, table);
    describe_request(options.http, table);
    describe_connection(options.http, table);
    table.add("dns-server", options.dns_servers, "ADDR[:PORT]", "ask this name server");
    table.choose("dns", options.names,
                 {{"grove", name_service::own}, {"system", name_service::system}}, "HOW",
                 "who resolves: grove, or system (nsswitch)");
    describe(options.talk, table);
    table.flag("dry-run", options.dry_run, "say what would be fetched, and to where");
    table.add("seed", options.seed, "N", "of the retries' random pauses");
}

std::optional<std::string> validate(const fetch_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (auto wrong = check_sources(options)) return wrong;
    if (auto wrong = check_destination(options)) return wrong;
    if (options.names == name_service::system && !options.dns_servers.empty()) {
        return "--dns system asks the system's servers: drop --dns-server";
    }
    return check_request(options);
}

std::span<const fact> fetch_facts() noexcept {
    return facts;
}

bool expects_status(const fetch_options& options) noexcept {
    return std::any_of(options.expect.begin(), options.expect.end(),
                       [](const expression& each) { return each.mentions("status"); });
}

bool looks_at(const fetch_options& options, std::string_view name) noexcept {
    const auto mentions = [name](const auto& each) { return each.mentions(name); };
    return std::ranges::any_of(options.expect, mentions) ||
           std::ranges::any_of(options.tell, mentions);
}

std::size_t transfers_at_once(const fetch_options& options) noexcept {
    return names_stdout(options.output) ? 1 : options.connections;
}

}  // namespace grove::cmd
