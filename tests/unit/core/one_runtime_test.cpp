// SPDX-License-Identifier: MIT
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <gmock/gmock.h>

#include <dlfcn.h>

#include <array>
#include <string>

#ifdef SECOND_RUNTIME
namespace {

TEST(one_runtime, a_second_copy_in_the_process_refuses_to_start) {
    static_cast<void>(grove::hub::current());
    void* plugin = ::dlopen(SECOND_RUNTIME, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(plugin, nullptr) << ::dlerror();
    auto* make_hub =
        reinterpret_cast<bool (*)(char*, std::size_t)>(::dlsym(plugin, "make_second_hub"));
    ASSERT_NE(make_hub, nullptr);
    std::array<char, 1024> text{};
    EXPECT_FALSE(make_hub(text.data(), text.size()));
    EXPECT_THAT(std::string(text.data()), testing::StartsWith("two copies of the grove runtime"));
    EXPECT_THAT(std::string(text.data()),
                testing::HasSubstr("in the program and in " SECOND_RUNTIME));
    grove::spawn([] {}).join();  // the first goes on
    ::dlclose(plugin);
}

}  // namespace
#endif
