// SPDX-License-Identifier: MIT
#include "cmd/pipe/source.hpp"

#include "cmd/pipe/follow_source.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/listen_source.hpp"
#include "cmd/pipe/names_source.hpp"
#include "cmd/pipe/redis/redis_source.hpp"
#include "cmd/pipe/stage.hpp"
#include "cmd/pipe/uri_source.hpp"
#include "cmd/pipe/zmq/zmq_ends.hpp"

#include <grove/file.hpp>
#include <grove/standard_streams.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

/// Files one after another; the last item of each ends with its file.
class file_source final : public source {
 public:
    file_source(const pipe_options& options, std::uint64_t skipped)
        : inputs_(options.inputs),
          end_(item_end(options)),
          skipped_(skipped),
          frames_({.end = end_,
                   .most_items = std::min(options.queue_items, framer_options().most_items)}) {
        if (inputs_.empty()) inputs_.emplace_back("-");
    }

    void run(block_queue& to) override {
        for (const std::string& name : inputs_) {
            if (name == "-") {
                read(standard_input(), to);
            } else {
                file input(name);
                read(input, to);
            }
        }
        if (read_ < skipped_) {
            throw stage_failed(
                fmt::format("--resume: the input ends after {} items, and the journal counts {}",
                            read_, skipped_));
        }
    }

 private:
    void read(file& from, block_queue& to) {
        while (const std::size_t n = from.read_some(frames_.room())) {
            frames_.add(n);
            while (auto whole = frames_.take()) hand_on(*std::move(whole), to);
        }
        if (auto last = frames_.rest()) hand_on(*std::move(last), to);
    }

    void hand_on(block made, block_queue& to) {
        read_ = made.through;
        const std::uint64_t before = made.through - made.items;
        if (made.through <= skipped_) return;
        if (before < skipped_) {
            const std::size_t dropped = skipped_ - before;
            made.bytes.erase(0, length_of_items(made.bytes, dropped, end_));
            made.items -= dropped;
        }
        to.put(std::move(made));
    }

    std::vector<std::string> inputs_;
    char end_;
    std::uint64_t skipped_;
    std::uint64_t read_ = 0;  // items
    framer frames_;
};

}  // namespace

std::unique_ptr<source> make_source(const source_plan& plan, const pipe_options& options,
                                    std::uint64_t skipped, item_ledger& ledger, output& out) {
    if (plan.stream)
        return std::make_unique<redis_source>(*plan.stream, item_end(options), ledger, out);
    if (plan.door) return make_listen_source(*plan.door, item_end(options), ledger, out);
    if (plan.zmq) return make_zmq_source(*plan.zmq, item_end(options), out);
    if (plan.uri && can_be_followed(plan.uri->scheme))
        return make_follow_source(*plan.uri, options, ledger, out);
    if (plan.uri) return make_uri_source(*plan.uri, item_end(options), ledger);
    if (!plan.names.empty()) return make_names_source(plan.names, item_end(options), skipped);
    return std::make_unique<file_source>(options, skipped);
}

}  // namespace grove::cmd
