// SPDX-License-Identifier: MIT
#include "cmd/pipe/sink.hpp"

#include "cmd/common/output.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/file_sink.hpp"
#include "cmd/pipe/redis/redis_sink.hpp"
#include "cmd/pipe/uri_sink.hpp"
#include "cmd/pipe/zmq/zmq_ends.hpp"

#include <grove/greenlet.hpp>

#include <algorithm>

namespace grove::cmd {
namespace {

class stdout_sink final : public sink {
 public:
    stdout_sink(output& out, settlement* kept) : sink(kept), out_(out) {}

 protected:
    void write(const block& items) override { out_.write(items.bytes); }

    /// A slow source's items are seen at once, and a fast one's are written in large pieces.
    void flush(const block_queue& in) override {
        yield();
        if (in.dry()) out_.flush();
    }

    bool secure() override {
        out_.flush();
        return !out_.lost();
    }

 private:
    output& out_;
};

class null_sink final : public sink {
 public:
    using sink::sink;

 protected:
    void write(const block& /*items*/) override {}
};

}  // namespace

void sink::run(block_queue& in) {
    open();
    for (;;) {
        const auto next = in.get(std::min(is_told_ ? never : kept_->next(), flush_by()));
        if (!next && in.at_end()) break;
        if (next) {
            write(*next);
            take_note(*next);
        }
        if (in.dry() || flush_by().expired()) flush(in);
        if (!is_told_ && kept_->next().expired()) settle();
    }
    close();
    if (secure()) secured_ = taken_;
}

/// A place in a file counts only where nothing of later items is before it.
void sink::take_note(const block& of) {
    if (counts_bytes_ && !of.exact) return;
    taken_ = {.items = std::max(taken_.items, of.through), .bytes = written_};
    is_told_ = kept_ == nullptr;
}

void sink::settle() {
    if (!secure()) return;
    secured_ = taken_;
    kept_->note(secured_);
    is_told_ = true;
}

std::unique_ptr<sink> make_sink(const sink_plan& plan, char item_end, output& out,
                                settlement* kept) {
    switch (plan.what) {
        case sink_plan::kind::file:
            if (names_stdout(plan.path)) break;
            return make_file_sink(plan.path, item_end, out, kept);
        case sink_plan::kind::null:
            return std::make_unique<null_sink>(kept);
        case sink_plan::kind::stream:
            return make_redis_sink(plan.stream, item_end, out, kept);
        case sink_plan::kind::zmq:
            return make_zmq_sink(plan.zmq, item_end, out, kept);
        case sink_plan::kind::uri:
            return make_uri_sink(plan.uri, kept);
        case sink_plan::kind::lines:
            break;
    }
    return std::make_unique<stdout_sink>(out, kept);
}

}  // namespace grove::cmd
