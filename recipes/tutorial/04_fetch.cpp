// SPDX-License-Identifier: MIT
// A blocking libcurl client that knows nothing of grove: nine times in a row, then nine at once.
#include <grove/group.hpp>
#include <grove/patch.hpp>
#include <grove/socket.hpp>

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <future>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

constexpr int fetches = 9;

/// Tells the time to whoever asks, after a tenth of a second.
void tell_time(grove::socket peer) {
    while (peer.read_line() != "\r\n") continue;
    grove::sleep_for(100ms);
    std::array<char, 32> now{};
    const std::time_t seconds = std::time(nullptr);
    std::strftime(now.data(), now.size(), "%FT%TZ", std::gmtime(&seconds));
    peer.write_all("HTTP/1.0 200 OK\r\n\r\n" + std::string(now.data()));
}

void serve(std::promise<std::string>& url) {
    grove::listener door(*grove::endpoint::parse("127.0.0.1:0"));
    url.set_value("http://" + door.local().text() + "/time");
    grove::group answers;
    for (int i = 0; i < 2 * fetches; ++i)
        answers.spawn([peer = door.accept()]() mutable { tell_time(std::move(peer)); });
    answers.join();
}

std::size_t append(char* bytes, std::size_t, std::size_t count, void* to) {
    static_cast<std::string*>(to)->append(bytes, count);
    return count;
}

void fetch(const std::string& url, int number) {
    std::string time;
    CURL* const easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &time);
    if (curl_easy_perform(easy) == CURLE_OK) std::printf("Process %d: %s\n", number, time.c_str());
    curl_easy_cleanup(easy);
}

void synchronous(const std::string& url) {
    for (int i = 1; i <= fetches; ++i) fetch(url, i);
}

void asynchronous(const std::string& url) {
    grove::group all;
    for (int i = 1; i <= fetches; ++i)
        all.spawn({.stack = grove::stack_size::kib_256}, [&url, i] { fetch(url, i); });
    all.join();
}

grove::duration time_of(void (*f)(const std::string&), const std::string& url) {
    const grove::deadline start = grove::deadline::now();
    f(url);
    return grove::deadline::now() - start;
}

}  // namespace

int main() {
    grove::patch();
    curl_global_init(CURL_GLOBAL_DEFAULT);
    std::promise<std::string> address;
    const std::jthread server(serve, std::ref(address));
    const std::string url = address.get_future().get();
    std::puts("Synchronous:");
    const auto in_a_row = time_of(synchronous, url);
    std::puts("Asynchronous:");
    const auto at_once = time_of(asynchronous, url);
    std::printf("Less than a fifth of the time: %s\n", at_once < in_a_row / 5 ? "True" : "False");
}
