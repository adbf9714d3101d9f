// SPDX-License-Identifier: MIT
#include "cmd/bench/load/message_script.hpp"

#include <random>
#include <stdexcept>

namespace grove::cmd {
namespace {

constexpr std::size_t usual_size = 64;

}  // namespace

message_script::message_script(const http_options& http, const std::string& body) {
    std::string text = body;
    if (http.data.empty()) {
        text.assign(usual_size - 1, 'g');
        text += '\n';
    }
    if (text.empty()) throw std::invalid_argument("-d is empty: an echo needs at least a byte");
    text_ = text_script::read(text, "-d");
    if (!text_.is_constant()) return;
    std::mt19937_64 unused;
    text_.append_to(constant_, {1, unused});
}

std::string_view message_script::bytes(const text_script::moment& now, buffers& into) const {
    if (!constant_.empty()) return constant_;
    into.request.clear();
    text_.append_to(into.request, now);
    return into.request;
}

}  // namespace grove::cmd
