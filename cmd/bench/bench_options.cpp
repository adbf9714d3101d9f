// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_options.hpp"

#include "cmd/bench/hub_bench.hpp"
#include "cmd/bench/report/shift_estimate.hpp"
#include "cmd/common/option_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration usual_length = 10s;
constexpr duration longest = 24h * 365;

constexpr std::array facts{
    fact{"requests", fact_type::number, "requests that were sent"},
    fact{"answers", fact_type::number, "of them, answered"},
    fact{"rate", fact_type::event_rate, "answers a second"},
    fact{"throughput", fact_type::byte_rate, "bytes received a second"},
    fact{"errors", fact_type::ratio,
         "requests without an answer, or with one of 400 and above (dns: not NOERROR)"},
    fact{"failures", fact_type::number, "requests without an answer"},
    fact{"unsent", fact_type::number, "requests that were due and not sent"},
    fact{"min", fact_type::duration, "the shortest latency"},
    fact{"mean", fact_type::duration, "the latencies' mean"},
    fact{"max", fact_type::duration, "the longest latency"},
    fact{"p50", fact_type::duration, "half of the latencies are at most this"},
    fact{"p75", fact_type::duration, "75 % are"},
    fact{"p90", fact_type::duration, "90 % are"},
    fact{"p95", fact_type::duration, "95 % are"},
    fact{"p99", fact_type::duration, "99 % are"},
    fact{"p999", fact_type::duration, "99.9 % are"},
    fact{"p9999", fact_type::duration, "99.99 % are"},
    fact{"raw.p50", fact_type::duration, "as p50, counted from the sending"},
    fact{"raw.p90", fact_type::duration, "as p90, counted from the sending"},
    fact{"raw.p99", fact_type::duration, "as p99, counted from the sending"},
    fact{"raw.p999", fact_type::duration, "as p999, counted from the sending"},
    fact{"connect.p99", fact_type::duration, "of the connections made: name, address, TCP"},
    fact{"tls.p99", fact_type::duration, "of the connections made: the handshake"},
    fact{"first_byte.p99", fact_type::duration, "from the sending to the answer's first byte"},
    fact{"baseline", fact_type::baseline, "with --compare its runs: p99 <= baseline * 1.05"},
};

std::optional<text_error> check_expectation(std::string_view text, expression& into) {
    return expression::parse(text, facts, into);
}

std::optional<text_error> check_tell(std::string_view text, fact_path& into) {
    return fact_path::parse(text, facts, into);
}

std::optional<text_error> take_url(std::string_view text, std::string& into) {
    if (text.empty()) return text_error{"is empty", 0, "write a URL, as in :8080/"};
    into = std::string(text);
    return std::nullopt;
}

void describe_target(bench_options& options, option_table& table) {
    table.group("What");
    table.words("url", options.urls, take_url, "URL", "http(s), ws(s), tcp, tls, dns; in turn")
        .kind(value_kind::target);
    table.add({'i', "input"}, options.input, "FILE", "a list of more URLs, a line each; - stdin")
        .kind(value_kind::file);
}

void describe_load(bench_options& options, option_table& table) {
    table.group("How much");
    table.add({'c', "connections"}, options.connections, "N", "connections at once")
        .range(1, 100000);
    table.add("threads", options.threads, "N", "threads that send").range(1, 256);
    table.add({'n', "requests"}, options.requests, "N", "stop after so many")
        .range(1, std::uint64_t{1} << 53);
    table.add({'z', "duration"}, options.length, "T", "stop after this time")
        .range(10ms, longest)
        .default_text("10s");
    table.add("warm-up", options.warm_up, "T", "first, and not counted").range(0s, 24h);
    table.add("rate", options.rate, "N/S", "send so many, however slow answers are");
    table.add("stages", options.stages, "T:N/S[,..]", "10s:100/s,30s:100/s..1000/s");
    table.choose("arrivals", options.spacing,
                 {{"constant", arrival_spacing::constant}, {"poisson", arrival_spacing::poisson}},
                 "HOW", "with --rate: evenly, or at random as from many clients");
    table.fixed("no-keepalive", options.reuse, connection_reuse::closed,
                "a new connection for each request");
    table.advise("-d", "a body is -d, as curl's; the time is -z 10s");
    table.advise("-t", "threads are --threads N, the time is -z 10s, one request's is --timeout");
    table.advise("-q", "a rate is --rate N/s");
    table.advise("-R", "a rate is --rate N/s");
    table.advise("--latency", "percentiles are always shown");
    table.advise("--concurrency", "use -c N");
    table.advise("--disable-keepalive", "it is --no-keepalive here");
}

void describe_sureness(bench_options& options, option_table& table) {
    table.group("Sureness");
    table.add("timeout", options.timeout, "T", "one request").range(1ms, 24h);
    table.add("deadline", options.deadline, "T", "the whole run; reaching it exits 124")
        .range(10ms, longest);
    table
        .add_parsed("expect", options.expect, check_expectation, "E",
                    "all must hold: 'p99 < 20ms', 'errors < 0.1%'")
        .kind(value_kind::expression);
    table.add_parsed("tell", options.tell, check_tell, "NAME",
                     "print this figure instead of the table: p99, rate");
    table.advise("-m", "use --timeout for one request, -z for the whole");
    table.advise("--max-time", "use --timeout for one request, -z for the whole");
}

void describe_reports(bench_options& options, option_table& table) {
    table.group("Reports");
    table.add("html", options.html, "FILE", "a page with curves, in one file")
        .kind(value_kind::file);
    table.add("hlog", options.hlog, "FILE", "each second's histogram, as HdrHistogram logs them")
        .kind(value_kind::file);
}

void describe_comparing(bench_options& options, option_table& table) {
    table.group("Comparing");
    table.add("repeat", options.repeat, "N", "runs; to save or to compare 5, else 1")
        .range(1, most_samples);
    table.add("save", options.save, "FILE", "keep the runs").kind(value_kind::file);
    table.fixed("append", options.saving, save_mode::append, "--save adds to FILE's runs");
    table.add("compare", options.compare, "FILE|URL",
              "exit 1 if worse than saved runs, or than URL, asked in turns");
    table
        .add("tolerance", options.tolerance, "P",
             "a change that may be; in turns 1%, beside a file's runs 5%")
        .range({0}, {1000});
}

std::optional<std::string> check_comparing(const bench_options& options) {
    const auto mentions = [](const auto& each) { return each.mentions("baseline"); };
    const bool asks = std::ranges::any_of(options.expect, mentions) ||
                      std::ranges::any_of(options.tell, mentions);
    if (asks && options.compare.empty()) return "baseline is of --compare: name its FILE or URL";
    if (options.saving == save_mode::append && options.save.empty())
        return "--append needs --save FILE";
    const bool more = options.saving == save_mode::append;
    if (!options.compare.empty() && runs_of(options) < least_samples && !more) {
        return fmt::format("--repeat {}: a comparison rests on {} runs a side or more",
                           runs_of(options), least_samples);
    }
    if (compares_servers(options) && more)
        return "--append is for runs that are compared with a file's";
    return std::nullopt;
}

std::optional<std::string> check_amount(const bench_options& options) {
    if (!options.stages.all.empty() && options.rate)
        return "--rate and --stages exclude each other: a rate is one stage";
    if (!options.stages.all.empty() && (options.requests || options.length))
        return "--stages say themselves how long: drop -n and -z";
    if (options.spacing == arrival_spacing::poisson && !is_open(options))
        return "--arrivals needs --rate or --stages: without them a request follows its answer";
    if (options.threads > options.connections)
        return "--threads is more than -c: each thread needs a connection";
    return std::nullopt;
}

/// `-d 30s` is a time in other load generators, and nobody's body.
std::optional<std::string> check_body(const http_options& http) {
    duration time{};
    for (const data_piece& piece : http.data) {
        if (piece.as == data_piece::form::text && !parse_value(piece.argument, time))
            return "-d is a body, as curl's: use -z " + piece.argument + " for the time, or " +
                   "--data-raw " + piece.argument + " to send that";
    }
    return std::nullopt;
}

std::optional<std::string> check_cookies(const http_options& http) {
    const auto file = std::ranges::find_if(
        http.cookies, [](const std::string& one) { return one.find('=') == std::string::npos; });
    if (file == http.cookies.end()) return std::nullopt;
    return "-b " + *file + ": bench sends the same cookies each time: write them as NAME=VALUE";
}

}  // namespace

void describe(bench_options& options, option_table& table) {
    describe_target(options, table);
    describe_load(options, table);
    describe_sureness(options, table);
    describe_comparing(options, table);
    describe_reports(options, table);
    describe_message(options.http, table);
    describe_tls(options.http, table);
    describe_route(options.http, table);
    describe(options.talk, table);
    table.add("seed", options.seed, "N", "of random arrivals and of {{rand}}");
}

std::optional<std::string> validate(const bench_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (is_hub_bench(options)) return validate_hub_bench(options);
    if (options.urls.empty() && options.input.empty())
        return "no URL: give some, or a list with -i";
    if (auto wrong = check_amount(options)) return wrong;
    if (auto wrong = check_comparing(options)) return wrong;
    if (auto wrong = check_body(options.http)) return wrong;
    if (auto wrong = check_cookies(options.http)) return wrong;
    return validate(options.http);
}

std::span<const fact> bench_facts() noexcept {
    return facts;
}

std::size_t runs_of(const bench_options& options) noexcept {
    const bool several = !options.save.empty() || !options.compare.empty();
    return options.repeat.value_or(several ? least_samples : 1);
}

percentage tolerance_of(const bench_options& options) noexcept {
    constexpr percentage in_turns{1};
    constexpr percentage apart{5};
    return options.tolerance.value_or(compares_servers(options) ? in_turns : apart);
}

bool compares_servers(const bench_options& options) noexcept {
    return options.compare.starts_with(':') || options.compare.find("://") != std::string::npos;
}

bool is_open(const bench_options& options) noexcept {
    return options.rate || !options.stages.all.empty();
}

std::optional<duration> length_of(const bench_options& options) {
    if (!options.stages.all.empty()) return total_length(options.stages.all);
    if (options.length) return options.length;
    if (options.requests) return std::nullopt;
    return usual_length;
}

std::vector<load_stage> stages_of(const bench_options& options) {
    if (!is_open(options)) return {};
    std::vector<load_stage> measured = options.stages.all;
    if (options.rate)
        measured = {{length_of(options).value_or(longest), *options.rate, *options.rate}};
    std::vector<load_stage> all;
    if (options.warm_up > duration::zero())
        all.push_back({options.warm_up, measured[0].from, measured[0].from});
    for (const load_stage& one : measured) all.push_back(one);
    return all;
}

}  // namespace grove::cmd
