// SPDX-License-Identifier: MIT
// Blocking C clients in greenlets; knows nothing of the patch library, which may be preloaded.
//
//     blocking_clients CLIENT WHERE COUNT    COUNT calls of 0.1 s: `seconds S`
//     blocking_clients CLIENT WHERE limit    a call of 10 s under 50 ms: `milliseconds M`,
//                                            `error TEXT`, `then thrown|nothing`
//
// CLIENT is redis or postgres, and WHERE a socket or its folder; or curl or plain, with a port of
// the test's HTTP server.
#include "plain_client.h"

#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <curl/curl.h>

#include <hiredis/hiredis.h>
#include <postgresql/libpq-fe.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// A connection that can be asked to take its time.
class client {
 public:
    client() = default;
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    virtual ~client() = default;

    /// Blocks that long. Result: what went wrong, in the client's words; empty for nothing.
    virtual std::string wait(double seconds) = 0;
};

class redis_client final : public client {
 public:
    explicit redis_client(const std::string& path) : context_(redisConnectUnix(path.c_str())) {
        if (context_ == nullptr || context_->err != 0) std::abort();
    }

    ~redis_client() override { redisFree(context_); }

    std::string wait(double seconds) override {
        auto* reply = static_cast<redisReply*>(redisCommand(context_, "BLPOP nothing %f", seconds));
        if (reply == nullptr) return context_->errstr;
        const bool empty = reply->type == REDIS_REPLY_NIL;
        freeReplyObject(reply);
        return empty ? "" : "not an empty reply";
    }

 private:
    redisContext* context_;
};

class postgres_client final : public client {
 public:
    explicit postgres_client(const std::string& folder)
        : connection_(PQconnectdb(("host=" + folder + " user=grove dbname=postgres").c_str())) {
        if (PQstatus(connection_) != CONNECTION_OK) {
            std::fputs(PQerrorMessage(connection_), stderr);
            std::abort();
        }
    }

    ~postgres_client() override { PQfinish(connection_); }

    std::string wait(double seconds) override {
        const std::string question = "select pg_sleep(" + std::to_string(seconds) + ")";
        PGresult* const result = PQexec(connection_, question.c_str());
        const bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
        PQclear(result);
        return good ? "" : PQerrorMessage(connection_);
    }

 private:
    PGconn* connection_;
};

std::string path_of_a_wait(double seconds) {
    return "/text?body=&delay=" + std::to_string(std::lround(seconds * 1000));
}

class curl_client final : public client {
 public:
    explicit curl_client(const std::string& port)
        : easy_(curl_easy_init()), server_("http://127.0.0.1:" + port) {
        curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_);
        if (const std::string wrong = wait(0); !wrong.empty()) {
            std::fprintf(stderr, "%s\n", wrong.c_str());
            std::abort();
        }
    }

    ~curl_client() override { curl_easy_cleanup(easy_); }

    std::string wait(double seconds) override {
        const std::string url = server_ + path_of_a_wait(seconds);
        curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
        const CURLcode code = curl_easy_perform(easy_);
        if (code == CURLE_OK) return "";
        return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
    }

 private:
    CURL* easy_;
    std::string server_;
    char error_[CURL_ERROR_SIZE] = "";
};

class plain_client final : public client {
 public:
    explicit plain_client(const std::string& port)
        : connection_(plain_connect(static_cast<unsigned short>(std::stoi(port)))) {
        if (connection_ < 0) std::abort();
    }

    ~plain_client() override { ::close(connection_); }

    std::string wait(double seconds) override {
        const int status = plain_get(connection_, path_of_a_wait(seconds).c_str());
        if (status < 0) return std::strerror(errno);
        return status == 200 ? "" : "status " + std::to_string(status);
    }

 private:
    int connection_;
};

std::unique_ptr<client> connect(std::string_view kind, const std::string& where) {
    if (kind == "redis") return std::make_unique<redis_client>(where);
    if (kind == "postgres") return std::make_unique<postgres_client>(where);
    if (kind == "curl") return std::make_unique<curl_client>(where);
    return std::make_unique<plain_client>(where);
}

double seconds_since(grove::deadline began) {
    return std::chrono::duration<double>(grove::deadline::now() - began).count();
}

int call_together(std::string_view kind, const std::string& where, int count) {
    std::vector<std::unique_ptr<client>> clients;
    for (int i = 0; i < count; ++i) clients.push_back(connect(kind, where));
    const grove::deadline began = grove::deadline::now();
    std::vector<grove::greenlet<std::string>> calls;
    for (auto& one : clients) {
        calls.push_back(
            grove::spawn({.stack = grove::stack_size::kib_256}, [&one] { return one->wait(0.1); }));
    }
    for (auto& call : calls) {
        const std::string wrong = call.get();
        if (wrong.empty()) continue;
        std::fprintf(stderr, "%s\n", wrong.c_str());
        return 1;
    }
    std::printf("seconds %.3f\n", seconds_since(began));
    return 0;
}

int call_with_limit(std::string_view kind, const std::string& where) {
    const auto one = connect(kind, where);
    auto call = grove::spawn({.stack = grove::stack_size::kib_256}, [&] {
        const grove::timeout limit(50ms);
        const grove::deadline began = grove::deadline::now();
        const std::string error = one->wait(10);
        std::printf("milliseconds %.1f\nerror %s\n", seconds_since(began) * 1000, error.c_str());
        try {
            grove::yield();
            std::puts("then nothing");
        } catch (const grove::timeout_expired&) {
            std::puts("then thrown");
        }
    });
    call.get();
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::string_view what = argv[3];
    if (what == "limit") return call_with_limit(argv[1], argv[2]);
    return call_together(argv[1], argv[2], std::atoi(argv[3]));
}
