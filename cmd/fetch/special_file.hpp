// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/output_folder.hpp"

#include <string>
#include <string_view>

namespace grove::cmd {

/// A device, FIFO or socket that is written to and never replaced (`-o /dev/null`).
class special_file {
 public:
    /// Throws: `std::system_error` naming the file; a FIFO without a reader is ENXIO.
    special_file(const output_folder& folder, const std::string& name);
    special_file(const special_file&) = delete;
    special_file& operator=(const special_file&) = delete;
    ~special_file();

    /// Blocks: the greenlet, while the other side takes nothing. Throws: `std::system_error`.
    void write(std::string_view bytes);

 private:
    std::string shown_;
    int fd_;
};

}  // namespace grove::cmd
