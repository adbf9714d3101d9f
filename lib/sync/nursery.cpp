// SPDX-License-Identifier: MIT
#include "base/exception_text.hpp"

#include <grove/nursery.hpp>

namespace grove {
namespace {

std::string summary_of(const std::vector<std::exception_ptr>& errors) {
    std::string text = std::to_string(errors.size()) + " greenlets of a nursery failed";
    for (std::size_t i = 0; i < errors.size(); ++i) {
        text += (i == 0 ? ": " : "; ") + detail::text_of(errors[i]);
    }
    return text;
}

}  // namespace

nursery_failed::nursery_failed(std::vector<std::exception_ptr> errors)
    : std::runtime_error(summary_of(errors)), errors_(std::move(errors)) {}

nursery_failed::~nursery_failed() = default;

void nursery::failed(std::exception_ptr error) {
    errors_.push_back(std::move(error));
    cancel();
}

void nursery::cancel() {
    if (std::exchange(cancelled_, true)) return;
    canceller_ = grove::spawn({.name = "nursery.cancel"}, [this] { members_.kill(); });
}

void nursery::join() {
    members_.join();
    if (canceller_.valid()) canceller_.join();
    if (errors_.empty()) return;
    std::vector<std::exception_ptr> errors = std::exchange(errors_, {});
    if (errors.size() == 1) std::rethrow_exception(errors.front());
    throw nursery_failed(std::move(errors));
}

}  // namespace grove
