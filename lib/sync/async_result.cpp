// SPDX-License-Identifier: MIT
#include <grove/async_result.hpp>
#include <grove/error.hpp>

namespace grove::detail {

void result_core::complete(std::exception_ptr error) noexcept {
    error_ = std::move(error);
    ready_ = true;
    waiting_.dismiss(news::granted);
}

bool result_core::drop() noexcept {
    return --references_ == 0;
}

void result_core::finish(deadline until) {
    if (!wait(until)) throw timeout_expired();
    if (error_) std::rethrow_exception(error_);
}

}  // namespace grove::detail
