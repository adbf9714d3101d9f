// SPDX-License-Identifier: MIT
#include "net/file_cache.hpp"

#include <iterator>

namespace grove::http {
namespace {

cache_bounds cost_of(const served_set& files) noexcept {
    cache_bounds cost{.files = 1};
    for (const auto* one : {&files.plain, &files.gzip, &files.brotli}) {
        if (!*one) continue;
        cost.descriptors += (*one)->fd() >= 0 ? 1 : 0;
        cost.content += (*one)->content().size();
    }
    return cost;
}

bool exceeds(const cache_bounds& used, const cache_bounds& most) noexcept {
    return used.files > most.files || used.descriptors > most.descriptors ||
           used.content > most.content;
}

}  // namespace

const served_set* file_cache::find(std::string_view key) noexcept {
    return find_valid(key, deadline::at(duration::min()));
}

const served_set* file_cache::find_valid(std::string_view key, deadline now) noexcept {
    const auto found = places_.find(key);
    if (found == places_.end() || found->second->valid_until <= now) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->files;
}

void file_cache::keep(std::string_view key, const served_set& files, deadline valid_until) {
    drop(key);
    const cache_bounds cost = cost_of(files);
    if (exceeds(cost, bounds_)) return;
    entries_.push_front({std::string(key), files, valid_until});
    const auto at = entries_.begin();
    try {
        places_.emplace(at->key, at);
    } catch (...) {
        entries_.erase(at);
        throw;
    }
    used_.files += cost.files;
    used_.descriptors += cost.descriptors;
    used_.content += cost.content;
    while (exceeds(used_, bounds_)) remove(std::prev(entries_.end()));
}

void file_cache::drop(std::string_view key) noexcept {
    const auto found = places_.find(key);
    if (found != places_.end()) remove(found->second);
}

void file_cache::clear() noexcept {
    while (!entries_.empty()) remove(entries_.begin());
}

void file_cache::remove(place at) noexcept {
    const cache_bounds cost = cost_of(at->files);
    used_.files -= cost.files;
    used_.descriptors -= cost.descriptors;
    used_.content -= cost.content;
    places_.erase(at->key);
    entries_.erase(at);
}

}  // namespace grove::http
