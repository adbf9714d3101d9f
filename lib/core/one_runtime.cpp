// SPDX-License-Identifier: MIT
#include "core/one_runtime.hpp"

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// The note: owner "grove", type 1, one word of description. It stays in the file when the symbols
// are stripped. (System V ABI, "Note Section"; a section named .note.* goes into PT_NOTE.)
asm(R"(
    .pushsection .note.grove, "a", %note
    .balign 4
    .long 6, 4, 1
    .asciz "grove"
    .balign 4
    .long 1
    .popsection
)");

namespace grove::detail {
namespace {

constexpr std::string_view owner("grove\0", 6);

std::size_t rounded(std::size_t size, std::size_t alignment) noexcept {
    return (size + alignment - 1) / alignment * alignment;
}

bool has_our_note(const std::byte* at, std::size_t size, std::size_t alignment) noexcept {
    ElfW(Nhdr) head{};
    while (size >= sizeof head) {
        std::memcpy(&head, at, sizeof head);
        const std::size_t whole =
            rounded(sizeof head + head.n_namesz, alignment) + rounded(head.n_descsz, alignment);
        if (whole > size) return false;
        const auto* name = reinterpret_cast<const char*>(at + sizeof head);
        if (std::string_view(name, head.n_namesz) == owner) return true;
        at += whole;
        size -= whole;
    }
    return false;
}

bool carries_runtime(const dl_phdr_info& object) noexcept {
    constexpr std::size_t word = 4;
    for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = object.dlpi_phdr[i];
        if (part.p_type != PT_NOTE) continue;
        // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives addresses as numbers
        const auto* at = reinterpret_cast<const std::byte*>(object.dlpi_addr + part.p_vaddr);
        if (has_our_note(at, part.p_memsz, part.p_align > word ? part.p_align : word)) return true;
    }
    return false;
}

int collect(dl_phdr_info* object, std::size_t, void* into) {
    if (!carries_runtime(*object)) return 0;
    const std::string_view file = object->dlpi_name;
    static_cast<std::vector<std::string>*>(into)->emplace_back(file.empty() ? "the program" : file);
    return 0;
}

std::string complaint() {
    std::vector<std::string> copies;
    ::dl_iterate_phdr(collect, &copies);
    if (copies.size() < 2) return {};
    std::string text = "two copies of the grove runtime in one process: in " + copies[0];
    for (std::size_t i = 1; i < copies.size(); ++i) text += " and in " + copies[i];
    return text + "; link all of them with libgrove.so";
}

}  // namespace

void check_one_runtime() {
    static const std::string wrong = complaint();
    if (!wrong.empty()) throw std::logic_error(wrong);
}

}  // namespace grove::detail
