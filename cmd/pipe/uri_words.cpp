// SPDX-License-Identifier: MIT
#include "cmd/pipe/uri_words.hpp"

#include "cmd/common/secrets.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/follow_source.hpp"
#include "cmd/pipe/uri_sink.hpp"
#include "cmd/pipe/uri_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace grove::cmd {
namespace {

std::string about(std::string_view word, std::string_view wrong) {
    return fmt::format("{}: {}", fit_middle(one_line(mask_url(word)), 60), wrong);
}

bool is_stream(std::string_view word) noexcept {
    return word.starts_with("redis:");
}

bool is_zmq(std::string_view word) noexcept {
    return word.starts_with("zmq:");
}

}  // namespace

bool is_uri(std::string_view word) noexcept {
    constexpr std::array<std::string_view, 6> without_slashes{
        "unix:", "exec:", "file:", "redis:", "listen:", "zmq:"};
    return word.find("://") != std::string_view::npos ||
           std::ranges::any_of(without_slashes,
                               [&](std::string_view scheme) { return word.starts_with(scheme); });
}

std::optional<std::string> read_uri_source(std::string_view word, source_plan& into) {
    if (is_stream(word)) {
        const auto wrong = parse_source(word, into.stream.emplace());
        if (wrong) return about(word, *wrong);
        return std::nullopt;
    }
    if (word.starts_with("listen:")) {
        const auto wrong = parse_listen(word, into.door.emplace());
        if (wrong) return about(word, *wrong);
        return std::nullopt;
    }
    if (is_zmq(word)) {
        const auto wrong = parse_zmq(word, into.zmq.emplace());
        if (wrong) return about(word, *wrong);
        return std::nullopt;
    }
    if (const auto wrong = parse_value(word, into.uri.emplace())) return about(word, wrong->what);
    if (can_be_read(into.uri->scheme) || can_be_followed(into.uri->scheme)) return std::nullopt;
    return about(word,
                 "a pipe reads http://, ws://, tcp://, unix:, listen:, exec:, file:, redis:// and "
                 "zmq:");
}

std::optional<std::string> read_uri_sink(std::string_view word, sink_plan& into) {
    into.path = word;
    if (word.starts_with("listen:"))
        return about(word, "items come from it: it is the first word of a pipe");
    if (is_stream(word)) {
        into.what = sink_plan::kind::stream;
        const auto wrong = parse_sink(word, into.stream);
        if (wrong) return about(word, *wrong);
        return std::nullopt;
    }
    if (is_zmq(word)) {
        into.what = sink_plan::kind::zmq;
        const auto wrong = parse_zmq(word, into.zmq);
        if (wrong) return about(word, *wrong);
        return std::nullopt;
    }
    into.what = sink_plan::kind::uri;
    if (const auto wrong = parse_value(word, into.uri)) return about(word, wrong->what);
    if (into.uri.scheme == target_scheme::file) {
        into.what = sink_plan::kind::file;
        into.path = into.uri.resource;
        return std::nullopt;
    }
    if (can_be_written(into.uri.scheme)) return std::nullopt;
    if (into.uri.scheme == target_scheme::http || into.uri.scheme == target_scheme::https)
        return about(word, "a request an item is a stage: then http POST URL then null");
    return about(word, "a pipe writes to tcp://, unix:, exec:, file:, redis:// and zmq:");
}

}  // namespace grove::cmd
