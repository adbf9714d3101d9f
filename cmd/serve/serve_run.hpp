// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/socket_files.hpp"
#include "cmd/serve/access_log.hpp"
#include "cmd/serve/serve_hub.hpp"
#include "cmd/serve/serve_options.hpp"

#include <grove/tls.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// One run of `grove serve`: a hub a thread, the first on this one, which also tells where it
/// listens, writes the log, and ends all.

namespace grove::cmd {

class serve_run {
 public:
    /// Listens on this thread. Throws: `std::system_error`, `std::invalid_argument`.
    serve_run(const serve_options& options, output& out);
    serve_run(const serve_run&) = delete;
    serve_run& operator=(const serve_run&) = delete;
    /// Ends the other threads.
    ~serve_run();

    /// Blocks until all has ended. Throws: `std::system_error` when another thread cannot listen.
    [[nodiscard]] exit_code execute();

 private:
    void start_threads();
    void announce() const;
    void announce_seed() const;
    [[nodiscard]] std::string url_of(const endpoint& door) const;

    const serve_options& options_;
    output& out_;
    std::uint64_t fault_seed_;
    serve_shared shared_;
    access_log log_;
    std::optional<tls_server> tls_;
    socket_files sockets_;
    std::unique_ptr<serve_hub> first_;
    std::vector<std::thread> threads_;
};

}  // namespace grove::cmd
