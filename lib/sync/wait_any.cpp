// SPDX-License-Identifier: MIT
#include <grove/wait_any.hpp>

#include <utility>

namespace grove {

void ready_order::add_wait(detail::task wait) {
    const std::size_t place = waits_.size();
    waits_.push_back(
        spawn({.name = "ready_order"}, [this, place, wait = std::move(wait)]() mutable {
            std::exception_ptr error;
            try {
                wait();
            } catch (const interrupt&) {
                throw;
            } catch (...) {
                error = std::current_exception();
            }
            ready_.put({place, error});
        }));
}

std::optional<std::size_t> ready_order::next(deadline until) {
    if (told_ == waits_.size()) return std::nullopt;
    const std::optional<news> first = ready_.get(until);
    if (!first) return std::nullopt;
    ++told_;
    if (first->error) std::rethrow_exception(first->error);
    return first->place;
}

}  // namespace grove
