// SPDX-License-Identifier: MIT
#include "cmd/serve/faulty_answer.hpp"

#include "cmd/common/rate_limiter.hpp"
#include "cmd/serve/answer_heads.hpp"

#include <grove/greenlet.hpp>
#include <grove/select.hpp>
#include <grove/wait_any.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// Between two bytes of a slow head that has no rate.
constexpr duration head_pause = 100ms;
/// For a client to take what it is sent.
constexpr duration client_pause = 60s;
constexpr std::size_t largest_piece = std::size_t{16} << 10;
constexpr double pieces_a_second = 20;

std::size_t piece_of(const fault_plan& plan) noexcept {
    if (!plan.rate) return std::numeric_limits<std::size_t>::max();
    const double share = plan.rate->bytes_per_second / pieces_a_second;
    return static_cast<std::size_t>(std::clamp(share, 1.0, static_cast<double>(largest_piece)));
}

bool cuts_before_the_answer(const fault_plan& plan) noexcept {
    return plan.end != fault_end::none && !plan.end_after;
}

class faulty_sender {
 public:
    faulty_sender(const fault_plan& plan, serve_context& context)
        : plan_(plan), context_(context), piece_(piece_of(plan)) {
        if (plan.rate) limiter_.emplace(plan.rate->bytes_per_second, piece_);
    }

    /// Result: as an `http_outlet`.
    bool send(socket& client, std::string_view bytes) {
        if (cuts_before_the_answer(plan_)) return cut_off(client);
        while (!bytes.empty()) {
            const std::size_t of_head = heads_.take(bytes);
            send_head(client, bytes.substr(0, of_head));
            bytes.remove_prefix(of_head);
            if (of_head != 0) continue;
            const std::string_view now = bytes.substr(0, body_left());
            send_paced(client, now, piece_);
            body_sent_ += now.size();
            if (now.size() < bytes.size()) return cut_off(client);
            return true;
        }
        return true;
    }

 private:
    [[nodiscard]] std::size_t body_left() const noexcept {
        if (!plan_.end_after) return std::numeric_limits<std::size_t>::max();
        return static_cast<std::size_t>(*plan_.end_after - body_sent_);
    }

    void send_head(socket& client, std::string_view bytes) {
        if (!plan_.slow_headers) return send_paced(client, bytes, piece_);
        if (limiter_) return send_paced(client, bytes, 1);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            client.write_all(bytes.substr(i, 1), client_pause);
            sleep_for(head_pause);
        }
    }

    void send_paced(socket& client, std::string_view bytes, std::size_t piece) {
        while (!bytes.empty()) {
            const std::string_view now = bytes.substr(0, piece);
            if (limiter_) sleep_until(next_);
            client.write_all(now, client_pause);
            if (limiter_) next_ = limiter_->charge(now.size(), deadline::now());
            bytes.remove_prefix(now.size());
        }
    }

    /// Result: false, which ends the answer.
    bool cut_off(socket& client) {
        if (plan_.end == fault_end::reset) client.abort();
        if (plan_.end == fault_end::stall) wait_for_the_end(client);
        return false;
    }

    /// Until the client has gone, or said that it says no more, or the server ends.
    void wait_for_the_end(const socket& client) {
        auto leaving = spawn({.name = "waiting for a client to leave"}, [&client] {
            std::array<pollfd, 1> end{{{.fd = client.fd(), .events = POLLRDHUP, .revents = 0}}};
            grove::poll(end);
        });
        static_cast<void>(wait_any(never, leaving, context_.stopping));
        leaving.kill();
    }

    fault_plan plan_;
    serve_context& context_;
    std::size_t piece_;
    answer_heads heads_;
    std::uint64_t body_sent_ = 0;
    std::optional<rate_limiter> limiter_;
    deadline next_ = deadline::now();
};

}  // namespace

http_outlet faulty_outlet(const fault_plan& plan, serve_context& context) {
    return [sender = std::make_shared<faulty_sender>(plan, context)](
               socket& client, std::string_view bytes) { return sender->send(client, bytes); };
}

void make_faulty(const fault_plan& plan, http_response& answer, serve_context& context) {
    if (plan.delay > duration::zero()) static_cast<void>(context.stopping.wait(plan.delay));
    if (plan.end != fault_end::none || plan.rate || plan.slow_headers)
        answer.send_through(faulty_outlet(plan, context));
    if (cuts_before_the_answer(plan)) return answer.send();
    if (plan.status) throw http_error(*plan.status);
}

}  // namespace grove::cmd
