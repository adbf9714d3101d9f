// SPDX-License-Identifier: MIT
// Where two blocking calls lead: to libc without the patch library, to it with it. The library is
// in place before main, so "before" is what `original` gives.
#include <grove/patch.hpp>

#include <dlfcn.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <cstdio>
#include <string>

namespace {

template <class F>
std::string file_of(F* function) {
    Dl_info where{};
    ::dladdr(reinterpret_cast<void*>(function), &where);
    const std::string path = where.dli_fname;
    return path.substr(path.rfind('/') + 1);
}

template <class F>
void show(const char* name, F* function) {
    std::printf("%s of %s\n", name, file_of(grove::original(function)).c_str());
    std::puts("After monkey patch");
    std::printf("%s of %s\n", name, file_of(function).c_str());
}

}  // namespace

int main() {
    show("connect", &::connect);
    show("select", &::select);
}
