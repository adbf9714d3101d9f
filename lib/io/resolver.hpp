// SPDX-License-Identifier: MIT
#pragma once

#include "io/name_server.hpp"
#include "io/system_files.hpp"

#include <grove/detail/waiter.hpp>
#include <grove/dns.hpp>
#include <grove/hub.hpp>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

/// The hub's resolver: what is asked is asked once, and remembered.

namespace grove::dns {

/// What is known of one name and record type.
struct memory {
    std::vector<ip_address> addresses;
    std::error_code error;
    deadline good_until;
};

/// Questions on their way to a set of name servers, and what came back.
class server_set {
 public:
    server_set(hub& owner, const std::vector<std::string>& servers);

    /// Blocks until the answer is known or `until`. Result: nothing when `until` came first.
    std::optional<memory> ask(const std::string& name, record type, deadline until);
    /// Begins to ask unless the answer is known or on its way.
    void begin(const std::string& name, record type);

    /// Uses other servers from now on; queries on their way end with the old ones.
    void replace(const std::vector<std::string>& servers);

    [[nodiscard]] std::size_t remembered() const noexcept { return memories_.size(); }

 private:
    using key = std::string;  // the name and a letter for the type

    /// A question that is being asked, for all who wait for it.
    struct flight {
        std::string name;
        record type = record::a;
        std::vector<std::shared_ptr<name_server>> servers;  ///< in the order to ask
        std::size_t next = 0;
        std::optional<memory> result;  ///< for those who wait: the memory may be evicted by then
        detail::waiter_list waiting;
    };

    static key key_of(const std::string& name, record type);
    [[nodiscard]] const memory* recall(const key& k);
    void ask_next(const key& k);
    void answered(const key& k, const reply& r);
    const memory& remember(const key& k, const reply& r);
    [[nodiscard]] std::vector<std::shared_ptr<name_server>> servers_to_ask() const;

    hub& hub_;
    std::vector<std::shared_ptr<name_server>> servers_;
    std::vector<std::shared_ptr<name_server>> retired_;  // must not end inside their own callbacks
    std::unordered_map<key, memory> memories_;
    std::deque<key> oldest_;  // in the order they were first remembered
    std::unordered_map<key, std::shared_ptr<flight>> flights_;
};

class resolver : public hub_service {
 public:
    explicit resolver(hub& owner);

    [[nodiscard]] std::string describe() const override;

    answer resolve(const std::string& name, const options& how, deadline until,
                   std::error_code& error);

 private:
    server_set& servers_for(const options& how);
    answer ask(server_set& servers, const std::string& name, family wanted, deadline until,
               std::error_code& error);

    hub& hub_;
    hosts_file hosts_;
    resolv_conf configuration_;
    std::unique_ptr<server_set> default_servers_;
    std::map<std::vector<std::string>, std::unique_ptr<server_set>> other_servers_;
};

/// The name as it is asked: lower case, no final dot. Result: empty when it is no host name.
[[nodiscard]] std::string canonical_name(std::string_view name);

/// Both families taking turns, IPv6 first where `prefer_v6`; at most 64.
[[nodiscard]] std::vector<ip_address> interleave(const std::vector<ip_address>& v4,
                                                 const std::vector<ip_address>& v6, bool prefer_v6);

}  // namespace grove::dns
