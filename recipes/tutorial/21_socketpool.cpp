// SPDX-License-Identifier: MIT
// A service on a pool: a greenlet for each socket, and no more than there are places.
#include <grove/pool.hpp>
#include <grove/socket.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

class socket_pool {
 public:
    explicit socket_pool(std::size_t size) : pool_(size) {}

    void add_handler(grove::socket peer) {
        if (pool_.full()) throw std::runtime_error("At maximum pool size");
        pool_.spawn([peer = std::move(peer)]() mutable { listen(peer); });
    }

    void shutdown() { pool_.kill(); }

    void print() const { std::printf("free %zu len %zu\n", pool_.free_count(), pool_.size()); }

 private:
    static void listen(grove::socket& peer) {
        std::array<char, 100> piece{};
        while (const std::size_t size = peer.read_some(piece)) {
            std::printf("got %.*s\n", static_cast<int>(size), piece.data());
        }
    }

    grove::pool pool_;
};

}  // namespace

int main() {
    socket_pool service(2);
    std::vector<grove::socket> clients;
    for (int i = 0; i < 3; ++i) {
        auto [ours, theirs] = grove::socket::pair();
        clients.push_back(std::move(ours));
        try {
            service.add_handler(std::move(theirs));
        } catch (const std::runtime_error& e) {
            std::puts(e.what());
        }
    }
    clients[0].write_all("hi");
    grove::idle();  // until the handler has read it
    service.print();
    service.shutdown();
    service.print();
}
