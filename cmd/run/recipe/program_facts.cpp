// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/program_facts.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>

namespace grove::cmd {
namespace {

constexpr std::array facts{
    fact{"exit", fact_type::number, "exit code; of one that a signal ended minus its number"},
    fact{"stdout", fact_type::text, "what it wrote, without the line feed at its end"},
    fact{"stderr", fact_type::text, "what it wrote as errors, likewise"},
    fact{"json", fact_type::json, "json.a[0].b: its stdout as JSON"},
    fact{"time", fact_type::duration, "from its start to its end"}};

constexpr std::array outcome{facts[0], facts[1], facts[2], facts[4],
                             fact{"status", fact_type::number, "of the answer, if there was one"}};

std::string_view without_last_line_feed(std::string_view text) noexcept {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

struct program_source::document {
    boost::json::value value;
    bool good = false;
};

std::span<const fact> program_facts() noexcept {
    return facts;
}

std::span<const fact> retry_facts(std::string_view verb) noexcept {
    if (verb == "exec" || verb == "sh") return facts;
    const std::span<const fact> all = outcome;
    return verb == "fetch" ? all : all.first(outcome.size() - 1);
}

program_source::program_source(int exit, const std::string& out, const std::string& err,
                               duration took)
    : exit_(exit), out_(out), err_(err), took_(took) {}

program_source::~program_source() = default;

fact_value program_source::value(std::string_view name, std::string_view /*key*/) const {
    if (name == "exit") return static_cast<double>(exit_);
    if (name == "stdout") return without_last_line_feed(out_);
    if (name == "stderr") return without_last_line_feed(err_);
    if (name == "time") return std::chrono::duration<double>(took_).count();
    if (!document_) {
        document_ = std::make_unique<document>();
        boost::json::error_code wrong;
        document_->value = boost::json::parse(out_, wrong);
        document_->good = !wrong;
    }
    if (!document_->good) return std::monostate();
    return &document_->value;
}

}  // namespace grove::cmd
