// SPDX-License-Identifier: MIT
#include "cmd/serve/web_handler.hpp"

#include <string>
#include <utility>

/// Answers that never change, for clients whose server does not exist yet.

namespace grove::cmd {
namespace {

class json_mock final : public web_handler {
 public:
    explicit json_mock(std::string text) : text_(std::move(text)) {}

    void answer(const web_call& call) override {
        call.answer.add("Content-Type", "application/json").send(text_);
    }

 private:
    std::string text_;
};

class status_mock final : public web_handler {
 public:
    explicit status_mock(unsigned code)
        : code_(code), text_(std::to_string(code) + ' ' + std::string(http_phrase(code)) + '\n') {}

    void answer(const web_call& call) override {
        call.answer.status(code_).add("Content-Type", "text/plain").send(text_);
    }

 private:
    unsigned code_;
    std::string text_;
};

}  // namespace

std::unique_ptr<web_handler> json_handler(const std::string& text) {
    return std::make_unique<json_mock>(text + '\n');
}

std::unique_ptr<web_handler> status_handler(const std::string& code) {
    return std::make_unique<status_mock>(static_cast<unsigned>(std::stoul(code)));
}

}  // namespace grove::cmd
