# SPDX-License-Identifier: MIT
# How all of grove's own code is compiled. Optimisation and debug information come from the presets.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

include(CheckCXXCompilerFlag)
# clang has it on x86-64 alone.
check_cxx_compiler_flag(-fstack-clash-protection GROVE_STACK_CLASH)

# g++ 12 sees overlapping copies in `"text" + std::string` (GCC bug 105651).
set(GROVE_GNU_FALSE_ALARMS -Wno-restrict)

add_library(grove_flags INTERFACE)
target_include_directories(grove_flags INTERFACE
    ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/lib/include)
target_compile_options(grove_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough -Wvla -Walloca
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op
        ${GROVE_GNU_FALSE_ALARMS}>
    -fno-omit-frame-pointer $<$<BOOL:${GROVE_STACK_CLASH}>:-fstack-clash-protection>
    $<$<BOOL:${GROVE_WERROR}>:-Werror>)

# The library runs on small stacks and is one set of objects for libgrove.a and libgrove.so:
# hidden unless GROVE_API, thread-locals without a call, calls without a PLT.
add_library(grove_lib_flags INTERFACE)
target_link_libraries(grove_lib_flags INTERFACE grove_flags)
target_include_directories(grove_lib_flags INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_options(grove_lib_flags INTERFACE
    -fvisibility=hidden -fvisibility-inlines-hidden
    -fno-semantic-interposition -ftls-model=initial-exec -fno-plt)

if(GROVE_SANITIZE)
    # Global, so that nothing is linked half instrumented. Instrumented frames are larger, so the
    # frame limit below is not for them.
    add_compile_options(-fsanitize=${GROVE_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${GROVE_SANITIZE})
else()
    target_compile_options(grove_lib_flags INTERFACE -Wframe-larger-than=8192)
    add_link_options(-Wl,--as-needed)
endif()
