# SPDX-License-Identifier: MIT
# The libraries of others. Each is an imported target, so its headers count as system headers.

# Boost by its exact version: contexts of 1.74 and 1.81 differ, and Debian carries both.
find_package(Boost 1.81.0 EXACT CONFIG QUIET COMPONENTS context url json)
if(NOT Boost_FOUND)
    message(FATAL_ERROR
        "grove needs Boost 1.81 with Context, URL and JSON; it was not found.\n"
        "On Debian 12, `.ci/dependencies build` installs it and says what stands in the way: "
        "libboost-dev is 1.74 there and conflicts with libboost1.81-dev.")
endif()

find_package(fmt CONFIG REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)

# Makes the imported target `grove::<name>` for a library that brings no CMake package of its own.
# Without a library name after the header it is headers only.
function(grove_third_party name header)
    find_path(${name}_INCLUDE ${header} REQUIRED)
    mark_as_advanced(${name}_INCLUDE)
    add_library(grove::${name} INTERFACE IMPORTED GLOBAL)
    set_target_properties(grove::${name} PROPERTIES
        INTERFACE_INCLUDE_DIRECTORIES ${${name}_INCLUDE})
    if(ARGC GREATER 2)
        find_library(${name}_LIBRARY ${ARGV2} REQUIRED)
        mark_as_advanced(${name}_LIBRARY)
        target_link_libraries(grove::${name} INTERFACE ${${name}_LIBRARY})
    endif()
endfunction()

grove_third_party(cares ares.h cares)
grove_third_party(idn2 idn2.h idn2)
find_path(libunwind_INCLUDE libunwind.h REQUIRED)
mark_as_advanced(libunwind_INCLUDE)
grove_third_party(re2 re2/re2.h re2)
grove_third_party(cli11 CLI/CLI.hpp)
grove_third_party(tomlplusplus toml++/toml.h)

# The package brings C sources and no library.
find_path(llhttp_INCLUDE llhttp.h PATHS /usr/share/include PATH_SUFFIXES llhttp REQUIRED)
find_path(llhttp_SOURCE llhttp.c PATHS /usr/share/llhttp /usr/local/share/llhttp REQUIRED)
mark_as_advanced(llhttp_INCLUDE llhttp_SOURCE)
add_library(grove_llhttp OBJECT
    ${llhttp_SOURCE}/api.c ${llhttp_SOURCE}/http.c ${llhttp_SOURCE}/llhttp.c)
target_include_directories(grove_llhttp SYSTEM PUBLIC ${llhttp_INCLUDE})
target_compile_definitions(grove_llhttp PRIVATE LLHTTP_STRICT_MODE=1)
set_target_properties(grove_llhttp PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
