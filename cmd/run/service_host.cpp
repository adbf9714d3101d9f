// SPDX-License-Identifier: MIT
#include "cmd/run/service_host.hpp"

#include "cmd/common/command_line.hpp"
#include "cmd/run/recipe/call_words.hpp"
#include "cmd/run/recipe/program_facts.hpp"
#include "cmd/run/task_command.hpp"

#include <grove/socket.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <functional>
#include <set>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// What `grove serve` says once it listens.
constexpr std::string_view server_is_ready = "serving on ";

bool names_its_port(const recipe_service& of) {
    bool named = false;
    const auto look = [&](const std::string& name, std::size_t) {
        named = named || name == "port";
    };
    visit_texts(of, [&](const placed_text& text) { visit_names(text, look); });
    return named;
}

bool has_port(const recipe_service& of) {
    return of.call.verb == "serve" || names_its_port(of);
}

/// What the verb understood of its words.
bool is_given(const verb& of, const recipe_call& call, std::initializer_list<const char*> names) {
    const auto use = of.prepare();
    std::vector<const char*> words;
    for (const placed_text& each : call.words) words.push_back(each.text.c_str());
    static_cast<void>(set_options(use->table(), words));
    return std::ranges::any_of(names, [&](const char* name) {
        const option* const known = use->table().find(name);
        return call.find(name) != nullptr || (known != nullptr && known->given > 0);
    });
}

bool is_only_tcp(const recipe_call& call) {
    return !call.words.empty() && std::ranges::all_of(call.words, [](const placed_text& each) {
        return each.text.starts_with("tcp://");
    });
}

}  // namespace

service_host::service_host(const checked_recipe& of, const run_plan& plan, const verb_book& verbs,
                           run_values& values, run_journal& journal,
                           std::function<void(std::size_t, const std::string&)> died)
    : of_(of),
      plan_(plan),
      verbs_(verbs),
      values_(values),
      journal_(journal),
      died_(std::move(died)) {
    for (const recipe_service& each : of.what.services) {
        auto made = std::make_unique<service>();
        made->what = &each;
        made->record = journal.add(
            {.id = each.id, .verb = each.call.verb, .place = each.offset, .is_service = true});
        services_.push_back(std::move(made));
    }
}

service_host::~service_host() {
    const shield until_done;
    for (const auto& each : services_) each->users = 0;
    for (const auto& each : services_) each->news.set();
    wait_ended();
}

std::vector<std::size_t> service_host::behind(const std::vector<std::size_t>& services) const {
    std::vector<std::size_t> order;
    const std::function<void(std::size_t)> add = [&](std::size_t one) {
        if (std::ranges::find(order, one) != order.end()) return;
        for (const std::size_t each : plan_.services[one]) add(each);
        order.push_back(one);
    };
    for (const std::size_t each : services) add(each);
    return order;
}

void service_host::claim(const std::vector<std::size_t>& services) {
    for (const std::size_t each : services) ++services_[each]->users;
}

void service_host::release(const std::vector<std::size_t>& services) {
    // In the order in which they end: those behind others last.
    for (auto each = services.rbegin(); each != services.rend(); ++each) {
        service& one = *services_[*each];
        if (--one.users == 0) one.news.set();
    }
}

void service_host::wait_ready(const std::vector<std::size_t>& services) {
    for (const std::size_t each : services) {
        service& one = *services_[each];
        if (one.at == stage::idle) start(one);
        while (one.at == stage::starting) {
            one.news.wait();
            one.news.clear();
        }
        if (one.at != stage::ready)
            throw service_failed(fmt::format("service {} {}", one.what->id, one.failure));
    }
}

void service_host::wait_ended() {
    // Backwards: one that others stand on ends after them.
    for (auto each = services_.rbegin(); each != services_.rend(); ++each) {
        if ((*each)->users == 0 && (*each)->life.valid()) (*each)->life.join();
    }
}

void service_host::start(service& one) {
    one.at = stage::starting;
    // Expressions need more than the usual stack.
    one.life = spawn(spawn_options{.name = "service " + one.what->id, .stack = stack_size::mib_1},
                     [this, &one] { live(one); });
}

void service_host::live(service& one) {
    std::string failure;
    try {
        failure = run(one);
    } catch (const std::exception& e) {
        failure = "could not be started: " + values_.secrets()(e.what());
    }
    const bool was_needed = one.users > 0;
    one.at = stage::ended;
    one.failure = failure;
    failed_ = failed_ || !failure.empty();
    journal_.ended(one.record, failure.empty() ? task_state::passed : task_state::failed, failure);
    one.news.set();
    if (was_needed && !failure.empty()) {
        const auto number = static_cast<std::size_t>(one.what - of_.what.services.data());
        died_(number, fmt::format("service {} {}", one.what->id, failure));
    }
}

/// Result: why it failed; empty: it ended because nobody needed it, and as it should.
std::string service_host::run(service& one) {
    one.port = std::make_unique<port_claim>();
    values_.set_service(one.what->id, {one.port->port(), 0});
    const name_lookup names = values_.lookup({nullptr, one.what});
    task_command command = command_of(one.what->call, one.what->env, one.what->cwd, values_, verbs_,
                                      names, extra_words_of(one));
    command.child.environment.push_back("PORT=" + std::to_string(one.port->port()));
    journal_.started(one.record, command.shown);
    captured_child child(
        command.child, values_.secrets(),
        [this, &one](output_stream from, const std::string& line) { note_line(one, from, line); });
    values_.set_service(one.what->id, {one.port->port(), child.pid()});
    return run_child(one, child);
}

std::string service_host::run_child(service& one, captured_child& child) {
    std::optional<exit_status> ended;
    auto watcher = spawn([&] {
        ended = child.wait();
        one.news.set();
    });
    std::string failure;
    bool checked = false;
    auto checker = spawn([&] {
        failure = become_ready(one);
        checked = true;
        one.news.set();
    });
    while (!ended && one.users > 0 && failure.empty()) {
        if (checked && one.at == stage::starting) {
            one.at = stage::ready;
            journal_.became_ready(one.record, has_port(*one.what) ? one.port->port() : 0);
            one.news.set();
            continue;  // telling may have taken a while
        }
        one.news.clear();
        one.news.wait();
    }
    checker.kill();
    watcher.kill();
    if (one.users > 0 && ended) {
        return fmt::format("{} with {}",
                           one.at == stage::ready ? "ended" : "died before it was ready",
                           ended->text());
    }
    const bool was_ready = one.at == stage::ready;
    one.at = stage::stopping;
    const std::string wrong = end(one, child);
    if (!failure.empty()) return failure;
    return was_ready ? wrong : std::string();
}

/// Result: why it will not be ready; empty: it is.
std::string service_host::become_ready(service& one) {
    const recipe_service& what = *one.what;
    const deadline until = what.ready ? what.ready->deadline : duration(30s);
    const bool by_line = (what.ready && what.ready->log) || what.call.verb == "serve";
    if (by_line && !one.said_ready.wait(until)) return "did not say that it is ready";
    if (what.ready && (!what.ready->words.empty() || !what.ready->options.empty()))
        return poll(one, until);
    if (by_line || !names_its_port(what)) return {};
    try {
        connect(one.port->port(), until);
        return {};
    } catch (const std::system_error& e) {
        return fmt::format("was not ready: {}", e.what());
    }
}

/// Throws: `std::system_error` when nobody has answered in time.
void service_host::connect(std::uint16_t port, deadline until) const {
    duration pause = 2ms;
    for (;;) {
        for (const char* host : {"127.0.0.1", "[::1]"}) {
            std::error_code wrong;
            const std::string at = fmt::format("{}:{}", host, port);
            const auto peer =
                socket::connect(*endpoint::parse(at), std::min(until, deadline(1s)), wrong);
            if (!wrong) return;
            if (until.expired()) throw std::system_error(wrong, at);
        }
        sleep_for(pause);
        pause = std::min<duration>(pause * 3 / 2, 10ms);
    }
}

std::string service_host::poll(const service& one, deadline until) const {
    const recipe_call call{
        .verb = "poll", .options = one.what->ready->options, .words = one.what->ready->words};
    const name_lookup names = values_.lookup({nullptr, one.what});
    const std::string limit = fmt::format(
        "--deadline={}ms", std::chrono::ceil<std::chrono::milliseconds>(until.remaining()).count());
    const task_command command =
        command_of(call, one.what->env, {}, values_, verbs_, names, {limit});
    std::string said;
    captured_child child(command.child, values_.secrets(),
                         [&](output_stream, const std::string& line) { said += "\n" + line; });
    const auto status = child.wait();
    if (status->success()) return {};
    return fmt::format("was not ready: {} ended with {}{}", command.shown, status->text(), said);
}

/// Result: what its end should have been and was not; empty: it was.
std::string service_host::end(service& one, captured_child& child) {
    const service_stop& how = one.what->stop;
    const deadline begin = deadline::now();
    const exit_status status = child.stop(how.signal, how.grace);
    if (status.signal() == SIGKILL && how.signal != SIGKILL) {
        return fmt::format("did not end within {} and was killed", format_duration(how.grace));
    }
    if (!how.expect) return {};
    expression wanted;
    if (expression::parse(how.expect->text, program_facts(), wanted)) return {};
    const program_source facts(status.returncode(), child.kept(output_stream::out),
                               child.kept(output_stream::err), deadline::now() - begin);
    const verdict held = wanted.evaluate(facts);
    return held ? std::string() : "did not end as expected: " + values_.secrets()(held.explanation);
}

void service_host::note_line(service& one, output_stream from, const std::string& line) {
    journal_.wrote(one.record, from == output_stream::err, line);
    if (one.said_ready.is_set()) return;
    if (one.what->ready && one.what->ready->log) {
        const auto pattern = expand(*one.what->ready->log, values_.lookup({nullptr, one.what}));
        if (pattern && re2::RE2::PartialMatch(line, pattern->text)) one.said_ready.set();
    } else if (one.what->call.verb == "serve" && line.starts_with(server_is_ready)) {
        one.said_ready.set();
    }
}

/// A server without a port of its own gets the service's.
std::vector<std::string> service_host::extra_words_of(const service& one) const {
    const recipe_call& call = one.what->call;
    const verb* const of = verbs_.find(call.verb);
    if (of == nullptr || call.is_program() || is_only_tcp(call)) return {};
    if (names_its_port(*one.what) || is_given(*of, call, {"port", "listen"})) return {};
    return {fmt::format("--listen=127.0.0.1:{}", one.port->port())};
}

}  // namespace grove::cmd
