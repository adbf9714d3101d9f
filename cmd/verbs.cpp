// SPDX-License-Identifier: MIT
#include "cmd/verbs.hpp"

#include "cmd/bench/bench.hpp"
#include "cmd/fetch/fetch.hpp"
#include "cmd/pipe/pipe.hpp"
#include "cmd/poll/poll.hpp"
#include "cmd/poll/probe/probe_facts.hpp"
#include "cmd/run/run.hpp"
#include "cmd/serve/serve.hpp"

#include <array>
#include <memory>

namespace grove::cmd {

namespace {

std::unique_ptr<invocation> prepare_recipes();

constexpr std::array verbs{
    verb{
        .name = "fetch",
        .summary = "downloads many URLs at once, surely and politely",
        .synopsis = "[OPTION]... URL...",
        .examples = "  grove fetch URL                                   saves it\n"
                    "  grove fetch -i urls.txt -o out/\n"
                    "  grove fetch -o - :8080/x | jq .\n"
                    "  grove fetch -i SHA256SUMS --base https://m/ -o out/ --resume\n"
                    "  grove fetch -d @order.json --expect 'status == 201' :8080/orders\n",
        .prepare = prepare<fetch_options, run_fetch>,
        .facts = fetch_facts,
    },
    verb{
        .name = "serve",
        .summary = "files, mocks, streams, WebSockets and TCP servers to try things with",
        .synopsis = "[OPTION]... [[PATH=]HANDLER]...",
        .examples =
            "  grove serve                                       this folder, on port 8000\n"
            "  grove serve ./dist -p 3000 --spa --cors\n"
            "  grove serve /=echo /ws=ws-echo /feed=sse\n"
            "  grove serve '/v1/user=json:{\"id\":1}' /down=status:503\n"
            "  grove serve tcp://:5000=lines\n",
        .prepare = prepare<serve_options, run_serve>,
    },
    verb{
        .name = "poll",
        .summary = "waits until servers, files and commands are as they should be",
        .synopsis = "[OPTION]... TARGET... [-- COMMAND]",
        .examples =
            "  grove poll :8080/health                           until it answers 2xx\n"
            "  grove poll db:5432 :8080 --deadline 30s -- npm test\n"
            "  grove poll :8080 --expect json.ready==true --streak 3\n"
            "  grove poll --start './api' :8080 -- ./e2e.sh\n"
            "  grove poll --watch -i hosts.txt --every 5s\n"
            "  grove poll --follow :8080/poll/ann                a stream, message by message\n"
            "  grove poll --reverse pid:4711                     until it has ended\n",
        .prepare = prepare<poll_options, run_poll>,
        .facts = poll_facts,
    },
    verb{
        .name = "pipe",
        .summary = "stages of commands with bounded queues between them",
        .synopsis = "[OPTION]... [STAGE [OPTION]... [WORD]...] [then STAGE]...",
        .examples =
            "  ls *.png | grove pipe each -j8 optipng {}\n"
            "  grove pipe -i in.jsonl map -j4 ./classify then file out.jsonl\n"
            "  grove pipe 'redis://h/jobs?group=g' each ./job {}\n"
            "  tail -F app.log | grove pipe match error then prefix time\n"
            "  grove pipe -i orders.jsonl http -j32 --retries 2 POST :8080/orders\n"
            "  grove pipe -i hosts each -j32 --timeout 10s ssh {} uptime\n"
            "  find . -name '*.c' -print0 | grove pipe -0 each 'wc -l < \"$1\"' then file counts\n",
        .prepare = prepare<pipe_options, run_pipe>,
        .parts = pipe_stages,
    },
    verb{
        .name = "bench",
        .summary = "loads servers and tells the truth about latency",
        .synopsis = "[OPTION]... URL...",
        .examples =
            "  grove bench :8080/                                10 s, 50 connections\n"
            "  grove bench -n 10000 -c 100 :8080/\n"
            "  grove bench --rate 2000/s -z 1m --expect 'p99 < 20ms' URL\n"
            "  grove bench --stages 10s:100/s,30s:100/s..1000/s URL\n"
            "  grove bench dns://127.0.0.1/example.org           also tcp, tls, ws echo servers\n"
            "  grove bench hub                                   the runtime itself\n"
            "  grove bench -d '{\"id\": {{seq}}}' -H 'Content-Type: application/json' URL\n",
        .prepare = prepare<bench_options, run_bench>,
        .facts = bench_facts,
    },
    verb{
        .name = "run",
        .summary = "a recipe of steps, services and checks, for CI",
        .synopsis = "[OPTION]... [FILE]",
        .examples =
            "  grove run                                         ./grove.toml\n"
            "  grove run --check smoke.toml                      all that is wrong with it\n"
            "  grove run --list smoke.toml\n"
            "  grove run smoke.toml --set port=9000 --dry-run\n",
        .prepare = prepare_recipes,
    }};

/// A recipe's steps are uses of the verbs.
std::unique_ptr<invocation> prepare_recipes() {
    return prepare_run(verbs);
}

}  // namespace

std::span<const verb> all_verbs() noexcept {
    return verbs;
}

}  // namespace grove::cmd
