// SPDX-License-Identifier: MIT
// What can be known before anything runs: names, units, patterns.
#include "cmd/common/expression_node.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

namespace grove::cmd::expression_detail {

namespace {

// Of one compiled pattern and its caches.
constexpr std::int64_t pattern_memory = std::int64_t{8} << 20;

[[noreturn]] void fail(std::string what, std::size_t offset, std::string hint = {}) {
    throw bad_expression{{std::move(what), offset, std::move(hint)}};
}

std::string describe(const node& of) {
    switch (of.type) {
        case type::number:
            return std::string(describe_kind(of.unit));
        case type::text:
            return "a text";
        case type::boolean:
            return "true or false";
        case type::dynamic:
            return of.of_fact == fact_type::family ? "a header" : "a JSON value";
        case type::null:
            return "null";
    }
    return {};
}

bool is_plain_number(const node& of) noexcept {
    return of.kind == kind::number && of.unit == unit_kind::plain;
}

// Zero is zero in every unit.
bool is_zero(const node& of) noexcept {
    return is_plain_number(of) && of.number == 0;
}

void refuse_bare_word(const node& of) {
    if (of.kind == kind::bare_word) throw bad_expression{of.problem};
}

// A text where one may stand: a bare word, or digits compared with a text.
void make_text(node& of) {
    of.kind = kind::text;
    of.type = type::text;
    of.unit = unit_kind::plain;
}

void collect_facts(const node& of, std::vector<const node*>& into) {
    const auto same = [&](const node* known) { return known->spelling == of.spelling; };
    if (of.kind == kind::name && of.of_fact != fact_type::baseline &&
        std::none_of(into.begin(), into.end(), same)) {
        into.push_back(&of);
    }
    for (const node_ptr& each : of.children) collect_facts(*each, into);
}

// `p99 <= baseline * 1.05`: baseline is what stands on the other side.
void bind_baseline(node& side, const std::vector<const node*>& others) {
    if (side.kind == kind::name && side.of_fact == fact_type::baseline && side.key.empty()) {
        if (others.size() != 1) {
            fail(fmt::format("{} of what?", side.spelling), side.offset,
                 fmt::format("write {}.p99", side.spelling));
        }
        side.key = others.front()->fact;
        side.type = others.front()->type;
        side.unit = others.front()->unit;
    }
    for (const node_ptr& each : side.children) bind_baseline(*each, others);
}

void bind_baselines(node& comparison) {
    for (const std::size_t side : {0U, 1U}) {
        std::vector<const node*> others;
        collect_facts(*comparison.children[1 - side], others);
        bind_baseline(*comparison.children[side], others);
    }
}

void check_node(node& of);

void check_condition(node& of) {
    refuse_bare_word(of);
    if (of.type == type::boolean || of.type == type::dynamic) return;
    fail(fmt::format("is {}, not a condition", describe(of)), of.offset,
         "compare it with something");
}

void check_pattern(node& of) {
    node& pattern = *of.children[1];
    if (of.children[0]->type != type::text && of.children[0]->type != type::dynamic) {
        fail(fmt::format("~ is for texts, and this is {}", describe(*of.children[0])), of.offset);
    }
    if (pattern.kind != kind::text) {
        fail("a pattern stands in quotes or slashes", pattern.offset, "write ~ \"...\" or ~ /.../");
    }
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(pattern_memory);
    auto compiled = std::make_shared<const re2::RE2>(pattern.spelling, options);
    if (!compiled->ok()) fail("is not a pattern: " + compiled->error(), pattern.offset);
    of.pattern = std::move(compiled);
}

void check_contains(node& of) {
    node& left = *of.children[0];
    node& right = *of.children[1];
    if (right.kind == kind::bare_word) make_text(right);
    if (left.type == type::text && right.kind == kind::number) make_text(right);
    if (left.type != type::text && left.type != type::dynamic) {
        fail(fmt::format("{} cannot contain anything", describe(left)), left.offset);
    }
    if (left.type == type::text && right.type != type::text && right.type != type::dynamic) {
        fail(fmt::format("a text contains texts, and this is {}", describe(right)), right.offset);
    }
}

bool comparable(const node& left, const node& right) noexcept {
    if (left.type == type::null || right.type == type::null) return true;
    if (left.type == type::number && right.type == type::number) {
        return left.unit == right.unit || is_zero(left) || is_zero(right);
    }
    const auto has_unit = [](const node& side) {
        return side.type == type::number && side.unit != unit_kind::plain;
    };
    if (left.type == type::dynamic || right.type == type::dynamic) {
        return !has_unit(left) && !has_unit(right);
    }
    return left.type == right.type;
}

std::string mismatch_hint(const node& left, const node& right) {
    if (right.kind != kind::number || left.type != type::number) return {};
    if (left.unit != unit_kind::plain && right.unit != unit_kind::plain) return {};
    switch (left.unit) {
        case unit_kind::duration:
            return fmt::format("write {}ms or {}s", right.spelling, right.spelling);
        case unit_kind::size:
            return fmt::format("write {}B or {}kB", right.spelling, right.spelling);
        case unit_kind::ratio:
            return fmt::format("write {}%", right.spelling);
        case unit_kind::event_rate:
            return fmt::format("write {}/s", right.spelling);
        case unit_kind::byte_rate:
            return fmt::format("write {}MB/s", right.spelling);
        case unit_kind::plain:
            break;
    }
    return "write it without a unit";
}

void check_comparison(node& of) {
    node& left = *of.children[0];
    node& right = *of.children[1];
    const bool equality = of.kind == kind::equal || of.kind == kind::not_equal;
    const bool header = left.kind == kind::name && left.of_fact == fact_type::family;
    if (equality && (left.type == type::text || left.type == type::dynamic) &&
        right.kind == kind::bare_word) {
        make_text(right);
    }
    // What is compared with a text is one, whatever it looks like. A header's number is left a
    // number: 0512 equals 512.
    const bool looks_otherwise = right.kind == kind::boolean || right.kind == kind::number;
    if (equality && looks_otherwise &&
        (left.type == type::text || (header && !is_plain_number(right)))) {
        make_text(right);
    }
    refuse_bare_word(left);
    refuse_bare_word(right);
    if (!equality) {
        for (const node* side : {&left, &right}) {
            if (side->type == type::number || side->type == type::dynamic) continue;
            fail(fmt::format("{} has no order", describe(*side)), side->offset,
                 "compare it with == or !=");
        }
    }
    if (!comparable(left, right)) {
        fail(fmt::format("{} cannot be compared with {}", describe(left), describe(right)),
             right.offset, mismatch_hint(left, right));
    }
}

// The unit of `left op right`; nullopt where there is none.
std::optional<unit_kind> combine(kind what, unit_kind left, unit_kind right) noexcept {
    const auto scale = [](unit_kind unit) {
        return unit == unit_kind::plain || unit == unit_kind::ratio;
    };
    switch (what) {
        case kind::multiply:
            if (scale(right)) return left;
            return scale(left) ? std::optional(right) : std::nullopt;
        case kind::divide:
            if (scale(right)) return left;
            return left == right ? std::optional(unit_kind::plain) : std::nullopt;
        default:
            return left == right ? std::optional(left) : std::nullopt;
    }
}

void check_arithmetic(node& of) {
    for (const node_ptr& each : of.children) {
        refuse_bare_word(*each);
        if (each->type != type::number && each->type != type::dynamic) {
            fail(fmt::format("{} is for numbers, and this is {}", symbol_of(of.kind),
                             describe(*each)),
                 each->offset);
        }
    }
    of.type = type::number;
    of.unit = of.children[0]->unit;
    if (of.kind == kind::negate) return;
    const auto unit = combine(of.kind, of.children[0]->unit, of.children[1]->unit);
    if (!unit) {
        fail(fmt::format("{} of {} and {} has no meaning", symbol_of(of.kind),
                         describe(*of.children[0]), describe(*of.children[1])),
             of.offset);
    }
    of.unit = *unit;
}

void check_node(node& of) {
    if (is_comparison(of.kind)) bind_baselines(of);
    for (const node_ptr& each : of.children) check_node(*each);
    switch (of.kind) {
        case kind::logical_or:
        case kind::logical_and:
        case kind::logical_not:
            for (const node_ptr& each : of.children) check_condition(*each);
            of.type = type::boolean;
            return;
        case kind::matches:
        case kind::not_matches:
            refuse_bare_word(*of.children[0]);
            check_pattern(of);
            break;
        case kind::contains:
            refuse_bare_word(*of.children[0]);
            check_contains(of);
            break;
        case kind::add:
        case kind::subtract:
        case kind::multiply:
        case kind::divide:
        case kind::negate:
            check_arithmetic(of);
            return;
        default:
            if (!is_comparison(of.kind)) return;
            check_comparison(of);
    }
    of.type = type::boolean;
}

}  // namespace

void check(node& root) {
    check_node(root);
    check_condition(root);
}

}  // namespace grove::cmd::expression_detail
