// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"
#include "cmd/pipe/each_options.hpp"
#include "cmd/pipe/http_work.hpp"
#include "cmd/pipe/line_options.hpp"
#include "cmd/pipe/listen_place.hpp"
#include "cmd/pipe/map_options.hpp"
#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/zmq/zmq_place.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the words after the run's own options mean: a URI where items come from, and stages joined
/// by `then`, the last of which may be where they go.
///
///     each -j4 gzip -9 {} then file sizes.txt
///     redis://host/jobs?group=g map ./classify then redis://host/done

namespace grove::cmd {

using stage_plan = std::variant<each_options, map_options, match_options, prefix_options,
                                batch_options, rate_options, count_options, http_stage_options>;

struct source_plan {
    std::optional<redis_place> stream = {};
    std::optional<listen_place> door = {};
    std::optional<zmq_place> zmq = {};
    std::optional<target> uri = {};
    std::vector<std::string> names = {};  ///< of files

    /// None of them: `--input`, or stdin.
    [[nodiscard]] bool is_input() const noexcept {
        return !stream && !door && !zmq && !uri && names.empty();
    }
};

struct sink_plan {
    enum class kind : unsigned char { lines, file, null, stream, zmq, uri };

    kind what = kind::lines;
    std::string path = {};    ///< for `file`
    redis_place stream = {};  ///< for `stream`
    zmq_place zmq = {};       ///< for `zmq`
    target uri = {};          ///< for `uri`
};

struct pipe_plan {
    source_plan source;
    std::vector<stage_plan> stages;
    sink_plan sink;
};

/// Result: what is wrong, and what to write instead.
[[nodiscard]] std::optional<std::string> parse_plan(const std::vector<std::string>& words,
                                                    pipe_plan& into);

/// What ends the items that a stage hands on, where `item_end` ends those that it takes.
[[nodiscard]] char end_after(const stage_plan& plan, char item_end) noexcept;

/// Result: what is wrong where a text that a stage adds to items holds what ends them. `item_end`
/// ends those of the source.
[[nodiscard]] std::optional<std::string> end_problem(const pipe_plan& plan, char item_end);

/// The word that it begins with.
[[nodiscard]] std::string_view name_of(const stage_plan& plan) noexcept;

/// The stages and their options, for help.
[[nodiscard]] verb_parts all_stages();

}  // namespace grove::cmd
