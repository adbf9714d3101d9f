// SPDX-License-Identifier: MIT
#include <grove/hub.hpp>

#include <cstring>
#include <stdexcept>

/// A plugin that was linked with the archive. `text` has room for `size` bytes.
extern "C" __attribute__((visibility("default"))) bool make_second_hub(char* text,
                                                                       std::size_t size) {
    try {
        static_cast<void>(grove::hub::current());
        return true;
    } catch (const std::logic_error& e) {
        std::strncpy(text, e.what(), size - 1);
        return false;
    }
}
