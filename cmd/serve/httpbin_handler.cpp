// SPDX-License-Identifier: MIT
#include "cmd/common/json_text.hpp"
#include "cmd/serve/query_values.hpp"
#include "cmd/serve/web_handler.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

/// Twelve paths of httpbin.org, for trying clients: /get /post /anything /status/N /delay/N /drip
/// /stream/N /bytes/N /redirect/N /headers /gzip /range/N.

namespace grove::cmd {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{100} << 20;
constexpr std::uint64_t most_seconds = 60;
constexpr std::uint64_t most_lines = 1000;
constexpr std::uint64_t most_redirects = 100;

std::uint64_t number_of(std::string_view text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw http_error(400, "a number belongs here, not \"" + std::string(text) + "\"");
    return std::min(value, most);
}

std::string url_of(const http_request& asked) {
    std::string url = asked.is_tls() ? "https://" : "http://";
    url.append(asked.find("Host").value_or("localhost")).append(asked.target());
    return url;
}

void add_request(json_object& to, const http_request& asked) {
    const query_values query(asked.query());
    to.open("args");
    for (const auto& [name, value] : query.all()) to.add(name, value);
    to.close().open("headers");
    for (const http_field& field : asked.fields()) to.add(field.name, field.value);
    to.close();
    const auto address = asked.peer().address();
    to.add("origin", address ? address->text() : std::string("unix"));
    to.add("url", url_of(asked));
}

void add_body(json_object& to, http_request& asked) {
    const std::string_view body = asked.body();
    const std::string_view type = asked.find("Content-Type").value_or("");
    to.add("data", body).open("form");
    if (type.starts_with("application/x-www-form-urlencoded")) {
        const query_values form(body);
        for (const auto& [name, value] : form.all()) to.add(name, value);
    }
    to.close();
}

void send_json(http_response& answer, const json_object& what) {
    answer.add("Content-Type", "application/json").send(what.text() + '\n');
}

std::string gzipped(const std::string& text) {
    constexpr int with_gzip_head = 15 + 16;
    constexpr int memory = 8;
    z_stream stream{};
    if (::deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, with_gzip_head, memory,
                       Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string packed(::deflateBound(&stream, text.size()), '\0');
    std::string input = text;  // zlib takes no constant bytes
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    ::deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    ::deflateEnd(&stream);
    return packed;
}

class httpbin final : public web_handler {
 public:
    explicit httpbin(serve_context& context)
        : context_(context),
          random_(context.options.seed ? *context.options.seed : std::random_device{}()) {}

    void answer(const web_call& call) override {
        const std::size_t slash = call.below.find('/', 1);
        const std::string_view name = call.below.substr(0, slash);
        const std::string_view value =
            slash == std::string_view::npos ? "" : call.below.substr(slash + 1);
        const auto row = std::ranges::find(paths, name, &path::name);
        if (row == paths.end()) throw http_error(404, list());
        (this->*row->answer)(call, value);
    }

 private:
    struct path {
        std::string_view name;
        void (httpbin::*answer)(const web_call&, std::string_view);
    };

    static const std::array<path, 12> paths;

    static std::string list() {
        std::string names = "there are";
        for (const path& each : paths) names.append(" ").append(each.name);
        return names;
    }

    void get(const web_call& call, std::string_view) {
        allow_methods(call, "GET, HEAD");
        json_object what;
        add_request(what, call.asked);
        send_json(call.answer, what);
    }

    void post(const web_call& call, std::string_view) {
        allow_methods(call, "POST");
        json_object what;
        add_request(what, call.asked);
        add_body(what, call.asked);
        send_json(call.answer, what);
    }

    void anything(const web_call& call, std::string_view) {
        json_object what;
        what.add("method", call.asked.method());
        add_request(what, call.asked);
        add_body(what, call.asked);
        send_json(call.answer, what);
    }

    void status(const web_call& call, std::string_view value) {
        const auto code = static_cast<unsigned>(number_of(value, 999));
        constexpr unsigned least = 200;
        if (code < least) throw http_error(400, "a status of 200 to 999 belongs here");
        if (code / 100 == 3) call.answer.add("Location", "/get");
        call.answer.status(code).send();
    }

    void delay(const web_call& call, std::string_view value) {
        const auto time = std::chrono::seconds(number_of(value, most_seconds));
        if (context_.stopping.wait(time)) throw http_error(503, "the server ends");
        anything(call, value);
    }

    /// `numbytes`, over `duration` seconds, after `delay` seconds, with status `code`.
    void drip(const web_call& call, std::string_view) {
        const query_values query(call.asked.query());
        const auto of = [&](std::string_view name, std::uint64_t usual, std::uint64_t most) {
            const auto given = query.find(name);
            return given ? number_of(*given, most) : usual;
        };
        const std::uint64_t bytes = of("numbytes", 10, most_bytes);
        const duration pause = std::chrono::seconds(of("duration", 2, most_seconds));
        const duration before = std::chrono::seconds(of("delay", 0, most_seconds));
        if (context_.stopping.wait(before)) throw http_error(503, "the server ends");
        call.answer.status(static_cast<unsigned>(of("code", 200, 599)));
        call.answer.add("Content-Type", "application/octet-stream").length(bytes);
        for (std::uint64_t i = 0; i < bytes; ++i) {
            call.answer.write("*");
            if (i + 1 == bytes) break;
            call.answer.flush();
            context_.stopping.wait(pause / static_cast<duration::rep>(bytes));
        }
    }

    void stream(const web_call& call, std::string_view value) {
        const std::uint64_t count = number_of(value, most_lines);
        call.answer.add("Content-Type", "application/json");
        for (std::uint64_t i = 0; i < count; ++i) {
            json_object line;
            line.add("id", i);
            add_request(line, call.asked);
            call.answer.write(line.text() + '\n');
        }
    }

    void bytes(const web_call& call, std::string_view value) {
        std::uint64_t left = number_of(value, most_bytes);
        const query_values query(call.asked.query());
        const auto seed = query.find("seed");
        std::mt19937_64 own(seed ? number_of(*seed, ~std::uint64_t{}) : random_());
        call.answer.add("Content-Type", "application/octet-stream").length(left);
        std::array<char, 4096> room;
        while (left > 0) {
            const std::size_t some = std::min<std::uint64_t>(left, room.size());
            for (std::size_t i = 0; i < some; ++i) room[i] = static_cast<char>(own());
            call.answer.write(std::string_view(room.data(), some));
            left -= some;
        }
    }

    void redirect(const web_call& call, std::string_view value) {
        const std::uint64_t left = number_of(value, most_redirects);
        const std::string_view here = call.asked.path();
        const std::string_view route = here.substr(0, here.size() - call.below.size());
        std::string next(route);
        next += left > 1 ? "/redirect/" + std::to_string(left - 1) : "/get";
        call.answer.status(302).add("Location", next).send();
    }

    void headers(const web_call& call, std::string_view) {
        json_object what;
        what.open("headers");
        for (const http_field& field : call.asked.fields()) what.add(field.name, field.value);
        send_json(call.answer, what);
    }

    void gzip(const web_call& call, std::string_view) {
        json_object what;
        what.add("gzipped", true).add("method", call.asked.method());
        add_request(what, call.asked);
        call.answer.add("Content-Type", "application/json").add("Content-Encoding", "gzip");
        call.answer.send(gzipped(what.text() + '\n'));
    }

    /// Bytes that tell where they are, as a resource that ranges can be asked of.
    void range(const web_call& call, std::string_view value) {
        allow_methods(call, "GET, HEAD");
        const std::uint64_t size = number_of(value, most_bytes);
        call.answer.add("Accept-Ranges", "bytes")
            .add("ETag", "\"range" + std::to_string(size) + '"');
        const auto [first, last] = wanted(call, size);
        call.answer.add("Content-Type", "application/octet-stream");
        call.answer.length(size == 0 ? 0 : last - first + 1);
        if (call.asked.method() == "HEAD" || size == 0) return;
        std::string piece;
        for (std::uint64_t at = first; at <= last; ++at) {
            piece += static_cast<char>('a' + at % 26);
            if (piece.size() < 4096 && at < last) continue;
            call.answer.write(piece);
            piece.clear();
        }
    }

    struct part {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };

    /// A single range (RFC 9110 section 14.1.2); anything else asks for the whole.
    static part wanted(const web_call& call, std::uint64_t size) {
        const part whole{0, size == 0 ? 0 : size - 1};
        const auto field = call.asked.find("Range");
        if (!field || !field->starts_with("bytes=") || field->find(',') != std::string_view::npos)
            return whole;
        const std::string_view range = field->substr(6);
        const std::size_t dash = range.find('-');
        if (dash == std::string_view::npos || range.size() == 1) return whole;
        const std::string_view from = range.substr(0, dash);
        const std::string_view to = range.substr(dash + 1);
        part found = whole;
        if (from.empty()) {
            found.first = size - std::min(number_of(to, size), size);
        } else {
            found.first = number_of(from, ~std::uint64_t{});
            if (!to.empty()) found.last = std::min(number_of(to, ~std::uint64_t{}), whole.last);
        }
        if (found.first >= size || found.first > found.last) {
            throw http_error(416).add("Content-Range", "bytes */" + std::to_string(size));
        }
        call.answer.status(206).add("Content-Range", "bytes " + std::to_string(found.first) + '-' +
                                                         std::to_string(found.last) + '/' +
                                                         std::to_string(size));
        return found;
    }

    serve_context& context_;
    std::mt19937_64 random_;
};

const std::array<httpbin::path, 12> httpbin::paths{{{"/get", &httpbin::get},
                                                    {"/post", &httpbin::post},
                                                    {"/anything", &httpbin::anything},
                                                    {"/status", &httpbin::status},
                                                    {"/delay", &httpbin::delay},
                                                    {"/drip", &httpbin::drip},
                                                    {"/stream", &httpbin::stream},
                                                    {"/bytes", &httpbin::bytes},
                                                    {"/redirect", &httpbin::redirect},
                                                    {"/headers", &httpbin::headers},
                                                    {"/gzip", &httpbin::gzip},
                                                    {"/range", &httpbin::range}}};

}  // namespace

std::unique_ptr<web_handler> httpbin_handler(serve_context& context) {
    return std::make_unique<httpbin>(context);
}

}  // namespace grove::cmd
