// SPDX-License-Identifier: MIT
#include "cmd/pipe/uri_source.hpp"

#include "cmd/common/process_tree.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/item_ledger.hpp"

#include <grove/dial.hpp>
#include <grove/file.hpp>
#include <grove/socket.hpp>

#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration connect_timeout = 30s;

/// `Stream`: something with `read_some`, which gives 0 at its end.
template <class Stream>
void read_items(Stream& from, char item_end, block_queue& to) {
    framer frames({.end = item_end});
    while (const std::size_t n = from.read_some(frames.room())) {
        frames.add(n);
        while (auto whole = frames.take()) to.put(*std::move(whole));
    }
    if (auto last = frames.rest()) to.put(*std::move(last));
}

class uri_source final : public source {
 public:
    uri_source(const target& from, char item_end, item_ledger& ledger)
        : from_(from), end_(item_end), ledger_(ledger) {}

    void run(block_queue& to) override {
        if (from_.scheme == target_scheme::exec) {
            read_program(to);
        } else if (from_.scheme == target_scheme::file) {
            file input(from_.resource);
            read_items(input, end_, to);
        } else {
            const bool is_unix = from_.scheme == target_scheme::unix_socket;
            const std::string where = is_unix ? "unix:" + from_.resource : from_.endpoint();
            socket peer = dial(where, {}, connect_timeout);
            read_items(peer, end_, to);
        }
    }

 private:
    void read_program(block_queue& to) {
        process_options options;
        options.shell = from_.resource;
        options.input = stdio::null;
        options.output = stdio::pipe;
        tracked_process child(options);
        read_items(child.out(), end_, to);
        const exit_status status = child.wait().value();
        if (!status.success()) {
            ledger_.fell_short("exec:" + fit_middle(one_line(from_.resource), 60) + ": " +
                               status.text());
        }
    }

    const target& from_;
    char end_;
    item_ledger& ledger_;
};

}  // namespace

bool can_be_read(target_scheme scheme) noexcept {
    return scheme == target_scheme::tcp || scheme == target_scheme::unix_socket ||
           scheme == target_scheme::exec || scheme == target_scheme::file;
}

std::unique_ptr<source> make_uri_source(const target& from, char item_end, item_ledger& ledger) {
    return std::make_unique<uri_source>(from, item_end, ledger);
}

}  // namespace grove::cmd
