// SPDX-License-Identifier: MIT
#include "cmd/pipe/zmq/zmq_ends.hpp"

#include "cmd/common/follow_client.hpp"
#include "cmd/common/output.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/zmq.hpp>

#include <chrono>
#include <utility>

namespace grove::cmd {

#ifdef GROVE_HAS_ZMQ

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_items = 4096;  // of a block
constexpr std::size_t most_bytes = std::size_t{64} << 10;
constexpr std::int64_t longest_item = std::int64_t{16} << 20;
constexpr duration farewell = 5s;

/// `immediate` makes who pushes wait for a peer. Who pulls would lose by it what has come and was
/// not received yet, when the peer goes.
zmq::socket socket_at(const zmq_place& place, zmq::kind as, output& out) {
    zmq::socket made(
        as,
        {.linger = farewell, .immediate = as == zmq::kind::push, .largest_message = longest_item});
    if (place.bind)
        out.say("listening on " + made.bind(place.address));
    else
        made.connect(place.address);
    return made;
}

class zmq_source final : public source {
 public:
    zmq_source(const zmq_place& place, char item_end, output& out)
        : end_(item_end), from_(socket_at(place, zmq::kind::pull, out)) {}

    /// What has come goes on as one block: no message waits for the next one.
    void run(block_queue& to) override {
        std::uint64_t taken = 0;
        for (;;) {
            block made;
            for (auto next = from_.receive(); next; next = from_.receive(deadline::now())) {
                made.bytes += message_item(next->text(), end_);
                ++made.items;
                if (made.items == most_items || made.bytes.size() >= most_bytes) break;
            }
            made.through = taken += made.items;
            made.exact = true;
            to.put(std::move(made));
        }
    }

 private:
    char end_;
    zmq::socket from_;
};

class zmq_sink final : public sink {
 public:
    zmq_sink(const zmq_place& place, char item_end, output& out, settlement* kept)
        : sink(kept), end_(item_end), to_(socket_at(place, zmq::kind::push, out)) {}

 protected:
    void write(const block& items) override {
        std::string_view rest = items.bytes;
        while (!rest.empty()) to_.send(take_item(rest, end_));
    }

 private:
    char end_;
    zmq::socket to_;
};

}  // namespace

std::unique_ptr<source> make_zmq_source(const zmq_place& place, char item_end, output& out) {
    return std::make_unique<zmq_source>(place, item_end, out);
}

std::unique_ptr<sink> make_zmq_sink(const zmq_place& place, char item_end, output& out,
                                    settlement* kept) {
    return std::make_unique<zmq_sink>(place, item_end, out, kept);
}

#else

namespace {

constexpr const char* there_is_none =
    "zmq: this program was built without ZeroMQ (cmake -DGROVE_WITH_ZMQ=ON)";

}  // namespace

std::unique_ptr<source> make_zmq_source(const zmq_place&, char, output&) {
    throw stage_failed(there_is_none);
}

std::unique_ptr<sink> make_zmq_sink(const zmq_place&, char, output&, settlement*) {
    throw stage_failed(there_is_none);
}

#endif

}  // namespace grove::cmd
