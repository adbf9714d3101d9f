// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/fetch/result_record.hpp"

#include <grove/http_client.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace grove::cmd {

/// What `--expect` sees of an answer; see `fetch_facts()`. Refers to what it is made from.
class answer_facts final : public fact_source {
 public:
    answer_facts(const result_record& record, const std::vector<http::header>& headers,
                 const std::string& body, std::uint64_t size);
    answer_facts(const answer_facts&) = delete;
    answer_facts& operator=(const answer_facts&) = delete;
    ~answer_facts() override;

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override;

 private:
    [[nodiscard]] fact_value header(std::string_view name) const;
    [[nodiscard]] fact_value json() const;
    [[nodiscard]] fact_value time(std::string_view name) const;

    struct document;

    const result_record& record_;
    const std::vector<http::header>& headers_;
    const std::string& body_;
    std::uint64_t size_;
    mutable std::unique_ptr<document> document_;  // parsed when it is asked for
};

}  // namespace grove::cmd
