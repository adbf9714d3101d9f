// SPDX-License-Identifier: MIT
#include <grove/grove.hpp>

#include <array>
#include <cstdio>

int main() {
    grove::pool pool(2);
    int sum = 0;
    for (int n : pool.imap(std::array{1, 2, 3, 4}, [](int i) { return i * i; })) sum += n;
    try {
        (void)grove::http::client().get("gopher://127.0.0.1/");
    } catch (const grove::http::error& e) {
        std::printf("%d\n", sum);
        return e.kind() == grove::http::error_kind::url ? 0 : 1;
    }
    return 1;
}
