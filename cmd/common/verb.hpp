// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/expression.hpp"
#include "cmd/common/option_table.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/talk_options.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What a subcommand is to the command line and to recipes. A verb brings
///
///     struct fetch_options { talk_options talk; ... };           // defaults for everything
///     void describe(fetch_options&, option_table&);
///     std::optional<std::string> validate(const fetch_options&);
///     exit_code run_fetch(const fetch_options&, output&);
///
/// and registers as `{"fetch", "…", …, prepare<fetch_options, run_fetch>}`. No verb prints, exits
/// or reads argv itself.

namespace grove::cmd {

/// One use of a verb: its options, and what to do once they are set through `table()`.
class invocation {
 public:
    invocation() = default;
    invocation(const invocation&) = delete;
    invocation& operator=(const invocation&) = delete;
    virtual ~invocation() = default;

    [[nodiscard]] option_table& table() noexcept { return table_; }

    [[nodiscard]] virtual const talk_options& talk() const noexcept = 0;

    /// What is wrong with the options together, in a sentence; nullopt when nothing is.
    [[nodiscard]] virtual std::optional<std::string> problem() const = 0;

    [[nodiscard]] virtual exit_code run(output& out) const = 0;

    /// The recipe that this use is added to, instead of being run; empty: it is run.
    [[nodiscard]] const std::string& recipe() const noexcept { return recipe_; }

 protected:
    /// Adds `--save-recipe`.
    void describe_recipe() {
        table_.group("Output");
        table_.add("save-recipe", recipe_, "FILE", "do nothing but add this to a recipe; - stdout")
            .kind(value_kind::file);
    }

 private:
    option_table table_;
    std::string recipe_;
};

/// A word of a verb's own that has options: a stage of a pipe.
struct verb_part {
    std::string usage;  ///< `each [OPTION]... COMMAND...`; several ways to write one stand in a row
    std::string help;
    void (*describe)(option_table&) = nullptr;  ///< its options; null: it has none
};

struct verb_parts {
    std::string title;  ///< a heading of help
    std::string joint;  ///< the word between two of them
    std::vector<verb_part> all;
};

struct verb {
    std::string_view name;
    std::string_view summary;   ///< one line, for `grove --help`
    std::string_view synopsis;  ///< what follows the name: `[OPTION]... URL...`
    std::string_view examples;  ///< at the end of its help; each line ends in a line feed
    std::unique_ptr<invocation> (*prepare)();
    /// The names that its expressions may use; null: it has none.
    std::span<const fact> (*facts)() noexcept = nullptr;
    /// The parts that its words are made of, and what comes before them in help; null: none.
    verb_parts (*parts)() = nullptr;
};

template <class Options, auto Run>
[[nodiscard]] std::unique_ptr<invocation> prepare() {
    class bound final : public invocation {
     public:
        bound() {
            describe(options_, table());
            describe_recipe();
        }

        [[nodiscard]] const talk_options& talk() const noexcept override { return options_.talk; }

        [[nodiscard]] std::optional<std::string> problem() const override {
            return validate(options_);
        }

        [[nodiscard]] exit_code run(output& out) const override { return Run(options_, out); }

     private:
        Options options_;
    };

    return std::make_unique<bound>();
}

}  // namespace grove::cmd
