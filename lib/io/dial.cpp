// SPDX-License-Identifier: MIT
#include <grove/dial.hpp>
#include <grove/error.hpp>
#include <grove/group.hpp>
#include <grove/queue.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace grove {
namespace {

/// What one attempt brought; nothing: it failed.
struct outcome {
    std::optional<socket> connected;
};

class race {
 public:
    race(std::string target, std::vector<endpoint> addresses, const dial_options& options,
         deadline until)
        : target_(std::move(target)),
          addresses_(std::move(addresses)),
          options_(options),
          until_(until) {}

    socket run() {
        while (started_ < addresses_.size() || running_ > 0) {
            if (started_ < addresses_.size()) start(addresses_[started_++]);
            const bool more = started_ < addresses_.size();
            const deadline next = more ? std::min(until_, deadline(options_.stagger)) : until_;
            std::optional<outcome> ended = ended_.get(next);
            if (!ended && until_.expired()) throw_error(ETIMEDOUT, "dial", attempted());
            if (!ended) continue;
            --running_;
            if (ended->connected) return std::move(*ended->connected);
        }
        throw std::system_error(last_, "dial " + attempted());
    }

 private:
    void start(const endpoint& to) {
        ++running_;
        attempts_.spawn([this, to] { ended_.put(attempt(to)); });
    }

    outcome attempt(const endpoint& to) {
        try {
            if (options_.from) return {socket::connect_from(*options_.from, to, until_)};
            return {socket::connect(to, until_)};
        } catch (const std::system_error& e) {
            last_ = e.code();
            if (!told_.empty()) told_ += "; ";
            told_ += to.text() + ": " + e.code().message();
            return {};
        }
    }

    /// The target, and what became of its addresses unless it is one itself.
    [[nodiscard]] std::string attempted() const {
        const bool is_an_address = addresses_.size() == 1 && addresses_[0].text() == target_;
        return told_.empty() || is_an_address ? target_ : target_ + " (" + told_ + ")";
    }

    std::string target_;
    std::vector<endpoint> addresses_;
    const dial_options& options_;
    deadline until_;
    std::size_t started_ = 0;
    std::size_t running_ = 0;
    std::error_code last_;
    std::string told_;
    queue<outcome> ended_{unbounded};
    group attempts_;  // last: its members use the others
};

bool is_of_same_family(const endpoint& one, const endpoint& other) noexcept {
    return one.address() && other.address() && one.address()->is_v6() == other.address()->is_v6();
}

[[noreturn]] void refuse(std::string_view target) {
    throw std::invalid_argument("dial " + std::string(target) +
                                ": write HOST:PORT, [IPv6]:PORT or unix:/PATH");
}

std::vector<endpoint> addresses_of(std::string_view host, std::uint16_t port,
                                   const dial_options& options, deadline until) {
    std::vector<endpoint> all;
    for (const ip_address& address : dns::resolve(host, options.names, until).addresses) {
        const endpoint to(address, port);
        if (!options.from || is_of_same_family(*options.from, to)) all.push_back(to);
    }
    return all;
}

}  // namespace

socket dial(std::string_view host, std::uint16_t port, const dial_options& options,
            deadline until) {
    std::vector<endpoint> all = addresses_of(host, port, options, until);
    std::string target = std::string(host) + ':' + std::to_string(port);
    if (all.empty()) throw_error(EADDRNOTAVAIL, "dial", target + ": no address of that family");
    return race(std::move(target), std::move(all), options, until).run();
}

socket dial(std::string_view target, const dial_options& options, deadline until) {
    if (const auto literal = endpoint::parse(target)) {
        if (options.from && !is_of_same_family(*options.from, *literal)) refuse(target);
        return race(std::string(target), {*literal}, options, until).run();
    }
    const std::size_t colon = target.rfind(':');
    if (colon == std::string_view::npos || colon == 0) refuse(target);
    const std::string_view digits = target.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || rest != digits.data() + digits.size()) refuse(target);
    return dial(target.substr(0, colon), port, options, until);
}

}  // namespace grove
