// SPDX-License-Identifier: MIT
#include <curl/curl.h>

#include <dlfcn.h>

#include <cstdarg>
#include <stdexcept>
#include <string>

/// libcurl's functions as a program has them that loads it with the first call of one. It brings 26
/// libraries, half of such a program's start, and most verbs never ask for it. This is linked
/// before the library itself, which is then no longer needed; a function that is missing here
/// brings it back.

namespace {

/// The soname of libcurl with OpenSSL, since 7.16.
constexpr const char* file_name = "libcurl.so.4";

void* load_libcurl() {
    void* const library = ::dlopen(file_name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(std::string("cannot load ") + ::dlerror());
    return library;
}

/// Throws: `std::runtime_error` where there is no libcurl, or one without that function.
template <class Function>
Function* found(const char* name) {
    static void* const library = load_libcurl();
    void* const address = ::dlsym(library, name);
    if (address == nullptr) throw std::runtime_error(std::string("libcurl has no ") + name);
    return reinterpret_cast<Function*>(address);
}

/// What follows an option: a long, a curl_off_t or a pointer, all in one register here.
void* value_of(std::va_list& rest) noexcept {
    static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
    return va_arg(rest, void*);
}

}  // namespace

extern "C" {

CURLcode curl_global_init(long flags) {
    static auto* const call = found<decltype(curl_global_init)>("curl_global_init");
    return call(flags);
}

void curl_free(void* memory) {
    static auto* const call = found<decltype(curl_free)>("curl_free");
    call(memory);
}

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
    static auto* const call = found<decltype(curl_slist_append)>("curl_slist_append");
    return call(list, text);
}

void curl_slist_free_all(curl_slist* list) {
    if (list == nullptr) return;
    static auto* const call = found<decltype(curl_slist_free_all)>("curl_slist_free_all");
    call(list);
}

CURL* curl_easy_init() {
    static auto* const call = found<decltype(curl_easy_init)>("curl_easy_init");
    return call();
}

void curl_easy_cleanup(CURL* easy) {
    if (easy == nullptr) return;
    static auto* const call = found<decltype(curl_easy_cleanup)>("curl_easy_cleanup");
    call(easy);
}

CURLcode curl_easy_setopt(CURL* easy, CURLoption option, ...) {
    static auto* const call = found<decltype(curl_easy_setopt)>("curl_easy_setopt");
    std::va_list rest;
    va_start(rest, option);
    void* const value = value_of(rest);
    va_end(rest);
    return call(easy, option, value);
}

CURLcode curl_easy_getinfo(CURL* easy, CURLINFO what, ...) {
    static auto* const call = found<decltype(curl_easy_getinfo)>("curl_easy_getinfo");
    std::va_list rest;
    va_start(rest, what);
    void* const into = value_of(rest);
    va_end(rest);
    return call(easy, what, into);
}

CURLcode curl_easy_pause(CURL* easy, int what) {
    static auto* const call = found<decltype(curl_easy_pause)>("curl_easy_pause");
    return call(easy, what);
}

const char* curl_easy_strerror(CURLcode code) {
    static auto* const call = found<decltype(curl_easy_strerror)>("curl_easy_strerror");
    return call(code);
}

CURLM* curl_multi_init() {
    static auto* const call = found<decltype(curl_multi_init)>("curl_multi_init");
    return call();
}

CURLMcode curl_multi_cleanup(CURLM* multi) {
    static auto* const call = found<decltype(curl_multi_cleanup)>("curl_multi_cleanup");
    return call(multi);
}

CURLMcode curl_multi_add_handle(CURLM* multi, CURL* easy) {
    static auto* const call = found<decltype(curl_multi_add_handle)>("curl_multi_add_handle");
    return call(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM* multi, CURL* easy) {
    static auto* const call = found<decltype(curl_multi_remove_handle)>("curl_multi_remove_handle");
    return call(multi, easy);
}

CURLMsg* curl_multi_info_read(CURLM* multi, int* left) {
    static auto* const call = found<decltype(curl_multi_info_read)>("curl_multi_info_read");
    return call(multi, left);
}

CURLMcode curl_multi_setopt(CURLM* multi, CURLMoption option, ...) {
    static auto* const call = found<decltype(curl_multi_setopt)>("curl_multi_setopt");
    std::va_list rest;
    va_start(rest, option);
    void* const value = value_of(rest);
    va_end(rest);
    return call(multi, option, value);
}

CURLMcode curl_multi_socket_action(CURLM* multi, curl_socket_t socket, int events, int* running) {
    static auto* const call = found<decltype(curl_multi_socket_action)>("curl_multi_socket_action");
    return call(multi, socket, events, running);
}

CURLU* curl_url() {
    static auto* const call = found<decltype(curl_url)>("curl_url");
    return call();
}

void curl_url_cleanup(CURLU* url) {
    if (url == nullptr) return;
    static auto* const call = found<decltype(curl_url_cleanup)>("curl_url_cleanup");
    call(url);
}

CURLUcode curl_url_get(CURLU* url, CURLUPart what, char** into, unsigned flags) {
    static auto* const call = found<decltype(curl_url_get)>("curl_url_get");
    return call(url, what, into, flags);
}

CURLUcode curl_url_set(CURLU* url, CURLUPart what, const char* value, unsigned flags) {
    static auto* const call = found<decltype(curl_url_set)>("curl_url_set");
    return call(url, what, value, flags);
}

}  // extern "C"
