// SPDX-License-Identifier: MIT
#include "cmd/bench/report/saved_bench.hpp"

#include "cmd/bench/report/bench_report.hpp"
#include "cmd/bench/report/histogram_text.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/units.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>

namespace grove::cmd {
namespace {

namespace json = boost::json;
using real_seconds = std::chrono::duration<double>;

constexpr std::int64_t format = 1;

struct named_histogram {
    const char* name;
    histogram tally::*in;
};

constexpr std::array histograms{named_histogram{"latency", &tally::latency},
                                named_histogram{"raw", &tally::service},
                                named_histogram{"first_byte", &tally::first_byte},
                                named_histogram{"connect", &tally::connect},
                                named_histogram{"tls", &tally::tls},
                                named_histogram{"lateness", &tally::lateness}};

std::string text_of(const std::vector<load_stage>& stages) {
    if (stages.empty()) return "closed";
    std::string text;
    for (const load_stage& one : stages) {
        if (!text.empty()) text += ',';
        text += format_value(one.length) + ":" + format_value(one.from);
        if (one.to != one.from) text += ".." + format_value(one.to);
    }
    return text;
}

// --- writing ---

double in_seconds(duration time) {
    return real_seconds(time).count();
}

std::string intervals(const bench_result& run) {
    std::string list = "[";
    for (const bench_second& one : run.seconds) {
        if (list.size() > 1) list += ',';
        list += '[' + std::to_string(one.answers) + ',' + std::to_string(one.failures);
        for (const duration time : {one.p50, one.p99, one.most}) {
            list += ',';
            append_json_number(list, in_seconds(time));
        }
        list += ']';
    }
    return list + ']';
}

std::string to_json_of_run(const bench_result& run) {
    json_object object;
    object.add("began", real_seconds(run.began.time_since_epoch()).count());
    add_to(object, run);
    object.add("in_time", run.seen.in_time).add("bad_statuses", run.seen.bad_statuses);
    object.add_json("intervals", intervals(run)).open("histograms");
    for (const named_histogram& one : histograms) {
        if ((run.seen.*one.in).count() > 0) object.add(one.name, to_text(run.seen.*one.in));
    }
    return object.close().text();
}

// --- reading ---

[[noreturn]] void refuse(const std::string& what) {
    throw std::invalid_argument("is no result that --save wrote: " + what);
}

const json::value& at(const json::object& object, std::string_view key) {
    const json::value* found = object.if_contains(key);
    if (found == nullptr) refuse("it has no \"" + std::string(key) + "\"");
    return *found;
}

const json::object& object_at(const json::object& in, std::string_view key) {
    const json::object* object = at(in, key).if_object();
    if (object == nullptr) refuse("\"" + std::string(key) + "\" is no object");
    return *object;
}

const json::array& list_at(const json::object& in, std::string_view key) {
    const json::array* list = at(in, key).if_array();
    if (list == nullptr) refuse("\"" + std::string(key) + "\" is no list");
    return *list;
}

std::string text_at(const json::object& in, std::string_view key) {
    const json::string* text = at(in, key).if_string();
    if (text == nullptr) refuse("\"" + std::string(key) + "\" is no text");
    return {text->data(), text->size()};
}

double number_of(const json::value& value, std::string_view key) {
    json::error_code problem;
    const auto number = value.to_number<double>(problem);
    if (problem || !(number >= 0)) refuse("\"" + std::string(key) + "\" is no number");
    return number;
}

double number_at(const json::object& in, std::string_view key) {
    return number_of(at(in, key), key);
}

/// Below 2^53, as JSON holds it.
std::uint64_t count_of(double number, std::string_view key) {
    constexpr double most = 9007199254740992;
    if (number > most) refuse("\"" + std::string(key) + "\" is too large");
    return static_cast<std::uint64_t>(number);
}

std::uint64_t count_at(const json::object& in, std::string_view key) {
    return count_of(number_at(in, key), key);
}

duration time_of(double seconds, std::string_view key) {
    constexpr double most = 4e9;  // 126 years
    if (seconds > most) refuse("\"" + std::string(key) + "\" is too long");
    return duration(std::llround(seconds * 1e9));
}

bool flag_at(const json::object& in, std::string_view key) {
    const bool* flag = at(in, key).if_bool();
    if (flag == nullptr) refuse("\"" + std::string(key) + "\" is neither true nor false");
    return *flag;
}

load_protocol protocol_of(const std::string& name) {
    for (unsigned i = 0; i <= static_cast<unsigned>(load_protocol::dns); ++i) {
        const auto protocol = static_cast<load_protocol>(i);
        if (to_string(protocol) == name) return protocol;
    }
    refuse("the protocol " + name + " is not known here");
}

void read_statuses(const json::object& from, bench_result& into) {
    for (std::size_t i = 0; i < into.seen.statuses.size(); ++i) {
        const std::string name = status_name(into.protocol, static_cast<unsigned>(i));
        if (!name.empty() && from.contains(name)) into.seen.statuses[i] = count_at(from, name);
    }
}

void read_errors(const json::object& from, tally& into) {
    for (std::size_t i = 0; i < load_errors; ++i) {
        const std::string_view name = to_string(static_cast<load_error>(i));
        if (from.contains(name)) into.errors[i] = count_at(from, name);
    }
}

void read_histograms(const json::object& from, tally& into) {
    for (const named_histogram& one : histograms) {
        if (!from.contains(one.name)) continue;
        auto read = histogram_of(text_at(from, one.name));
        if (!read || read->scale() != histogram_scale{})
            refuse(std::string("the histogram \"") + one.name + "\" cannot be read");
        into.*one.in = *std::move(read);
    }
}

std::vector<bench_second> intervals_of(const json::array& list) {
    std::vector<bench_second> all;
    for (const json::value& value : list) {
        const json::array* row = value.if_array();
        if (row == nullptr || row->size() != 5) refuse("an interval has not five numbers");
        const auto number = [&](std::size_t i) { return number_of((*row)[i], "intervals"); };
        const auto time = [&](std::size_t i) { return time_of(number(i), "intervals"); };
        all.push_back({.answers = count_of(number(0), "intervals"),
                       .failures = count_of(number(1), "intervals"),
                       .p50 = time(2),
                       .p99 = time(3),
                       .most = time(4)});
    }
    return all;
}

bench_result run_of(const json::object& from) {
    bench_result run;
    run.target = text_at(from, "target");
    run.protocol = protocol_of(text_at(from, "protocol"));
    run.connections = static_cast<std::size_t>(count_at(from, "connections"));
    run.threads = static_cast<unsigned>(count_at(from, "threads"));
    run.open = flag_at(from, "open");
    if (run.open) run.planned_rate = number_at(from, "planned_rate");
    run.began = wall_time(std::chrono::duration_cast<wall_time::duration>(
        time_of(number_at(from, "began"), "began")));
    run.length = run.run = time_of(number_at(from, "seconds"), "seconds");
    const double load = number_at(from, "generator_load") * in_seconds(run.run) * run.threads;
    run.cpu = time_of(load, "generator_load");
    run.unsent = count_at(from, "unsent");
    tally& seen = run.seen;
    seen.answers = count_at(from, "answers");
    seen.in_time = count_at(from, "in_time");
    seen.bad_statuses = count_at(from, "bad_statuses");
    seen.waited = count_at(from, "waited");
    seen.bytes_in = count_at(from, "bytes_in");
    seen.bytes_out = count_at(from, "bytes_out");
    read_errors(object_at(from, "errors"), seen);
    read_statuses(object_at(from, "statuses"), run);
    read_histograms(object_at(from, "histograms"), seen);
    run.seconds = intervals_of(list_at(from, "intervals"));
    return run;
}

machine machine_of(const json::object& from) {
    return {.cpu = text_at(from, "cpu"),
            .cores = static_cast<unsigned>(count_at(from, "cores")),
            .kernel = text_at(from, "kernel"),
            .governor = text_at(from, "governor"),
            .grove = text_at(from, "grove")};
}

json::value parsed(std::string_view text) {
    json::error_code problem;
    json::value value = json::parse({text.data(), text.size()}, problem);
    if (problem) refuse("not JSON");
    if (!value.is_object()) refuse("no JSON object");
    return value;
}

}  // namespace

plan_facts facts_of(const load_plan& plan) {
    const bool open = plan.open;
    return {{"protocol", std::string(to_string(plan.protocol))},
            {"connections", std::to_string(plan.connections)},
            {"threads", std::to_string(plan.threads)},
            {"load", text_of(plan.stages)},
            {"arrivals", plan.spacing == arrival_spacing::poisson ? "poisson" : "constant"},
            {"length", plan.length && !open ? format_value(*plan.length) : "as the load"},
            {"requests", plan.limit ? std::to_string(*plan.limit) : "no limit"},
            {"warm-up", format_value(plan.warm_up)},
            {"keep-alive", plan.reuse == connection_reuse::kept ? "yes" : "no"}};
}

std::optional<std::string> difference(const plan_facts& here, const plan_facts& there) {
    for (const auto& [name, value] : here) {
        const auto same = std::ranges::find(there, name, &plan_facts::value_type::first);
        if (same == there.end()) return name + " is not told there";
        if (same->second != value)
            return fmt::format("{} is {} here and {} there", name, value, same->second);
    }
    return std::nullopt;
}

std::string to_json(const saved_bench& saved) {
    json_object object;
    object.add("format", format).open("machine");
    object.add("cpu", saved.on.cpu).add("cores", saved.on.cores).add("kernel", saved.on.kernel);
    object.add("governor", saved.on.governor).add("grove", saved.on.grove).close();
    object.open("plan");
    for (const auto& [name, value] : saved.plan) object.add(name, value);
    std::string runs = "[";
    for (const bench_result& run : saved.runs)
        runs += (runs.size() > 1 ? ",\n" : "\n") + to_json_of_run(run);
    return object.close().add_json("runs", runs + "\n]").text() + "\n";
}

saved_bench saved_bench_of(std::string_view text) {
    const json::value value = parsed(text);
    const json::object& whole = value.get_object();
    if (count_at(whole, "format") != format) refuse("its format is another version's");
    saved_bench saved;
    saved.on = machine_of(object_at(whole, "machine"));
    const json::object& plan = object_at(whole, "plan");
    for (const auto& fact : plan) saved.plan.emplace_back(fact.key(), text_at(plan, fact.key()));
    for (const json::value& run : list_at(whole, "runs")) {
        if (!run.is_object()) refuse("a run is no object");
        saved.runs.push_back(run_of(run.get_object()));
    }
    return saved;
}

}  // namespace grove::cmd
