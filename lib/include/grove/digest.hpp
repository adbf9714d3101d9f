// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// A checksum of a stream: feed it the bytes as they come, ask for the digest at the end. Use it to
/// verify downloads and to compare bodies. It is no keyed hash: for authentication use an HMAC.
///
///     grove::digest sum(grove::digest_algorithm::sha256);
///     for (auto chunk : body) sum.update(chunk);
///     if (sum.hex() != expected) ...
///
/// Blocks: never. Threads: a digest belongs to one thread at a time.

namespace grove {

enum class digest_algorithm : unsigned char { sha256, sha512 };

/// `sha256` or `sha512`, as in JSON keys and error texts.
[[nodiscard]] GROVE_API std::string_view to_string(digest_algorithm algorithm) noexcept;

/// Hexadecimal digits of a digest: 64 or 128.
[[nodiscard]] GROVE_API std::size_t hex_size(digest_algorithm algorithm) noexcept;

class GROVE_API digest {
 public:
    /// Throws: `std::runtime_error` when OpenSSL's configuration forbids the algorithm.
    explicit digest(digest_algorithm algorithm = digest_algorithm::sha256);
    digest(digest&&) noexcept;
    digest& operator=(digest&&) noexcept;
    ~digest();

    void update(std::span<const std::byte> bytes);
    void update(std::string_view bytes);

    /// Result: the digest of all bytes so far, in lower-case hexadecimal. The stream may go on.
    [[nodiscard]] std::string hex() const;

    /// Forgets all bytes: for a transfer that starts again from zero.
    void reset();

    [[nodiscard]] digest_algorithm algorithm() const noexcept { return algorithm_; }

 private:
    struct state;
    std::unique_ptr<state> state_;
    digest_algorithm algorithm_;
};

}  // namespace grove
