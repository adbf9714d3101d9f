// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

/// Certificates for tests, made in memory: authorities, and what they sign.

namespace grove_test {

struct certificate {
    std::string pem;
    std::string key;
};

enum class validity : unsigned char { current, expired, in_the_future };

/// What a certificate says.
struct certificate_request {
    std::string subject = "a test";
    /// `DNS:localhost`, `IP:127.0.0.1`.
    std::vector<std::string> names = {};
    validity when = validity::current;
};

class authority {
 public:
    explicit authority(const std::string& subject = "authority of a test");
    authority(authority&&) noexcept;
    authority& operator=(authority&&) noexcept;
    ~authority();

    /// What those who trust it need.
    [[nodiscard]] const std::string& pem() const { return own_.pem; }

    [[nodiscard]] certificate sign(const certificate_request& request) const;
    /// Another authority, whose certificates need its own to be trusted.
    [[nodiscard]] authority sign_authority(const std::string& subject) const;

 private:
    struct parts;
    explicit authority(std::unique_ptr<parts> made);

    std::unique_ptr<parts> parts_;
    certificate own_;
};

/// Signed by itself alone.
[[nodiscard]] certificate self_signed(const certificate_request& request);

/// The key, sealed with a password.
[[nodiscard]] std::string sealed(const std::string& key, const std::string& password);

}  // namespace grove_test
