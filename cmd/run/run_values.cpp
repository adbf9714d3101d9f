// SPDX-License-Identifier: MIT
#include "cmd/run/run_values.hpp"

#include "cmd/run/recipe/environment.hpp"

#include <grove/error.hpp>
#include <grove/file.hpp>
#include <grove/process.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <utility>

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX has it in no header

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto longest_secret_program = 30s;

// What a signal handler reads: it has no other way to find the run.
std::atomic<const char*> folder_of_the_run{nullptr};
static_assert(std::atomic<const char*>::is_always_lock_free, "a handler may only touch such data");

std::string without_line_end(std::string text) {
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    return text;
}

std::string make_folder() {
    std::string pattern = (fs::temp_directory_path() / "grove-run-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw_errno("mkdtemp", pattern);
    return pattern;
}

}  // namespace

run_values::run_values(const checked_recipe& of)
    : of_(of), tmp_(make_folder()), program_(fs::read_symlink("/proc/self/exe").string()) {
    folder_of_the_run = tmp_.c_str();
}

run_values::~run_values() {
    folder_of_the_run = nullptr;
    std::error_code ignored;
    if (!tmp_.empty()) fs::remove_all(tmp_, ignored);
}

void run_values::remove_empty_folder() noexcept {
    if (const char* const folder = folder_of_the_run) ::rmdir(folder);
}

void run_values::read_secrets() {
    for (const recipe_secret& each : of_.what.secrets) read_secret(each);
}

void run_values::read_secret(const recipe_secret& one) {
    std::string value;
    if (one.from == recipe_secret::source::environment) {
        const char* const found = environment_value(one.where);
        if (found == nullptr) {
            throw std::runtime_error(
                fmt::format("secret {}: the environment has no {}", one.name, one.where));
        }
        value = found;
    } else if (one.from == recipe_secret::source::file) {
        value = without_line_end(read_file(one.where));
    } else {
        // What it writes as errors may hold the secret: only how it ended is told.
        const completed made = grove::run({.shell = one.where}, {}, longest_secret_program);
        if (!made.status.success()) {
            throw std::runtime_error(
                fmt::format("secret {}: its program ended with {}", one.name, made.status.text()));
        }
        value = without_line_end(made.out);
    }
    if (value.empty()) throw std::runtime_error(fmt::format("secret {} is empty", one.name));
    mask_.add(value);
    secrets_[one.name] = std::move(value);
}

void run_values::save(const std::string& step, const std::string& name, named_value value) {
    saved_[step + '.' + name] = std::move(value);
}

name_lookup run_values::lookup(const name_scope& scope,
                               const std::vector<axis_value>* matrix) const {
    return [this, scope, matrix](std::string_view name) -> std::optional<named_value> {
        const auto found = resolve_name(of_.what, name, scope);
        return found ? value_of(*found, matrix) : std::nullopt;
    };
}

std::optional<named_value> run_values::value_of(const resolved_name& name,
                                                const std::vector<axis_value>* matrix) const {
    const auto in = [](const auto& map, const std::string& key) -> std::optional<named_value> {
        const auto found = map.find(key);
        if (found == map.end()) return std::nullopt;
        if constexpr (std::is_same_v<std::decay_t<decltype(found->second)>, named_value>)
            return found->second;
        else
            return named_value{found->second};
    };
    switch (name.kind) {
        case name_kind::variable:
            return in(of_.vars, name.key);
        case name_kind::secret:
            return in(secrets_, name.key);
        case name_kind::tmp:
            return named_value{tmp_};
        case name_kind::program:
            return named_value{program_};
        case name_kind::environment:
            if (const char* const value = environment_value(name.key)) return named_value{value};
            return std::nullopt;
        case name_kind::matrix: {
            if (matrix == nullptr) return std::nullopt;
            const auto axis = std::ranges::find(*matrix, name.key, &axis_value::name);
            if (axis == matrix->end()) return std::nullopt;
            const auto text = expand(axis->value, lookup({}));
            return text ? std::optional(named_value{text->text}) : std::nullopt;
        }
        case name_kind::saved:
            return in(saved_, name.owner + '.' + name.key);
        case name_kind::service_port:
        case name_kind::service_pid:
            break;
    }
    const auto found = services_.find(name.owner);
    if (found == services_.end()) return std::nullopt;
    const int number =
        name.kind == name_kind::service_port ? int{found->second.port} : found->second.pid;
    return named_value{std::to_string(number), true};
}

std::vector<std::string> run_values::environment(const std::vector<placed_pair>& own,
                                                 const name_lookup& names) const {
    std::map<std::string, std::string> values;
    for (char** each = environ; *each != nullptr; ++each) {
        const std::string_view pair = *each;
        const std::size_t mark = pair.find('=');
        if (mark != std::string_view::npos)
            values[std::string(pair.substr(0, mark))] = pair.substr(mark + 1);
    }
    for (const auto* list : {&of_.what.env, &own}) {
        for (const placed_pair& each : *list) {
            if (const auto text = expand(each.value, names)) values[each.name] = text->text;
        }
    }
    std::vector<std::string> made;
    made.reserve(values.size());
    for (const auto& [name, value] : values) {
        made.push_back(name);
        (made.back() += '=') += value;
    }
    return made;
}

}  // namespace grove::cmd
