// SPDX-License-Identifier: MIT
#include "cmd/serve/serve_run.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/units.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/remote_result.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

endpoint door_of(const std::string& text) {
    const auto at = endpoint::parse(text);
    if (!at) {
        throw std::invalid_argument("-l " + text +
                                    ": write ADDRESS:PORT, [V6]:PORT, :PORT, unix:PATH or fd:N");
    }
    return *at;
}

serve_doors wanted_doors(const serve_options& options) {
    serve_doors doors;
    for (const std::string& one : doors_of(options)) {
        if (const auto fd = given_descriptor(one)) {
            doors.given.push_back(*fd);
        } else {
            doors.web.push_back(door_of(one));
        }
    }
    for (const route& one : options.routes) {
        // A program that was not told otherwise is reached from this machine alone.
        const std::string at = one.at.starts_with(':') ? "127.0.0.1" + one.at : one.at;
        if (one.is_tcp()) doors.tcp.push_back(door_of(at));
    }
    return doors;
}

std::optional<tls_server> tls_of(const serve_options& options) {
    if (!options.tls) return std::nullopt;
    tls_server_options how;
    how.alpn = {"http/1.1"};
    if (options.tls->made_up) {
        how.identities = {self_signed({"localhost", "127.0.0.1", "::1"})};
    } else {
        how.identities = {
            {.chain = pem::file(options.tls->certificate), .key = pem::file(options.tls->key)}};
    }
    return tls_server(how);
}

}  // namespace

serve_run::serve_run(const serve_options& options, output& out)
    : options_(options),
      out_(out),
      fault_seed_(options.seed ? *options.seed : std::random_device{}()),
      shared_{.faults = fault_rules(options.faults, fault_seed_)},
      log_(out),
      tls_(tls_of(options)) {
    raise_descriptor_limit();
    for (const endpoint& door : wanted_doors(options).web) sockets_.take(door);
    first_ = std::make_unique<serve_hub>(options, wanted_doors(options), tls_, shared_, log_);
}

serve_run::~serve_run() {
    shared_.stop.set();
    for (std::thread& one : threads_) one.join();
}

exit_code serve_run::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { shared_.stop.set(); });
    const stop_signals signals([this](int) { shared_.stop.set(); });
    start_threads();
    announce();
    std::optional<greenlet<void>> clock;
    if (options_.length) {
        clock = spawn([this] {
            sleep_for(*options_.length);
            shared_.stop.set();
        });
    }
    first_->run();
    return exit_code::ok;
}

/// The ports that the first has chosen are everybody's.
void serve_run::start_threads() {
    const serve_doors doors = first_->doors();
    std::vector<remote_result<void>> listening;
    for (unsigned i = 1; i < options_.threads; ++i) {
        remote_result<void> ready;
        listening.push_back(ready);
        threads_.emplace_back([this, doors, ready]() mutable {
            std::unique_ptr<serve_hub> mine;
            try {
                mine = std::make_unique<serve_hub>(options_, doors, tls_, shared_, log_);
            } catch (...) {
                ready.set_exception(std::current_exception());
                return;
            }
            ready.set();
            mine->run();
        });
    }
    for (remote_result<void>& one : listening) one.get();
}

std::string serve_run::url_of(const endpoint& door) const {
    if (!door.address()) return door.text();
    return (options_.tls ? "https://" : "http://") + door.text() + "/";
}

/// What makes a run with faults at random the same again.
void serve_run::announce_seed() const {
    if (std::ranges::none_of(options_.faults, &fault_rule::is_random)) return;
    if (options_.talk.json) {
        json_object line;
        out_.json(line.add("event", "faults").add("seed", fault_seed_).text());
    } else if (!options_.seed) {
        out_.say(fmt::format("--seed {} makes the same faults again", fault_seed_));
    }
}

void serve_run::announce() const {
    announce_seed();
    const serve_doors doors = first_->doors();
    if (options_.talk.json) {
        for (const endpoint& door : doors.web) {
            json_object line;
            line.add("event", "listening").add("url", url_of(door)).add("port", door.port());
            out_.json(line.text());
        }
        for (const endpoint& door : doors.tcp) {
            json_object line;
            line.add("event", "listening").add("url", "tcp://" + door.text());
            out_.json(line.add("port", door.port()).text());
        }
        out_.flush();
        return;
    }
    std::string places;
    for (const endpoint& door : doors.web) places += ' ' + url_of(door);
    for (const endpoint& door : doors.tcp) places += " tcp://" + door.text();
    out_.say("serving on" + places + " (Ctrl-C ends it)");
}

}  // namespace grove::cmd
