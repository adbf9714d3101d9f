// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/access_log.hpp"
#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/serve_options.hpp"
#include "cmd/serve/site.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/endpoint.hpp>
#include <grove/http_server.hpp>
#include <grove/remote_event.hpp>
#include <grove/stream_server.hpp>
#include <grove/tls.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

/// The servers of one thread. Several threads share their ports.

namespace grove::cmd {

/// Where it listens.
struct serve_doors {
    std::vector<endpoint> web;
    std::vector<int> given;     ///< descriptors that listen already
    std::vector<endpoint> tcp;  ///< in the order of the routes that are TCP servers
};

/// What the hubs of a run share. Threads: any.
struct serve_shared {
    fault_rules faults;
    std::atomic<std::uint64_t> answers = 0;
    remote_event stop = {};
};

class serve_hub {
 public:
    /// Listens at `at`. All that is given must outlive it. Throws: `std::system_error` naming the
    /// address; `std::invalid_argument`.
    serve_hub(const serve_options& options, const serve_doors& at,
              const std::optional<tls_server>& tls, serve_shared& shared, access_log& log);
    serve_hub(const serve_hub&) = delete;
    serve_hub& operator=(const serve_hub&) = delete;

    /// Where it listens, ports of 0 as they were chosen.
    [[nodiscard]] serve_doors doors() const;

    /// Answers until `shared.stop`, then lets what is under way end. Blocks.
    void run();

 private:
    [[nodiscard]] stream_server_options stream_options() const;
    void note(const http_record& record);

    const serve_options& options_;
    serve_shared& shared_;
    access_log& log_;
    serve_context context_;
    site site_;
    std::vector<std::unique_ptr<http_server>> web_;
    std::vector<std::unique_ptr<stream_server>> tcp_;
};

}  // namespace grove::cmd
