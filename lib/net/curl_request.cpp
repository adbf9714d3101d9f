// SPDX-License-Identifier: MIT
#include "net/curl_easy.hpp"
#include "net/curl_multi.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <string>

/// What an easy handle is told: the client's options once, and each request's.

namespace grove::http {
namespace {

constexpr long large_buffer = 512L << 10;
// Freeing 64 KiB or more makes glibc merge all its small free blocks, after each transfer.
constexpr long small_buffer = 60L << 10;

/// Null rather than "" : libcurl then uses its default.
void set_text(void* easy, CURLoption option, const std::string& text) {
    set(easy, option, text.empty() ? nullptr : text.c_str());
}

curl_slist* append(curl_slist* list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list, line.c_str());
    if (longer == nullptr) {
        curl_slist_free_all(list);
        throw std::bad_alloc();
    }
    return longer;
}

long protocol_version(http::version wanted) noexcept {
    switch (wanted) {
        case version::http_1_1:
            return CURL_HTTP_VERSION_1_1;
        case version::http_2:
            return CURL_HTTP_VERSION_2_0;
        case version::any:
            break;
    }
    return CURL_HTTP_VERSION_2TLS;
}

long address_family(http::family wanted) noexcept {
    switch (wanted) {
        case family::v4:
            return CURL_IPRESOLVE_V4;
        case family::v6:
            return CURL_IPRESOLVE_V6;
        case family::any:
            break;
    }
    return CURL_IPRESOLVE_WHATEVER;
}

}  // namespace

void transfer::apply_options(const client_options& options) {
    set(easy_, CURLOPT_PRIVATE, this);
    set(easy_, CURLOPT_ERRORBUFFER, error_text_.data());
    set(easy_, CURLOPT_WRITEFUNCTION, &on_write);
    set(easy_, CURLOPT_WRITEDATA, this);
    set(easy_, CURLOPT_HEADERFUNCTION, &on_header);
    set(easy_, CURLOPT_HEADERDATA, this);
    set(easy_, CURLOPT_RESOLVER_START_FUNCTION, &on_resolve);
    set(easy_, CURLOPT_RESOLVER_START_DATA, this);
    set(easy_, CURLOPT_OPENSOCKETFUNCTION, &curl_multi::on_open);
    set(easy_, CURLOPT_OPENSOCKETDATA, this);
    set(easy_, CURLOPT_CLOSESOCKETFUNCTION, &curl_multi::on_close);
    set(easy_, CURLOPT_CLOSESOCKETDATA, &multi_);
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    set(easy_, CURLOPT_PROXY, "");  // else libcurl asks the environment at each request
    set(easy_, CURLOPT_NOPROXY, "");
    set(easy_, CURLOPT_HTTP_VERSION, protocol_version(options.version));
    set(easy_, CURLOPT_IPRESOLVE, address_family(options.family));
    set_text(easy_, CURLOPT_USERAGENT, options.user_agent);
    set_text(easy_, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket);
    set_text(easy_, CURLOPT_COOKIEFILE, options.cookie_file);
    if (options.compressed) set(easy_, CURLOPT_ACCEPT_ENCODING, "");
    curl_slist* list = nullptr;
    for (const std::string& rule : options.connect_to) list = append(list, rule);
    connect_to_list_ = list;
    set(easy_, CURLOPT_CONNECT_TO, list);
}

void transfer::apply_tls(const client_options& options) {
    const long verify = options.verify == verification::on ? 1 : 0;
    set(easy_, CURLOPT_SSL_VERIFYPEER, verify);
    set(easy_, CURLOPT_SSL_VERIFYHOST, verify * 2);
    if (!options.ca_file.empty()) set(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
    set_text(easy_, CURLOPT_SSLCERT, options.certificate);
    set_text(easy_, CURLOPT_SSLKEY, options.private_key);
    set_text(easy_, CURLOPT_KEYPASSWD, options.key_password);
}

void transfer::apply_hop() {
    set(easy_, CURLOPT_URL, hop_.url.c_str());
    apply_method();
    apply_headers();
    set(easy_, CURLOPT_PROXY, hop_.proxy.c_str());
    set_text(easy_, CURLOPT_USERPWD, hop_.send_credentials ? options_.user : std::string());
    set_text(easy_, CURLOPT_COOKIE, hop_.send_credentials ? options_.cookies : std::string());
    set(easy_, CURLOPT_PIPEWAIT, hop_.share_connection ? 1L : 0L);
    if (buffer_ != hop_.buffer) {
        buffer_ = hop_.buffer;
        set(easy_, CURLOPT_BUFFERSIZE,
            hop_.buffer == buffer_size::large ? large_buffer : small_buffer);
    }
    const auto limit = std::chrono::ceil<std::chrono::milliseconds>(hop_.connect_timeout).count();
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(limit, 1)));
    if (hop_.host) multi_.pin(*this);
}

void transfer::apply_method() {
    const bool plain = hop_.method == "GET" && !hop_.body;
    if (plain && !shaped_) return;
    shaped_ = !plain;
    set(easy_, CURLOPT_CUSTOMREQUEST, nullptr);
    set(easy_, CURLOPT_NOBODY, 0L);
    set(easy_, CURLOPT_HTTPGET, 1L);
    if (plain) return;
    if (hop_.method == "HEAD" && !hop_.body) {
        set(easy_, CURLOPT_NOBODY, 1L);
        return;
    }
    if (hop_.body || hop_.method == "POST") {
        set(easy_, CURLOPT_POST, 1L);
        const curl_off_t size = hop_.body ? static_cast<curl_off_t>(hop_.body->size()) : 0;
        set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, size);
        set(easy_, CURLOPT_POSTFIELDS, hop_.body ? hop_.body->data() : "");
    }
    if (hop_.method != "POST") set(easy_, CURLOPT_CUSTOMREQUEST, hop_.method.c_str());
}

void transfer::apply_headers() {
    if (hop_.headers == sent_headers_ && hop_.without == sent_without_) return;
    curl_slist* list = nullptr;
    for (const header& h : hop_.headers) {
        list = append(list, h.value.empty() ? h.name + ';' : h.name + ": " + h.value);
    }
    for (const std::string& name : hop_.without) list = append(list, name + ':');
    set(easy_, CURLOPT_HTTPHEADER, list);
    free_list(header_list_);
    header_list_ = list;
    sent_headers_ = hop_.headers;
    sent_without_ = hop_.without;
}

}  // namespace grove::http
