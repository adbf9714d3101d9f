// SPDX-License-Identifier: MIT
#include "introspect/json_text.hpp"

#include <grove/introspect.hpp>

#include <fmt/format.h>

#include <cxxabi.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace grove::introspect {
namespace {

using detail::json_quoted;

std::string quoted_or_null(std::string_view text) {
    return text.empty() ? "null" : json_quoted(text);
}

std::string_view truth(bool value) {
    return value ? "true" : "false";
}

/// What `text_of` makes of each, between brackets.
template <class Range, class F>
std::string list(const Range& items, F text_of) {
    std::string text = "[";
    for (const auto& item : items) {
        if (text.size() > 1) text += ',';
        text += text_of(item);
    }
    return text + ']';
}

std::string list_of_functions(const std::vector<std::string>& stack) {
    return list(stack, [](const std::string& function) { return json_quoted(function); });
}

std::string type_name(const std::string& mangled) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> full(
        abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), &std::free);
    return status == 0 ? full.get() : mangled;
}

std::string json_of(const greenlet_snapshot& g, const std::vector<std::string>& stack) {
    const bool spawned = !g.spawned_by.empty();
    return fmt::format(
        R"({{"id":{},"name":{},"state":"{}","waits_on":{},"seconds":{:.6f},"spawned_at":{},)"
        R"("spawner":{},"spawned_by":{},"kill_pending":{},"stack":{}}})",
        g.id, json_quoted(g.name), g.state, quoted_or_null(g.waits_on),
        std::chrono::duration<double>(g.for_how_long).count(), quoted_or_null(g.spawned_at),
        spawned ? std::to_string(g.spawner) : "null", quoted_or_null(g.spawned_by),
        truth(g.kill_pending), list_of_functions(stack));
}

std::string json_of(const service_snapshot& service) {
    return fmt::format(R"({{"name":{},"text":{}}})", json_quoted(type_name(service.name)),
                       quoted_or_null(service.text));
}

std::string answer_of(const hub_view& hub) {
    const hub_snapshot& seen = hub.seen;
    std::size_t next = 0;
    const auto greenlets = list(seen.greenlets, [&](const greenlet_snapshot& g) {
        const std::size_t at = next++;
        return json_of(g, hub.stacks.empty() ? std::vector<std::string>() : hub.stacks.at(at));
    });
    return fmt::format(
        R"("timers":{},"watches":{},"switches":{},"stacks":{},"services":{},"greenlets":{})",
        seen.timers, seen.watches, seen.switches, seen.contexts,
        list(seen.services, [](const service_snapshot& s) { return json_of(s); }), greenlets);
}

std::string silence_of(const hub_view& hub) {
    return fmt::format(R"("running":{},"spawned_at":{},"stack":{})", quoted_or_null(hub.running),
                       quoted_or_null(hub.spawned_at), list_of_functions(hub.frames));
}

}  // namespace

std::string to_json(const process_snapshot& seen) {
    const auto hubs = list(seen.hubs, [](const hub_view& hub) {
        return fmt::format(R"({{"thread":{},"thread_name":{},"answered":{},{}}})", hub.thread,
                           quoted_or_null(hub.thread_name), truth(hub.answered),
                           hub.answered ? answer_of(hub) : silence_of(hub));
    });
    return fmt::format(R"({{"pid":{},"hubs":{}}})", ::getpid(), hubs);
}

}  // namespace grove::introspect
