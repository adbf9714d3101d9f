// SPDX-License-Identifier: MIT
#include "base/exception_text.hpp"

#include <grove/error.hpp>

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

namespace grove::detail {
namespace {

std::string readable_name(const std::type_info& type) {
    int status = 0;
    char* readable = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
    std::string name = status == 0 ? readable : type.name();
    std::free(readable);  // NOLINT(cppcoreguidelines-no-malloc): __cxa_demangle's contract
    return name;
}

struct description {
    std::string type;
    std::string text;
};

description describe(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& e) {
        return {readable_name(typeid(e)), e.what()};
    } catch (const interrupt& e) {
        return {readable_name(typeid(e)), e.what()};
    } catch (...) {
        return {readable_name(*abi::__cxa_current_exception_type()), {}};
    }
}

}  // namespace

std::string text_of(const std::exception_ptr& error) {
    description d = describe(error);
    return d.text.empty() ? std::move(d.type) : std::move(d.text);
}

std::string typed_text_of(const std::exception_ptr& error) {
    const description d = describe(error);
    return d.text.empty() ? d.type : d.type + ": " + d.text;
}

}  // namespace grove::detail
