// SPDX-License-Identifier: MIT
#pragma once

#include <curl/curl.h>

#include <new>
#include <utility>

/// What the files on libcurl's easy handles share: typed options and answers.

namespace grove::http {

template <class Value>
void set(void* easy, CURLoption option, Value value) {
    if (curl_easy_setopt(easy, option, value) == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
}

template <class Value>
Value info(void* easy, CURLINFO what) {
    Value value{};
    curl_easy_getinfo(easy, what, &value);
    return value;
}

inline void free_list(void*& list) noexcept {
    curl_slist_free_all(static_cast<curl_slist*>(std::exchange(list, nullptr)));
}

}  // namespace grove::http
