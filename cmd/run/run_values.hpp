// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe_check.hpp"
#include "cmd/run/recipe/recipe_names.hpp"
#include "cmd/run/secret_mask.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// What the names of a recipe stand for while it runs: those that are known from the start, and
/// those that services and steps add.

namespace grove::cmd {

struct service_place {
    std::uint16_t port = 0;
    int pid = 0;
};

class run_values {
 public:
    /// `of` must outlive it. Makes the folder `{{tmp}}`. Throws: `std::system_error`.
    explicit run_values(const checked_recipe& of);
    run_values(const run_values&) = delete;
    run_values& operator=(const run_values&) = delete;
    /// Removes `{{tmp}}`.
    ~run_values();

    /// For an end at once: removes the folder of the run that is on, where it is empty. Safe in a
    /// signal handler.
    static void remove_empty_folder() noexcept;

    /// Reads the secrets, once: that may start programs. Blocks the greenlet. Interrupted: those
    /// that were not read yet have no value.
    /// Throws: `std::system_error`, `std::runtime_error` for a secret that cannot be had.
    void read_secrets();

    void set_service(const std::string& id, service_place place) { services_[id] = place; }

    void save(const std::string& step, const std::string& name, named_value value);

    /// Result: nothing for a name that has no value yet. `matrix` must outlive the lookup; null:
    /// there is none.
    [[nodiscard]] name_lookup lookup(const name_scope& scope,
                                     const std::vector<axis_value>* matrix = nullptr) const;

    [[nodiscard]] const secret_mask& secrets() const noexcept { return mask_; }

    /// Of a child: ours, the recipe's, and `own` over them, as `NAME=value`.
    [[nodiscard]] std::vector<std::string> environment(const std::vector<placed_pair>& own,
                                                       const name_lookup& names) const;

 private:
    void read_secret(const recipe_secret& one);
    [[nodiscard]] std::optional<named_value> value_of(const resolved_name& name,
                                                      const std::vector<axis_value>* matrix) const;

    const checked_recipe& of_;
    std::string tmp_;
    std::string program_;
    std::map<std::string, std::string, std::less<>> secrets_;
    std::map<std::string, service_place, std::less<>> services_;
    std::map<std::string, named_value, std::less<>> saved_;  // `step.name`
    secret_mask mask_;
};

}  // namespace grove::cmd
