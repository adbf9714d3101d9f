// SPDX-License-Identifier: MIT
#include "net/curl_easy.hpp"
#include "net/curl_multi.hpp"

#include <curl/curl.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// What is told of a transfer: where it leads, how it went, why it failed.

namespace grove::http {
namespace {

std::optional<duration> moment(void* easy, CURLINFO what) {
    const auto microseconds = info<curl_off_t>(easy, what);
    if (microseconds <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

}  // namespace

/// libcurl says where a redirect leads after its body only.
bool transfer::is_followed_redirect() const {
    const long status = info<long>(easy_, CURLINFO_RESPONSE_CODE);
    if (!hop_.follow || status < 300 || status > 399) return false;
    return !head_.find("Location").value_or(std::string_view()).empty();
}

/// Empty: the location is no URL.
std::string transfer::redirect_target() const {
    const std::string location(head_.find("Location").value());
    const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
    constexpr unsigned lenient = CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    char* text = nullptr;
    if (curl_url_set(url.get(), CURLUPART_URL, hop_.url.c_str(), 0) != CURLUE_OK ||
        curl_url_set(url.get(), CURLUPART_URL, location.c_str(), lenient) != CURLUE_OK ||
        curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) {
        return {};
    }
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
    return text;
}

/// libcurl's "couldn't connect" leaves out why; the kernel has said it.
void transfer::explain(int code) {
    constexpr std::string_view bad_chunk = "in chunked-encoding";  // told as a failed recv
    if (code == CURLE_RECV_ERROR && std::string_view(error_text_.data()).ends_with(bad_chunk)) {
        code = CURLE_WEIRD_SERVER_REPLY;
    }
    if (code == CURLE_OUT_OF_MEMORY)
        result_.missing = ENOMEM;
    else if (code != CURLE_COULDNT_CONNECT)
        result_.missing = 0;  // another address did without
    result_.code = code;
    const long error = info<long>(easy_, CURLINFO_OS_ERRNO);
    if (code == CURLE_COULDNT_CONNECT && error != 0) {
        result_.text = std::system_category().message(static_cast<int>(error));
    } else if (error_text_[0] != '\0') {
        result_.text = error_text_.data();
    } else {
        result_.text = curl_easy_strerror(static_cast<CURLcode>(code));
    }
}

void transfer::describe(exchange& about) const {
    if (stage_ == stage::queued) return;  // libcurl still tells of the request before
    about.status = static_cast<int>(info<long>(easy_, CURLINFO_RESPONSE_CODE));
    switch (info<long>(easy_, CURLINFO_HTTP_VERSION)) {
        case CURL_HTTP_VERSION_1_0:
            about.version = "1.0";
            break;
        case CURL_HTTP_VERSION_1_1:
            about.version = "1.1";
            break;
        case CURL_HTTP_VERSION_2_0:
            about.version = "2";
            break;
        case CURL_HTTP_VERSION_3:
            about.version = "3";
            break;
        default:
            about.version.clear();
    }
    about.final_url = hop_.url;
    const char* ip = info<const char*>(easy_, CURLINFO_PRIMARY_IP);
    about.ip = ip == nullptr ? "" : ip;
    about.bytes = bytes_;
    about.reused = about.status != 0 && info<long>(easy_, CURLINFO_NUM_CONNECTS) == 0;
    about.timings = {};
    if (!about.reused) {
        about.timings.connect = moment(easy_, CURLINFO_CONNECT_TIME_T);
        about.timings.tls = moment(easy_, CURLINFO_APPCONNECT_TIME_T);
    }
    about.timings.first_byte = moment(easy_, CURLINFO_STARTTRANSFER_TIME_T);
    about.timings.total = moment(easy_, CURLINFO_TOTAL_TIME_T);
}

error_kind transfer::kind_of_failure() const noexcept {
    if (result_.stalled) return error_kind::stall;
    switch (result_.code) {
        case CURLE_URL_MALFORMAT:
            return error_kind::url;
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_RESOLVE_HOST:
            return error_kind::dns;
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY:
            return error_kind::connect;
        case CURLE_OPERATION_TIMEDOUT:
            return error_kind::timeout;
        case CURLE_PARTIAL_FILE:
            return error_kind::truncated;
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return error_kind::reset;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_USE_SSL_FAILED:
            return error_kind::tls;
        case CURLE_WRITE_ERROR:
        case CURLE_ABORTED_BY_CALLBACK:
            return error_kind::stopped;
        default:
            return error_kind::protocol;
    }
}

}  // namespace grove::http
